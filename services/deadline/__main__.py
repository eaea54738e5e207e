"""Runs deadline: read settings, assemble, listen."""

from chassis import run
from chassis.kafka import worker
from city.masking import mask
from city.profile import Profile
from services.deadline import store, web
from services.deadline.app import METRICS, build
from services.deadline.whatif import web as whatif_web
from services.deadline.whatif.child import Child
from services.deadline.whatif.runs import Runs


async def assemble(process: run.Process) -> run.Assembled:
    """Deadline on Kafka and PostgreSQL."""
    settings = process.settings
    verifier = process.verifier()
    profile = Profile.load(settings.city)
    clock = process.clock(profile.zone)
    cases = store.PostgresCases(process.pool)

    city = run.CityNow(profile)

    async def refresh() -> None:
        days = (city().calendar.horizon - clock.now().date()).days
        process.metrics.gauge("wenzheng_calendar_horizon_days").set(days)

    limits = process.limits(profile.policy.rates)
    door = web.Door(cases, city.at, clock, verifier, limits)
    runs = Runs(Child(settings.dsn, settings.city))
    return run.Assembled(
        service=build(profile),
        store=store.postgres(process.pool, clock, process.metrics),
        clock=clock,
        routes=[
            web.routes(door),
            whatif_web.routes(whatif_web.Door(runs, city, clock, verifier, limits)),
        ],
        on_listener=city.follow,
        refresh=refresh,
    )


if __name__ == "__main__":
    worker.listener("deadline", "Holds the clock of every case.", assemble, mask, METRICS)
