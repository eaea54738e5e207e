"""Runs stats: read settings, assemble, listen."""

import asyncio
from collections.abc import Sequence

from chassis import run
from chassis.clock import Clock
from chassis.engine.desk import Desk
from chassis.engine.listener import Listener
from chassis.engine.publisher import Publisher
from chassis.kafka import worker
from chassis.kafka.broker import broker_of
from chassis.kafka.producer import KafkaBus
from chassis.postgres.answers import PostgresAnswers
from chassis.tokens import Verifier
from city.masking import mask
from city.profile import Profile
from services.stats import store, web
from services.stats.app import METRICS, build, build_bulletins
from services.stats.bulletins import store as bulletin_store
from services.stats.bulletins.door import Door as BulletinDoor
from services.stats.core.periods import Period
from services.stats.league import league
from services.stats.open_data.door import Door as OpenDataDoor
from services.stats.open_data.files import Files
from services.stats.open_data.source import PostgresSource


async def assemble(process: run.Process) -> run.Assembled:
    """Stats on Kafka and PostgreSQL."""
    profile = Profile.load(process.settings.city)
    clock = process.clock(profile.zone)
    figures = store.PostgresFigures(process.pool)
    metrics = process.metrics
    desk, beside = _desk(process, profile, clock)

    async def refresh() -> None:
        now = clock.now()
        table = await league(figures, profile, Period.month_of(now.date()), now)
        city = table["city"]
        for outcome in ("received", "replied", "open", "overdue"):
            metrics.gauge("wenzheng_posts", outcome).set(city[outcome])
            for unit in table["departments"]:
                metrics.gauge("wenzheng_unit_posts", unit["code"], outcome).set(unit[outcome])
        for name in ("reply_rate", "on_time_rate", "satisfaction"):
            metrics.gauge(f"wenzheng_{name}").set(city[name] if city[name] is not None else float("nan"))

    def bulletins_beside(_: Listener) -> Sequence[run.Background]:
        return beside

    limits = process.limits(profile.policy.rates)
    kept = bulletin_store.PostgresBulletins(process.pool)
    bulletins = BulletinDoor(kept, desk, profile, clock, _verifier(process), limits)
    source = PostgresSource(process.pool, profile.number_prefix)
    open_data = OpenDataDoor(Files(source, figures, kept, profile, clock), profile, limits)
    return run.Assembled(
        service=build(profile),
        store=store.postgres(process.pool),
        clock=clock,
        routes=[
            web.routes(web.Door(figures, profile, clock, process.settings.rate_limits)),
            web.bulletin_routes(bulletins),
            web.open_data_routes(open_data),
        ],
        on_listener=bulletins_beside,
        refresh=refresh,
    )


def _verifier(process: run.Process) -> Verifier:
    if process.settings.token_public_key_file is None:
        raise SystemExit("WENZHENG_TOKEN_PUBLIC_KEY_FILE must name the key that verifies staff tokens")
    return Verifier(process.settings.token_public_key_file.read_bytes())


def _desk(process: run.Process, profile: Profile, clock: Clock) -> tuple[Desk, Sequence[run.Background]]:
    """Where people act on bulletins, with the work beside it; any instance takes any of them."""
    settings, answers = process.settings, PostgresAnswers()
    kept = bulletin_store.postgres(process.pool)
    publisher = Publisher(kept, KafkaBus(broker_of(settings), f"{settings.instance or 'stats'}-bulletins"))
    desk = Desk(build_bulletins(profile), kept, publisher, clock, answers, process.metrics, creates=True)

    async def expire() -> None:
        while True:
            await asyncio.sleep(600)
            await answers.expire(process.pool)

    return desk, [publisher.run, desk.run, expire]


if __name__ == "__main__":
    worker.listener("stats", "Keeps live reply rates and satisfaction.", assemble, mask, METRICS)
