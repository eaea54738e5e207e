"""Where a case stands: who has something to do about it, and which acts that opens and closes."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from services.intake.core import views
from services.intake.core.acts import ACT
from services.intake.core.case import (
    Adoption,
    Case,
    Draft,
    Extension,
    FirstWord,
    FollowUp,
    Question,
    Reply,
    Returned,
    with_promise,
    without_request,
)
from services.intake.core.deciding import allowed
from services.intake.core.instruction import Instruction, Report
from services.intake.core.promise import Promise
from services.intake.core.sealing import CLOSED
from services.intake.core.visibility import standing
from tests.services.intake.door import PROFILE

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
LATER = AT + timedelta(days=3)
CASE = Case(number="SQ1", kind="complaint", received_at=AT, step="accepted", department="transport")
DRAFT = Draft("d1", "草稿", "clerk-1", AT)
ASKED = Extension("e1", "等备件", date(2026, 3, 9), "已勘察", "clerk-1", AT)
ADDED = FollowUp("f1", "又坏了", AT)
ANSWERED = replace(ADDED, id="f2", answer="已修", answered_at=LATER)
REPLY = Reply("r1", "文字", "transport", "clerk-1", AT)
PROMISED = replace(REPLY, id="r2", promise=Promise(date(2026, 3, 20), LATER))
GIVEN = Instruction("速办", "mayor", AT, id="i1", due=LATER)
REPORTED = replace(GIVEN, id="i2", reports=(Report("已办", "transport", "leader-1", AT),))
SENT_BACK = replace(GIVEN, id="i3", reports=(replace(REPORTED.reports[0], returned_at=LATER),))
OF_OLD = replace(GIVEN, id="")
PART = Adoption("partly", "先试点", "transport", AT)


@dataclass(frozen=True)
class Stands:
    """`has` are properties that are true of the case or hold something; the others of `ASKED_OF` are not or empty."""

    given: dict[str, Any]
    has: set[str] = field(default_factory=set)


ASKED_OF = (
    "to_approve",
    "to_sign",
    "first_word_given",
    "follow_ups_waiting",
    "instructions_waiting",
    "promises_waiting",
    "question_open",
    "extension_asked",
    "left",
    "open",
)
ROWS = {
    "accepted": Stands({}, {"open"}),
    "received": Stands({"step": "received", "department": ""}, {"open"}),
    "reopened": Stands({"step": "reopened", "replies": (REPLY,)}, {"open"}),
    "answered": Stands({"step": "replied", "replies": (REPLY,)}),
    "rated": Stands({"step": "rated", "replies": (REPLY,)}),
    "a draft": Stands({"draft": DRAFT}, {"open", "to_approve"}),
    "a draft that was sent back": Stands({"sent_back": DRAFT}, {"open"}),
    "an approved draft of a letter": Stands({"draft": replace(DRAFT, approved_by="l1")}, {"open", "to_sign"}),
    "more time is asked for": Stands({"extensions": (ASKED,)}, {"open", "to_approve", "extension_asked"}),
    "more time is asked for beside an approved draft": Stands(
        {"extensions": (ASKED,), "draft": replace(DRAFT, approved_by="l1")},
        {"open", "to_approve", "to_sign", "extension_asked"},
    ),
    "more time was given": Stands({"extensions": (replace(ASKED, state="approved"),)}, {"open"}),
    "a first word": Stands(
        {"first_words": (FirstWord("已收悉", "transport", "c1", AT),)}, {"open", "first_word_given"}
    ),
    "a first word of the unit before": Stands(
        {"first_words": (FirstWord("已收悉", "housing", "c1", AT),)}, {"open"}
    ),
    "a first word of the handling before": Stands(
        {
            "step": "reopened",
            "reopened": (LATER,),
            "first_words": (FirstWord("已收悉", "transport", "c1", AT),),
        },
        {"open"},
    ),
    "a first word of the handling before, and one of this": Stands(
        {
            "step": "accepted",
            "reopened": (LATER,),
            "first_words": (
                FirstWord("已收悉", "transport", "c1", AT),
                FirstWord("再看", "transport", "c1", LATER, handling=2),
            ),
        },
        {"open", "first_word_given"},
    ),
    "something was added": Stands({"follow_ups": (ANSWERED, ADDED)}, {"open", "follow_ups_waiting"}),
    "all that was added is answered": Stands({"follow_ups": (ANSWERED,)}, {"open"}),
    "a question is open": Stands(
        {"step": "asked", "questions": (Question("q1", "哪里?", AT),)}, {"open", "question_open"}
    ),
    "a question was answered": Stands({"questions": (Question("q1", "哪里?", AT, "南门", LATER),)}, {"open"}),
    "an instruction": Stands({"instructions": (GIVEN,)}, {"open", "instructions_waiting"}),
    "an instruction whose report was sent back": Stands(
        {"instructions": (SENT_BACK,)}, {"open", "instructions_waiting"}
    ),
    "an instruction that was reported on, and one of old": Stands(
        {"instructions": (REPORTED, OF_OLD)}, {"open"}
    ),
    "a promise": Stands({"step": "replied", "replies": (REPLY, PROMISED)}, {"promises_waiting"}),
    "a promise that was reported done": Stands(
        {
            "step": "replied",
            "replies": (
                replace(PROMISED, promise=Promise(date(2026, 3, 20), LATER, reported_at=AT)),
                REPLY,
            ),
        }
    ),
    "taken back, whatever waited": Stands(
        {
            "step": "withdrawn",
            "follow_ups": (ADDED,),
            "instructions": (GIVEN,),
            "replies": (PROMISED,),
        },
        {"left"},
    ),
    "hidden, whatever waited": Stands(
        {"step": "hidden", "follow_ups": (ADDED,), "instructions": (GIVEN,), "replies": (PROMISED,)}, {"left"}
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_a_case_says_who_has_something_to_do_about_it(row: Stands) -> None:
    case = replace(CASE, **row.given)

    assert {name for name in ASKED_OF if getattr(case, name)} == row.has


def test_of_several_that_wait_each_is_named_in_order() -> None:
    second = replace(ADDED, id="f3")
    case = replace(
        CASE,
        follow_ups=(ADDED, ANSWERED, second),
        instructions=(GIVEN, REPORTED, SENT_BACK),
        replies=(REPLY, PROMISED),
        extensions=(replace(ASKED, id="e0", state="refused"), ASKED),
    )

    assert case.follow_ups_waiting == (ADDED, second)
    assert case.instructions_waiting == (GIVEN, SENT_BACK)
    assert case.promises_waiting == (PROMISED,)
    assert case.extension_asked == ASKED
    assert [one.state for one in without_request(case).extensions] == ["refused", "lapsed"]


def test_what_is_said_of_one_replys_promise_is_said_of_no_other() -> None:
    other = replace(PROMISED, id="r3")
    case = replace(CASE, replies=(REPLY, PROMISED, other))

    now = with_promise(case, "r2", broken=True)

    assert [reply.promise is not None and reply.promise.broken for reply in now.replies] == [
        False,
        True,
        False,
    ]
    assert with_promise(case, "r1", broken=True) == case, "a reply without a promise breaks none"


@pytest.mark.parametrize(
    ("given", "opens"),
    [
        ({}, {"first-word"}),
        ({"first_words": (FirstWord("已收悉", "transport", "c1", AT),)}, set()),
        (
            {"kind": "suggestion", "step": "replied", "replies": (REPLY,), "adoption": PART},
            {"adoption", "follow-through"},
        ),
        (
            {
                "kind": "suggestion",
                "step": "replied",
                "replies": (REPLY,),
                "adoption": replace(PART, outcome="declined"),
            },
            {"adoption"},
        ),
        ({"kind": "suggestion", "step": "replied", "replies": (REPLY,)}, {"adoption"}),
        (
            {"instructions": (GIVEN,)},
            {"first-word", "instruction-reading", "instruction-in-hand", "instruction-report"},
        ),
        (
            {"instructions": (replace(GIVEN, read_at=AT),)},
            {"first-word", "instruction-in-hand", "instruction-report"},
        ),
        (
            {"instructions": (replace(GIVEN, read_at=AT, in_hand_at=AT),)},
            {"first-word", "instruction-report"},
        ),
        ({"instructions": (REPORTED,)}, {"first-word", "instruction-acceptance", "instruction-return"}),
    ],
)
def test_what_was_said_so_far_opens_these_acts(given: dict[str, Any], opens: set[str]) -> None:
    watched = {"first-word", "adoption", "follow-through"} | {
        name for name in ACT if name.startswith("instruction-")
    }

    assert set(allowed(replace(CASE, **given))) & watched == opens


@pytest.mark.parametrize(
    ("given", "stands"),
    [
        ({}, "open"),
        ({"replies": (REPLY,)}, "published"),
        ({"asks": False}, "published"),
        ({"public": False, "replies": (REPLY,)}, "private"),
        ({"moderation": "held", "public": False}, "held"),
        ({"step": "withdrawn", "moderation": "held"}, "withdrawn"),
        ({"erased": True, "step": "withdrawn"}, "erased"),
        ({"moderation": "hidden", "erased": True}, "hidden"),
        ({"moderation": "hidden"}, "hidden"),
        ({"step": "hidden"}, "hidden"),
    ],
)
def test_where_several_things_hold_a_post_is_as_public_as_the_strictest(
    given: dict[str, Any], stands: str
) -> None:
    assert standing(replace(CASE, **given)) == stands


def test_an_author_is_offered_what_an_author_may_do() -> None:
    case = replace(CASE, step="replied", replies=(REPLY,))

    shown = views.own(case, PROFILE, CLOSED)

    assert "rating" in shown["allowed"]
    assert set(shown["allowed"]) < set(allowed(case)), "and nothing that staff do"
    assert all(ACT[act].who.roles == ("author",) for act in shown["allowed"])


@pytest.mark.parametrize(
    ("given", "overdue"),
    [({}, False), ({"missed": True}, True), ({"missed": True, "step": "replied"}, False)],
)
def test_a_list_calls_overdue_what_is_late_and_open(given: dict[str, Any], overdue: bool) -> None:
    assert views.summary(replace(CASE, **given), PROFILE)["overdue"] is overdue


@pytest.mark.parametrize(("state", "returned"), [("asked", True), ("refused", False), ("moved", False)])
def test_a_list_says_where_a_return_waits_for_a_ruling(state: Any, returned: bool) -> None:
    case = replace(CASE, returns=(Returned("x1", "transport", "", AT, state=state),))

    assert views.in_inbox(case, PROFILE)["returned"] is returned
