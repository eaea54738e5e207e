"""Whatever a case lives through and however the bus tells it, the clock, the words that stand and the ledger agree."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from chassis.engine.batch import Batch
from chassis.engine.city import CityView
from chassis.engine.records import Read
from chassis.service import Incoming
from chassis.store import Remembered
from contracts.codec import Event
from contracts.facts import Fact
from contracts.identity import city_subject, derived, partition_of
from contracts.posts import PostsGrouped, PostUngrouped, PostWithdrawn
from services.deadline.app import build
from services.deadline.core.case import Arm, Cancel, Case, Redate, TimerDue
from services.deadline.core.clock import clock, ledger, put_off
from tests.services.deadline.facts import PROFILE, assigned, at, extended, received
from tests.services.deadline.histories import deliveries

SERVICE = build(PROFILE)
SUBJECT = derived("post", 1)
PARTITION = partition_of(SUBJECT)
CITY = city_subject(PARTITION)
END = at("2026-12-30T09:00")
"""Long after everything."""

Delivered = list[tuple[str, int, Fact]]


class Instance:
    """Deadline's own engine over one case: a fact a batch, repeats seen by their number, timers rung by the test."""

    def __init__(self) -> None:
        self.loaded: dict[str, Remembered] = {}
        self.cities: dict[int, CityView] = {}
        self.armed: datetime | None = None
        self.rung: list[str] = []
        """Ids of the timers that have rung."""

    @property
    def case(self) -> Case:
        found: Case = self.loaded[SUBJECT].state
        return found

    @property
    def city(self) -> Any:
        view = self.cities.get(PARTITION)
        return view.city if view is not None else PROFILE

    def hear(self, topic: str, number: int, fact: Fact) -> None:
        subject = CITY if topic == "city" else SUBJECT
        incoming = Incoming(topic, PARTITION, 0, None, None, ())
        event = Event(f"{topic}/{number}", topic, subject, number, fact, "test")
        turn = self._turn(fact.at)
        turn.hear(Read(incoming, subject, number, event))
        self._keep(turn)

    def sweep(self, now: datetime) -> None:
        """Date the case again when it is stale and anything of it is waited for, as the store's door would."""
        row, view = self.loaded.get(SUBJECT), self.cities.get(PARTITION)
        if row is None or view is None:
            return
        dated_by = row.state.dated_by
        if dated_by is not None and dated_by < view.amendments:
            turn = self._turn(now)
            turn.ring(SUBJECT, Redate(view.amendments), "sweep")
            self._keep(turn)

    def until(self, now: datetime) -> None:
        """Ring what is due, as the claim would."""
        while self.armed is not None and self.armed <= now:
            due_at, self.armed = self.armed, None
            timer = TimerDue(derived(SUBJECT, "timer", self.case.rung), due_at, now)
            self.rung.append(timer.id)
            turn = self._turn(now)
            turn.ring(SUBJECT, timer, timer.id)
            self._keep(turn)

    def _turn(self, now: datetime) -> Batch:
        return Batch(SERVICE, self.loaded, (), self.cities, now)

    def _keep(self, turn: Batch) -> None:
        assert not turn.counts.parked, "a rule raised"
        for applied in turn.outcome("blob").effects:
            if isinstance(applied.effect, Arm):
                assert applied.effect.number == self.case.rung
                self.armed = applied.effect.at
            elif isinstance(applied.effect, Cancel):
                self.armed = None
        if SUBJECT in self.loaded:
            assert self.case.next_at == self.armed


def told(delivered: Delivered, pause: timedelta | None = None) -> Instance:
    """An instance that has heard all this; with a pause, time passes by so much after every second fact."""
    instance = Instance()
    for n, (topic, number, fact) in enumerate(delivered):
        instance.hear(topic, number, fact)
        if pause is not None and n % 2:
            instance.sweep(fact.at)
            instance.until(fact.at + pause)
    instance.sweep(END)
    return instance


def standing(instance: Instance) -> tuple[datetime | None, set[str], set[str]]:
    """The words that stand when all time has passed: the miss, the broken promises, the steps of the ladder.

    Steps of an open case only: one that was said of a closed one is not taken back when an earlier end is heard.
    """
    instance.until(END)
    said = instance.case.said
    return said.missed, set(said.broken), set(said.escalated) if said.stopped is None else set()


def record(instance: Instance) -> list[tuple[Any, ...]]:
    """What stands of each handling that is over: its end and ledger, the miss, the steps, what was granted, the broken dates, and
    the late meetings, but those of which no end was heard: whether they are called late depends on when the next handling began."""
    over = {call.at for call in instance.case.meetings if call.called and instance.case.ends_of(call)}
    return [
        (
            *(one.said.handling, one.said.stopped, one.said.due, one.said.held, one.said.missed),
            *(set(one.said.escalated) - {"remind"}, set(one.said.extended), set(one.said.broken)),
            over.intersection(one.said.meetings),
        )
        for one in instance.case.over
    ]


def straight(history: dict[str, list[Fact]]) -> Delivered:
    """As it happened: in order of time over all topics, each once."""
    numbered = [(topic, n, fact) for topic, facts in history.items() for n, fact in enumerate(facts, 1)]
    return sorted(numbered, key=lambda one: one[2].at)


def test_a_miss_is_dated_by_the_clock_whatever_is_heard_first() -> None:
    """An end that is heard before the promise that it follows; found by the histories below."""
    history: dict[str, list[Fact]] = {
        "posts": [received("2026-02-10T09:00"), PostWithdrawn(at=at("2026-02-13T18:01"))],
        "assignments": [assigned("2026-02-10T09:01")],
        "replies": [extended("2026-02-10T09:03", "2026-02-11")],
        "city": [],
    }
    lived = straight(history)
    promise = next(one for one in lived if one[0] == "replies")

    heard = told([*(one for one in lived if one is not promise), promise])

    assert heard.case.said.missed == at("2026-02-11T18:00")
    assert standing(heard) == standing(told(lived))


@pytest.mark.slow
@settings(max_examples=3_000)
@for_all(deliveries())
def test_any_order_across_topics_with_repeats_gives_the_same_clock_the_same_timers_and_a_ledger_that_sums(
    case: tuple[dict[str, list[Fact]], Delivered],
) -> None:
    history, delivered = case
    lived, heard = told(straight(history)), told(delivered)

    made = clock(heard.case, heard.city)

    assert heard.city.version == lived.city.version
    assert made is not None
    assert made == clock(lived.case, lived.city)
    assert heard.case.said.stopped == lived.case.said.stopped == made.stop
    if not history["city"]:
        # Else what was said of a closed case depends on the rules in force when it closed.
        assert standing(heard) == standing(lived)
    for until in (made.stop or made.due, END):
        held = ledger(heard.case, made, until, heard.city.working_time)
        assert sum(one.minutes for one in held) == heard.city.working_time.minutes_between(made.start, until)
        assert held == ledger(lived.case, made, until, lived.city.working_time)


@pytest.mark.slow
@settings(max_examples=3_000)
@for_all(deliveries(), st.integers(0, 30))
def test_with_time_passing_between_the_facts_a_miss_and_a_broken_promise_stand_exactly_when_there_was_one(
    case: tuple[dict[str, list[Fact]], Delivered], days: int
) -> None:
    _, delivered = case
    heard = told(delivered, timedelta(days=days))
    heard.until(END)

    said = heard.case.said
    made = clock(heard.case, heard.city)

    assert made is not None
    assert len(heard.rung) == len(set(heard.rung)) == heard.case.rung
    if heard.cities and heard.case.amendments != heard.cities[PARTITION].amendments:
        # Closed before the rules changed: judged by those it was closed under.
        assert said.stopped == made.stop
        return
    stop = made.stop or END
    assert (said.missed is not None) == (made.due < stop)
    time = heard.city.working_time
    # A date that came while the post was hidden was put off with it.
    promised = {moved.extension: put_off(made, moved.at, moved.promised, time) for moved in made.extensions}
    assert set(said.broken) == {identity for identity, date in promised.items() if date < stop}
    if said.missed is not None and made.stop is None:
        assert set(said.escalated) >= {"leader", "supervisor", "bulletin"}
    assert said.stopped == made.stop
    if made.stop is not None:
        assert sum(one.minutes for one in said.held) == time.minutes_between(made.start, made.stop)


def agree_on_the_record(history: dict[str, list[Fact]], delivered: Delivered, pause: timedelta) -> None:
    if history["city"]:
        return  # by the rules in force when it was over
    lived, heard = told(straight(history)), told(delivered, pause)

    assert record(heard) == record(lived)


@pytest.mark.medium
@settings(max_examples=300)
@for_all(deliveries(), st.integers(0, 30))
def test_of_hundreds_of_histories_the_record_of_handlings_that_are_over_is_the_same_in_any_order(
    case: tuple[dict[str, list[Fact]], Delivered], days: int
) -> None:
    agree_on_the_record(*case, timedelta(days=days))


@pytest.mark.slow
@settings(max_examples=10_000)
@for_all(deliveries(), st.integers(0, 30))
def test_of_ten_thousand_histories_the_record_of_handlings_that_are_over_is_the_same_in_any_order(
    case: tuple[dict[str, list[Fact]], Delivered], days: int
) -> None:
    agree_on_the_record(*case, timedelta(days=days))


@pytest.mark.slow
@settings(max_examples=2_000)
@for_all(deliveries())
def test_a_case_that_has_left_every_group_goes_on_as_if_it_had_never_been_in_one(
    case: tuple[dict[str, list[Fact]], Delivered],
) -> None:
    history, delivered = case
    joined = [fact.group for fact in history["posts"] if isinstance(fact, PostsGrouped)]
    parted = [fact.group for fact in history["posts"] if isinstance(fact, PostUngrouped)]
    assume(joined == parted)
    alone = {
        topic: [
            fact
            for fact in facts
            if not isinstance(fact, PostsGrouped | PostUngrouped) and not getattr(fact, "lead", "")
        ]
        for topic, facts in history.items()
        if topic != "assignments"
    } | {"assignments": history["assignments"]}

    heard, never = told(delivered), told(straight(alone))

    assert clock(heard.case, heard.city) == clock(never.case, never.city)
    assert heard.case.said.stopped == never.case.said.stopped
    if not history["city"]:
        assert standing(heard) == standing(never)
