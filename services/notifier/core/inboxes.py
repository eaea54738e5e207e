"""Inboxes of staff: one for each unit and role. Who reads it chooses by which channel, at once or once an hour. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal, NamedTuple

from msgspec import Struct

from services.notifier.core.tell import MAYOR_DESK, SUPERVISION, URGENT
from services.notifier.core.wording import one_line, shortened

StaffChannel = Literal["robot", "sms", "mail"]
Pace = Literal["at-once", "hourly"]
ROLES: Final = ("clerk", "leader", "supervisor", "mayor")
"""Roles that are told of anything; each is the audience of the same name."""


class Inbox(NamedTuple):
    """Where staff of one role in one unit are told."""

    department: str
    audience: str

    @property
    def subject(self) -> str:
        """Whoever owns this subject's partition sends the inbox's digests, and nobody else does."""
        return f"inbox:{self.department}:{self.audience}"


class Choice(Struct, frozen=True):
    """How an inbox is told."""

    channel: StaffChannel = "robot"
    hourly: bool = False
    """What is not urgent waits for the end of its hour and goes out as one digest."""


UNCHOSEN: Final = Choice()


def inbox_of(role: str, department: str) -> Inbox:
    """The inbox that somebody reads: supervisors and city leaders are told at one place each, whatever their unit."""
    match role:
        case "supervisor":
            return Inbox(SUPERVISION, role)
        case "mayor":
            return Inbox(MAYOR_DESK, role)
        case _:
            return Inbox(department, role)


def hour_of(now: datetime) -> datetime:
    """When the hour of an instant began, in the city's time."""
    return now.replace(minute=0, second=0, microsecond=0)


def held_in(kind: str, choice: Choice, now: datetime) -> datetime | None:
    """The hour whose digest a notice waits for; None for one that goes out at once, as what is urgent always does."""
    return hour_of(now) if choice.hourly and kind not in URGENT else None


# -- what a digest says ----------------------------------------------------------------------------


class Size(NamedTuple):
    """How much of a digest a channel takes."""

    cases: int
    """Lines: one a case."""
    octets: int
    """Of the whole text in UTF-8."""
    parts: int
    """Notices of one case that its line repeats; others are counted."""
    words: int
    """Characters of each of them."""


SIZES: Final = {
    "robot": Size(20, 2048, 4, 60),
    "sms": Size(3, 600, 2, 24),
    "mail": Size(500, 100_000, 4, 60),
}
"""WeCom documents 2,048 octets for its robots; a text message of Aliyun's has 500 characters, of which a digest takes
less than half, since each 67 cost one message; who reads mail has time."""


class Line(Struct, frozen=True):
    """A notice as its digest knows it."""

    subject: str
    number: str
    """The post's; empty for what is about no post."""
    title: str
    text: str
    page: str = ""
    """Where staff work on it, below the address of the pages; empty for what has no page of its own."""


class Summary(Struct, frozen=True):
    """What a digest counts, however much of it is written out."""

    cases: int
    notices: int
    hour: datetime
    """City time at which it was made up."""


def digest_text(summary: Summary, lines: Iterable[Line], channel: str, site: str) -> str:
    """How many cases and notices there are, a line for each case with number and link, and where the others stand.

    `lines` are the notices of the first cases, those of one case together. The count stands first, so that nothing
    can cut it off.
    """
    size = SIZES[channel]
    head = f"{summary.hour:%H:%M} 汇总:共 {summary.cases} 件 {summary.notices} 条"
    by_case: dict[str, list[Line]] = {}
    for line in lines:
        by_case.setdefault(line.subject, []).append(line)
    written = [_case(of_case, site, size) for of_case in by_case.values()][: size.cases]
    while True:
        text = "\n".join([head, *written, *_others(summary.cases - len(written), site)])
        if len(text.encode()) <= size.octets or not written:
            return text
        written.pop()


def _case(lines: list[Line], site: str, size: Size) -> str:
    """One case on one line: its number, what happened, its title, its link."""
    first = lines[0]
    said = [shortened(_without(line), size.words) for line in lines[: size.parts]]
    said += [f"等 {len(lines)} 条"] if len(lines) > size.parts else []
    link = f"{site}{first.page}" if site and first.page else ""
    parts = (first.number, ";".join(said), one_line(first.title), link)
    return " ".join(part for part in parts if part)


def _without(line: Line) -> str:
    """A notice's words without number and title, which stand on the line once."""
    text = line.text.removesuffix(line.title).rstrip() if line.title else line.text
    before, number, after = text.partition(line.number) if line.number else (text, "", "")
    return one_line(f"{before.rstrip()}{after}" if number else text)


def _others(count: int, site: str) -> list[str]:
    if count <= 0:
        return []
    return [f"另有 {count} 件,见 {site}/staff/cases" if site else f"另有 {count} 件"]
