"""Runs survey: `python -m services.survey`. People ask it; it hears nothing on the bus."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from chassis import run
from chassis.kafka.desk import open_desk
from chassis.web.api import create_api, take_routes
from chassis.web.probes import Probes
from city.masking import mask
from city.profile import Profile
from services.survey import store
from services.survey.app import build
from services.survey.ending import end_those_over
from services.survey.entitlement import Entitlements
from services.survey.web import SENTENCE, Door, routes

LOOK_SECONDS: Final = 20.0
"""Real seconds between two looks for surveys whose time is over."""


async def serving(process: run.Process) -> tuple[Any, Sequence[run.Background]]:
    """The whole service."""
    settings = process.settings
    profile = Profile.load(settings.city)
    clock = process.clock(profile.zone)
    surveys = store.PostgresSurveys(process.pool)
    kept = store.postgres(process.pool, surveys)
    desk, beside = open_desk(process, build(profile), kept, clock)
    door = Door(
        profile=profile,
        desk=desk,
        clock=clock,
        surveys=surveys,
        entitlements=Entitlements(settings.secret()),
        verifier=process.verifier(),
        limits=process.limits(profile.policy.rates),
    )

    async def end() -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await end_those_over(surveys, desk, clock)

    api = create_api("survey", SENTENCE, process.metrics, Probes(ready=process.ready))
    take_routes(api.router, routes(door))
    return process.edge(api), [*beside, end]


if __name__ == "__main__":
    run.web("survey", serving, mask)
