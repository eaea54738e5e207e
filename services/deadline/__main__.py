"""Runs deadline: read settings, assemble, listen."""

from chassis import run
from chassis.kafka import worker
from chassis.tokens import Verifier
from city.masking import mask
from city.profile import Profile
from services.deadline import store, web
from services.deadline.app import METRICS, build


async def assemble(process: run.Process) -> run.Assembled:
    """Deadline on Kafka and PostgreSQL."""
    settings = process.settings
    if settings.token_public_key_file is None:
        raise SystemExit("WENZHENG_TOKEN_PUBLIC_KEY_FILE must name the key that verifies staff tokens")
    verifier = Verifier(settings.token_public_key_file.read_bytes())
    profile = Profile.load(settings.city)
    clock = process.clock(profile.zone)
    cases = store.PostgresCases(process.pool)

    city = run.CityNow(profile)

    async def refresh() -> None:
        days = (city().calendar.horizon - clock.now().date()).days
        process.metrics.gauge("wenzheng_calendar_horizon_days").set(days)

    door = web.Door(cases, city.at, clock, verifier, process.limits(profile.policy.rates))
    return run.Assembled(
        service=build(profile),
        store=store.postgres(process.pool, clock, process.metrics),
        clock=clock,
        routes=[web.routes(door)],
        on_listener=city.follow,
        refresh=refresh,
    )


if __name__ == "__main__":
    worker.listener("deadline", "Holds the clock of every case.", assemble, mask, METRICS)
