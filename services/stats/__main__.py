"""Runs stats: read settings, assemble, listen."""

from chassis import run
from chassis.kafka import worker
from city.masking import mask
from city.profile import Profile
from services.stats import store, web
from services.stats.app import METRICS, build
from services.stats.core.periods import Period
from services.stats.league import league


async def assemble(process: run.Process) -> run.Assembled:
    """Stats on Kafka and PostgreSQL."""
    profile = Profile.load(process.settings.city)
    clock = process.clock(profile.zone)
    figures = store.PostgresFigures(process.pool)
    metrics = process.metrics

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

    return run.Assembled(
        service=build(profile),
        store=store.postgres(process.pool),
        clock=clock,
        routes=[web.routes(web.Door(figures, profile, clock, process.settings.rate_limits))],
        refresh=refresh,
    )


if __name__ == "__main__":
    worker.listener("stats", "Keeps live reply rates and satisfaction.", assemble, mask, METRICS)
