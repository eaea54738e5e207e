"""The typed columns of a case, for lists; and the store of one instance."""

from datetime import datetime
from typing import Final

import asyncpg

from chassis.memory.store import MemoryStore
from chassis.postgres.store import PostgresStore
from chassis.store import Column
from chassis.vault import PostgresKeys
from city.normal import normal_form
from services.intake.core.case import Case, new
from services.intake.core.visibility import visible
from services.intake.store.attachments import MemoryAttachments, PostgresAttachments
from services.intake.store.sealing import MemoryVault, Vault
from services.intake.store.voices import MemoryVoices, PostgresVoices


def _for_moderator(case: Case) -> str:
    """`held` while a moderator must look: at the post, or at its author's appeal."""
    return "held" if case.hiding is not None and case.hiding.waits else case.moderation


def instructed(case: Case) -> str:
    """How each instruction of the case stands, in words, by themselves and with whoever gave it; empty without any.

    What was reported on so far in time has the word `on_time`.
    """
    words: list[str] = []
    for one in case.instructions:
        if not one.id or case.left:
            continue
        stands: list[str] = ["waiting"] if one.waits else [one.state]
        if one.waits and one.overdue:
            stands.append("overdue")
        if not one.waits and all(report.in_time for report in one.reports):
            stands.append("on_time")
        words += [*stands, *(f"{word}/{one.by}" for word in stands)]
    return "\n".join(sorted(words))


def report_due(case: Case) -> datetime | None:
    """Where a case stands in the ledger of instructions: at the earliest day by which a report is awaited, else the last."""
    waiting = [one.due for one in case.instructions_waiting if one.due is not None]
    return min(waiting) if waiting else max((one.due for one in case.instructions if one.due), default=None)


def special_report_at(case: Case) -> datetime | None:
    """Where a case stands on the city leaders' desk: at its newest special report; None without any."""
    return max((one.at for one in case.special_reports), default=None)


def suggestion(case: Case) -> str:
    """What an answered suggestion waits for; empty where it waits for nothing.

    `undecided`: whether it is adopted; `unfulfilled`: that something is done of one that was adopted.
    """
    if case.kind != "suggestion" or case.left:
        return ""
    if case.adoption is None:
        return "undecided" if case.replies and not case.open else ""
    return "unfulfilled" if case.adoption.outcome != "declined" and not case.follow_throughs else ""


def listed_at(case: Case) -> datetime | None:
    """Where a post stands in the public list: at its last reply, or at its receipt when it asks nobody for one."""
    if case.replies:
        return case.replies[-1].at
    return None if case.asks else case.received_at


def shown(case: Case) -> bool:
    """Whether the post stands in the public list."""
    return "listed" in visible(case, "anyone")


COLUMNS: Final = (
    Column[Case]("number", "text", lambda case: case.number),
    Column[Case]("kind", "text", lambda case: case.kind),
    Column[Case]("step", "text", lambda case: case.step),
    Column[Case]("department", "text", lambda case: case.department),
    Column[Case]("assisting", "text", lambda case: f" {' '.join(case.assisting)} " if case.assisting else ""),
    Column[Case]("area", "text", lambda case: case.area),
    Column[Case]("open", "boolean", lambda case: case.exists and case.open),
    Column[Case]("for_person", "boolean", lambda case: case.held),
    Column[Case]("to_approve", "boolean", lambda case: case.to_approve),
    Column[Case]("to_sign", "boolean", lambda case: case.to_sign),
    Column[Case]("addressee", "text", lambda case: case.addressee),
    Column[Case]("returned", "boolean", lambda case: any(r.state == "asked" for r in case.returns)),
    Column[Case]("followed_up", "boolean", lambda case: bool(case.follow_ups_waiting)),
    Column[Case]("suggestion", "text", suggestion),
    Column[Case]("instructed", "text", instructed),
    Column[Case]("report_due", "timestamptz", report_due),
    Column[Case]("special_report_at", "timestamptz", special_report_at),
    Column[Case]("meeting", "boolean", lambda case: case.meeting),
    Column[Case]("moderation", "text", _for_moderator),
    Column[Case]("missed", "boolean", lambda case: case.missed),
    Column[Case]("shown", "boolean", shown),
    Column[Case]("citizen", "text", lambda case: case.citizen),
    Column[Case]("received_at", "timestamptz", lambda case: case.received_at),
    Column[Case]("due", "timestamptz", lambda case: case.due),
    Column[Case]("answered_at", "timestamptz", listed_at),
    Column[Case](
        "words",
        "text",
        lambda case: normal_form(f"{case.title}\n{case.text}" if shown(case) else case.title),
    ),
)


def postgres(pool: asyncpg.Pool) -> PostgresStore:
    """The store of one instance, web or listener."""
    keepers = (Vault(PostgresKeys()), PostgresVoices(pool), PostgresAttachments(pool))
    return PostgresStore(pool, Case, new, COLUMNS, keepers)


def memory(
    vault: MemoryVault, voices: MemoryVoices, attachments: MemoryAttachments | None = None
) -> MemoryStore:
    """The store of `postgres`, in memory."""
    return MemoryStore(Case, (vault, voices, attachments or MemoryAttachments()))
