"""Which other cases an act concerns, and what it asks of them. Pure."""

from typing import Any

from services.intake.core import requests as ask
from services.intake.core.case import Case


def answered_with_group(subject: str, case: Case, asked: ask.Asked[Any]) -> list[tuple[str, ask.Answered]]:
    """The reply of a group's lead answers every member once it is published: (subject, request) of each."""
    if case.group is None or case.group.lead != subject or case.draft is None:
        return []
    if asked.act == "approval" and case.addressee:
        return []  # it is published with the signature
    draft = case.draft
    files = ask.Files(draft.attachments, draft.sealed_attachments)
    answered = ask.Answered(subject, draft.id, draft.text, case.department, draft.by, files)
    return [(member, answered) for member in case.group.members if member != subject]


def grouping(
    body: ask.Group, subjects: list[str], actor: ask.Actor, identity: str
) -> list[tuple[str, ask.Asked[ask.Grouped]]]:
    """What a new group asks of each of its members, in order of subject; `subjects` are those of `body.numbers`."""
    lead = subjects[body.numbers.index(body.lead)]
    joined = ask.Grouped(identity, lead, body.lead, tuple(subjects))
    return [(subject, ask.Asked("group", actor, joined)) for subject in sorted(subjects)]
