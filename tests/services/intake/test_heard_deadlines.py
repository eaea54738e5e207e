"""What the facts of deadline change in a case, all of it: these fields, this line of its history, and nothing else."""

from datetime import date
from typing import get_args

import pytest
from msgspec.structs import replace

from contracts.deadlines import (
    CaseEscalated,
    ClockResumed,
    DeadlineExtended,
    DeadlineFact,
    DeadlineMissed,
    DeadlineRedated,
    DeadlineSet,
    InstructionOverdue,
    InstructionOverdueWithdrawn,
    MissWithdrawn,
    PromiseBroken,
    ReplyPromiseBreakWithdrawn,
    ReplyPromiseBroken,
    ReplyPromiseSet,
)
from contracts.facts import Fact
from services.intake.app import RULES
from services.intake.core.case import Reply
from services.intake.core.instruction import Report
from services.intake.core.promise import Promise
from tests.services.intake.hearing import BEFORE, DUE, LATER, NOW, QUESTION, READ, REPORTED, Heard

DAY, KEPT_DAY = date(2026, 3, 5), date(2026, 3, 20)
PROMISED = Reply("r1", "将修", "transport", "clerk-1", BEFORE, promise=Promise(KEPT_DAY, DUE))
OF_ANOTHER_HANDLING = replace(PROMISED, id="r0", promise=Promise(DAY, BEFORE, broken=True))


def _instruction(overdue: bool, identity: str = "i1", day: date = DAY) -> Fact:
    kind = InstructionOverdue if overdue else InstructionOverdueWithdrawn
    return kind(at=NOW, instruction=identity, due_day=day, due=DUE)


def _promise(broken: bool, reply: str = "r1") -> Fact:
    kind = ReplyPromiseBroken if broken else ReplyPromiseBreakWithdrawn
    return kind(at=NOW, reply=reply, day=KEPT_DAY, due=DUE)


LATE_REPORT = replace(READ, reports=(Report("已办", "transport", "leader-1", LATER, in_time=False),))
LAST_INSTANT = replace(READ, reports=(replace(REPORTED.reports[0], at=DUE),))
SENT_BACK = replace(READ, reports=(replace(REPORTED.reports[0], returned_at=BEFORE),))


ROWS = {
    "the clock is set": Heard(
        DeadlineSet(at=NOW, due=LATER, provisional=True),
        {"due": LATER, "provisional": True},
        ("due", "办结期限 2026年3月6日 10:00", True),
        {"due": None},
    ),
    "the clock is extended, which intake said itself": Heard(
        DeadlineExtended(at=NOW, extension="e1", reason="等备件", progress="已勘察", due=LATER),
        {"due": LATER, "provisional": False},
        None,
        {"provisional": True},
    ),
    "the calendar moves the date": Heard(
        DeadlineRedated(at=NOW, previous=DUE, due=LATER, provisional=True, reason="调休"),
        {"due": LATER, "provisional": True},
        ("redated", "办结期限调整为 2026年3月6日 10:00", True),
    ),
    "the calendar settles the date": Heard(
        DeadlineRedated(at=NOW, previous=DUE, due=DUE, reason="公布"),
        {"provisional": False},
        ("redated", "办结期限 2026年3月5日 10:00 已确定", True),
        {"provisional": True},
    ),
    "the clock resumes, for the citizen was waited for long enough": Heard(
        ClockResumed(at=NOW, question="q2", due=LATER, provisional=True),
        {"due": LATER, "provisional": True, "step": "accepted", "paused": False},
        None,
        {"step": "asked", "paused": True, "questions": QUESTION},
    ),
    "an earlier question's clock resumes while the next question is open": Heard(
        ClockResumed(at=NOW, question="q1", due=LATER),
        {"due": LATER},
        None,
        {"step": "asked", "paused": True, "questions": QUESTION},
    ),
    "the clock resumes after the answer": Heard(
        ClockResumed(at=NOW, question="q2", due=LATER),
        {"due": LATER, "paused": False},
        None,
        {"paused": True, "questions": QUESTION},
    ),
    "the clock resumes where the reply was heard first": Heard(
        ClockResumed(at=NOW, question="q2", due=LATER),
        {"due": LATER, "paused": False},
        None,
        {"step": "replied", "paused": True, "questions": QUESTION},
    ),
    "it is late": Heard(
        DeadlineMissed(at=NOW, due=DUE, department="transport"), {"missed": True}, ("missed", "已超期", True)
    ),
    "it was not late after all": Heard(
        MissWithdrawn(at=NOW, due=DUE),
        {"missed": False, "level": ""},
        ("miss-withdrawn", "超期已更正", True),
        {"missed": True, "level": "supervisor"},
    ),
    "an extension's date was kept after all, and the case is late all the same": Heard(
        MissWithdrawn(at=NOW, due=DUE, clock="promise"),
        {},
        ("promise-kept", "承诺日期 2026年3月5日已兑现,记录已更正", True),
        {"missed": True, "level": "supervisor"},
    ),
    "an extension's date passes": Heard(
        PromiseBroken(at=NOW, extension="e1", promised=DUE),
        {},
        ("promise-broken", "承诺日期 2026年3月5日未兑现", True),
    ),
    "an instruction is overdue": Heard(
        _instruction(True),
        {"instructions": (replace(READ, overdue=True), REPORTED)},
        ("instruction-overdue", "批示超期未反馈", False),
        {"instructions": (READ, REPORTED)},
    ),
    "an instruction is overdue that was reported on too late": Heard(
        _instruction(True),
        {"instructions": (replace(LATE_REPORT, overdue=True),)},
        ("instruction-overdue", "批示超期未反馈", False),
        {"instructions": (LATE_REPORT,)},
    ),
    "an instruction is overdue whose report was sent back": Heard(
        _instruction(True),
        {"instructions": (replace(SENT_BACK, overdue=True),)},
        ("instruction-overdue", "批示超期未反馈", False),
        {"instructions": (SENT_BACK,)},
    ),
    "an instruction is called overdue that was reported on in time": Heard(
        _instruction(True, "i2"), {}, None, {"instructions": (READ, REPORTED)}
    ),
    "an instruction is called overdue by a day that is over": Heard(
        _instruction(True, day=date(2026, 3, 4)), {}, None, {"instructions": (READ,)}
    ),
    "an instruction is called overdue that nobody knows": Heard(
        _instruction(True, "i9"), {}, None, {"instructions": (READ,)}
    ),
    "an instruction is called overdue that was reported on in the last instant": Heard(
        _instruction(True), {}, None, {"instructions": (LAST_INSTANT,)}
    ),
    "an instruction is called overdue that has no term": Heard(
        _instruction(True), {}, None, {"instructions": (replace(READ, due=None),)}
    ),
    "an instruction was not overdue after all": Heard(
        _instruction(False),
        {"instructions": (READ, replace(REPORTED, overdue=True))},
        ("instruction-overdue-withdrawn", "批示超期已更正", False),
        {"instructions": (replace(READ, overdue=True), replace(REPORTED, overdue=True))},
    ),
    "an instruction is corrected that was never called overdue": Heard(
        _instruction(False), {}, None, {"instructions": (READ,)}
    ),
    "an instruction is corrected that nobody knows": Heard(
        _instruction(False, "i9"), {}, None, {"instructions": (replace(READ, overdue=True),)}
    ),
    "a reply's promise is due": Heard(
        ReplyPromiseSet(at=NOW, reply="r1", day=KEPT_DAY, due=LATER, department="transport"),
        {"replies": (OF_ANOTHER_HANDLING, replace(PROMISED, promise=Promise(KEPT_DAY, LATER)))},
        None,
        {"step": "replied", "replies": (OF_ANOTHER_HANDLING, PROMISED)},
    ),
    "a reply's promise is broken": Heard(
        _promise(True),
        {"replies": (OF_ANOTHER_HANDLING, replace(PROMISED, promise=Promise(KEPT_DAY, DUE, broken=True)))},
        ("reply-promise-broken", "承诺于2026年3月20日前办结,逾期未兑现", True),
        {"step": "replied", "replies": (OF_ANOTHER_HANDLING, PROMISED)},
    ),
    "a reply's promise is called broken that was reported done": Heard(
        _promise(True),
        {},
        None,
        {
            "step": "replied",
            "replies": (replace(PROMISED, promise=Promise(KEPT_DAY, DUE, reported_at=BEFORE)),),
        },
    ),
    "a promise is called broken of a reply that nobody knows": Heard(
        _promise(True, "r9"), {}, None, {"step": "replied", "replies": (PROMISED,)}
    ),
    "a reply's promise was not broken after all": Heard(
        _promise(False, "r0"),
        {"replies": (replace(PROMISED, id="r0", promise=Promise(DAY, BEFORE)), PROMISED)},
        ("reply-promise-break-withdrawn", "承诺于2026年3月20日前办结,逾期记录已更正", True),
        {"step": "replied", "replies": (OF_ANOTHER_HANDLING, PROMISED)},
    ),
    "a reply's promise is corrected that was never called broken": Heard(
        _promise(False), {}, None, {"step": "replied", "replies": (OF_ANOTHER_HANDLING, PROMISED)}
    ),
    "a promise is corrected of a reply without one": Heard(
        _promise(False),
        {},
        None,
        {"step": "replied", "replies": (OF_ANOTHER_HANDLING, replace(PROMISED, promise=None))},
    ),
}
LADDER = {"remind": "催办承办人", "leader": "提醒分管领导", "supervisor": "督查", "bulletin": "列入通报"}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_a_fact_of_deadline_changes_this_and_nothing_else(row: Heard) -> None:
    row.is_true()


@pytest.mark.parametrize("level", LADDER)
def test_a_step_of_the_ladder_is_for_staff_to_read(level: str) -> None:
    Heard(
        CaseEscalated(at=NOW, level=level, due=DUE),  # type: ignore[arg-type]
        {"level": level},
        ("escalated", LADDER[level], False),
    ).is_true()


def test_every_fact_of_deadline_that_intake_has_a_rule_for_has_a_row() -> None:
    ruled = set(get_args(DeadlineFact)) & RULES.keys()

    assert {type(row.fact) for row in ROWS.values()} | {CaseEscalated} == ruled
