"""A case as citizens, neighbours and staff see it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from city.profile import Profile
from services.intake.core import views_of_instructions, views_of_replies
from services.intake.core.act import AUTHOR
from services.intake.core.acts import ACT
from services.intake.core.answers import (
    AddedText,
    AdoptionOfCase,
    AskedExtension,
    AskedQuestion,
    AskedReturn,
    GivenPoint,
    GivenRating,
    GroupMember,
    GroupOfCase,
    Line,
    ListedCase,
    ListedPost,
    OwnLine,
    OwnPost,
    PartOfUnit,
    PublicPost,
    StaffCase,
    StaffLine,
    Summary,
    ToldPost,
)
from services.intake.core.case import Case, Entry, Group
from services.intake.core.deciding import allowed
from services.intake.core.hiding import possible
from services.intake.core.names import ORIGIN_NAMES, OUTCOME_NAMES, STATUS_NAMES
from services.intake.core.sealing import Opened
from services.intake.core.visibility import visible

_FOR_ANYONE: Final = {"answered": "网民已补充", "reopened": "网民申请重新办理"}
"""Kind of a line to what anyone reads of it: what a citizen writes to the unit is not published word for word."""

_FOR_ITS_AUTHOR: Final = ("followed-up", "follow-up-answered", "appealed")
"""Kinds of lines that are between author and staff."""


def _public_history(case: Case) -> list[Line]:
    return [
        {"at": entry.at, "kind": entry.kind, "text": _FOR_ANYONE.get(entry.kind, entry.text)}
        for entry in case.history
        if entry.public and entry.kind not in _FOR_ITS_AUTHOR
    ]


def _added(case: Case, opened: Opened) -> dict[str, str]:
    """Id of a question or follow-up to what the citizen added; as it was written where the boxes were opened."""
    added = {question.id: question.answer for question in case.questions}
    added |= {follow_up.id: follow_up.text for follow_up in case.follow_ups}
    return added | opened.added


def _line(entry: Entry, added: dict[str, str]) -> Line:
    text = f"{entry.text}:{added[entry.of]}" if entry.of in added else entry.text
    return {"at": entry.at, "kind": entry.kind, "text": text}


def _own_history(case: Case, opened: Opened) -> list[Line]:
    added = _added(case, opened)
    # Why it is not shown is told to whoever wrote it, with or without a contact; by whom, to staff alone.
    return [_line(entry, added) for entry in case.history if entry.public or entry.kind == "moderated"]


def _staff_history(case: Case, opened: Opened) -> list[StaffLine]:
    added = _added(case, opened)
    lines: list[StaffLine] = []
    for entry in case.history:
        line = _line(entry, added)
        told: StaffLine = {"at": line["at"], "kind": line["kind"], "text": line["text"]}
        if entry.by:
            told["by"] = entry.by
        lines.append(told)
    return lines


def summary(case: Case, city: Profile) -> Summary:
    """One line of a list."""
    return {
        "number": case.number,
        "kind": case.kind,
        "kind_name": city.policy.kind(case.kind).name,
        "title": case.title,
        "status": case.step,
        "status_name": STATUS_NAMES[case.step],
        "department": case.department,
        "department_name": city.department_name(case.department) if case.department else "",
        "area": case.area,
        "received_at": case.received_at,
        "due": case.due,
        "provisional": case.provisional,
        "paused": case.paused,
        "overdue": case.missed and case.open,
        "supports": case.supports,
        "addressee": case.addressee,
        "addressee_name": city.leader_name(case.addressee) if case.addressee else "",
    }


def listed(case: Case, city: Profile) -> ListedPost:
    """One post of the public list, with its replies."""
    return {
        **summary(case, city),
        "text": case.text,
        "replies": [reply.text for reply in case.replies],
        "answered_at": case.replies[-1].at if case.replies else None,
        "adoption": _adoption(case, city),
    }


def in_inbox(case: Case, city: Profile) -> ListedCase:
    """One case of a list for staff, with what waits."""
    return {
        **summary(case, city),
        "held": case.held,
        "to_approve": case.to_approve,
        "to_sign": case.to_sign,
        "returned": any(asked.state == "asked" for asked in case.returns),
        "followed_up": bool(case.follow_ups_waiting),
        **views_of_instructions.before_city_leaders(case, city),
        "level": case.level,
        "allowed": allowed(case),
    }


def mine(case: Case, city: Profile, code: str) -> OwnLine:
    """One post of a proved number, with its query code and what its author can do now."""
    acts = [act for act in allowed(case) if ACT[act].who is AUTHOR]
    return {**summary(case, city), "allowed": acts, "query_code": code}


def public(case: Case, city: Profile) -> PublicPost:
    """What anyone may see: of a post that is not shown, no more than how it stands."""
    view: PublicPost = {
        **summary(case, city),
        "links": {"deadline": f"/v1/deadlines/{case.number}"},
        "text": "",
        "place": "",
        "attachments": [],
        "history": [],
        "first_words": [],
        "replies": [],
        "instructions": [],
        "adoption": None,
    }
    if "words" not in visible(case, "anyone"):
        view["title"] = view["addressee"] = view["addressee_name"] = ""
        return view
    view["text"] = case.text
    view["place"] = case.place
    view["attachments"] = views_of_replies.files(case.attachments, {})
    view["history"] = _public_history(case)
    view["first_words"] = views_of_replies.first_words(case, city)
    view["replies"] = views_of_replies.published(case, city)
    view["instructions"] = views_of_instructions.published(case, city)
    view["adoption"] = _adoption(case, city)
    return view


def _told(case: Case, city: Profile, opened: Opened) -> ToldPost:
    view: ToldPost = {
        **summary(case, city),
        "text": opened.post.get("text", case.text),
        "place": opened.post.get("place", case.place),
        "point": _point(opened.point),
        "attachments": views_of_replies.files(case.attachments, opened.names),
        "contact": opened.contact,
        "public": case.public,
        "hide_name": case.hide_name,
        "origin": case.origin,
        "origin_name": ORIGIN_NAMES[case.origin],
        "moderation": case.moderation,
        "first_words": views_of_replies.first_words(case, city),
        "replies": views_of_replies.published(case, city),
        "instructions": views_of_instructions.published(case, city),
        "adoption": _adoption(case, city),
        "questions": _questions(case, opened),
        "follow_ups": _follow_ups(case, opened),
        "ratings": _ratings(case),
        "extensions": _extensions(case),
        "preference": {"channel": case.told_by, "at_night": case.told_at_night},
        "links": {"deadline": f"/v1/deadlines/{case.number}"},
    }
    view["title"] = opened.post.get("title", case.title)
    return view


def _point(given: Mapping[str, str]) -> GivenPoint | None:
    if not given:
        return None
    degrees = [float(given[name]) if name in given else None for name in ("longitude", "latitude")]
    return {
        "longitude": degrees[0],
        "latitude": degrees[1],
        "datum": given.get("datum", ""),
        "street_address": given.get("street_address", ""),
    }


def own(case: Case, city: Profile, opened: Opened) -> OwnPost:
    """Everything the citizen said and was told, as it was written while the post's keys exist."""
    return {
        **_told(case, city, opened),
        "history": _own_history(case, opened),
        "erased": case.erased,
        "allowed": [act for act in allowed(case) if ACT[act].who is AUTHOR],
    }


def staff(case: Case, city: Profile, opened: Opened, group: GroupOfCase | None = None) -> StaffCase:
    """Everything, for those whose case it is; as it was written only where the boxes were opened.

    Who asked for it is told to nobody by name, not to the holding unit either.
    """
    told = _told(case, city, opened)
    if case.hide_name:
        told["contact"] = {name: value for name, value in opened.contact.items() if name != "name"}
    return {
        **told,
        "history": _staff_history(case, opened),
        "allowed": allowed(case),
        "moderation_actions": possible(case.moderation, case.hiding),
        "assisting": case.assisting,
        "parts": case.parts,
        "held": case.held,
        "candidates": case.candidates,
        "meeting": case.meeting,
        "level": case.level,
        "draft": views_of_replies.before_the_leader(case.draft),
        "sent_back": views_of_replies.before_the_leader(case.sent_back),
        "written_parts": _written_parts(case, city),
        **views_of_instructions.before_city_leaders(case, city),
        "returns": _returns(case),
        "group": group,
        "erased": case.erased,
        "entered_by": case.entered_by,
        "assigned_at": case.assigned_at,
    }


def group_of(group: Group, members: Sequence[Case], size: int, city: Profile) -> GroupOfCase:
    """A group of `size` posts and those of its members that the reader may see."""
    return {
        "id": group.id,
        "lead_number": group.lead_number,
        "members": [_member(case, city) for case in members],
        "size": size,
    }


def _member(case: Case, city: Profile) -> GroupMember:
    row = summary(case, city)
    return {
        "number": row["number"],
        "title": row["title"],
        "status": row["status"],
        "status_name": row["status_name"],
        "department": row["department"],
        "department_name": row["department_name"],
    }


def _adoption(case: Case, city: Profile) -> AdoptionOfCase | None:
    decided = case.adoption
    if decided is None:
        return None
    return {
        "outcome": decided.outcome,
        "outcome_name": OUTCOME_NAMES[decided.outcome],
        "reason": decided.reason,
        "department": decided.department,
        "department_name": city.department_name(decided.department),
        "at": decided.at,
        "follow_throughs": [
            {"text": done.text, "done_on": done.done_on, "at": done.at} for done in case.follow_throughs
        ],
    }


def _written_parts(case: Case, city: Profile) -> list[PartOfUnit]:
    return [
        {
            "part_id": part.id,
            "text": part.text,
            "department": part.department,
            "department_name": city.department_name(part.department),
            "by": part.by,
            "at": part.at,
            "attachments": views_of_replies.files(part.attachments, {}),
        }
        for part in case.written_parts
    ]


def _returns(case: Case) -> list[AskedReturn]:
    return [
        {"id": r.id, "department": r.department, "duty_item": r.duty_item, "at": r.at, "state": r.state}
        for r in case.returns
    ]


def _questions(case: Case, opened: Opened) -> list[AskedQuestion]:
    return [
        {
            "question_id": q.id,
            "text": q.text,
            "at": q.at,
            "answer": opened.added.get(q.id, q.answer),
            "answered_at": q.answered_at,
            "attachments": views_of_replies.files(q.attachments, opened.names),
        }
        for q in case.questions
    ]


def _follow_ups(case: Case, opened: Opened) -> list[AddedText]:
    return [
        {
            "id": added.id,
            "text": opened.added.get(added.id, added.text),
            "at": added.at,
            "answer": added.answer,
            "answered_at": added.answered_at,
            "attachments": views_of_replies.files(added.attachments, opened.names),
        }
        for added in case.follow_ups
    ]


def _ratings(case: Case) -> list[GivenRating]:
    return [
        {"reply": one.reply, "grade": one.grade, "text": one.text, "at": one.at, "solved": one.solved}
        for one in case.ratings
    ]


def _extensions(case: Case) -> list[AskedExtension]:
    return [
        {
            "extension_id": e.id,
            "reason": e.reason,
            "new_date": e.new_date,
            "progress": e.progress,
            "state": e.state,
            "at": e.at,
        }
        for e in case.extensions
    ]
