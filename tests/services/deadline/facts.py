"""The facts a clock hears, as short sentences; and the city they happen in."""

from datetime import date, datetime
from pathlib import Path

from city.profile import Profile
from contracts.assignments import PostAssigned, PostReassigned
from contracts.city_facts import CalendarDay, CalendarPublished, PolicyChanged
from contracts.posts import PostReceived, PostsGrouped, PostUngrouped
from contracts.replies import (
    CitizenAnswered,
    CitizenAsked,
    ExtensionApproved,
    PostReopened,
    ReplyPublished,
)

PROFILE = Profile.load(Path(__file__).resolve().parents[3] / "cities" / "suqian")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PROFILE.zone)


def received(when: str, kind: str = "complaint") -> PostReceived:
    return PostReceived(at=at(when), number="SQ1", kind=kind, title="路灯", text="不亮", citizen="c")  # type: ignore[arg-type]


def assigned(when: str, department: str = "water") -> PostAssigned:
    return PostAssigned(
        at=at(when),
        number="SQ1",
        department=department,
        duty_item="",
        reasons=(),
        confidence=1,
        rule_version="r",
    )


def grouped(when: str, group: str = "g1", lead: str = "other") -> PostsGrouped:
    return PostsGrouped(
        at=at(when), group=group, lead=lead, lead_number="SQ9", members=(lead, "post"), by="s"
    )


def ungrouped(when: str, group: str = "g1") -> PostUngrouped:
    return PostUngrouped(at=at(when), group=group, by="s")


def day_off(when: str, day: str) -> CalendarPublished:
    first = date.fromisoformat(day)
    return CalendarPublished(at=at(when), year=first.year, days=(CalendarDay(first, "市庆", True),))


def working_day(when: str, day: str) -> CalendarPublished:
    first = date.fromisoformat(day)
    return CalendarPublished(at=at(when), year=first.year, days=(CalendarDay(first, "调休", False),))


def policy(when: str, **tables: dict[str, float | int | str | bool]) -> PolicyChanged:
    return PolicyChanged(at=at(when), part=tables)


def moved(when: str, department: str) -> PostReassigned:
    return PostReassigned(at=at(when), number="SQ1", department=department, previous="water", cause="chosen")


def asked(when: str, question: str = "q1") -> CitizenAsked:
    return CitizenAsked(at=at(when), question=question, text="?", department="water", by="c1")


def answered(when: str, question: str = "q1") -> CitizenAnswered:
    return CitizenAnswered(at=at(when), question=question, text="!")


def extended(when: str, new_date: str, extension: str = "e1") -> ExtensionApproved:
    return ExtensionApproved(
        at=at(when),
        extension=extension,
        reason="备件",
        new_date=date.fromisoformat(new_date),
        progress="已勘察",
        department="water",
        by="l1",
    )


def published(when: str, handling: int = 1, lead: str = "", group: str = "") -> ReplyPublished:
    return ReplyPublished(
        at=at(when),
        reply=f"r{handling}",
        text="已修",
        department="water",
        by="c1",
        handling=handling,
        lead=lead,
        group=group,
    )


def reopened(when: str, department: str = "water") -> PostReopened:
    return PostReopened(at=at(when), reason="没修好", reply="r1", department=department)


def half_day(when: str, day: str) -> CalendarPublished:
    first = date.fromisoformat(day)
    return CalendarPublished(at=at(when), year=first.year, days=(CalendarDay(first, "半日", False, "12:00"),))
