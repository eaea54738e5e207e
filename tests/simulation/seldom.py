"""What is seldom done about a case: returns, rulings, parts, signatures, suggestions decided on, and how its author is told."""

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Final

from services.intake.core import requests as ask
from services.intake.core.act import STUDIED
from services.intake.core.case import Case
from tests.services.intake.door import PROFILE

MARK: Final = "〔记号〕"
"""Stands in whatever people write about a case: who is not to be shown it must not find this."""
UNITS: Final = ("housing", "urban-management", "education", "transport")
SELDOM: Final = (
    "adoption",
    "follow-through",
    "follow-up-answer",
    "part",
    "preference",
    "return",
    "ruling",
    "signature",
    "signature-return",
    "special-report",
)
DUTIES: Final = tuple(duty.code for unit in UNITS for duty in PROFILE.duties if duty.department == unit)
_CHANNELS: Final = ("best", "sms", "wechat", "mail", "none")


def seldom(random: Random, case: Case) -> str:
    """One of these, where somebody does it as the case stands; else empty."""
    if case.to_sign and random.random() < 0.6:
        return random.choice(("signature", "signature", "signature-return"))
    if case.kind == "suggestion" and case.step in STUDIED and random.random() < 0.3:
        return "adoption" if case.adoption is None else "follow-through"
    if case.assisting and case.open and random.random() < 0.2:
        return "part"
    if random.random() >= 0.15:
        return ""
    return random.choice([*_possible(case)])


def _possible(case: Case) -> Iterator[str]:
    yield "preference"
    if case.open:
        yield from ("special-report", "ruling", "ruling")
    if case.step in ("assigned", "accepted") and case.draft is None:
        yield from ("return", "return", "return")
    if case.follow_ups_waiting and case.department:
        yield from ("follow-up-answer", "follow-up-answer", "follow-up-answer")
    if case.kind == "suggestion" and case.department:
        yield from ("adoption", "follow-through")


def seldom_filled(random: Random, act: str, actor: ask.Actor, today: date) -> tuple[ask.Actor, ask.Body]:
    """Who does it, and what is filled in."""
    match act:
        case "return":
            return actor, ask.Return(random.choice(DUTIES), f"不属我单位职责{MARK}")
        case "ruling":
            lead, *assisting = random.sample(UNITS, random.randint(1, 3))
            return actor, ask.Ruling(lead, f"按职责清单{MARK}", tuple(assisting))
        case "adoption":
            outcome = random.choice(("adopted", "adopted", "partly", "declined"))
            return actor, ask.Adoption(outcome, f"理由{random.randint(1, 2)}{MARK}")  # type: ignore[arg-type]
        case "follow-through":
            return actor, ask.FollowThrough(f"已完成{MARK}", today)
        case "preference":
            return ask.AUTHOR, ask.Preference(random.choice(_CHANNELS), random.random() < 0.3)
        case "signature":
            return actor, ask.Nothing()
        case "signature-return":
            return actor, ask.Remark(f"请写明时间{MARK}")
        case "part":
            return actor, ask.Added(f"协办意见{MARK}")
    return actor, ask.TextOnly(f"文字{MARK}")
