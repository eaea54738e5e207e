"""The part of the table of notices that is about city leaders' instructions. Pure data."""

from collections.abc import Mapping
from typing import Final

from contracts.deadlines import (
    InstructionNear,
    InstructionOverdue,
    InstructionOverdueWithdrawn,
)
from contracts.facts import Fact
from contracts.replies import (
    InstructionAccepted,
    InstructionGiven,
    InstructionRead,
    InstructionReported,
    InstructionSentBack,
    InstructionTakenInHand,
)
from services.notifier.core.conditions import published, with_a_day, without_a_day
from services.notifier.core.tell import Tell, mayor_desk

INSTRUCTIONS_TOLD: Final[Mapping[type[Fact], tuple[Tell, ...]]] = {
    InstructionGiven: (
        Tell("instructed", "leader", "领导批示 {number}:{text}", when=without_a_day),
        Tell(
            "instructed",
            "leader",
            "领导批示 {number},{due_day}前反馈:{text}",
            when=with_a_day,
            called="instructed-by-a-day",
        ),
        Tell("instruction-published", "citizen", "您的帖子{number}有领导批示:{text}", when=published),
    ),
    InstructionReported: (
        Tell("instruction-reported", "mayor", "批示已反馈 {number},{unit}:{text}", mayor_desk),
    ),
    InstructionAccepted: (Tell("instruction-accepted", "leader", "批示办结 {number},反馈已获认可"),),
    InstructionSentBack: (
        Tell("instruction-sent-back", "leader", "批示反馈被退回 {number},{due_day}前再反馈:{remark}"),
    ),
    InstructionNear: (
        Tell("instruction-near", "clerk", "批示即将到期 {number},{due}前请反馈"),
        Tell("instruction-near", "leader", "批示即将到期 {number},{due}前请反馈", without_unit="supervisor"),
    ),
    InstructionOverdue: (
        Tell("instruction-overdue", "leader", "批示超期未反馈 {number}", without_unit="supervisor"),
        Tell("instruction-overdue", "mayor", "批示超期未反馈 {number},{unit}", mayor_desk),
    ),
    InstructionOverdueWithdrawn: (
        Tell(
            "instruction-overdue-withdrawn",
            "leader",
            "批示超期更正 {number},已按时反馈",
            without_unit="supervisor",
        ),
        Tell("instruction-overdue-withdrawn", "mayor", "批示超期更正 {number},并未超期", mayor_desk),
    ),
}

_IN_THE_LEDGER: Final = "the instructing leader reads in the ledger (批示台账) how far it has come"

INSTRUCTIONS_TO_NOBODY: Final[Mapping[type[Fact], str]] = {
    InstructionRead: _IN_THE_LEDGER,
    InstructionTakenInHand: _IN_THE_LEDGER,
}
