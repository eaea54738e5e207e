"""Runs router: `python -m services.router` for those who ask, `python -m services.router listen` for the bus."""

import sys
from collections.abc import Sequence
from typing import Any, Final

from chassis import run
from chassis.engine.desk import Desk
from chassis.engine.publisher import Publisher
from chassis.kafka.overview import Overview
from chassis.kafka.producer import KafkaBus
from chassis.postgres.leadership import Leadership
from chassis.web.api import create_api, take_routes
from chassis.web.probes import Probes
from city.masking import mask
from city.profile import Profile
from contracts.identity import PARTITIONS
from contracts.topics import CITY, POSTS
from services.router import store, web
from services.router.app import METRICS, build, build_talk
from services.router.core.topics.city_posts import CAPACITY, CityPosts
from services.router.teller import Teller

SENTENCE: Final = (
    "Assigns each post to the unit whose duty it is, and sees what the whole city is asking about."
)
BACKLOG: Final = CAPACITY * 3 // 2 // PARTITIONS
"""Records of each partition that are read again at the start: the posts kept, and what was said of them since."""
TELL_SECONDS: Final = 1.0


async def listening(process: run.Process) -> run.Assembled:
    """The half that assigns."""
    profile = Profile.load(process.settings.city)
    return run.Assembled(
        service=build(profile, store.Models(process.pool)),
        store=store.postgres(process.pool),
        clock=process.clock(profile.zone),
    )


async def serving(process: run.Process) -> tuple[Any, Sequence[run.Background]]:
    """The half that is asked, and that sees the whole city; assignment never waits for it."""
    settings, pool, metrics = process.settings, process.pool, process.metrics
    profile = Profile.load(settings.city)
    clock, posts = process.clock(profile.zone), CityPosts(profile)
    bus = settings.broker
    overview = Overview((CITY, POSTS), bus, posts.see, BACKLOG)
    leadership = Leadership(pool, "router topics")
    topics = store.PostgresTopics(pool)
    talk_store = store.postgres_talk(pool)
    publisher = Publisher(talk_store, KafkaBus(bus, settings.instance or "router"))
    desk = Desk(build_talk(), talk_store, publisher, clock, meter=metrics, creates=True)

    async def leads() -> bool:
        return overview.caught_up.is_set() and await leadership.held()

    teller = Teller(posts, topics, clock, leads, desk)

    async def tell() -> None:
        metrics.gauge("wenzheng_overview_lag_events").set(overview.lag)
        metrics.gauge("wenzheng_overview_posts").set(len(posts))
        said = await teller.step()
        metrics.gauge("wenzheng_overview_leads").set(leadership.connection is not None)
        metrics.counter("wenzheng_topic_facts_total").inc(said)

    def behind() -> str:
        return "" if overview.caught_up.is_set() else f"{overview.lag} records of the log not yet seen"

    api = create_api("router", SENTENCE, metrics, Probes(ready=process.ready, catching_up=behind))
    door = web.Door(
        profile=profile,
        cases=store.PostgresCases(pool),
        models=store.Models(pool),
        topics=topics,
        posts=posts,
        verifier=process.verifier(),
        clock=clock,
        rate_limits=settings.rate_limits,
    )
    take_routes(api.router, web.routes(door))
    return process.edge(api), [publisher.run, overview.run, lambda: run.every(TELL_SECONDS, tell)]


if __name__ == "__main__":
    if sys.argv[1:] == ["listen"]:
        # Not at the head: the half that is asked does without Faust.
        from chassis.kafka import worker

        worker.listener("router-listen", SENTENCE, listening, mask, schema="router")
    else:
        run.web("router", serving, mask, METRICS)
