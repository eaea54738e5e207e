"""What people read for the words by which a case is kept."""

from typing import Final

from contracts.posts import Origin
from contracts.replies import AdoptionOutcome
from services.intake.core.steps import Step

STATUS_NAMES: Final[dict[Step, str]] = {
    "received": "已受理",
    "assigned": "已交办",
    "accepted": "办理中",
    "asked": "待补充",
    "replied": "已回复",
    "rated": "已评价",
    "reopened": "重新办理",
    "withdrawn": "已撤回",
    "hidden": "已屏蔽",
}
"""What a citizen reads."""

OUTCOME_NAMES: Final[dict[AdoptionOutcome, str]] = {
    "adopted": "采纳",
    "partly": "部分采纳",
    "declined": "未采纳",
}
"""What is read of a suggestion's fate."""

ORIGIN_NAMES: Final[dict[Origin, str]] = {
    "online": "网上",
    "telephone": "电话",
    "counter": "窗口",
    "letter": "来信",
    "dialogue": "对话",
}
"""The way by which a post came."""
