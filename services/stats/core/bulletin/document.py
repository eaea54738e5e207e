"""A bulletin from its draft to its issue: what is remembered of it, and what each act does. Pure.

drafted -> circulated (units may object) -> issued; drafted again, it must be circulated again.
"""

from datetime import datetime
from typing import Any, Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from city.explain import moment
from city.profile import Profile
from contracts.bulletins import (
    BulletinCirculated,
    BulletinDrafted,
    BulletinEdited,
    BulletinIssued,
    Frozen,
    ObjectionAnswered,
    ObjectionRaised,
    Section,
    YearScores,
)
from contracts.decision import Context, Decision, Forbidden, NotFound, NotNow, Say
from contracts.facts import Fact

Here = Context[Profile]
Step = Literal["", "drafted", "circulated", "issued"]
STEP_NAMES: Final[dict[Step, str]] = {
    "": "未拟稿",
    "drafted": "草稿",
    "circulated": "对账中",
    "issued": "已发布",
}
MOST_OBJECTIONS: Final = 10
"""Of one unit to one bulletin."""


class Objection(Struct, frozen=True, omit_defaults=True):
    """What a unit said against a draft, and what it was answered."""

    id: str
    department: str
    text: str
    cases: tuple[str, ...]
    at: datetime
    by: str
    upheld: bool | None = None
    """None while nobody has answered it."""
    answer: str = ""
    answered_at: datetime | None = None
    answered_by: str = ""


class Bulletin(Struct, frozen=True, omit_defaults=True):
    """What is remembered of a bulletin."""

    id: str
    """The period, and from the second one on `-c` and a number: `2026-06`, `2026-06-c1`."""
    step: Step = ""
    title: str = ""
    figures: Frozen | None = None
    sections: tuple[Section, ...] = ()
    scores: YearScores | None = None
    """Of a year; they are the unit's own business, and no paper prints them."""
    corrects: str = ""
    until: datetime | None = None
    objections: tuple[Objection, ...] = ()
    writers: tuple[str, ...] = ()
    """Who drafted and edited it: none of them approves it."""
    number: str = ""
    issued_at: datetime | None = None
    issued_by: str = ""
    last: int = 0
    """Not of a bulletin, but of a year's register of numbers: the last one given."""

    @property
    def period(self) -> str:
        """The period it is about; empty before it was drafted."""
        return self.figures.period if self.figures is not None else ""


def new(subject: str) -> Bulletin:
    """A bulletin that nobody has drafted."""
    return Bulletin(identity(subject))


PREFIX: Final = "bulletin:"


def subject_of(identity: str) -> str:
    """The subject under which a bulletin's facts are said."""
    return PREFIX + identity


def identity(subject: str) -> str:
    """The way back."""
    return subject.removeprefix(PREFIX)


def register_of(year: int) -> str:
    """The subject that gives the numbers of a year, one after the other, whoever issues at the same moment."""
    return f"{PREFIX}numbers-{year}"


class Draft(Struct, frozen=True, tag="bulletin.draft"):
    """The system counted and wrote."""

    by: str
    title: str
    figures: Frozen
    sections: tuple[Section, ...]
    corrects: str = ""
    scores: YearScores | None = None


class Edit(Struct, frozen=True, tag="bulletin.edit"):
    """The supervisor's text."""

    by: str
    sections: tuple[Section, ...]


class Circulate(Struct, frozen=True, tag="bulletin.circulate"):
    """The supervisor lays it before the units."""

    by: str


class Object(Struct, frozen=True, tag="bulletin.object"):
    """A unit objects."""

    by: str
    department: str
    text: str
    cases: tuple[str, ...] = ()


class AnswerObjection(Struct, frozen=True, tag="bulletin.answer-objection"):
    """The supervisor answers an objection."""

    by: str
    objection: str
    upheld: bool
    text: str


class Issue(Struct, frozen=True, tag="bulletin.issue"):
    """The supervisor's leader approves it under a number."""

    by: str
    department: str
    ordinal: int
    """Which bulletin of the year it is."""


class Number(Struct, frozen=True, tag="bulletin.number"):
    """The year's register gives this number, in one transaction with the issue."""

    ordinal: int


def draft(bulletin: Bulletin, given: Draft, context: Here) -> Decision[Bulletin]:
    """The figures as they are now; objections stay, and units see it again before it is issued.

    Sections whose heading is not among the system's own were written by a person, and stay.
    """
    if bulletin.step == "issued":
        raise NotNow("bulletin-issued", "通报已经发布", "更正请另拟一份,写明所更正通报的文号。")
    headings = {section.heading for section in given.sections}
    own = tuple(section for section in bulletin.sections if section.heading not in headings)
    sections = (*given.sections, *own)
    after = replace(
        bulletin,
        step="drafted",
        title=given.title,
        figures=given.figures,
        sections=sections,
        scores=given.scores,
        corrects=given.corrects,
        until=None,
        writers=_with(bulletin, given.by),
    )
    return _said(
        after,
        BulletinDrafted(
            at=context.now,
            bulletin=bulletin.id,
            title=given.title,
            figures=given.figures,
            sections=sections,
            corrects=given.corrects,
            scores=given.scores,
            by=given.by,
        ),
    )


def edit(bulletin: Bulletin, given: Edit, context: Here) -> Decision[Bulletin]:
    """Another text under the same figures."""
    _open(bulletin)
    after = replace(bulletin, sections=given.sections, writers=_with(bulletin, given.by))
    fact = BulletinEdited(at=context.now, bulletin=bulletin.id, sections=given.sections, by=given.by)
    return _said(after, fact)


def circulate(bulletin: Bulletin, given: Circulate, context: Here) -> Decision[Bulletin]:
    """From now on units may object, for so many working days (对账)."""
    if bulletin.step != "drafted":
        raise _not_now(bulletin)
    days = context.city.policy.bulletin.objection_working_days
    until = context.city.working_time.add_days(context.now, days)
    after = replace(bulletin, step="circulated", until=until)
    return _said(after, BulletinCirculated(at=context.now, bulletin=bulletin.id, until=until, by=given.by))


def object_(bulletin: Bulletin, given: Object, context: Here) -> Decision[Bulletin]:
    """A unit says what is wrong about it, with the cases that show it."""
    if bulletin.step != "circulated" or bulletin.until is None:
        raise _not_now(bulletin)
    if context.now > bulletin.until:
        raise NotNow("objections-closed", "对账时间已过", f"异议应在 {moment(bulletin.until)} 前提出。")
    if sum(one.department == given.department for one in bulletin.objections) >= MOST_OBJECTIONS:
        raise NotNow(
            "too-many-objections", "异议太多", f"每个单位对一份通报最多提出 {MOST_OBJECTIONS} 次异议。"
        )
    identity = f"o-{len(bulletin.objections) + 1}"
    objection = Objection(identity, given.department, given.text, given.cases, context.now, given.by)
    after = replace(bulletin, objections=(*bulletin.objections, objection))
    return _said(
        after,
        ObjectionRaised(
            at=context.now,
            bulletin=bulletin.id,
            objection=identity,
            department=given.department,
            text=given.text,
            cases=given.cases,
            by=given.by,
        ),
    )


def answer_objection(bulletin: Bulletin, given: AnswerObjection, context: Here) -> Decision[Bulletin]:
    """The answer is recorded beside the objection, once."""
    _open(bulletin)
    found = next((one for one in bulletin.objections if one.id == given.objection), None)
    if found is None:
        raise NotFound("not-found", "没有找到", "没有这条异议。")
    if found.upheld is not None:
        raise NotNow("objection-answered", "异议已经答复")
    answered = replace(
        found, upheld=given.upheld, answer=given.text, answered_at=context.now, answered_by=given.by
    )
    objections = tuple(answered if one.id == found.id else one for one in bulletin.objections)
    return _said(
        replace(bulletin, objections=objections),
        ObjectionAnswered(
            at=context.now,
            bulletin=bulletin.id,
            objection=found.id,
            department=found.department,
            upheld=given.upheld,
            text=given.text,
            by=given.by,
        ),
    )


def issue(bulletin: Bulletin, given: Issue, context: Here) -> Decision[Bulletin]:
    """It is public from now on, and never changed.

    Refused before the time for objections is over, while one is unanswered, and to whoever wrote it.
    """
    rules = context.city.policy.bulletin
    if given.department != rules.issuer:
        raise Forbidden("forbidden", "没有此项权限", "通报由督查单位的分管领导签发。")
    if bulletin.step != "circulated" or bulletin.until is None or bulletin.figures is None:
        raise _not_now(bulletin)
    if context.now <= bulletin.until:
        raise NotNow("objections-open", "对账时间未到", f"各单位可在 {moment(bulletin.until)} 前提出异议。")
    if any(one.upheld is None for one in bulletin.objections):
        raise NotNow("objections-unanswered", "还有异议没有答复")
    if given.by in bulletin.writers:
        raise Forbidden("own-bulletin", "不能签发自己拟写的通报", "请由另一位领导签发。")
    number = f"{rules.mark}〔{context.now.year}〕{given.ordinal}号"
    after = replace(bulletin, step="issued", number=number, issued_at=context.now, issued_by=given.by)
    return _said(
        after,
        BulletinIssued(
            at=context.now,
            bulletin=bulletin.id,
            number=number,
            title=bulletin.title,
            figures=bulletin.figures,
            sections=bulletin.sections,
            corrects=bulletin.corrects,
            scores=bulletin.scores,
            by=given.by,
        ),
    )


def number(register: Bulletin, given: Number, _: Here) -> Decision[Bulletin]:
    """Only the next one is given. Raises NotNow when another bulletin has just been given it."""
    if given.ordinal != register.last + 1:
        raise NotNow("number-taken", "这个文号刚刚给了另一份通报", "请再签发一次。")
    return Decision(replace(register, last=given.ordinal))


RULES: Final[dict[type, Any]] = {
    Draft: draft,
    Edit: edit,
    Circulate: circulate,
    Object: object_,
    AnswerObjection: answer_objection,
    Issue: issue,
    Number: number,
}


def _said(after: Bulletin, fact: Fact) -> Decision[Bulletin]:
    return Decision(after, (Say(fact),), answer=after)


def _open(bulletin: Bulletin) -> None:
    if bulletin.step not in ("drafted", "circulated"):
        raise _not_now(bulletin)


def _not_now(bulletin: Bulletin) -> NotNow:
    return NotNow("wrong-step", f"通报现在是“{STEP_NAMES[bulletin.step]}”,不能这样做")


def _with(bulletin: Bulletin, person: str) -> tuple[str, ...]:
    return bulletin.writers if person in bulletin.writers else (*bulletin.writers, person)
