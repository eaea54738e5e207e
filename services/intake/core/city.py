"""What an operator changes in the city: what is sent, the checked fact it becomes, and the rule that says it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Any, Final

from msgspec import Meta

from city.calendar import belongs_to
from city.explain import day_of
from city.normal import shows_nothing, written, written_line
from city.profile import Profile
from contracts.city_facts import (
    CalendarDay,
    CalendarPublished,
    CityFact,
    CityFacts,
    ModelActivated,
    PolicyChanged,
)
from contracts.decision import Decision, Say
from services.intake.core import requests as ask
from services.intake.core.rules.saying import Here, wrong_field


class CalendarDayBody(ask.Body, frozen=True):
    """A day that differs from Monday-to-Friday."""

    day: date
    name: Annotated[str, Meta(min_length=1, max_length=20)]
    is_off_day: bool
    closing: Annotated[str, Meta(pattern=rf"^([0-9]{{2}}:[0-9]{{2}})?{ask.END}")] = ""


class CalendarBody(ask.Body, frozen=True):
    """A year of the calendar."""

    year: Annotated[int, Meta(ge=2007, le=2100)]
    days: Annotated[tuple[CalendarDayBody, ...], Meta(min_length=1, max_length=366)]
    notice: ask.Optional = ""


class PolicyBody(ask.Body, frozen=True):
    """A part of the policy."""

    part: dict[str, dict[str, float | int | str | bool]]
    reason: ask.Short


class ModelBody(ask.Body, frozen=True):
    """A model that the router has stored; with an empty checksum the duty list judges alone again."""

    version: Annotated[str, Meta(max_length=64)]
    checksum: Annotated[str, Meta(pattern=rf"^([0-9a-f]{{64}})?{ask.END}")]
    threshold: Annotated[float, Meta(ge=0, le=1)]


def calendar(body: CalendarBody, actor: ask.Actor, at: datetime, city: Profile) -> CalendarPublished:
    """A year's days, each of that year or of a month beside it. Raises Invalid."""
    days = []
    for day in body.days:
        if not belongs_to(body.year, day.day):
            raise wrong_field("days", f"{day_of(day.day)}不在 {body.year} 年,也不在前后一个月")
        if shows_nothing(written(day.name)):
            raise wrong_field("days", f"{day_of(day.day)}缺少名称")
        if day.closing:
            _check_closing(day, city)
        days.append(CalendarDay(day.day, written_line(day.name), day.is_off_day, day.closing))
    if len({day.day for day in days}) != len(days):
        raise wrong_field("days", "日期重复")
    return CalendarPublished(at=at, year=body.year, days=tuple(days), notice=body.notice, by=actor.person)


def _check_closing(day: CalendarDayBody, city: Profile) -> None:
    """Raises Invalid unless the day is worked, and somebody works until that hour."""
    try:
        closing = time.fromisoformat(day.closing)
    except ValueError as failure:
        raise wrong_field("days", f"{day.closing} 不是时刻") from failure
    if day.is_off_day:
        raise wrong_field("days", f"{day_of(day.day)}是休息日,不应有下班时间")
    if not city.policy.hours.may_close(closing):
        raise wrong_field("days", f"{day_of(day.day)}的下班时间 {day.closing} 不在上班时间内")


def policy(body: PolicyBody, actor: ask.Actor, at: datetime, city: Profile) -> PolicyChanged:
    """New numbers of the policy. Raises Invalid."""
    try:
        city.policy.changed(body.part)
    except ValueError as failure:
        raise wrong_field("part", str(failure)) from failure
    return PolicyChanged(at=at, part=body.part, reason=body.reason, by=actor.person)


def model(body: ModelBody, actor: ask.Actor, at: datetime, city: Profile) -> ModelActivated:
    """Another model judges from now on."""
    return ModelActivated(
        at=at, model_version=body.version, checksum=body.checksum, threshold=body.threshold, by=actor.person
    )


@dataclass(frozen=True)
class Change:
    """One way to change the city."""

    name: str
    """Its word, and its path below `/v1/city/`."""
    body: type[ask.Body]
    fact: Callable[[Any, ask.Actor, datetime, Profile], CityFact]
    sentence: str


OPERATOR: Final = "operator"
"""The role that changes the city."""

CHANGES: Final = (
    Change("calendar", CalendarBody, calendar, "The operator publishes a year of the calendar."),
    Change("policy", PolicyBody, policy, "The operator changes numbers of the policy."),
    Change("model", ModelBody, model, "The operator puts a model in force."),
)


def publish(state: CityFacts, request: ask.Publish, context: Here) -> Decision[CityFacts]:
    """A fact about the city, in one partition; the door asks it of all of them at once."""
    return Decision(CityFacts((*state.facts, request.fact)), (Say(request.fact),))
