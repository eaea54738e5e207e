"""The roles that have pages: their names, their first page, and what stands at the head of every page of theirs."""

from collections.abc import Mapping
from typing import Final

ROLE_NAMES: Final = {
    "clerk": "承办人",
    "leader": "分管领导",
    "supervisor": "督查员",
    "mayor": "市领导",
    "operator": "系统管理员",
    "auditor": "审计员",
}
"""Role to what it is called."""

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

Links = tuple[tuple[str, str], ...]
LINKS: Final[Mapping[str, Links]] = {
    "clerk": (("/staff/cases", "收件箱"), ("/staff/entry", "代录"), ("/staff/bulletins", "通报")),
    "leader": (
        ("/staff/approvals", "待审批"),
        ("/staff/cases", "本单位帖子"),
        ("/staff/bulletins", "通报"),
    ),
    "supervisor": (
        ("/staff/supervision", "督查"),
        ("/staff/entry", "代录"),
        ("/staff/surveys", "问卷"),
        ("/staff/bulletins", "通报"),
        ("/staff/league", "办理情况"),
        ("/staff/accountability", "问责记录"),
        ("/wall", "大屏"),
    ),
    "mayor": (
        ("/staff/reports", "专报"),
        ("/staff/bulletins", "通报"),
        ("/staff/league", "办理情况"),
        ("/staff/mailbox", "领导信箱"),
        ("/wall", "大屏"),
    ),
    "operator": (("/staff/accounts", "账号"), ("/staff/outbox", "发件箱")),
    "auditor": (("/staff/log", "安全日志"),),
}
"""Role to address and name of what it finds at the head of every page."""
