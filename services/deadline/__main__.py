"""Runs deadline: read settings, assemble, listen."""

from chassis import run
from chassis.kafka import worker
from city.masking import mask
from city.profile import Profile
from services.deadline import store, web
from services.deadline.app import METRICS, build


async def assemble(process: run.Process) -> run.Assembled:
    """Deadline on Kafka and PostgreSQL."""
    profile = Profile.load(process.settings.city)
    clock = process.clock(profile.zone)
    reader = store.Reader(process.pool)

    city = run.CityNow(profile)

    async def refresh() -> None:
        days = (city().calendar.horizon - clock.now().date()).days
        process.metrics.gauge("wenzheng_calendar_horizon_days").set(days)

    return run.Assembled(
        service=build(profile),
        store=store.postgres(process.pool, clock, process.metrics),
        clock=clock,
        routes=[web.routes(reader, city.at, clock, process.limits(profile.policy.rates))],
        on_listener=city.follow,
        refresh=refresh,
    )


if __name__ == "__main__":
    worker.listener("deadline", "Holds the clock of every case.", assemble, mask, METRICS)
