"""What people send about a bulletin: bodies with their limits; free texts are made normal and masked here."""

from typing import Annotated, Any, Final

from msgspec import Meta

from chassis import problem
from city.normal import written_line
from city.profile import Profile
from contracts.bulletins import Section
from services.stats.written import CODE_POINTS, Body, Cases, Short, free

TEXT: Final = 120_000
"""Characters of a section, as a person counts them: the 2,000 cases that a bulletin names at most take 90,000."""
WHOLE: Final = 400_000
"""Bytes in UTF-8 of all sections, some 130,000 Chinese characters. They are issued in one fact with the figures and the named
cases, which take up to half a megabyte, and the bus takes one."""
LONGEST: Final = 1024 * 1024
"""Bytes of a body: the whole text with each character escaped."""
HEADING: Final = 60
MOST_SECTIONS: Final = 12

Text = Annotated[str, Meta(min_length=1, max_length=CODE_POINTS * TEXT)]


class Nothing(Body, frozen=True):
    """No fields."""


class DraftBody(Body, frozen=True):
    """A period that is over; `corrects` is the number of the issued bulletin that is put right."""

    period: Annotated[str, Meta(min_length=4, max_length=7)]
    corrects: Annotated[str, Meta(max_length=60)] = ""


class SectionBody(Body, frozen=True):
    """A part of the text."""

    heading: Annotated[str, Meta(min_length=1, max_length=CODE_POINTS * HEADING)]
    text: Text


class TextBody(Body, frozen=True):
    """The whole text."""

    sections: Annotated[tuple[SectionBody, ...], Meta(min_length=1, max_length=MOST_SECTIONS)]


class ObjectionBody(Body, frozen=True):
    """What is wrong, and the numbers of the cases that show it."""

    text: Short
    cases: Cases = ()


class AnswerBody(Body, frozen=True):
    """Whether the unit is right, and why."""

    upheld: bool
    text: Short


EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "draft": {"period": "2026-02"},
    "text": {"sections": [{"heading": "一、总体情况", "text": "全市办理情况总体平稳。"}]},
    "circulation": {},
    "objection": {"text": "该帖已于到期前答复。", "cases": ["SQ260302-000001"]},
    "answer": {"upheld": False, "text": "经核对,答复在到期之后。"},
    "issue": {},
}


def sections(body: TextBody, profile: Profile) -> tuple[Section, ...]:
    """The text of a bulletin as it is kept."""
    found = tuple(
        Section(
            written_line(free("sections", one.heading, HEADING, profile)),
            free("sections", one.text, TEXT, profile),
        )
        for one in body.sections
    )
    if len({section.heading for section in found}) != len(found):
        raise problem.wrong_field("sections", "标题重复")
    if sum(len(section.text.encode()) for section in found) > WHOLE:
        raise problem.wrong_field("sections", f"各段合计最多约 {WHOLE // 3 // 10_000} 万字")
    return found
