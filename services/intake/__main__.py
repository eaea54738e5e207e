"""Runs intake: `python -m services.intake` for people, `python -m services.intake listen` for the bus."""

import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from chassis import run
from chassis.kafka.desk import open_desk
from chassis.passes import CallPasses, Passes
from chassis.vault import LinkSecret, PostgresKeys, Secrets
from chassis.web.api import create_api, take_routes
from chassis.web.probes import Probes
from city.masking import mask
from city.profile import Profile
from services.intake import store
from services.intake.app import FILES_AWAY, METRICS, READS, build
from services.intake.examining import Examiner
from services.intake.publishing import Apart
from services.intake.settings import FileSettings
from services.intake.web import Door, pace, posting, routes

FORGETTING_SECONDS: Final = 600.0
"""Real seconds between two looks for sign-ins and sessions that are over."""
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
    keys, proofs = PostgresKeys(), store.PostgresProofs(process.pool)
    folder = FileSettings().files()
    watch = store.Watch(folder, lambda away: process.metrics.gauge(FILES_AWAY).set(away))
    apart = Apart(settings.city, profile.published)
    # Nobody else can know the name of a post that is new.
    desk, beside = open_desk(process, build(profile), store.postgres(process.pool), clock, creates=False)
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
        passes=Passes(settings.secret()),
        calls=CallPasses(settings.call_secret()),
        links=LinkSecret(settings.link_secret()),
        verifier=process.verifier(),
        folder=folder,
        examiner=Examiner(settings.scanner),
        apart=apart,
        paced=pace(lambda: time.thread_time() + apart.used),
        connection=lambda: process.pool,
        count_read=lambda role: process.metrics.counter(READS, role).inc(),
        rate_limits=settings.rate_limits,
    )

    async def expire() -> None:
        await run.every(FORGETTING_SECONDS, lambda: proofs.expire(datetime.now(UTC)))

    api = create_api(
        "intake", SENTENCE, process.metrics, Probes(ready=process.ready, without=lambda: watch.reason)
    )
    take_routes(api.router, routes(door))

    edge = process.edge(api, hot={("POST", posting.PATH): posting.hot_route(door)})
    erased = store.ErasedKeys(settings.dsn, lambda: datetime.now(profile.zone))
    sweep = store.Sweep(folder, store.PostgresAttachments(process.pool))
    return edge, [*beside, expire, erased.run, sweep.run, watch.run]


if __name__ == "__main__":
    if sys.argv[1:] == ["listen"]:
        # Not at the head: the half that is asked does without Faust.
        from chassis.kafka import worker

        worker.listener("intake-listen", SENTENCE, listening, mask, METRICS, schema="intake")
    else:
        run.web("intake", serving, mask, METRICS)
