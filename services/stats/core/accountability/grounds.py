"""When what happened in a case is ground enough for a 问责 record: a pure function of the case and the policy.

A ground is a unit and a rule in one case, and is found once. It stands although the policy asks for more later; it falls
only when something that was counted turns out not to have happened. In whatever order the facts come, the same stand.
"""

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from city.periodic import Accountability
from contracts.accountability import OpeningRule
from services.stats.core.case import Case, Fault, Ground, Suspected

RULE_NAMES: Final[Mapping[OpeningRule, str]] = {
    "overdue": "超期五个工作日以上未回复",
    "promise": "承诺日期多次未兑现",
    "return": "退回理由不成立",
    "sent-back": "回复多次被质量检查退回",
    "reopened": "多次被申请重新办理",
    "": "人工立案",
}
"""Rule to what it says of a record, in Chinese."""


def threshold(rules: Accountability, rule: OpeningRule) -> int:
    """How many happenings open a record by the rule; 0: it opens none."""
    return {
        "overdue": rules.overdue,
        "promise": rules.promises_broken,
        "return": rules.returns_refused,
        "sent-back": rules.replies_sent_back,
        "reopened": rules.reopenings,
    }.get(rule, 0)


def judged(case: Case, rules: Accountability) -> tuple[Case, tuple[Suspected, ...]]:
    """The case with the grounds it has now, and each that is new, has fallen, or stands again."""
    if not case.number or not (case.faults or case.grounds):
        return case, ()
    found: dict[tuple[OpeningRule, str], list[Fault]] = {(one.rule, one.unit): [] for one in case.grounds}
    for fault in case.faults:
        unit = fault.unit or case.holder_at(fault.at)
        if unit:
            found.setdefault((fault.rule, unit), []).append(fault)
    known = {(one.rule, one.unit): one for one in case.grounds}
    changed = []
    for place, faults in found.items():
        ground = known.get(place, Ground(*place))
        enough = threshold(rules, ground.rule)
        stands = len(faults) >= ground.threshold if ground.stands else 0 < enough <= len(faults)
        if stands != ground.stands:
            after = replace(ground, n=ground.n + 1, stands=stands, threshold=enough if stands else 0)
            known[place] = after
            happened = tuple(sorted(fault.at for fault in faults)) if stands else ()
            changed.append(Suspected(after, case.number, happened))
    if not changed:
        return case, ()
    return replace(case, grounds=tuple(known.values())), tuple(changed)


def with_fault(case: Case, fault: Fault) -> Case:
    """Something happened for which a unit may have to answer."""
    return replace(case, faults=(*case.faults, fault))


def without_fault(case: Case, rule: OpeningRule, about: str) -> Case:
    """It did not happen after all; where several may be meant, the one of which the fact speaks goes."""
    faults = tuple(fault for fault in case.faults if (fault.rule, fault.about) != (rule, about))
    return replace(case, faults=faults) if len(faults) < len(case.faults) else case
