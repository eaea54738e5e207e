"""The part of the table of notices that is about posts which a moderator took out. Pure data."""

from collections.abc import Mapping
from typing import Final

from contracts.facts import Fact
from contracts.posts import HidingAppealed, HidingUpheld, PostHidden, PostRestored
from services.notifier.core.tell import Tell, supervision

HIDINGS_TOLD: Final[Mapping[type[Fact], tuple[Tell, ...]]] = {
    PostHidden: (
        Tell(
            "hidden",
            "citizen",
            "您的帖子{number}未予公开:{reason}。不再办理,您可在帖子页面申诉一次,或修改后重新提交",
        ),
        Tell("hidden", "clerk", "帖子已屏蔽,停止办理 {number}"),
    ),
    HidingAppealed: (Tell("hiding-appealed", "supervisor", "网民申诉,请复核 {number}", supervision),),
    HidingUpheld: (Tell("hiding-upheld", "citizen", "您对{number}未予公开的申诉已复核,维持原处理:{reason}"),),
    PostRestored: (
        Tell("restored", "citizen", "您的帖子{number}已恢复办理:{reason}"),
        Tell("restored", "clerk", "帖子恢复办理 {number}"),
    ),
}
