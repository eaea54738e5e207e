"""What those who follow a post are told of, each once; only what anybody may read of it. Pure data."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from contracts.facts import Fact
from contracts.posts import PostHidden, PostRestored, PostsGrouped, PostWithdrawn
from contracts.replies import (
    PostReopened,
    PromiseReported,
    ReplyPublished,
    SuggestionDecided,
    SuggestionFollowedThrough,
)


class TellFollowers(NamedTuple):
    """One kind of news."""

    kind: str
    text: str
    """`{number}` is the post's, `{unit}` the Chinese name of the unit: nothing that somebody wrote."""
    leaves: bool = False
    """The post is shown to nobody from now on: these news themselves are its public status."""


FOLLOWERS_TOLD: Final[Mapping[type[Fact], TellFollowers]] = {
    ReplyPublished: TellFollowers("news-replied", "您关注的帖子{number}已由{unit}回复"),
    PostReopened: TellFollowers("news-reopened", "您关注的帖子{number}由发帖人申请重新办理"),
    PromiseReported: TellFollowers("news-promise", "您关注的帖子{number}答复中承诺的事项,{unit}告知已办结"),
    SuggestionDecided: TellFollowers("news-decided", "您关注的建议{number},{unit}已告知是否采纳"),
    SuggestionFollowedThrough: TellFollowers("news-followed-through", "您关注的建议{number}已有落实情况"),
    PostsGrouped: TellFollowers("news-grouped", "您关注的帖子{number}与同类帖子并案办理,答复时另行告知"),
    PostWithdrawn: TellFollowers(
        "news-withdrawn", "您关注的帖子{number}已由发帖人撤回,不再办理", leaves=True
    ),
    PostHidden: TellFollowers("news-hidden", "您关注的帖子{number}不再公开,也不再办理", leaves=True),
    PostRestored: TellFollowers("news-restored", "您关注的帖子{number}恢复公开和办理"),
}
"""Each fact that is news to them. A hold is none: it says nothing of the matter, and what happens meanwhile is told at the release."""

WORDS: Final = {row.kind: row for row in FOLLOWERS_TOLD.values()}
