"""The rows of the table of notices that are about rounds of 督查 and 回访, and who is told of none. Pure data."""

from collections.abc import Mapping
from typing import Final

from city.profile import Profile
from contracts.facts import Fact
from contracts.inspections import (
    CaseInspected,
    CitizenCalled,
    CorrectionJudged,
    CorrectionNear,
    CorrectionOverdue,
    CorrectionReported,
    RoundClosed,
    RoundOpened,
    RoundStopped,
)
from services.notifier.core.tell import Tell, supervision


def with_faults(case: object, fact: CaseInspected, city: Profile) -> bool:
    """when there is something to put right"""
    return bool(fact.faults)


def returned(case: object, fact: CorrectionJudged, city: Profile) -> bool:
    """when it is returned"""
    return fact.outcome == "returned"


def ended(case: object, fact: CorrectionJudged, city: Profile) -> bool:
    """when it is accepted, or nothing was put right"""
    return fact.outcome != "returned"


INSPECTIONS_TOLD: Final[Mapping[type[Fact], tuple[Tell, ...]]] = {
    CaseInspected: (
        Tell("inspected", "leader", "督查发现问题 {case},请在{until}前反馈整改", when=with_faults),
    ),
    CorrectionReported: (Tell("corrected", "supervisor", "{unit}已反馈整改 {case}", supervision),),
    CorrectionJudged: (
        Tell("correction-returned", "leader", "整改被退回 {case},请在{until}前再反馈", when=returned),
        Tell("correction-judged", "leader", "督查整改已有结论 {case}", when=ended),
    ),
    CorrectionNear: (
        Tell("correction-near", "clerk", "督查整改应在{until}前反馈 {case}"),
        Tell("correction-near", "leader", "督查整改应在{until}前反馈 {case}"),
    ),
    CorrectionOverdue: (
        Tell("correction-overdue", "clerk", "督查整改已逾期,请尽快反馈 {case}"),
        Tell("correction-overdue", "leader", "督查整改已逾期,请尽快反馈 {case}"),
        Tell("correction-overdue", "supervisor", "{unit}督查整改逾期 {case}", supervision),
    ),
}

_ON_ITS_PAGE: Final = "each unit was told of its own cases; the round is read on its page"

INSPECTIONS_TO_NOBODY: Final[Mapping[type[Fact], str]] = {
    RoundOpened: "no unit is to know which cases were drawn before they have been looked through",
    CitizenCalled: "what a citizen says when called is the centre's until the round has ended; the unit reads it then",
    RoundClosed: _ON_ITS_PAGE,
    RoundStopped: _ON_ITS_PAGE,
}
