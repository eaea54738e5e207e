"""What each act, and each ground that a rule finds, does to a record. Pure."""

from datetime import datetime, timedelta
from typing import Any, Final

from msgspec.structs import replace

from city.explain import moment
from city.profile import Profile
from contracts.accountability import (
    AppealDecided,
    AppealRaised,
    DefenceStated,
    FindingMade,
    GroundsRestored,
    GroundsWithdrawn,
    PersonNamed,
    RecordClosed,
    RecordOpened,
)
from contracts.decision import Context, Decision, FieldError, Forbidden, Invalid, NotNow, Say
from contracts.facts import Fact
from services.stats.core.accountability.grounds import RULE_NAMES
from services.stats.core.accountability.record import (
    MEASURE_NAMES,
    MEASURES,
    MOST_STATEMENTS,
    OUTCOME_NAMES,
    SIDE_NAMES,
    Appeal,
    Close,
    Decide,
    Find,
    Finding,
    GroundFound,
    Happening,
    Name,
    Open,
    Record,
    Ruling,
    Said,
    State,
    not_now,
)

Here = Context[Profile]


def ground(record: Record, given: GroundFound, context: Here) -> Decision[Record]:
    """A rule opens the one record of its unit and case; what fell, or stands again, is noted in it. A repeat changes nothing."""
    if given.n <= record.ground:
        return Decision(record)
    record = replace(record, ground=given.n)
    if given.stands and record.step == "":
        return _opened_by_rule(record, given, context)
    if record.step == "" or (record.step == "closed" and not record.measure):
        return Decision(record)
    if record.step == "closed" and given.stands:
        return Decision(replace(record, withdrawn_at=None))
    if not given.stands:
        after = replace(record, withdrawn_at=context.now)
        fact: Fact = GroundsWithdrawn(at=context.now, record=record.id, department=record.department)
        return _said(after, fact, "立案依据撤回:所计事项并未发生")
    until = _to_state(context)
    after = replace(
        record, withdrawn_at=None, happened=given.happened, threshold=given.threshold, until=until
    )
    fact = GroundsRestored(
        at=context.now,
        record=record.id,
        department=record.department,
        happened=given.happened,
        threshold=given.threshold,
        until=until,
    )
    return _said(after, fact, "立案依据重新成立")


def _opened_by_rule(record: Record, given: GroundFound, context: Here) -> Decision[Record]:
    fact = RecordOpened(
        at=context.now,
        record=record.id,
        rule=given.rule,
        department=given.department,
        cases=(given.number,),
        happened=given.happened,
        threshold=given.threshold,
        until=_to_state(context),
    )
    return _opened(record, fact, f"自动立案:{RULE_NAMES[given.rule]}")


def open_(record: Record, given: Open, context: Here) -> Decision[Record]:
    """A person opens a record, with the grounds in words and the cases that show them."""
    if record.step:
        raise not_now(record)
    fact = RecordOpened(
        at=context.now,
        record=record.id,
        department=given.department,
        cases=given.cases,
        text=given.text,
        until=_to_state(context),
        by=given.by,
    )
    return _opened(record, fact, "人工立案")


def _opened(record: Record, fact: RecordOpened, what: str) -> Decision[Record]:
    after = replace(
        record,
        step="opened",
        rule=fact.rule,
        department=fact.department,
        cases=fact.cases,
        happened=fact.happened,
        threshold=fact.threshold,
        text=fact.text,
        opened_at=fact.at,
        opened_by=fact.by,
        until=fact.until,
    )
    return _said(after, fact, what, fact.by)


def name(record: Record, given: Name, context: Here) -> Decision[Record]:
    """The person concerned; once named it stays, and the person has the whole time to state."""
    if record.step != "opened":
        raise not_now(record)
    if record.person:
        raise NotNow("person-named", "责任人已经确定", "如有出入,请在认定中说明,或另立一份记录。")
    if given.person == given.by:
        raise Forbidden("own-record", "不能处理与本人有关的记录")
    until = _to_state(context)
    after = replace(record, person=given.person, until=until)
    fact = PersonNamed(
        at=context.now,
        record=record.id,
        department=record.department,
        person=given.person,
        until=until,
        by=given.by,
    )
    return _said(after, fact, "确定责任人", given.by)


def state(record: Record, given: State, context: Here) -> Decision[Record]:
    """What unit or person have to say, as long as nothing is found."""
    if record.step != "opened":
        raise not_now(record)
    side = record.side_of(given.by)
    if sum(one.side == side for one in record.statements) >= MOST_STATEMENTS:
        raise NotNow("too-many-statements", "陈述太多", f"每一方最多陈述 {MOST_STATEMENTS} 次。")
    said = Said(side, given.text, context.now, given.by, given.cases)
    after = replace(record, statements=(*record.statements, said))
    return _said(after, _spoken(DefenceStated, record, said), f"{SIDE_NAMES[side]}陈述申辩", given.by)


def find(record: Record, given: Find, context: Here) -> Decision[Record]:
    """To blame or not, with a measure or without; never before those concerned could speak.

    Refused while the ground is withdrawn, unless nobody is found to blame.
    """
    _not_concerned(record, given.by)
    if record.step != "opened" or record.until is None:
        raise not_now(record)
    if given.responsible != bool(given.measure):
        told = "认定有责任的,请选择措施" if given.responsible else "认定无责任的,不采取措施"
        raise Invalid("invalid", "填写有误", errors=(FieldError("measure", told),))
    if given.responsible and record.withdrawn_at is not None:
        raise NotNow("grounds-withdrawn", "立案依据已经撤回", "所计事项并未发生,只能认定无责任,或者结案。")
    if context.now <= record.until and not record.heard_all():
        raise NotNow(
            "statements-open",
            "陈述申辩的时间未到",
            f"有关单位和人员可在 {moment(record.until)} 前陈述;都已陈述的,可以提前认定。",
        )
    until = _to_appeal(context) if given.responsible else None
    finding = Finding(given.responsible, given.text, context.now, given.by, given.measure, until)
    fact = FindingMade(
        at=context.now,
        record=record.id,
        department=record.department,
        responsible=given.responsible,
        text=given.text,
        measure=given.measure,
        until=until,
        by=given.by,
    )
    told = f"认定有责任,{MEASURE_NAMES[given.measure]}" if given.responsible else "认定无责任"
    return _said(replace(record, step="found", finding=finding), fact, told, given.by)


def appeal(record: Record, given: Appeal, context: Here) -> Decision[Record]:
    """Each side may appeal once against a finding that blames, in the time it was given."""
    finding = record.finding
    if record.step not in ("found", "appealed") or finding is None:
        raise not_now(record)
    if finding.until is None:
        raise NotNow("not-blamed", "认定为无责任,无须申诉")
    if context.now > finding.until:
        raise NotNow("appeals-closed", "申诉期限已过", f"申诉应在 {moment(finding.until)} 前提出。")
    side = record.side_of(given.by)
    if any(one.side == side for one in record.appeals):
        raise NotNow("appealed", "已经申诉过", "等待复核决定。")
    said = Said(side, given.text, context.now, given.by, given.cases)
    after = replace(record, step="appealed", appeals=(*record.appeals, said))
    return _said(after, _spoken(AppealRaised, record, said), f"{SIDE_NAMES[side]}申诉", given.by)


def decide(record: Record, given: Decide, context: Here) -> Decision[Record]:
    """By a supervisor who did not make the finding; an appeal makes nothing heavier (公务员法 第九十五条).

    A measure whose ground fell is revoked without an appeal, at any step: nobody bears it for what did not happen.
    """
    _not_concerned(record, given.by)
    finding = record.finding
    if finding is None or (record.step != "appealed" and not record.baseless):
        raise not_now(record)
    if given.by == finding.by:
        raise Forbidden("own-finding", "不能复核自己作出的认定", "请由另一位督查员决定。")
    if record.baseless and given.outcome != "revoked":
        raise NotNow("grounds-withdrawn", "立案依据已经撤回", "所计事项并未发生,只能撤销措施。")
    measure = finding.measure if given.outcome == "upheld" else given.measure
    lighter = MEASURES[1 : MEASURES.index(finding.measure)]
    if given.outcome == "lightened" and measure not in lighter:
        names = "、".join(MEASURE_NAMES[one] for one in lighter)
        told = f"减轻后的措施应为{names}" if names else "已是最轻的措施,只能维持或撤销"
        raise Invalid("invalid", "填写有误", errors=(FieldError("measure", told),))
    if given.outcome == "revoked" and measure:
        raise Invalid("invalid", "填写有误", errors=(FieldError("measure", "撤销的,不采取措施"),))
    ruling = Ruling(given.outcome, given.text, context.now, given.by, measure)
    fact = AppealDecided(
        at=context.now,
        record=record.id,
        department=record.department,
        outcome=given.outcome,
        text=given.text,
        measure=measure,
        by=given.by,
    )
    told = f"复核决定:{OUTCOME_NAMES[given.outcome]},{MEASURE_NAMES[measure]}"
    step = "closed" if record.step == "closed" else "decided"
    return _said(replace(record, step=step, ruling=ruling), fact, told, given.by)


def close(record: Record, given: Close, context: Here) -> Decision[Record]:
    """When nothing is open any more: decided, not to blame, not appealed against in time, or without a ground."""
    _not_concerned(record, given.by)
    finding = record.finding
    fallen = record.step == "opened" and record.withdrawn_at is not None
    if record.step not in ("found", "decided") and not fallen:
        raise not_now(record)
    until = finding.until if record.step == "found" and finding is not None else None
    if until is not None and context.now <= until:
        raise NotNow("appeals-open", "申诉期限未到", f"有关单位和人员可在 {moment(until)} 前申诉。")
    after = replace(record, step="closed", closing=given.text, closed_at=context.now, closed_by=given.by)
    fact = RecordClosed(
        at=context.now,
        record=record.id,
        department=record.department,
        measure=record.measure,
        text=given.text,
        by=given.by,
    )
    return _said(after, fact, "结案", given.by)


RULES: Final[dict[type, Any]] = {
    GroundFound: ground,
    Open: open_,
    Name: name,
    State: state,
    Find: find,
    Appeal: appeal,
    Decide: decide,
    Close: close,
}


def possible(record: Record) -> tuple[str, ...]:
    """The words of the acts that the step allows, whoever may do them; times that run are not looked at."""
    revoking = ("decision",) if record.baseless and record.step != "appealed" else ()
    match record.step:
        case "opened":
            naming = () if record.person else ("person",)
            return (*naming, "statement", "finding", *(("closing",) if record.withdrawn_at else ()))
        case "found":
            appealing = record.finding is not None and record.finding.until is not None
            return (*(("appeal",) if appealing else ()), *revoking, "closing")
        case "appealed":
            return ("appeal", "decision")
        case "decided":
            return (*revoking, "closing")
        case _:
            return revoking


def _to_state(context: Here) -> datetime:
    days = context.city.policy.accountability.statement_working_days
    return context.city.working_time.add_days(context.now, days)


def _to_appeal(context: Here) -> datetime:
    """The end of the last day."""
    last = context.now + timedelta(days=context.city.policy.accountability.appeal_days)
    return last.replace(hour=23, minute=59, second=59, microsecond=0)


def _spoken(kind: type[DefenceStated] | type[AppealRaised], record: Record, said: Said) -> Fact:
    """The fact of what one side of those concerned said."""
    return kind(
        at=said.at,
        record=record.id,
        department=record.department,
        side=said.side,
        text=said.text,
        cases=said.cases,
        by=said.by,
    )


def _not_concerned(record: Record, by: str) -> None:
    """Whoever is concerned does not judge (回避)."""
    if by == record.person:
        raise Forbidden("own-record", "不能处理与本人有关的记录", "请由另一位督查员处理。")


def _said(after: Record, fact: Fact, what: str, by: str = "") -> Decision[Record]:
    after = replace(after, history=(*after.history, Happening(fact.at, what, by)))
    return Decision(after, (Say(fact),), answer=after)
