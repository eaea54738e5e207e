"""A desk as a process has it: it keeps its answers, publishes what its rules say, and forgets old answers."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from chassis import run
from chassis.clock import CityTime
from chassis.engine.desk import Desk
from chassis.engine.publisher import Publisher
from chassis.kafka.producer import KafkaBus
from chassis.postgres.answers import PostgresAnswers
from chassis.service import Service
from chassis.store import Store


def open_desk(
    process: run.Process,
    service: Service[Any, Any],
    store: Store,
    clock: CityTime,
    topic: str = "",
    creates: bool = True,
) -> tuple[Desk, Sequence[run.Background]]:
    """The desk, and the work beside it; any instance takes what any person asks.

    `topic` tells desks of one process apart, each with a producer of its own; `creates` is what `Desk` says of it.
    """
    name = process.settings.instance or process.name
    publisher = Publisher(store, KafkaBus(process.settings.broker, f"{name}-{topic}" if topic else name))
    answers = PostgresAnswers()
    desk = Desk(service, store, publisher, clock, answers, process.metrics, creates=creates)
    return desk, [publisher.run, desk.run, partial(answers.expiring, process.pool)]
