"""The clock of a case: given facts, when another comes, then this is said."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from city.profile import Profile
from contracts.assignments import LeadNamed, MeetingCalled
from contracts.city_facts import CalendarPublished, PolicyChanged
from contracts.decision import Context, Say
from contracts.facts import Fact
from contracts.posts import PostWithdrawn
from contracts.replies import PostReopened, ReplyDrafted
from services.deadline.app import RULES
from services.deadline.core.case import Arm, Cancel, Case, Redate, Timer, TimerDue
from services.deadline.core.clock import clock, ledger
from tests.services.deadline.facts import (
    PROFILE,
    answered,
    asked,
    assigned,
    at,
    day_off,
    extended,
    grouped,
    moved,
    policy,
    published,
    received,
    ungrouped,
)


@dataclass
class Desk:
    """A case, the timers it has armed, and everything it has said."""

    case: Case = field(default_factory=Case)
    armed: dict[str, Timer] = field(default_factory=dict)
    said: list[Fact] = field(default_factory=list)
    city: Profile = PROFILE
    amendments: int = 0

    def hear(self, *facts: Any, now: datetime | None = None) -> list[Fact]:
        """Handle inputs; returns what was said of them. A fact about the city dates the case again."""
        before = len(self.said)
        for fact in facts:
            if isinstance(fact, CalendarPublished | PolicyChanged):
                self.city, self.amendments = self.city.amended(fact), self.amendments + 1
                self.hear(Redate(self.amendments), now=fact.at)
                continue
            instant = now or getattr(fact, "at", None) or getattr(fact, "due_at", at("2026-03-02T09:00"))
            context = Context("post", "cause", instant, self.city, self.amendments)
            decision = RULES[type(fact)](self.case, fact, context)
            self.case = decision.state
            for effect in decision.effects:
                if isinstance(effect, Say):
                    self.said.append(effect.fact)
                elif isinstance(effect, Arm):
                    assert effect.timer.id not in self.armed
                    self.armed[effect.timer.id] = effect.timer
                elif isinstance(effect, Cancel):
                    del self.armed[effect.id]
        assert {timer.id for timer in self.case.timers} == set(self.armed)
        return self.said[before:]

    def until(self, when: str) -> list[Fact]:
        """Let time pass; every timer due by then rings in order."""
        before = len(self.said)
        while due := sorted((t for t in self.armed.values() if t.due_at <= at(when)), key=lambda t: t.due_at):
            timer = due[0]
            del self.armed[timer.id]
            self.hear(TimerDue(timer.id, timer.kind, timer.due_at), now=timer.due_at + timedelta(seconds=1))
        return self.said[before:]


def names(facts: Sequence[Fact]) -> list[str]:
    return [type(fact).__name__ + (f":{fact.level}" if hasattr(fact, "level") else "") for fact in facts]


def given(*facts: Fact) -> Desk:
    desk = Desk()
    desk.hear(*facts)
    return desk


def test_a_received_post_is_due_at_the_close_of_the_third_working_day() -> None:
    desk = Desk()

    said = desk.hear(received("2026-02-13T16:00"))

    assert names(said) == ["DeadlineSet"]
    assert said[0].due == at("2026-02-25T18:00")  # type: ignore[attr-defined]  # 春节 between, Saturday 14 worked
    assert {timer.kind for timer in desk.armed.values()} == {
        "near",
        "remind",
        "missed",
        "leader",
        "supervisor",
        "bulletin",
    }


def test_a_debate_carries_no_clock() -> None:
    desk = Desk()

    assert desk.hear(received("2026-03-02T10:00", "debate"), published("2026-03-02T11:00")) == []
    assert desk.armed == {}


def test_an_answer_in_time_stops_the_clock_and_every_timer() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))

    said = desk.hear(published("2026-03-04T11:00"))

    assert names(said) == ["ClockStopped"]
    stopped: Any = said[0]
    assert (stopped.in_time, stopped.late_minutes, stopped.department) == (True, 0, "water")
    assert sum(held.minutes for held in stopped.held) == PROFILE.working_time.minutes_between(
        at("2026-03-02T10:00"), at("2026-03-04T11:00")
    )
    assert desk.armed == {}
    assert desk.until("2026-04-01T00:00") == []


def test_a_forgotten_case_climbs_the_ladder_step_by_step() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))

    assert names(desk.until("2026-03-04T18:00")) == ["CaseEscalated:remind"]
    assert names(desk.until("2026-03-05T17:59")) == ["DeadlineNear"]
    assert names(desk.until("2026-03-05T18:00")) == ["DeadlineMissed", "CaseEscalated:leader"]
    assert names(desk.until("2026-03-06T18:00")) == ["CaseEscalated:supervisor"]
    assert names(desk.until("2026-03-12T18:00")) == ["CaseEscalated:bulletin"]
    late: Any = desk.hear(published("2026-03-13T09:30"))[0]
    assert (late.in_time, late.late_minutes) == (False, 5 * 420 + 30)


def test_an_answer_before_the_miss_that_was_heard_after_it_withdraws_it() -> None:
    desk = given(received("2026-02-13T16:00"), assigned("2026-02-13T16:00"))
    desk.until("2026-02-25T18:00")

    said = desk.hear(published("2026-02-25T17:59"))

    assert names(said) == ["MissWithdrawn", "ClockStopped"]
    assert said[1].in_time  # type: ignore[attr-defined]


def test_a_question_pauses_the_clock_and_the_answer_resumes_it() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))

    paused = desk.hear(asked("2026-03-03T10:00"))
    resumed = desk.hear(answered("2026-03-06T10:00"))

    assert names(paused) == ["ClockPaused"]
    assert names(resumed) == ["ClockResumed"]
    assert resumed[0].due == at("2026-03-10T18:00")  # type: ignore[attr-defined]
    assert desk.case.said.missed is None


def test_an_unanswered_question_pauses_for_five_working_days_at_most() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"), asked("2026-03-03T10:00"))

    said = desk.until("2026-03-10T18:00")

    assert names(said) == ["ClockResumed"]
    assert said[0].due == at("2026-03-13T18:00")  # type: ignore[attr-defined]


def test_an_extension_moves_the_due_date_and_is_a_promise() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))

    said = desk.hear(extended("2026-03-04T10:00", "2026-03-09"))
    broken = desk.until("2026-03-09T18:00")

    assert names(said) == ["DeadlineExtended"]
    assert said[0].due == at("2026-03-09T18:00")  # type: ignore[attr-defined]
    assert "PromiseBroken" in names(broken)
    assert "DeadlineMissed" in names(broken)


def test_an_extension_approved_after_the_miss_withdraws_it() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))
    desk.until("2026-03-05T18:00")

    said = desk.hear(extended("2026-03-06T09:30", "2026-03-10"))

    assert names(said) == ["DeadlineExtended", "MissWithdrawn"]
    assert set(names(desk.until("2026-03-10T18:00"))) >= {"DeadlineMissed", "PromiseBroken"}


def test_a_transfer_changes_the_holder_and_not_the_due_date() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))

    assert desk.hear(moved("2026-03-03T11:00", "transport")) == []
    stopped: Any = desk.hear(published("2026-03-03T15:00"))[0]

    assert {held.holder: held.minutes for held in stopped.held} == {"water": 420 + 60, "transport": 120}


def test_the_leaders_desk_and_the_meeting_hold_their_own_minutes() -> None:
    desk = given(
        received("2026-03-02T09:00"),
        assigned("2026-03-02T10:00"),
        ReplyDrafted(at=at("2026-03-02T11:00"), reply="r1", text="", department="water", by="c"),
        MeetingCalled(at=at("2026-03-02T14:00"), departments=(), reason="", until=at("2026-03-03T18:00")),
        LeadNamed(at=at("2026-03-02T15:00"), lead="water", assisting=(), reason=""),
    )

    stopped: Any = desk.hear(published("2026-03-02T16:00"))[0]

    assert {held.holder: held.minutes for held in stopped.held} == {
        "router": 60,
        "water": 60,
        "leader:water": 60 + 60,
        "meeting": 60,
    }


def test_a_reopened_case_has_a_clock_of_its_own() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"), published("2026-03-03T10:00"))

    said: Any = desk.hear(
        PostReopened(at=at("2026-03-06T10:00"), reason="没修好", reply="r1", department="water")
    )

    assert names(said) == ["DeadlineSet"]
    assert (said[0].clock, said[0].due) == ("second", at("2026-03-13T18:00"))
    again: Any = desk.hear(published("2026-03-12T10:00", handling=2))
    assert (again[0].clock, again[0].in_time) == ("second", True)


def test_a_withdrawn_post_ends_its_clock() -> None:
    desk = given(received("2026-03-02T10:00"))

    said: Any = desk.hear(PostWithdrawn(at=at("2026-03-02T11:00")))

    assert (names(said), said[0].cause) == (["ClockStopped"], "withdrawn")
    assert desk.armed == {}


def test_an_ungrouped_member_goes_on_as_if_it_had_never_been_grouped() -> None:
    alone = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))
    member = given(
        received("2026-03-02T10:00"),
        assigned("2026-03-02T10:00"),
        grouped("2026-03-02T11:00"),
        published("2026-03-03T10:00", lead="other"),
        ungrouped("2026-03-03T11:00"),
    )

    assert clock(member.case, PROFILE) == clock(alone.case, PROFILE)
    assert set(member.armed) == set(alone.armed)
    assert member.case.said.stopped is None


def test_a_member_that_joins_another_group_is_not_answered_by_the_lead_it_left() -> None:
    desk = given(
        received("2026-03-02T10:00"),
        assigned("2026-03-02T10:00"),
        grouped("2026-03-02T11:00", "g1", "first"),
        published("2026-03-03T10:00", lead="first"),
        ungrouped("2026-03-03T11:00", "g1"),
        grouped("2026-03-03T12:00", "g2", "second"),
    )

    assert desk.case.said.stopped is None

    desk.hear(published("2026-03-04T10:00", lead="second"))

    assert desk.case.said.stopped == at("2026-03-04T10:00")


def test_a_new_calendar_dates_open_cases_again() -> None:
    desk = given(received("2026-12-30T10:00"))

    said: Any = desk.hear(day_off("2026-12-31T09:00", "2027-01-04"))

    assert names(said) == ["DeadlineRedated"]
    assert (said[0].previous, said[0].due) == (at("2027-01-04T18:00"), at("2027-01-05T18:00"))
    assert desk.case.amendments == 1


def test_a_cancelled_timer_that_rings_all_the_same_says_nothing() -> None:
    desk = given(received("2026-03-02T10:00"))
    missed = next(timer for timer in desk.armed.values() if timer.kind == "missed")
    desk.hear(published("2026-03-03T10:00"))

    assert desk.hear(TimerDue(missed.id, missed.kind, missed.due_at)) == []


# -- any order, the same clock ------------------------------------------------------------------

_MINUTES = st.integers(0, 20 * 24 * 60)


@st.composite
def histories(draw: st.DrawFn) -> dict[str, list[Fact]]:
    """A case's facts by topic, in order within each topic."""
    start = at("2026-02-10T09:00") + timedelta(minutes=draw(_MINUTES))
    instants = sorted(draw(st.lists(_MINUTES, min_size=8, max_size=8, unique=True)))
    when = [(start + timedelta(minutes=minutes)) for minutes in instants]
    text = [instant.replace(tzinfo=None).isoformat() for instant in when]
    posts: list[Fact] = [received(start.replace(tzinfo=None).isoformat())]
    assignments: list[Fact] = [assigned(text[0])]
    if draw(st.booleans()):
        assignments.append(moved(text[3], "transport"))
    replies: list[Fact] = []
    if draw(st.booleans()):
        replies.append(asked(text[1]))
        if draw(st.booleans()):
            replies.append(answered(text[2]))
    if draw(st.booleans()):
        replies.append(extended(text[4], (when[4] + timedelta(days=4)).date().isoformat()))
    if draw(st.booleans()):
        replies.append(published(text[5]))
        if draw(st.booleans()):
            replies.append(PostReopened(at=when[6], reason="", reply="r1", department="water"))
            if draw(st.booleans()):
                replies.append(published(text[7], handling=2))
    elif draw(st.booleans()):
        posts.append(PostWithdrawn(at=when[6]))
    if draw(st.booleans()):
        posts.insert(1, grouped(text[1]))
        if draw(st.booleans()):
            posts.insert(2, ungrouped(text[6]))
        if draw(st.booleans()):
            replies.append(published(text[6], lead="other"))
    city: list[Fact] = []
    if draw(st.booleans()):
        city.append(day_off(text[3], when[5].date().isoformat()))
    if draw(st.booleans()):
        city.append(policy(text[4], **{"kinds.complaint": {"reply_days": draw(st.integers(1, 5))}}))
    return {"posts": posts, "assignments": assignments, "replies": replies, "city": city}


@st.composite
def interleavings(draw: st.DrawFn) -> tuple[dict[str, list[Fact]], list[Fact]]:
    """The history, and one order in which the bus may deliver it."""
    history = draw(histories())
    order = draw(st.permutations([topic for topic, facts in history.items() for _ in facts]))
    left = {topic: list(facts) for topic, facts in history.items()}
    return history, [left[topic].pop(0) for topic in order]


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None)
@for_all(interleavings())
def test_any_order_across_topics_gives_the_same_clock_the_same_timers_and_a_ledger_that_sums(
    case: tuple[dict[str, list[Fact]], list[Fact]],
) -> None:
    history, order = case
    straight, shuffled = Desk(), Desk()
    straight.hear(*[fact for facts in history.values() for fact in facts])
    shuffled.hear(*order)

    city = straight.city
    made = clock(shuffled.case, city)

    assert shuffled.city.version == city.version
    assert made == clock(straight.case, city)
    assert set(shuffled.armed) == set(straight.armed)
    assert shuffled.case.said.stopped == straight.case.said.stopped
    if made is not None:
        until = made.stop or made.due
        held = ledger(shuffled.case, made, until, city.working_time)
        assert sum(one.minutes for one in held) == city.working_time.minutes_between(made.start, until)


@pytest.mark.slow
@settings(max_examples=2_000, deadline=None)
@for_all(interleavings(), st.integers(0, 30))
def test_with_timers_ringing_between_the_facts_no_miss_stands_against_an_earlier_reply(
    case: tuple[dict[str, list[Fact]], list[Fact]], days: int
) -> None:
    _, order = case
    desk = Desk()
    for n, fact in enumerate(order):
        desk.hear(fact)
        desk.until((fact.at + timedelta(days=days * (n % 2))).replace(tzinfo=None).isoformat())

    made = clock(desk.case, desk.city)

    if made is not None and made.stop is not None and made.stop <= made.due:
        assert desk.case.said.missed is None
    rung = [ended.id for ended in desk.case.ended]
    assert len(rung) == len(set(rung))


@pytest.mark.parametrize("level", ["remind", "leader", "supervisor", "bulletin"])
def test_several_steps_due_at_once_are_said_in_order_and_marked_late(level: str) -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))
    now = at("2026-03-20T09:00")

    for timer in sorted(desk.armed.values(), key=lambda timer: timer.due_at):
        desk.armed.pop(timer.id, None)
        desk.hear(TimerDue(timer.id, timer.kind, timer.due_at), now=now)

    steps = [fact for fact in desk.said if hasattr(fact, "level")]
    assert [step.level for step in steps] == ["remind", "leader", "supervisor", "bulletin"]
    assert next(step for step in steps if step.level == level).late
