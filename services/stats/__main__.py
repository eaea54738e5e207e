"""Runs stats: read settings, assemble, listen."""

from collections.abc import Sequence

from chassis import run
from chassis.engine.listener import Listener
from chassis.kafka import worker
from chassis.kafka.desk import open_desk
from chassis.passes import CallPasses
from city.masking import mask
from city.profile import Profile
from contracts.topics import ACCOUNTABILITY, BULLETINS, INSPECTIONS
from services.stats import counted, store, web
from services.stats.accountability import store as record_store
from services.stats.accountability import web as record_web
from services.stats.accountability.door import Door as RecordDoor
from services.stats.accountability.opener import Opener
from services.stats.app import METRICS, build, build_accountability, build_bulletins, build_inspections
from services.stats.assessment import web as score_web
from services.stats.assessment.door import Door as ScoreDoor
from services.stats.bulletins import store as bulletin_store
from services.stats.bulletins import web as bulletin_web
from services.stats.bulletins.door import Door as BulletinDoor
from services.stats.core.periods import Period
from services.stats.inspections import store as round_store
from services.stats.inspections import web as round_web
from services.stats.inspections.bell import Bell
from services.stats.inspections.door import Door as RoundDoor
from services.stats.league import league
from services.stats.open_data.door import Door as OpenDataDoor
from services.stats.open_data.files import Files
from services.stats.open_data.source import PostgresSource


async def assemble(process: run.Process) -> run.Assembled:
    """Stats on Kafka and PostgreSQL."""
    profile = Profile.load(process.settings.city)
    clock = process.clock(profile.zone)
    figures = store.PostgresFigures(process.pool)
    metrics, pool, verifier = process.metrics, process.pool, process.verifier()
    desk, beside = open_desk(
        process, build_bulletins(profile), bulletin_store.postgres(pool), clock, BULLETINS.name
    )
    records, besides = open_desk(
        process, build_accountability(profile), record_store.postgres(pool), clock, ACCOUNTABILITY.name
    )
    rounds, beside_rounds = open_desk(
        process, build_inspections(profile), round_store.postgres(pool), clock, INSPECTIONS.name
    )
    opener = Opener(record_store.PostgresGrounds(pool), records)

    async def refresh() -> None:
        metrics.gauge("wenzheng_parked", "stats-grounds").set(await opener.parked())
        now = clock.now()
        table = await league(figures, profile, Period.month_of(now.date()), now)
        city = table["city"]
        for outcome in ("received", "replied", "open", "overdue"):
            metrics.gauge("wenzheng_posts", outcome).set(city[outcome])
            for unit in table["departments"]:
                metrics.gauge("wenzheng_unit_posts", unit["code"], outcome).set(unit[outcome])
        for name in ("reply_rate", "on_time_rate", "satisfaction"):
            metrics.gauge(f"wenzheng_{name}").set(city[name] if city[name] is not None else float("nan"))

    city, drawn = run.CityNow(profile), round_store.PostgresRounds(pool)
    bell = Bell(drawn, rounds, clock, city)

    def desks_beside(listening: Listener) -> Sequence[run.Background]:
        return [*city.follow(listening), *beside, *besides, *beside_rounds, opener.run, bell.run]

    limits = process.limits(profile.policy.rates)
    kept = bulletin_store.PostgresBulletins(pool)
    known = record_store.PostgresRecords(pool)
    bulletins = BulletinDoor(kept, desk, profile, clock, verifier, limits, known.measures, city)
    scores = ScoreDoor(figures, known, kept, city, clock, verifier, limits)
    calls = CallPasses(process.settings.call_secret())
    inspections = RoundDoor(drawn, rounds, profile, clock, verifier, limits, calls)
    files = Files(PostgresSource(pool, profile.number_prefix), figures, kept, profile, clock)
    return run.Assembled(
        service=build(profile),
        store=store.postgres(pool),
        clock=clock,
        routes=[
            web.routes(web.Door(figures, profile, clock, process.settings.rate_limits)),
            counted.routes(counted.Door(counted.PostgresSources(pool), profile, clock, verifier, limits)),
            bulletin_web.routes(bulletins),
            record_web.routes(RecordDoor(known, records, profile, verifier, limits)),
            score_web.routes(scores),
            round_web.routes(inspections),
            web.open_data_routes(OpenDataDoor(files, profile, limits)),
        ],
        on_listener=desks_beside,
        refresh=refresh,
        at_end=files.close,
    )


if __name__ == "__main__":
    worker.listener("stats", "Keeps live reply rates and satisfaction.", assemble, mask, METRICS)
