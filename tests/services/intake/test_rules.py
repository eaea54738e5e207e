"""Rules that are decided between two people or two services: what lapses, and who may not do it twice."""

from datetime import date, timedelta

import pytest

from contracts.assignments import PostReassigned
from contracts.attachments import Attachment
from contracts.decision import Context, Forbidden, Invalid, NotNow
from services.intake.core import heard
from services.intake.core import requests as ask
from services.intake.core.acts import ACT, ACTS
from services.intake.core.attachments import KeepAttachments
from services.intake.core.case import Case, Draft, Extension, Group, Reply
from services.intake.core.concerns import answered_with_group
from services.intake.core.deciding import allowed, decide
from services.intake.core.rules import unit
from tests.services.intake.door import PROFILE, at

NOW = at("2026-03-03T10:00")
CONTEXT = Context("post-1", "cause-1", NOW, PROFILE)
CASE = Case(
    number="SQ260302-000001",
    kind="complaint",
    received_at=at("2026-03-02T10:00"),
    step="accepted",
    department="transport",
)
ASKED = Extension("e1", "等备件", date(2026, 3, 9), "已勘察", "clerk-1", NOW)


def _assigned(department: str) -> PostReassigned:
    return PostReassigned(
        at=NOW, number=CASE.number, department=department, previous="transport", cause="chosen"
    )


def _leader(act: str, target: str, unit: str) -> ask.Asked[ask.Nothing]:
    return ask.Asked(act, ask.Actor("leader-1", unit, "leader"), ask.Nothing(), target)


def test_a_request_for_more_time_lapses_with_the_transfer() -> None:
    case = _with(extensions=(ASKED,))

    moved = heard.assigned(case, _assigned("housing"), CONTEXT).state

    assert [extension.state for extension in moved.extensions] == ["lapsed"]
    with pytest.raises(NotNow) as refused:
        decide(moved, _leader("extension-approval", "e1", "housing"), CONTEXT)
    assert refused.value.allowed is not None
    assert "extension-approval" not in refused.value.allowed


def test_a_request_for_more_time_stays_when_the_same_unit_is_named_again() -> None:
    case = heard.assigned(_with(extensions=(ASKED,)), _assigned("transport"), CONTEXT).state

    decided = decide(case, _leader("extension-approval", "e1", "transport"), CONTEXT).state

    assert [extension.state for extension in decided.extensions] == ["approved"]


def test_a_second_handling_does_not_begin_with_the_first_ones_request_for_more_time() -> None:
    answered = _with(
        step="replied", extensions=(ASKED,), replies=(Reply("r1", "文字", "transport", "clerk-1", NOW),)
    )

    again = decide(answered, ask.Asked("reopening", ask.AUTHOR, ask.ReasonOnly("又坏了")), CONTEXT).state

    assert [extension.state for extension in again.extensions] == ["lapsed"]
    assert not again.to_approve, "nothing waits for the leader"


PICTURE = Attachment("p" * 64, "image/jpeg", 9_000, "照片.jpg", "s" * 64)


@pytest.mark.parametrize(
    "asked",
    [
        ask.Asked("follow-up", ask.AUTHOR, ask.Added("又坏了"), files=ask.Files((PICTURE,), b"box")),
        ask.Asked(
            "reply",
            ask.Actor("clerk-1", "transport", "clerk"),
            ask.Drafted("文字"),
            files=ask.Files((PICTURE,), b"box"),
        ),
    ],
    ids=lambda asked: asked.act,
)
def test_files_that_come_in_the_moment_of_the_erasure_are_not_kept(asked: ask.Asked[ask.Added]) -> None:
    with pytest.raises(Invalid) as refused:
        decide(_with(erased=True), asked, CONTEXT)

    assert [error.field for error in refused.value.errors] == ["attachments"]


def test_a_member_that_was_erased_meanwhile_is_answered_without_the_files_of_the_lead() -> None:
    case = _with(erased=True, group=Group("g1", "lead", "SQ260302-000009", ("lead", "post-1")))
    answered = ask.Answered("lead", "r1", "文字", "transport", "clerk-1", ask.Files((PICTURE,), b"box"))

    decision = unit.answered_with_group(case, answered, CONTEXT)

    assert decision.state.replies[-1].attachments == ()
    assert not any(isinstance(effect, KeepAttachments) for effect in decision.effects)


def _with(**fields: object) -> Case:
    return Case(**{name: getattr(CASE, name) for name in CASE.__struct_fields__} | fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(("act", "step"), [("acceptance", "reopened"), ("reply", "accepted")])
@pytest.mark.parametrize(("person", "possible"), [("clerk-1", False), ("clerk-2", True)])
def test_a_reopened_case_is_accepted_and_answered_by_another_person(
    act: str, step: str, person: str, possible: bool
) -> None:
    first = Reply("r1", "已修。", "transport", "clerk-1", NOW - timedelta(days=1))
    case = _with(step=step, reopened=(NOW,), replies=(first,))
    body = ask.Nothing() if act == "acceptance" else ask.Drafted("再修。")
    asked = ask.Asked(act, ask.Actor(person, "transport", "clerk"), body)

    if possible:
        decide(case, asked, CONTEXT)
    else:
        with pytest.raises(NotNow, match="另一人"):
            decide(case, asked, CONTEXT)


@pytest.mark.parametrize("step", ["accepted", "replied", "rated", "withdrawn"])
def test_a_post_can_be_taken_out_of_its_group_at_every_step_and_where_it_is_in_none_nothing_says_so(
    step: str,
) -> None:
    alone = _with(step=step)
    grouped = _with(step=step, group=Group("g", "post-1", CASE.number, ("post-1", "post-2")))

    assert ("ungroup" in allowed(alone), "ungroup" in allowed(grouped)) == (False, True)


def test_the_unit_that_has_the_post_writes_no_part_though_it_is_named_among_those_that_assist() -> None:
    case = _with(department="transport", assisting=("transport", "housing"))
    asked = ask.Asked("part", ask.Actor("clerk-1", "transport", "clerk"), ask.Added("线路正常。"))

    with pytest.raises(Forbidden, match="不是本帖的协办单位"):
        decide(case, asked, CONTEXT)


def test_while_units_are_named_to_assist_and_none_has_the_post_no_part_is_written() -> None:
    """A meeting's word on who assists is heard before the assignment that follows from it."""
    waiting, assigned = (_with(department=unit, assisting=("housing",)) for unit in ("", "transport"))
    asked = ask.Asked("part", ask.Actor("clerk-2", "housing", "clerk"), ask.Added("线路正常。"))

    assert ("part" in allowed(waiting), "part" in allowed(assigned)) == (False, True)
    with pytest.raises(NotNow):
        decide(waiting, asked, CONTEXT)
    decide(assigned, asked, CONTEXT)


def test_a_draft_before_the_leader_offers_its_approval_and_no_second_draft() -> None:
    plain, drafted = _with(), _with(draft=Draft("d1", "稿", "clerk-1", NOW))

    assert {"approval", "reply-return"}.isdisjoint(allowed(plain))
    assert {"reply", "return"} <= set(allowed(plain))
    assert {"approval", "reply-return"} <= set(allowed(drafted))
    assert {"reply", "return"}.isdisjoint(allowed(drafted))


def test_a_closed_case_offers_nothing_that_only_an_open_one_has() -> None:
    for step in ("replied", "rated", "withdrawn", "hidden"):
        offered = set(allowed(_with(step=step, extensions=(ASKED,))))
        assert offered.isdisjoint(
            act.name for act in ACTS if "accepted" in act.steps and step not in act.steps
        )
    assert allowed(_with(step="withdrawn")) == ()
    assert ACT["erasure"].name not in allowed(_with()), "a right that always holds is not offered"


@pytest.mark.parametrize(
    ("act", "role", "body"),
    [
        ("urging", "supervisor", ask.TextOnly("请抓紧。")),
        ("instruction", "mayor", ask.Instruction("请抓紧。")),
    ],
)
def test_a_post_that_no_unit_holds_yet_is_urged_and_instructed_like_any_other(
    act: str, role: str, body: ask.Body
) -> None:
    waiting = _with(step="received", department="")
    asked = ask.Asked(act, ask.Actor("somebody", "supervision", role), body)

    assert act in allowed(waiting)
    assert len(decide(waiting, asked, CONTEXT).effects) == 1


@pytest.mark.parametrize(
    ("own", "step"), [(False, "accepted"), (True, "replied")], ids=["the lead's reply", "its own since"]
)
def test_who_leaves_a_group_is_open_again_unless_its_own_reply_has_answered_it_since(
    own: bool, step: str
) -> None:
    joint = Reply("r1", "已修", "housing", "c1", NOW, 1, "post-2")
    replies = (joint, Reply("r2", "又修了", "transport", "c2", NOW, 2)) if own else (joint,)
    group = Group("g1", "post-2", "SQ260302-000002", ("post-1", "post-2"))
    case = _with(group=group, replies=replies, step="replied")
    asked = ask.Asked("ungroup", ask.Actor("s1", "", "supervisor"), ask.Nothing(), "g1")

    alone = decide(case, asked, CONTEXT).state

    assert (alone.step, alone.group) == (step, None)
    assert [reply.id for reply in alone.replies] == (["r2"] if own else [])


def test_the_reply_of_a_group_s_lead_concerns_its_members_and_no_other_act_concerns_anybody() -> None:
    group = Group("g1", "post-1", CASE.number, ("post-1", "post-2", "post-3"))
    lead = _with(group=group, draft=Draft("d1", "稿", "clerk-1", NOW))
    spreading = [act.name for act in ACTS if act.concerns is not None]
    approval = _leader("approval", "d1", "transport")

    assert spreading == ["approval", "signature"]
    assert [subject for subject, _ in answered_with_group("post-1", lead, approval)] == ["post-2", "post-3"]
    assert answered_with_group("post-2", lead, approval) == [], "a member's own reply is its own"
    assert answered_with_group("post-1", _with(draft=lead.draft), approval) == []
    assert answered_with_group("post-1", _with(group=group), approval) == [], "nobody has drafted a reply"
    letter = _with(group=group, draft=lead.draft, kind="mailbox", addressee="mayor")
    assert answered_with_group("post-1", letter, approval) == [], "it is published with the signature"


@pytest.mark.parametrize(
    ("act", "body", "days"),
    [
        ("rating", ask.Grade(5), PROFILE.policy.rating.days),
        ("reopening", ask.ReasonOnly("又坏了"), PROFILE.policy.reopen.days),
    ],
)
def test_the_author_has_the_days_of_the_policy_to_the_instant(act: str, body: ask.Body, days: int) -> None:
    replied = _with(step="replied", replies=(Reply("r1", "文字", "transport", "clerk-1", NOW),))
    last = NOW + timedelta(days=days)
    asked = ask.Asked(act, ask.AUTHOR, body)

    assert decide(replied, asked, Context("post-1", "cause-1", last, PROFILE)).state != replied
    with pytest.raises(NotNow, match="期已过"):
        decide(replied, asked, Context("post-1", "cause-1", last + timedelta(microseconds=1), PROFILE))
