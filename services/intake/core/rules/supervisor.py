"""What the supervisor does. Pure."""

from typing import Final

from msgspec.structs import replace

from city import named
from contracts.decision import Decision, NotFound, NotNow
from contracts.facts import Fact
from contracts.posts import (
    HidingUpheld,
    PostHeld,
    PostHidden,
    PostReleased,
    PostRestored,
    PostsGrouped,
    PostUngrouped,
)
from contracts.replies import (
    AssignmentChosen,
    CaseUrged,
    MeetingRuled,
    SpecialReportRequested,
)
from services.intake.core import requests as ask
from services.intake.core.case import Case, Group, at_step, step_of
from services.intake.core.hiding import Hiding, possible
from services.intake.core.rules.saying import Here, code, say, wrong_field

MODERATION_NAMES: Final = {
    "hold": "暂不公开",
    "release": "恢复公开",
    "hide": "已屏蔽",
    "restore": "恢复办理",
    "uphold": "维持屏蔽",
}


def assignment(case: Case, asked: ask.Asked[ask.Assignment], context: Here) -> Decision[Case]:
    """A person decides who answers."""
    chosen, by = asked.body, asked.actor.person
    department = _unit(context, "department", chosen.department)
    fact = AssignmentChosen(
        at=context.now,
        department=department,
        assisting=tuple(_unit(context, "assisting", unit) for unit in chosen.assisting),
        reason=chosen.reason,
        by=by,
    )
    text = f"督查指定 {context.city.department_name(department)}:{chosen.reason}"
    return say(case, fact, "chosen", text, public=False, by=by)


def ruling(case: Case, asked: ask.Asked[ask.Ruling], context: Here) -> Decision[Case]:
    """The assignment meeting named lead and assisting units."""
    ruled, by = asked.body, asked.actor.person
    lead = _unit(context, "lead", ruled.lead)
    assisting = tuple(_unit(context, "assisting", unit) for unit in ruled.assisting)
    parts = {_unit(context, "parts", unit): text for unit, text in ruled.parts.items()}
    if set(parts) - {lead, *assisting}:
        raise wrong_field("parts", "有的单位不在其中", title="分工只能给牵头和协办单位")
    fact = MeetingRuled(
        at=context.now,
        lead=lead,
        assisting=assisting,
        reason=ruled.reason,
        parts=parts,
        by=by,
    )
    text = f"交办会明确 {context.city.department_name(lead)} 牵头:{ruled.reason}"
    return say(case, fact, "ruled", text, public=False, by=by)


def special_report(case: Case, asked: ask.Asked[ask.TextOnly], context: Here) -> Decision[Case]:
    """The supervisor takes the case to the city leaders (专报)."""
    by = asked.actor.person
    fact = SpecialReportRequested(at=context.now, text=asked.body.text, by=by)
    return say(case, fact, "special-report", "已专报市领导", public=False, by=by)


def urging(case: Case, asked: ask.Asked[ask.TextOnly], context: Here) -> Decision[Case]:
    """The supervisor urges the unit (催办)."""
    text, by = asked.body.text, asked.actor.person
    fact = CaseUrged(at=context.now, text=text, by=by)
    return say(case, fact, "urged", f"督查催办:{text}", public=False, by=by)


def moderation(case: Case, asked: ask.Asked[ask.Moderation], context: Here) -> Decision[Case]:
    """Hold, release or hide a post, or look again at one that is hidden; it leaves a trace."""
    by, at, action, reason = asked.actor.person, context.now, asked.body.action, asked.body.reason
    actions = possible(case.moderation, case.hiding)
    if action not in actions:
        names = "、".join(MODERATION_NAMES[one].removeprefix("已") for one in actions)
        raise NotNow("wrong-step", "现在不能这样审核", f"可以:{names}。", allowed=actions)
    if action == "hold":
        fact: Fact = PostHeld(at=at, reason=reason, by=by)
        case = replace(case, moderation="held")
    elif action == "release":
        fact = PostReleased(at=at, reason=reason, by=by)
        case = replace(case, moderation="")
    elif action == "hide":
        fact = PostHidden(at=at, reason=reason, by=by)
        case = replace(
            case,
            moderation="hidden",
            hiding=Hiding(case.step, at=at),
            step="hidden",
            draft=None,
            sent_back=None,
            held=False,
        )
    elif action == "restore":
        fact = PostRestored(at=at, reason=reason, by=by)
        since = case.hiding.at if case.hiding is not None else None
        undone = case.hidings_undone if since is None else (*case.hidings_undone, (since, at))
        case = replace(case, moderation="", hiding=None, hidings_undone=undone, step=step_of(case))
    else:
        assert case.hiding is not None
        fact = HidingUpheld(at=at, reason=reason, by=by)
        case = replace(case, hiding=replace(case.hiding, upheld=True))
    return say(case, fact, "moderated", f"{MODERATION_NAMES[action]}:{reason}", public=False, by=by)


def group(case: Case, asked: ask.Asked[ask.Grouped], context: Here) -> Decision[Case]:
    """The case joins a group; its clock stays its own."""
    joined, by = asked.body, asked.actor.person
    if case.group is not None:
        raise NotNow(
            "grouped", "已在并案中", f"{case.number} 已在并案 {case.group.id} 中。", allowed=("ungroup",)
        )
    fact = PostsGrouped(
        at=context.now,
        group=joined.group,
        lead=joined.lead,
        lead_number=joined.lead_number,
        members=joined.members,
        by=by,
    )
    case = replace(case, group=Group(joined.group, joined.lead, joined.lead_number, joined.members))
    return say(case, fact, "grouped", f"与 {joined.lead_number} 并案办理", by=by)


def ungroup(case: Case, asked: ask.Asked[ask.Nothing], context: Here) -> Decision[Case]:
    """The case leaves its group and goes on as if it had never been in it."""
    if case.group is None or case.group.id != asked.target:
        raise NotFound("not-found", "不在这个并案中")
    if case.replies and case.replies[-1].lead and step_of(case) in ("replied", "rated"):
        case = at_step(case, "accepted" if case.department else "received")
    kept = tuple(reply for reply in case.replies if not reply.lead)
    fact = PostUngrouped(at=context.now, group=asked.target, by=asked.actor.person)
    case = replace(case, group=None, replies=kept)
    return say(case, fact, "ungrouped", "取消并案,单独办理", by=asked.actor.person)


def _unit(context: Here, field: str, called: str) -> str:
    return code(named.unit, context, field, called, "没有这个单位")
