"""What the rules share: a line of the history, and a fact to be said with it. Pure."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from city.named import NotNamed
from city.profile import Profile
from contracts.decision import Context, Decision, FieldError, Invalid, Say
from contracts.facts import Fact
from services.intake.core import requests as ask
from services.intake.core.attachments import KeepAttachments, files_of
from services.intake.core.case import Case, Entry

Here = Context[Profile]


def wrong_field(field: str, reason: str, title: str = "填写的内容有问题") -> Invalid:
    """One field of a request is wrong, for this reason in Chinese."""
    return Invalid("invalid", title, errors=(FieldError(field, reason),))


def code(look_up: Callable[[Profile, str], str], context: Here, field: str, called: str, title: str) -> str:
    """The code of what a field calls by code or name. Raises Invalid, which names what there is."""
    try:
        return look_up(context.city, called)
    except NotNamed as unknown:
        raise wrong_field(field, str(unknown), title=title) from unknown


def write(
    case: Case, at: datetime, kind: str, text: str, public: bool = True, by: str = "", of: str = ""
) -> Case:
    """The case with one more line in its history."""
    return replace(case, history=(*case.history, Entry(at, kind, text, public, by, of)))


def say(
    case: Case, fact: Fact, kind: str, text: str, public: bool = True, by: str = "", of: str = ""
) -> Decision[Case]:
    """The case with one more line, and the fact that the line tells of; the case is the answer."""
    case = write(case, fact.at, kind, text, public, by, of)
    return Decision(case, (Say(fact),), answer=case)


def few(files: ask.Files, context: Here) -> dict[str, Any]:
    """The files as a fact and a case name them. Raises Invalid when there are more than the policy takes."""
    most = context.city.policy.attachments.at_most
    if len(files.attachments) > most:
        raise wrong_field("attachments", f"一次最多 {most} 个附件")
    return {"attachments": files.attachments, "sealed_attachments": files.sealed}


def with_files(decision: Decision[Case], files: ask.Files) -> Decision[Case]:
    """The same, and the files stay."""
    if not files.attachments:
        return decision
    kept = KeepAttachments(files_of(files.attachments))
    return Decision(decision.state, (kept, *decision.effects), answer=decision.answer)


def received_at(case: Case) -> datetime:
    """When the post was received; only for a case that exists."""
    assert case.received_at is not None
    return case.received_at
