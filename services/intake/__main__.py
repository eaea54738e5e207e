"""Runs intake: `python -m services.intake` for people, `python -m services.intake listen` for the bus."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from chassis import run
from chassis.engine.desk import Desk
from chassis.engine.publisher import Publisher
from chassis.kafka.broker import broker_of
from chassis.kafka.producer import KafkaBus
from chassis.postgres.answers import PostgresAnswers
from chassis.tokens import Verifier
from chassis.vault import LinkSecret, PostgresKeys, Secrets
from chassis.web.api import create_api
from chassis.web.probes import Probes
from city.masking import mask
from city.profile import Profile
from services.intake import store
from services.intake.app import METRICS, READS, build
from services.intake.web import Door, posting, routes

SENTENCE = "Takes in what people say and do; answers only after it is stored."


async def listening(process: run.Process) -> run.Assembled:
    """The half that hears the other services."""
    profile = Profile.load(process.settings.city)
    return run.Assembled(
        service=build(profile), store=store.postgres(process.pool), clock=process.clock(profile.zone)
    )


async def serving(process: run.Process) -> tuple[Any, Sequence[run.Background]]:
    """The half that people speak to."""
    settings = process.settings
    profile = Profile.load(settings.city)
    clock = process.clock(profile.zone)
    service, kept = build(profile), store.postgres(process.pool)
    instance = settings.instance or "intake"
    publisher = Publisher(kept, KafkaBus(broker_of(settings), instance))
    keys, answers, proofs = PostgresKeys(), PostgresAnswers(), store.PostgresProofs(process.pool)
    desk = Desk(service, kept, publisher, clock, answers, meter=process.metrics)
    public_key = settings.token_public_key_file
    if public_key is None:
        raise SystemExit("WENZHENG_TOKEN_PUBLIC_KEY_FILE must name the key that verifies staff tokens")
    door = Door(
        profile=profile,
        desk=desk,
        clock=clock,
        cases=store.PostgresCases(process.pool),
        voices=store.PostgresVoices(process.pool),
        proofs=proofs,
        numbers=store.PostgresNumbers(process.pool),
        keys=keys,
        read_log=store.PostgresReadLog(process.pool),
        secrets=Secrets(settings.secret()),
        links=LinkSecret(settings.link_secret()),
        verifier=Verifier(public_key.read_bytes()),
        connection=lambda: process.pool,
        count_read=lambda role: process.metrics.counter(READS, role).inc(),
        rate_limits=settings.rate_limits,
    )

    async def ready() -> str:
        await process.pool.fetchval("select 1")
        return ""

    async def expire() -> None:
        while True:
            await asyncio.sleep(600)
            await answers.expire(process.pool)
            await proofs.expire(datetime.now(UTC))

    api = create_api("intake", SENTENCE, process.metrics, Probes(ready=ready))
    api.include_router(routes(door))

    edge = process.edge(api, hot={("POST", posting.PATH): posting.hot_route(door)})
    erased = store.ErasedKeys(settings.dsn, lambda: datetime.now(profile.zone))
    return edge, [publisher.run, desk.run, expire, erased.run]


if __name__ == "__main__":
    if sys.argv[1:] == ["listen"]:
        # Not at the head: the half that is asked does without Faust.
        from chassis.kafka import worker

        worker.listener("intake-listen", SENTENCE, listening, mask, METRICS, schema="intake")
    else:
        run.web("intake", serving, mask, METRICS)
