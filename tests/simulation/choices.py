"""What somebody does about a case as it stands, what is filled in, and whose hand it is."""

import hashlib
from datetime import date, timedelta
from random import Random
from typing import Final

from contracts.attachments import Attachment
from services.intake.core import requests as ask
from services.intake.core.acts import ACT
from services.intake.core.case import Case
from services.intake.store import seal_follower
from tests.simulation.seldom import MARK, SELDOM, UNITS, seldom, seldom_filled

NATURAL: Final = {
    "received": ("assignment", "assignment", "urging", "follow-up", "support", "support", "withdrawal"),
    "assigned": (*["acceptance"] * 8, "assignment", "urging", "support", "support", "withdrawal"),
    "accepted": (
        *["reply"] * 7,
        "question",
        "question",
        "extension",
        "extension",
        "first-word",
        "assignment",
        "urging",
        "follow-up",
        "withdrawal",
    ),
    "drafted": ("approval", "approval", "approval", "reply-return", "reply-return", "follow-up", "urging"),
    "asked": ("answer", "answer", "answer", "follow-up", "withdrawal"),
    "replied": ("rating", "rating", "reopening", "reopening", "support"),
    "rated": ("reopening", "follow-up"),
    "reopened": ("acceptance", "acceptance", "acceptance", "urging"),
    "hidden": ("appeal", "moderation", "moderation"),
}
"""What people mostly do at each step; now and then they try something else, and are refused."""
FOLLOWED: Final = {
    "given": ("instruction-reading", "instruction-in-hand", "instruction-report"),
    "read": ("instruction-in-hand", "instruction-report"),
    "in_hand": ("instruction-report",),
    "reported": ("instruction-acceptance", "instruction-return"),
}
"""What is done about a city leader's instruction, by its state."""
MODERATED: Final = {
    "": ("hold", "hide"),
    "held": ("release", "release", "hold", "hide"),
    "hidden": ("restore", "restore", "uphold", "release", "hide"),
}
"""What a moderator says of a post, by how it was moderated before."""
ABOUT: Final = tuple(sorted({act for acts in FOLLOWED.values() for act in acts}))
DECIDED: Final = ("extension-approval", "extension-refusal")
"""What a leader says to a request for more time."""
TRIED: Final = tuple(
    sorted(
        {
            *ABOUT,
            *DECIDED,
            *SELDOM,
            "moderation",
            "erasure",
            "instruction",
            "promise-report",
            *(act for acts in NATURAL.values() for act in acts),
        }
    )
)
_LEADER: Final = ask.Actor("mayor", "", "mayor")
"""Whoever gave an instruction judges the report on it."""


def chosen(random: Random, case: Case) -> str:
    """What somebody does about a case."""
    if random.random() < 0.1:
        return random.choice(TRIED)
    if random.random() < (0.3 if case.moderation == "held" else 0.04):
        return "moderation"
    if random.random() < 0.02:
        return "erasure"
    if rarer := seldom(random, case):
        return rarer
    if case.promises_waiting and random.random() < 0.4:
        return "promise-report"
    states = [one.state for one in case.instructions if one.state in FOLLOWED]
    if states and random.random() < 0.4:
        return random.choice(FOLLOWED[random.choice(states)])
    if case.extension_asked is not None and case.open and random.random() < 0.5:
        return random.choice((DECIDED[0], *DECIDED))
    if case.department and random.random() < 0.08:
        return "instruction"
    step = "drafted" if case.draft is not None and case.open else case.step
    return random.choice(NATURAL.get(step, TRIED))


def target(random: Random, act: str, case: Case) -> str:
    """The id in the path."""
    if "{id}" not in ACT[act].path:
        return ""
    if act == "promise-report":
        return next((reply.id for reply in case.promises_waiting), "nothing")
    if act in DECIDED:
        return "nothing" if case.extension_asked is None else case.extension_asked.id
    if act == "follow-up-answer":
        return random.choice([added.id for added in case.follow_ups_waiting] or ["nothing"])
    if act in ABOUT:
        return random.choice([one.id for one in case.instructions] or ["nothing"])
    return case.draft.id if case.draft is not None else "nothing"


def files(random: Random, name: str) -> tuple[Attachment, ...]:
    """A few pictures with some of what is written."""
    if random.random() < 0.8:
        return ()
    ids = [hashlib.sha256(f"{name} {n}".encode()).hexdigest() for n in range(random.randint(1, 2))]
    return tuple(Attachment(one, "image/jpeg", 9_000, "照片.jpg", f"small{one[5:]}") for one in ids)


def _follower(name: str) -> ask.Follower:
    """Each leaves a telephone of their own."""
    identity = hashlib.sha256(name.encode()).hexdigest()[:16].upper()
    key, box = seal_follower({"phone": "13912345678"}, identity)
    return ask.Follower(identity, name, ("sms",), box, key)


def filled(
    random: Random, act: str, name: str, unit: str, case: Case, today: date
) -> tuple[ask.Actor, ask.Body]:
    """Who does it, and what is filled in: each act by another person, but there is one city leader."""
    who = ACT[act].who.roles[0]
    actor = ask.Actor(name, unit if who in ("clerk", "leader") else "", who)
    if act in SELDOM:
        return seldom_filled(random, act, actor, today)
    match act:
        case "moderation":
            return actor, ask.Moderation(random.choice(MODERATED[case.moderation]), "含有他人隐私")
        case "appeal":
            return ask.AUTHOR, ask.ReasonOnly(f"请再看一看{MARK}")
        case "rating":
            return ask.AUTHOR, ask.Grade(random.randint(1, 5))
        case "reopening":
            return ask.AUTHOR, ask.ReasonOnly(f"没有修好{MARK}")
        case "reply":
            day = today + timedelta(random.randint(0, 3)) if random.random() < 0.5 else None
            return actor, ask.Drafted(f"文字{MARK}", promised_day=day)
        case "extension":
            # Mostly within the three working days after the due date, now and then beyond, or no working day.
            due = today if case.due is None else case.due.date()
            day = due + timedelta(random.choice((1, 1, 1, 2, 2, 3, 4, 8)))
            return actor, ask.Extension(f"需要订购配件{MARK}", day, f"配件已订购{MARK}")
        case "first-word":
            return actor, ask.FirstWord(f"已派人到现场{MARK}")
        case "reply-return" | "extension-refusal":
            return actor, ask.Remark("请写明时间")
        case "assignment":
            return actor, ask.Assignment(random.choice(UNITS), "职责所在")
        case "support":
            return actor, ask.Voice(name, follower=_follower(name) if random.random() < 0.6 else None)
        case "instruction":
            day = today + timedelta(random.randint(1, 2)) if random.random() < 0.6 else None
            return _LEADER, ask.Instruction(f"请尽快办结{MARK}", random.random() < 0.5, day)
        case "instruction-acceptance":
            return _LEADER, ask.Nothing()
        case "instruction-return":
            return _LEADER, ask.SentBack("请写明时间")
        case "acceptance" | "approval" | "extension-approval" | "instruction-reading" | "instruction-in-hand":
            return actor, ask.Nothing()
        case "withdrawal" | "erasure":
            return ask.AUTHOR, ask.Nothing()
        case "promise-report" | "instruction-report":
            return actor, ask.TextOnly(f"已办结{MARK}")
    return ask.AUTHOR if who == "author" else actor, ask.TextOnly(f"文字{MARK}")
