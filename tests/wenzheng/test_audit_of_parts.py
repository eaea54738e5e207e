"""The audit of one part, in memory: what a city on a real stack, whose posts lie where chance puts them, shows only sometimes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Final, cast

import pytest
from aiokafka.structs import ConsumerRecord
from msgspec.structs import replace

from chassis.engine.city import CityView
from chassis.store import Remembered
from contracts.codec import Event
from contracts.deadlines import DeadlineMissed
from contracts.facts import Fact
from contracts.notices import NoticeSent
from contracts.replies import CaseAccepted
from contracts.topics import TOPICS
from services.intake.core.case import Case as IntakeCase
from services.notifier.core.case import Case as NotifierCase
from tests.services.deadline.desk import Desk, given
from tests.services.deadline.facts import PROFILE, assigned, at, published, received
from wenzheng.audit.numbers import Numbers
from wenzheng.audit.snapshot import Logged, Part, Snapshot
from wenzheng.audit.stored_and_said import StoredAndSaid
from wenzheng.audit.timed import Timed
from wenzheng.stack.home import SERVICES

MONDAY: Final = "2026-03-02T09:00"
WEEKS_LATER: Final = "2026-03-31T09:00"
ACCEPTED: Final = CaseAccepted(at=at(MONDAY), department="water", by="c1")
SENT: Final = NoticeSent(
    at=at(MONDAY), notice="n", cause="c", kind="assigned", audience="clerk", channel="robot"
)


def snapshot(now: str = MONDAY, **waits: dict[tuple[str, str], dict[int, Fact]]) -> Snapshot:
    """Taken after everything was said, when nobody had read anything; `waits` is what lies in a service's outbox."""
    return cast(
        Snapshot,
        SimpleNamespace(
            ends=defaultdict(lambda: 1_000),
            outboxes=defaultdict(dict, waits),
            positions=defaultdict(dict),
            dropped=defaultdict(set),
            now=at(now),
        ),
    )


def part(log: Mapping[str, Sequence[tuple[str, int, Fact]]], **states: Sequence[Remembered]) -> Part:
    """Topic to subject, number and fact of each record; and what services remember."""
    records: dict[str, list[Logged]] = {topic.name: [] for topic in TOPICS}
    for topic, said in log.items():
        for offset, (subject, seq, fact) in enumerate(said):
            event = Event(f"{topic}-{offset}", topic, subject, seq, fact, "")
            records[topic].append(Logged(offset, 0.0, event, "", subject, seq, cast(ConsumerRecord, None)))
    known = {service: {one.subject: one for one in states.get(service, ())} for service in SERVICES}
    return Part(0, records, CityView(PROFILE), known)


def stored(subject: str, number: str, **said: int) -> Remembered:
    """A case of intake, and how many facts of each topic it has said."""
    return Remembered(subject, 0, IntakeCase(number=number, received_at=at(MONDAY)), said=said)


async def test_a_post_that_was_said_and_is_not_stored_is_told_though_its_neighbour_is() -> None:
    row = StoredAndSaid(snapshot())
    mine, neighbours = (replace(received(MONDAY), number=number) for number in ("SQ1", "SQ2"))

    await row.part(
        part(
            {"posts": [("mine", 1, mine), ("other", 1, neighbours)]}, intake=[stored("other", "SQ2", posts=1)]
        )
    )

    assert row.row.examples == ["SQ1 was said and is not stored"]


@pytest.mark.parametrize(
    ("waits", "told"), [({}, ["SQ1: replies 1 is stored and was not said"]), ({1: ACCEPTED}, [])]
)
async def test_the_first_act_on_a_case_is_told_where_its_fact_is_neither_said_nor_waits(
    waits: dict[int, Fact], told: list[str]
) -> None:
    row = StoredAndSaid(snapshot(intake={("replies", "p"): waits}))

    await row.part(
        part({"posts": [("p", 1, received(MONDAY))]}, intake=[stored("p", "SQ1", posts=1, replies=1)])
    )

    assert row.row.examples == told


@pytest.mark.parametrize(
    ("waits", "told"),
    [
        ({}, ["notices p: numbers [1, 2] are missing"]),
        ({2: SENT}, ["notices p: numbers [1, 2] are missing"]),
        ({1: SENT, 2: SENT}, []),
    ],
)
async def test_the_first_numbers_are_missing_as_any_others_are_unless_all_of_them_wait(
    waits: dict[int, Fact], told: list[str]
) -> None:
    row = Numbers(snapshot(notifier={("notices", "p"): waits}))
    tells = Remembered("p", 0, NotifierCase(), said={"notices": 3})

    await row.part(part({"notices": [("p", 3, SENT)]}, notifier=[tells]))

    assert row.row.examples == told


@pytest.mark.parametrize("replied", [(), ("2026-03-30T09:00",)])
def test_a_case_that_is_late_and_not_called_so_is_told_whether_it_was_answered_since_or_not(
    replied: tuple[str, ...],
) -> None:
    desk = missed(*replied)
    forgotten = replace(desk.case, said=replace(desk.case.said, missed=None))
    row = Timed(snapshot(WEEKS_LATER))

    row._late(desk.case, part({}))
    assert row.row.examples == []

    row._late(forgotten, part({}))
    assert row.row.examples == [f"SQ1: late since {due(desk)}, and nobody says so"]


def missed(*replied: str) -> Desk:
    """A case that is called late, and was answered after that."""
    desk = given(received(MONDAY), assigned(MONDAY))
    desk.until("2026-03-29T09:00")
    desk.hear(*map(published, replied))
    desk.until(WEEKS_LATER)
    return desk


def due(desk: Desk) -> datetime:
    """The instant that passed."""
    return next(fact.due for fact in desk.said if isinstance(fact, DeadlineMissed))
