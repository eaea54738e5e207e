"""Runs survey: `python -m services.survey`. People ask it; it hears nothing on the bus."""

import asyncio
from collections.abc import Sequence
from typing import Any

from chassis import run
from chassis.engine.desk import Desk
from chassis.engine.publisher import Publisher
from chassis.kafka.broker import broker_of
from chassis.kafka.producer import KafkaBus
from chassis.postgres.answers import PostgresAnswers
from chassis.tokens import Verifier
from chassis.web.api import create_api
from chassis.web.probes import Probes
from city.masking import mask
from city.profile import Profile
from services.survey import store
from services.survey.app import build
from services.survey.entitlement import Entitlements
from services.survey.web import SENTENCE, Door, routes


async def serving(process: run.Process) -> tuple[Any, Sequence[run.Background]]:
    """The whole service."""
    settings = process.settings
    profile = Profile.load(settings.city)
    clock = process.clock(profile.zone)
    surveys = store.PostgresSurveys(process.pool)
    kept = store.postgres(process.pool, surveys)
    publisher = Publisher(kept, KafkaBus(broker_of(settings), settings.instance or "survey"))
    answers = PostgresAnswers()
    desk = Desk(build(profile), kept, publisher, clock, answers, meter=process.metrics, creates=True)
    public_key = settings.token_public_key_file
    if public_key is None:
        raise SystemExit("WENZHENG_TOKEN_PUBLIC_KEY_FILE must name the key that verifies staff tokens")
    door = Door(
        profile=profile,
        desk=desk,
        clock=clock,
        surveys=surveys,
        entitlements=Entitlements(settings.secret()),
        verifier=Verifier(public_key.read_bytes()),
        limits=process.limits(profile.policy.rates),
    )

    async def ready() -> str:
        await process.pool.fetchval("select 1")
        return ""

    async def expire() -> None:
        while True:
            await asyncio.sleep(600)
            await answers.expire(process.pool)

    api = create_api("survey", SENTENCE, process.metrics, Probes(ready=ready))
    api.include_router(routes(door))
    return process.edge(api), [publisher.run, desk.run, expire]


if __name__ == "__main__":
    run.web("survey", serving, mask)
