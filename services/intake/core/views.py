"""A case as citizens, neighbours and staff see it. Pure."""

from collections.abc import Sequence
from typing import Any, Final

from city.profile import Profile
from services.intake.core.act import AUTHOR
from services.intake.core.acts import ACT, allowed
from services.intake.core.case import STATUS_NAMES, Case, Group
from services.intake.core.sealing import Opened
from services.intake.core.visibility import visible

_FOR_ANYONE: Final = {"answered": "网民已补充", "reopened": "网民申请重新办理"}
"""Kind of a line to what anyone reads of it: what a citizen writes to the unit is not published word for word."""


def _public_history(case: Case) -> list[dict[str, Any]]:
    return [
        {"at": entry.at, "kind": entry.kind, "text": _FOR_ANYONE.get(entry.kind, entry.text)}
        for entry in case.history
        if entry.public and entry.kind != "followed-up"
    ]


def _history(case: Case, opened: Opened, staff: bool) -> list[dict[str, Any]]:
    """The lines for author or staff; with the boxes opened, what the citizen added stands in them as it was written."""
    added = {question.id: question.answer for question in case.questions}
    added |= {follow_up.id: follow_up.text for follow_up in case.follow_ups}
    added |= opened.added
    lines = []
    for entry in case.history:
        if not (staff or entry.public):
            continue
        text = f"{entry.text}:{added[entry.of]}" if entry.of in added else entry.text
        line = {"at": entry.at, "kind": entry.kind, "text": text}
        lines.append(line | ({"by": entry.by} if staff and entry.by else {}))
    return lines


def summary(case: Case, city: Profile) -> dict[str, Any]:
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
    }


def listed(case: Case, city: Profile) -> dict[str, Any]:
    """One post of the public list, with its replies."""
    return {
        **summary(case, city),
        "text": case.text,
        "replies": [reply.text for reply in case.replies],
        "answered_at": case.replies[-1].at if case.replies else None,
    }


def in_inbox(case: Case, city: Profile) -> dict[str, Any]:
    """One case of a list for staff, with what waits."""
    return {
        **summary(case, city),
        "held": case.held,
        "to_approve": case.draft is not None or case.extension_asked is not None,
        "returned": any(asked.state == "asked" for asked in case.returns),
        "level": case.level,
        "allowed": allowed(case),
    }


def public(case: Case, city: Profile) -> dict[str, Any]:
    """What anyone may see: of a post that is not shown, no more than how it stands."""
    view = summary(case, city) | {"links": {"deadline": f"/v1/deadlines/{case.number}"}}
    parts = visible(case, "anyone")
    if "words" not in parts:
        return view | {"title": "", "text": "", "history": [], "replies": []}
    return view | {
        "text": case.text,
        "place": case.place,
        "history": _public_history(case),
        "replies": _replies(case, city),
    }


def own(case: Case, city: Profile, opened: Opened) -> dict[str, Any]:
    """Everything the citizen said and was told, as it was written while the post's keys exist."""
    return summary(case, city) | {
        "title": opened.post.get("title", case.title),
        "text": opened.post.get("text", case.text),
        "place": opened.post.get("place", case.place),
        "contact": opened.contact,
        "public": case.public,
        "hide_name": case.hide_name,
        "moderation": case.moderation,
        "history": _history(case, opened, staff=False),
        "replies": _replies(case, city),
        "questions": _questions(case, opened),
        "follow_ups": [{"text": opened.added.get(f.id, f.text), "at": f.at} for f in case.follow_ups],
        "ratings": [{"reply": r.reply, "grade": r.grade, "text": r.text, "at": r.at} for r in case.ratings],
        "extensions": _extensions(case),
        "allowed": [act for act in allowed(case) if ACT[act].who is AUTHOR],
        "links": {"deadline": f"/v1/deadlines/{case.number}"},
    }


def staff(case: Case, city: Profile, opened: Opened) -> dict[str, Any]:
    """Everything, for those whose case it is; as it was written only where the boxes were opened.

    Who asked for it is told to nobody by name, not to the holding unit either.
    """
    draft = case.draft
    return own(case, city, opened) | {
        "contact": {
            name: value for name, value in opened.contact.items() if name != "name" or not case.hide_name
        },
        "assisting": list(case.assisting),
        "parts": case.parts,
        "held": case.held,
        "candidates": case.candidates,
        "meeting": case.meeting,
        "level": case.level,
        "draft": draft and {"reply_id": draft.id, "text": draft.text, "by": draft.by, "at": draft.at},
        "written_parts": _written_parts(case, city),
        "returns": _returns(case),
        "group": None,
        "erased": case.erased,
        "assigned_at": case.assigned_at,
        "history": _history(case, opened, staff=True),
        "allowed": list(allowed(case)),
    }


def group(group: Group, members: Sequence[Case], city: Profile) -> dict[str, Any]:
    """A group and those of its members that the reader may see."""
    rows = [summary(case, city) for case in members]
    names = ("number", "title", "status", "status_name", "department", "department_name")
    return {
        "id": group.id,
        "lead_number": group.lead_number,
        "members": [{name: row[name] for name in names} for row in rows],
    }


def _replies(case: Case, city: Profile) -> list[dict[str, Any]]:
    return [
        {
            "reply_id": reply.id,
            "text": reply.text,
            "department": reply.department,
            "department_name": city.department_name(reply.department),
            "at": reply.at,
            "handling": reply.handling,
        }
        for reply in case.replies
    ]


def _written_parts(case: Case, city: Profile) -> list[dict[str, Any]]:
    return [
        {
            "part_id": part.id,
            "text": part.text,
            "department": part.department,
            "department_name": city.department_name(part.department),
            "by": part.by,
            "at": part.at,
        }
        for part in case.written_parts
    ]


def _returns(case: Case) -> list[dict[str, Any]]:
    return [
        {"id": r.id, "department": r.department, "duty_item": r.duty_item, "at": r.at, "state": r.state}
        for r in case.returns
    ]


def _questions(case: Case, opened: Opened) -> list[dict[str, Any]]:
    return [
        {
            "question_id": q.id,
            "text": q.text,
            "at": q.at,
            "answer": opened.added.get(q.id, q.answer),
            "answered_at": q.answered_at,
        }
        for q in case.questions
    ]


def _extensions(case: Case) -> list[dict[str, Any]]:
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
