"""Runs debate: `python -m services.debate`. People ask it; it hears nothing on the bus."""

from collections.abc import Sequence
from typing import Any

from chassis import run
from chassis.kafka.desk import open_desk
from chassis.passes import Passes
from chassis.vault import Secrets
from chassis.web.api import create_api
from chassis.web.probes import Probes
from city.masking import mask
from city.profile import Profile
from services.debate import store
from services.debate.app import build
from services.debate.web import SENTENCE, Door, routes


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

    api = create_api("debate", SENTENCE, process.metrics, Probes(ready=process.ready))
    api.include_router(routes(door))
    return process.edge(api), [*beside]


if __name__ == "__main__":
    run.web("debate", serving, mask)
