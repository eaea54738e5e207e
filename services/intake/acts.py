"""The table of acts: path, body, who may, and the input it becomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final

from chassis.problem import wrong_field
from city.calendar import belongs_to
from city.profile import Profile
from contracts.city_facts import CalendarDay, CalendarPublished, CityFact, ModelActivated, PolicyChanged
from services.intake import bodies
from services.intake.bodies import public_text
from services.intake.core import requests as ask


@dataclass(frozen=True)
class CitizenAct:
    """An act with the query code."""

    path: str
    body: type[Any]
    make: Callable[[Any, str], Any]
    """(body, citizen) -> input."""
    sentence: str


@dataclass(frozen=True)
class StaffAct:
    """An act with a token."""

    path: str
    body: type[Any]
    roles: tuple[str, ...]
    make: Callable[[Any, ask.Actor, Mapping[str, str]], Any]
    """(body, actor, path parameters) -> input."""
    sentence: str
    answer: str = ""
    """Name of the id in the answer; empty: the answer says how the case stands."""
    whole_group: bool = False
    """What is done to a group's lead concerns its members, too."""


def _boxed(text: str, citizen: str) -> dict[str, str]:
    return {"citizen": citizen, "text": text}


CITIZEN_ACTS: Final = (
    CitizenAct(
        "follow-ups",
        bodies.TextOnly,
        lambda body, citizen: ask.FollowUp(public_text(body.text, "text"), _boxed(body.text, citizen)),
        "The citizen adds something.",
    ),
    CitizenAct(
        "answers",
        bodies.TextOnly,
        lambda body, citizen: ask.Answer(public_text(body.text, "text"), _boxed(body.text, citizen)),
        "The citizen answers the open question.",
    ),
    CitizenAct(
        "ratings",
        bodies.Grade,
        lambda body, citizen: ask.Rate(
            body.grade, public_text(body.text, "text") if body.text.strip() else ""
        ),
        "The citizen grades the published reply.",
    ),
    CitizenAct(
        "reopenings",
        bodies.ReasonOnly,
        lambda body, citizen: ask.Reopen(public_text(body.reason, "reason")),
        "The citizen asks for a second handling.",
    ),
    CitizenAct(
        "withdrawal", bodies.Nothing, lambda body, citizen: ask.Withdraw(), "The citizen takes the post back."
    ),
    CitizenAct(
        "erasure", bodies.Nothing, lambda body, citizen: ask.Erase(citizen), "The citizen is forgotten."
    ),
)

ACTS: Final = (
    StaffAct(
        "acceptance",
        bodies.Nothing,
        ("clerk",),
        lambda b, a, p: ask.Accept(a),
        "The clerk takes the case on.",
    ),
    StaffAct(
        "questions",
        bodies.TextOnly,
        ("clerk",),
        lambda b, a, p: ask.Ask(a, public_text(b.text, "text")),
        "The clerk asks the citizen; the clock pauses.",
    ),
    StaffAct(
        "replies",
        bodies.TextOnly,
        ("clerk",),
        lambda b, a, p: ask.DraftReply(a, public_text(b.text, "text")),
        "The clerk lays a reply before the leader.",
        answer="reply_id",
    ),
    StaffAct(
        "extensions",
        bodies.ExtensionBody,
        ("clerk",),
        lambda b, a, p: ask.RequestExtension(
            a, public_text(b.reason, "reason"), b.new_date, public_text(b.progress, "progress"), b.long_works
        ),
        "The clerk asks for more time.",
        answer="extension_id",
    ),
    StaffAct(
        "parts",
        bodies.TextOnly,
        ("clerk",),
        lambda b, a, p: ask.WritePart(a, public_text(b.text, "text")),
        "The clerk of an assisting unit writes its part.",
    ),
    StaffAct(
        "returns",
        bodies.ReturnBody,
        ("clerk",),
        lambda b, a, p: ask.GiveBack(a, b.duty_item, public_text(b.reason, "reason")),
        "The clerk says it is not theirs.",
    ),
    StaffAct(
        "replies/{reply}/approval",
        bodies.Nothing,
        ("leader",),
        lambda b, a, p: ask.Approve(a, p["reply"]),
        "The leader approves; the reply is published.",
        whole_group=True,
    ),
    StaffAct(
        "replies/{reply}/return",
        bodies.Remark,
        ("leader",),
        lambda b, a, p: ask.SendBack(a, p["reply"], public_text(b.remark, "remark")),
        "The leader sends the draft back.",
    ),
    StaffAct(
        "extensions/{extension}/approval",
        bodies.Nothing,
        ("leader",),
        lambda b, a, p: ask.ApproveExtension(a, p["extension"]),
        "The leader grants more time.",
    ),
    StaffAct(
        "extensions/{extension}/refusal",
        bodies.Remark,
        ("leader",),
        lambda b, a, p: ask.RefuseExtension(a, p["extension"], public_text(b.remark, "remark")),
        "The leader refuses more time.",
    ),
    StaffAct(
        "assignment",
        bodies.AssignmentBody,
        ("supervisor",),
        lambda b, a, p: ask.Choose(a, b.department, tuple(b.assisting), public_text(b.reason, "reason")),
        "The supervisor decides who answers.",
    ),
    StaffAct(
        "urgings",
        bodies.TextOnly,
        ("supervisor",),
        lambda b, a, p: ask.Urge(a, public_text(b.text, "text")),
        "The supervisor urges the unit.",
    ),
    StaffAct(
        "ruling",
        bodies.RulingBody,
        ("supervisor",),
        lambda b, a, p: ask.Rule(
            a,
            b.lead,
            tuple(b.assisting),
            public_text(b.reason, "reason"),
            {unit: public_text(part, "parts") for unit, part in b.parts.items()},
        ),
        "The assignment meeting has ruled.",
    ),
    StaffAct(
        "special-report",
        bodies.TextOnly,
        ("supervisor",),
        lambda b, a, p: ask.SpecialReport(a, public_text(b.text, "text")),
        "The supervisor takes the case to the city leaders.",
    ),
    StaffAct(
        "moderation",
        bodies.ModerationBody,
        ("supervisor",),
        lambda b, a, p: ask.Moderate(a, b.action, public_text(b.reason, "reason")),
        "The supervisor holds, releases or hides a post.",
    ),
    StaffAct(
        "instructions",
        bodies.TextOnly,
        ("mayor",),
        lambda b, a, p: ask.Instruct(a, public_text(b.text, "text")),
        "A city leader writes an instruction.",
    ),
)


def city_facts(path: str, body: Any, actor: ask.Actor, at: datetime, profile: Profile) -> CityFact:
    """The checked fact of a change to the city. Raises Refused 422."""
    if isinstance(body, bodies.CalendarBody):
        days = []
        for day in body.days:
            if not belongs_to(body.year, day.day):
                raise wrong_field("days", f"{day.day} 不在 {body.year} 年,也不在前后一个月")
            try:
                if day.closing:
                    time.fromisoformat(day.closing)
            except ValueError as failure:
                raise wrong_field("days", f"{day.closing} 不是时刻") from failure
            days.append(CalendarDay(day.day, day.name, day.is_off_day, day.closing))
        if len({day.day for day in days}) != len(days):
            raise wrong_field("days", "日期重复")
        return CalendarPublished(at=at, year=body.year, days=tuple(days), notice=body.notice, by=actor.person)
    if isinstance(body, bodies.PolicyBody):
        try:
            profile.policy.changed(body.part)
        except ValueError as failure:
            raise wrong_field("part", str(failure)) from failure
        return PolicyChanged(at=at, part=body.part, reason=body.reason, by=actor.person)
    return ModelActivated(
        at=at, model_version=body.version, checksum=body.checksum, threshold=body.threshold, by=actor.person
    )
