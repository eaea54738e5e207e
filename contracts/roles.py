"""The roles of staff, and what people call them: the code stands in tokens and tables, the name in sentences and on pages."""

from typing import Final, Literal

Role = Literal["clerk", "leader", "supervisor", "mayor", "operator", "auditor"]

ROLE_NAMES: Final[dict[str, str]] = {
    "clerk": "承办人",
    "leader": "分管领导",
    "supervisor": "督查员",
    "mayor": "市领导",
    "operator": "系统管理员",
    "auditor": "审计员",
}
"""Role to what it is called."""

ACTOR_NAMES: Final[dict[str, str]] = ROLE_NAMES | {"author": "发帖人", "neighbour": "网民"}
"""The same of all who act on a post: its author, and whoever supports it, too."""


def lacking(roles: tuple[str, ...]) -> str:
    """What somebody reads whose role may not do this: who may."""
    return f"此操作由{'或'.join(ACTOR_NAMES[role] for role in roles)}办理。"
