"""The roles that have pages: their names, their first page, and what stands at the head of every page of theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LOCAL_ROLES: Final = ("operator", "auditor")
"""Roles that no identity provider gives: who keeps the accounts and who reads the log is decided on this system."""
CASE_ROLES: Final = ("clerk", "leader", "supervisor", "mayor")
"""Roles that work on cases."""

HOMES: Final = {
    "clerk": "/staff/cases",
    "leader": "/staff/approvals",
    "supervisor": "/staff/supervision",
    "mayor": "/staff/reports",
    "operator": "/staff/accounts",
    "auditor": "/staff/log",
}
"""Role to its first page."""


@dataclass(frozen=True)
class Seat:
    """Whose desk a visitor of a demonstration may sit down at."""

    code: str
    role: str
    name: str
    above: bool = False
    """Of the unit that supervises, and not of the one that was chosen."""


SEATS: Final = (
    Seat("clerk", "clerk", "承办人"),
    Seat("leader", "leader", "分管领导"),
    Seat("supervisor", "supervisor", "督查员", above=True),
    Seat("mayor", "mayor", "市领导", above=True),
    Seat("second-clerk", "clerk", "另一位承办人"),
)
"""A reopened case is another person's, so a unit has two clerks."""

Links = tuple[tuple[str, str], ...]
LINKS: Final[Mapping[str, Links]] = {
    "clerk": (
        ("/staff/cases", "收件箱"),
        ("/staff/entry", "代录"),
        ("/staff/dialogues", "对话"),
        ("/staff/bulletins", "通报"),
        ("/staff/accountability", "问责记录"),
        ("/staff/inspections", "督查回访"),
        ("/staff/assessment", "考核"),
    ),
    "leader": (
        ("/staff/approvals", "待审批"),
        ("/staff/cases", "本单位帖子"),
        ("/staff/debates", "评议"),
        ("/staff/dialogues", "对话"),
        ("/staff/bulletins", "通报"),
        ("/staff/accountability", "问责记录"),
        ("/staff/inspections", "督查回访"),
        ("/staff/assessment", "考核"),
    ),
    "supervisor": (
        ("/staff/supervision", "督查"),
        ("/staff/reports", "专报"),
        ("/staff/entry", "代录"),
        ("/staff/surveys", "问卷"),
        ("/staff/debates", "评议"),
        ("/staff/dialogues", "对话"),
        ("/staff/bulletins", "通报"),
        ("/staff/league", "办理情况"),
        ("/staff/what-if", "规则试算"),
        ("/staff/accountability", "问责记录"),
        ("/staff/inspections", "督查回访"),
        ("/staff/assessment", "考核"),
        ("/staff/instructions", "批示台账"),
        ("/wall", "大屏"),
    ),
    "mayor": (
        ("/staff/reports", "专报"),
        ("/staff/bulletins", "通报"),
        ("/staff/league", "办理情况"),
        ("/staff/mailbox", "领导信箱"),
        ("/staff/inspections", "督查回访"),
        ("/staff/instructions", "批示台账"),
        ("/wall", "大屏"),
    ),
    "operator": (("/staff/accounts", "账号"), ("/staff/outbox", "发件箱")),
    "auditor": (
        ("/staff/log", "安全日志"),
        ("/staff/accountability", "问责记录"),
        ("/staff/inspections", "督查回访"),
    ),
}
"""Role to address and name of what it finds at the head of every page."""


def links_of(role: str, department: str, issuer: str) -> Links:
    """What somebody finds there: a leader of the unit that issues the bulletins may try other rules, too."""
    more = (("/staff/what-if", "规则试算"),) if role == "leader" and department == issuer else ()
    return (*LINKS.get(role, ()), *more)
