"""A debate or a dialogue as people see it: its matter, what was said as far as the table lets them see it, its figures. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import UNSET

from city.profile import Profile
from contracts.debates import Matter
from contracts.dialogues import Occasion
from services.debate.core import answers
from services.debate.core.states import Comment, Debate, Dialogue, Forum
from services.debate.core.visibility import Reader, visible

HOST: Final = "主持人"
SPEAKER: Final = 4
"""Characters of a person's hash by which one sees who speaks again; two of a hundred share them in one debate of two hundred."""


def state(forum: Forum, now: datetime) -> answers.State:
    """Where it stands for whoever looks now."""
    assert forum.step, "only what somebody wrote is shown"
    assert forum.matter is not None
    return "ended" if forum.step == "open" and now >= forum.matter.ends else forum.step


def listed(
    identity: str, debate: Debate, figures: answers.Figures, city: Profile, now: datetime, held: int
) -> answers.Listed:
    """A line of the list; `held` comments wait for the reader."""
    matter = _matter(debate)
    return answers.Listed(
        id=identity,
        title=matter.title,
        question=matter.question,
        department=matter.department,
        department_name=city.department_name(matter.department),
        ends=matter.ends,
        state=state(debate, now),
        topic=matter.topic.id if matter.topic else "",
        figures=figures,
        to_moderate=held or UNSET,
    )


def whole(
    identity: str,
    debate: Debate,
    figures: answers.Figures,
    statements: Sequence[tuple[str, Comment]],
    city: Profile,
    now: datetime,
) -> answers.Whole:
    """Everything but what people said."""
    matter = _matter(debate)
    return answers.Whole(
        id=identity,
        title=matter.title,
        question=matter.question,
        background=matter.background,
        department=matter.department,
        department_name=city.department_name(matter.department),
        opened_at=debate.opened_at,
        ends=matter.ends,
        state=state(debate, now),
        topic=matter.topic,
        figures=figures,
        statements=tuple(said(one, comment, "anyone", city) for one, comment in statements),
        summary=debate.summary,
        decision=debate.decision,
        reason=debate.reason,
        closed_at=debate.closed_at,
    )


def guest(forum: Forum) -> str:
    """Who answers in a dialogue, by name and office; nobody in a debate."""
    if not isinstance(forum.matter, Occasion):
        return ""
    return f"{forum.matter.guest}({forum.matter.office})"


def stage(dialogue: Dialogue, now: datetime) -> answers.Stage:
    """Where a dialogue stands for whoever looks now."""
    matter, stands = _occasion(dialogue), state(dialogue, now)
    if stands != "open":
        return stands
    if now < matter.asked_from:
        return "announced"
    return "asking" if now < matter.begins else "held"


def listed_dialogue(
    identity: str,
    dialogue: Dialogue,
    figures: answers.Figures,
    city: Profile,
    now: datetime,
    *,
    waiting: int,
    held: int,
    left_open: int,
) -> answers.ListedDialogue:
    """A line of the list.

    `waiting`: answers that the reader, or the reader's unit, is to approve; `held`: questions that the reader is to look
    through; `left_open`: those that are to be written down as posts.
    """
    return answers.ListedDialogue(
        **_of_dialogue(identity, dialogue, figures, city, now),
        to_approve=waiting if waiting and dialogue.step == "open" else UNSET,
        to_moderate=held or UNSET,
        left_open=left_open if left_open and dialogue.step == "closed" else UNSET,
    )


def whole_dialogue(
    identity: str, dialogue: Dialogue, figures: answers.Figures, city: Profile, now: datetime
) -> answers.WholeDialogue:
    """Everything but what was asked and said."""
    matter = _occasion(dialogue)
    return answers.WholeDialogue(
        **_of_dialogue(identity, dialogue, figures, city, now),
        introduction=matter.introduction,
        invited=matter.invited,
        invited_names=tuple(map(city.department_name, matter.invited)),
        opened_at=dialogue.opened_at,
        summary=dialogue.summary,
        reason=dialogue.reason,
        closed_at=dialogue.closed_at,
    )


def prepared(
    identity: str, answer: Comment, reader: Reader, question: Comment | None, city: Profile, guest: str
) -> answers.Prepared:
    """An official answer that waits or was sent back, for its unit or the host, with the question as everybody reads it."""
    row = said(identity, answer, reader, city, guest=guest)
    asked = question is not None and "text" in visible(question, "anyone")
    return answers.Prepared(
        **{name: getattr(row, name) for name in row.__struct_fields__},
        department=answer.department,
        question=answer.answers,
        asked=question.text if question and asked else "",
    )


def said(
    identity: str,
    comment: Comment,
    reader: Reader,
    city: Profile,
    under: Mapping[str, Sequence[tuple[str, Comment]]] | None = None,
    guest: str = "",
) -> answers.Said:
    """A comment as this reader may see it, with the answers in `under` that everybody may read; `guest` of its dialogue."""
    parts = visible(comment, reader)
    assert comment.at is not None, "only what was said is shown"
    assert comment.standing
    official, text = bool(comment.department), "text" in parts
    found = (under or {}).get(identity, ()) if "answers" in parts else ()
    name = _official(comment, city, guest) if official else comment.person[:SPEAKER]
    return answers.Said(
        id=identity,
        standing=comment.standing,
        text=comment.text if text else "",
        speaker=name if text else "",
        official=official,
        proven=comment.proven and text,
        at=comment.at,
        supports=comment.supports if "counted" in parts else 0,
        reason=comment.reason if "reason" in parts and comment.reason else UNSET,
        post=comment.post if text and comment.post else UNSET,
        answers=tuple(
            said(one, answer, "anyone", city, guest=guest)
            for one, answer in found
            if "text" in visible(answer, "anyone")
        ),
    )


def _official(comment: Comment, city: Profile, guest: str) -> str:
    """Who speaks, by name."""
    named = {"guest": guest, "host": HOST}
    return named.get(comment.speaker) or city.department_name(comment.department)


def _matter(debate: Debate) -> Matter:
    assert debate.matter is not None
    return debate.matter


def _occasion(dialogue: Dialogue) -> Occasion:
    assert dialogue.matter is not None
    return dialogue.matter


def _of_dialogue(
    identity: str, dialogue: Dialogue, figures: answers.Figures, city: Profile, now: datetime
) -> dict[str, Any]:
    matter = _occasion(dialogue)
    return {
        "id": identity,
        "kind": matter.kind,
        "title": matter.title,
        "guest": matter.guest,
        "office": matter.office,
        "department": matter.department,
        "department_name": city.department_name(matter.department),
        "asked_from": matter.asked_from,
        "begins": matter.begins,
        "ends": matter.ends,
        "place": matter.place,
        "state": stage(dialogue, now),
        "figures": figures,
    }
