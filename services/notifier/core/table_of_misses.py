"""The part of the table of notices that is about what is due soon, was missed, or was not after all. Pure data.

Of a handling that is over nobody is told but who believes that it had missed its day, when it had not. The supervisor, who is
told of each late dispatch and late meeting, hears of each that was in time after all.
"""

from collections.abc import Mapping
from typing import Final

from contracts.deadlines import (
    CaseEscalated,
    DeadlineMissed,
    DeadlineNear,
    DispatchLate,
    DispatchLateWithdrawn,
    MeetingLate,
    MeetingLateWithdrawn,
    MissWithdrawn,
    PromiseBroken,
)
from contracts.facts import Fact
from services.notifier.core.conditions import (
    bulletins_step,
    first_step,
    leader_heard_of_an_earlier_miss,
    leader_heard_of_the_miss,
    leaders_step,
    of_a_promise,
    supervisor_heard_of_an_earlier_miss,
    supervisor_heard_of_the_miss,
    supervisors_step,
)
from services.notifier.core.tell import Tell, supervision

EARLIER_MISS_WITHDRAWN: Final = "超期更正 {number},第{handling}次办理并未超期"

MISSES_TOLD: Final[Mapping[type[Fact], tuple[Tell, ...]]] = {
    DeadlineNear: (Tell("near", "clerk", "即将到期 {number},{due}", without_unit="supervisor"),),
    DeadlineMissed: (
        Tell(
            "missed",
            "leader",
            "已超期,请督促办理 {number}",
            without_unit="supervisor",
            sets=("missed_told", True),
        ),
    ),
    MissWithdrawn: (
        Tell(
            "miss-withdrawn",
            "leader",
            "超期更正 {number},并未超期",
            when=leader_heard_of_the_miss,
            without_unit="supervisor",
            sets=("missed_told", False),
        ),
        Tell(
            "miss-withdrawn",
            "supervisor",
            "超期更正 {number},并未超期",
            supervision,
            supervisor_heard_of_the_miss,
            sets=("supervisor_told", False),
        ),
        Tell(
            "miss-withdrawn",
            "leader",
            EARLIER_MISS_WITHDRAWN,
            when=leader_heard_of_an_earlier_miss,
            without_unit="supervisor",
            over=True,
            called="earlier-miss-withdrawn",
        ),
        Tell(
            "miss-withdrawn",
            "supervisor",
            EARLIER_MISS_WITHDRAWN,
            supervision,
            supervisor_heard_of_an_earlier_miss,
            over=True,
            called="earlier-miss-withdrawn",
        ),
        Tell(
            "miss-withdrawn",
            "supervisor",
            "承诺更正 {number},已按时兑现",
            supervision,
            of_a_promise,
            over=True,
            called="promise-kept",
        ),
    ),
    CaseEscalated: (
        Tell("remind", "clerk", "{due}到期,请办理 {number}", when=first_step, without_unit="supervisor"),
        Tell("escalated", "leader", "请督促办理 {number}", when=leaders_step, without_unit="supervisor"),
        Tell(
            "escalated",
            "supervisor",
            "{unit}超期未复 {number}",
            supervision,
            supervisors_step,
            sets=("supervisor_told", True),
        ),
        Tell(
            "escalated",
            "supervisor",
            "{unit}超期未复,将在通报中点名 {number}",
            supervision,
            bulletins_step,
            sets=("supervisor_told", True),
            called="named",
        ),
    ),
    DispatchLate: (Tell("undispatched", "supervisor", "超时尚未交办 {number}", supervision),),
    DispatchLateWithdrawn: (
        Tell(
            "miss-withdrawn",
            "supervisor",
            "交办超时更正 {number},并未超时",
            supervision,
            called="dispatch-in-time",
        ),
    ),
    MeetingLate: (Tell("meeting-late", "supervisor", "交办会逾期未裁定 {number}", supervision),),
    MeetingLateWithdrawn: (
        Tell(
            "miss-withdrawn",
            "supervisor",
            "交办会逾期更正 {number},并未逾期",
            supervision,
            called="meeting-in-time",
        ),
    ),
    PromiseBroken: (Tell("promise-broken", "supervisor", "承诺日期未兑现 {number}", supervision),),
}
