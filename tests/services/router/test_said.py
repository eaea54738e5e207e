"""What router says of a case is said whole: who reads it finds unit, item, reasons, place and versions, and who chose."""

from datetime import timedelta

from contracts.assignments import (
    AssignmentHeld,
    Candidate,
    LeadNamed,
    PostAssigned,
    PostReassigned,
    Reason,
    ReturnRefused,
    SpecialReportRaised,
)
from contracts.posts import PostUngrouped
from contracts.replies import AssignmentChosen, ReplyPublished, SpecialReportRequested
from tests.services.router.cases import MONDAY, Judge, Post

CHOSEN = Reason(kind="person", text="职责")
RULED = Reason(kind="ruling", text="裁定")
LATER = MONDAY + timedelta(hours=2)


def held() -> Post:
    return Post(Judge(department="")).received()


def test_a_post_given_at_once_is_said_with_its_item_its_place_and_by_what_it_was_judged() -> None:
    assert Post().received().said == [
        PostAssigned(
            at=MONDAY,
            number="SQ-1",
            department="transport",
            duty_item="transport-item",
            reasons=(Reason(kind="duty", text="职责"),),
            confidence=0.9,
            rule_version="r1",
            model_version="m1",
            area="321322",
            street="321322001",
        )
    ]


def test_a_post_that_waits_for_a_person_is_said_with_the_best_three_units() -> None:
    post = Post(Judge(department="", candidates=("transport", "housing", "water", "education"))).received()

    [said] = post.said
    assert isinstance(said, AssignmentHeld)
    assert (said.at, said.number) == (MONDAY, "SQ-1")
    assert [one.department for one in said.candidates] == ["transport", "housing", "water"]
    assert isinstance(said.candidates[0], Candidate)


def test_a_post_that_waited_is_given_by_whom_a_person_chose_and_waits_no_longer() -> None:
    post = held()

    said = post.hear(
        AssignmentChosen(
            at=LATER, department="water", assisting=("education",), reason="职责", by="supervisor"
        )
    )

    assert said == [
        PostAssigned(
            at=LATER,
            number="SQ-1",
            department="water",
            duty_item="",
            reasons=(CHOSEN,),
            confidence=1.0,
            rule_version="r1",
            model_version="m1",
            assisting=("education",),
            chosen_by="supervisor",
        )
    ]
    assert not post.case.held
    assert (post.case.department, post.case.assisting) == ("water", ("education",))


def test_a_post_that_waited_is_given_by_the_meetings_ruling_with_its_reason_and_waits_no_longer() -> None:
    post = held()

    assert post.ruled("water", "housing", hours=2) == [
        LeadNamed(at=LATER, lead="water", assisting=("housing",), reason="裁定", parts={"housing": "配合"}),
        PostAssigned(
            at=LATER,
            number="SQ-1",
            department="water",
            duty_item="",
            reasons=(RULED,),
            confidence=1.0,
            rule_version="r1",
            model_version="m1",
            assisting=("housing",),
            chosen_by="supervisor",
        ),
    ]
    assert not post.case.held


def test_a_case_that_a_return_moves_is_said_with_the_item_that_says_whose_it_is() -> None:
    post = Post().received()

    assert post.returned("transport", "housing-item", hours=2) == [
        PostReassigned(
            at=LATER,
            number="SQ-1",
            department="housing",
            previous="transport",
            cause="return",
            duty_item="housing-item",
            reasons=(Reason(kind="duty", text="职责清单 housing-item"),),
            request="r1",
            rule_version="r1",
            model_version="m1",
        )
    ]


def test_a_case_that_a_person_or_a_meeting_moves_is_said_with_their_reason_and_who_assists() -> None:
    post = Post().received()
    post.returned("transport", "transport-item")

    assert post.chosen("water") == [
        PostReassigned(
            at=LATER,
            number="SQ-1",
            department="water",
            previous="transport",
            cause="chosen",
            reasons=(CHOSEN,),
            request="r1",
        )
    ]
    assert not post.case.held
    assert post.ruled("housing", "water", hours=2)[1:] == [
        PostReassigned(
            at=LATER,
            number="SQ-1",
            department="housing",
            previous="water",
            cause="meeting",
            reasons=(RULED,),
            assisting=("water",),
        )
    ]


def test_a_unit_that_must_keep_its_case_is_told_that_its_return_was_unfounded() -> None:
    post = Post().received()
    post.returned("transport", "transport-item")

    assert post.chosen("transport") == [
        ReturnRefused(at=LATER, request="r1", department="transport", reason="职责", unfounded=True)
    ]
    assert not post.case.held


def test_a_special_report_that_is_asked_for_before_the_post_is_heard_is_raised_after_it() -> None:
    post = Post()
    asked = SpecialReportRequested(at=LATER, text="多次反复", by="supervisor")
    assert post.hear(asked) == []

    post.received()

    assert post.said[1:] == [
        SpecialReportRaised(at=LATER, reason="督查提请专报", text="多次反复", by="supervisor")
    ]


def test_what_was_decided_is_remembered_with_its_confidence_and_by_whom_it_was_chosen() -> None:
    post = Post().received()
    post.chosen("water")

    first, second = post.case.decided
    assert (first.kind, first.confidence, first.chosen_by) == ("PostAssigned", 0.9, "")
    assert (first.rule_version, first.model_version, len(first.candidates)) == ("r1", "m1", 2)
    assert (second.kind, second.confidence, second.chosen_by) == ("PostReassigned", 0.0, "supervisor")


def test_the_reply_of_a_group_that_a_post_has_left_does_not_answer_it_whatever_its_instant() -> None:
    def answered(group: str) -> bool:
        post = Post().received()
        post.hear(PostUngrouped(at=MONDAY, group="g", by="s"))
        post.hear(
            ReplyPublished(
                at=LATER, reply="r", text="好", department="water", by="c", lead="other", group=group
            )
        )
        return post.case.answered

    assert (answered("g"), answered("another")) == (False, True)
