"""The part of the table of notices that is about what replies promise. Pure data."""

from collections.abc import Mapping
from typing import Final

from contracts.deadlines import (
    ReplyPromiseBreakWithdrawn,
    ReplyPromiseBroken,
    ReplyPromiseEnded,
    ReplyPromiseNear,
    ReplyPromiseSet,
)
from contracts.facts import Fact
from contracts.replies import PromiseReported
from services.notifier.core.tell import Tell, supervision

PROMISES_TOLD: Final[Mapping[type[Fact], tuple[Tell, ...]]] = {
    PromiseReported: (
        Tell("promise-reported", "citizen", "您的帖子{number}答复中承诺的事项,{unit}告知已办结:{text}"),
    ),
    ReplyPromiseNear: (Tell("reply-promise-near", "clerk", "承诺即将到期 {number},{due}前请登记办结"),),
    ReplyPromiseBroken: (
        Tell("reply-promise-broken", "clerk", "承诺逾期未兑现 {number},承诺于{day}前办结"),
        Tell("reply-promise-broken", "leader", "承诺逾期未兑现,请督促 {number},承诺于{day}前办结"),
        Tell("reply-promise-broken", "supervisor", "{unit}承诺逾期未兑现 {number},{day}", supervision),
    ),
    ReplyPromiseBreakWithdrawn: (
        Tell("reply-promise-break-withdrawn", "leader", "承诺逾期更正 {number},并未逾期"),
        Tell("reply-promise-break-withdrawn", "supervisor", "承诺逾期更正 {number},并未逾期", supervision),
    ),
}

PROMISES_TO_NOBODY: Final[Mapping[type[Fact], str]] = {
    ReplyPromiseSet: "the citizen reads the day in the reply, of which they were told; the unit named it",
    ReplyPromiseEnded: "the report, withdrawal or hiding that ended it was told",
}
