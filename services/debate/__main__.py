"""Runs debate: `python -m services.debate`. People ask it; it hears nothing on the bus."""

from collections.abc import Sequence
from typing import Any, Final

from chassis import run
from chassis.kafka.desk import open_desk
from chassis.kafka.overview import Overview
from chassis.passes import Passes
from chassis.vault import Secrets
from chassis.web.api import create_api, take_routes
from chassis.web.probes import Probes
from city.masking import mask
from city.profile import Profile
from contracts.topics import CITY
from services.debate import store
from services.debate.app import build
from services.debate.reminding import LOOK_SECONDS, remind_those_waited_for
from services.debate.web import SENTENCE, Door, routes

EVERYTHING: Final = 1_000_000
"""Records of each partition that are read at the start: all there ever were of facts about the city."""


async def serving(process: run.Process) -> tuple[Any, Sequence[run.Background]]:
    """The whole service."""
    settings = process.settings
    profile = Profile.load(settings.city)
    clock = process.clock(profile.zone)
    kept = store.postgres(process.pool)
    desk, beside = open_desk(process, build(profile), kept, clock)
    door = Door(
        profile=profile,
        desk=desk,
        clock=clock,
        debates=store.PostgresDebates(process.pool),
        passes=Passes(settings.secret()),
        secrets=Secrets(settings.secret()),
        verifier=process.verifier(),
        limits=process.limits(profile.policy.rates),
    )

    # The policy counts who says how much, and whether a person looks first; it changes while this process runs.
    city = Overview((CITY,), settings.broker, door.learn, EVERYTHING)

    async def remind() -> None:
        await remind_those_waited_for(door.debates, desk, clock)

    def behind() -> str:
        return "" if city.caught_up.is_set() else f"{city.lag} facts about the city not yet seen"

    api = create_api("debate", SENTENCE, process.metrics, Probes(ready=process.ready, catching_up=behind))
    take_routes(api.router, routes(door))
    return process.edge(api), [*beside, city.run, lambda: run.every(LOOK_SECONDS, remind)]


if __name__ == "__main__":
    run.web("debate", serving, mask)
