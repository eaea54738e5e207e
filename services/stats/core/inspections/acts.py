"""What each act does to a round. Pure."""

from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from city.explain import moment
from city.profile import Profile
from contracts.decision import Context, Decision, FieldError, Invalid, NotFound, NotNow, Say
from contracts.facts import Fact
from contracts.inspections import (
    CaseInspected,
    CitizenCalled,
    CorrectionJudged,
    CorrectionNear,
    CorrectionOverdue,
    CorrectionReported,
    Form,
    RoundClosed,
    RoundOpened,
    RoundStopped,
)
from services.stats.core.inspections.round import (
    CONTACT_NAMES,
    FORM_NAMES,
    MOST_LINES,
    OUTCOME_NAMES,
    Call,
    Close,
    Inspect,
    Item,
    Judge,
    Line,
    Open,
    Report,
    Ring,
    Round,
    Standing,
    Stop,
    not_now,
)

Here = Context[Profile]


def open_(round_: Round, given: Open, context: Here) -> Decision[Round]:
    """The sample stands from here on: whoever wants another opens another round, and both are seen."""
    if round_.step:
        raise not_now(round_)
    if not given.sample.drawn:
        raise NotNow("nothing-to-draw", "这个时期没有可抽取的帖子", "只抽取时期内已公开答复的帖子。")
    checklist = context.city.policy.inspection.checklist if given.form == "inspection" else ()
    after = replace(
        round_,
        step="opened",
        form=given.form,
        period=given.period,
        department=given.department,
        seed=given.seed,
        size=given.size,
        population=given.sample.population,
        fingerprint=given.sample.fingerprint,
        checklist=checklist,
        items=tuple(Item(one.case, one.department) for one in given.sample.drawn),
        opened_at=context.now,
        opened_by=given.by,
    )
    fact = RoundOpened(
        at=context.now,
        round=round_.id,
        form=given.form,
        period=given.period,
        department=given.department,
        seed=given.seed,
        size=given.size,
        population=given.sample.population,
        fingerprint=given.sample.fingerprint,
        offsets=given.offsets,
        drawn=given.sample.drawn,
        checklist=checklist,
        by=given.by,
    )
    return Decision(after, (Say(fact),), answer=(after, None))


def inspect(round_: Round, given: Inspect, context: Here) -> Decision[Round]:
    """The points that a case fails, with a day for the unit; again as long as the unit has not answered."""
    item = _item(round_, given.case, "inspection", "waiting", "sound", "faulty")
    _room(item)
    if any(one.what == _REPORTED for one in item.lines):
        raise NotNow("reported", "单位已反馈整改,检查意见不能再改", "请对整改情况作出结论。")
    faults = tuple(point for point in round_.checklist if point in given.faults)
    if len(faults) != len(set(given.faults)):
        points = "、".join(round_.checklist)
        raise Invalid("invalid", "填写有误", errors=(FieldError("faults", f"应为检查项:{points}"),))
    if faults and not given.text:
        raise _wanting("text", "有不符合的项,请写明问题")
    until = _until(given.working_days, context) if faults else None
    standing: Standing = "faulty" if faults else "sound"
    what = f"检查:{'、'.join(faults)}不符合" if faults else "检查:符合要求"
    after = replace(item, standing=standing, faults=faults, until=until)
    fact = CaseInspected(
        at=context.now,
        round=round_.id,
        case=item.case,
        department=item.department,
        faults=faults,
        text=given.text,
        until=until,
        by=given.by,
    )
    return _done(round_, after, fact, what, given.text, given.by)


def report(round_: Round, given: Report, context: Here) -> Decision[Round]:
    """What the unit did; late, too, and more than once until the centre has judged it."""
    item = _item(round_, given.case, "inspection", "faulty", "reported")
    _room(item)
    fact = CorrectionReported(
        at=context.now,
        round=round_.id,
        case=item.case,
        department=item.department,
        text=given.text,
        by=given.by,
    )
    return _done(round_, replace(item, standing="reported"), fact, _REPORTED, given.text, given.by)


def judge(round_: Round, given: Judge, context: Here) -> Decision[Round]:
    """What was reported is accepted or returned; that nothing was put right is found after the day, or of what was reported."""
    item = _item(round_, given.case, "inspection", "reported", "faulty")
    over = item.until is not None and context.now > item.until
    if item.standing == "faulty" and (given.outcome != "failed" or not over):
        by = f"期限为 {moment(item.until)};" if item.until is not None else ""
        raise NotNow("not-reported", "单位还没有反馈整改", f"{by}过期仍未反馈的,可定为未整改。")
    if given.outcome != "accepted" and not given.text:
        raise _wanting("text", "请写明理由")
    standing: Standing = "faulty" if given.outcome == "returned" else given.outcome
    until = _until(given.working_days, context) if given.outcome == "returned" else None
    after = replace(item, standing=standing, until=until or item.until)
    fact = CorrectionJudged(
        at=context.now,
        round=round_.id,
        case=item.case,
        department=item.department,
        outcome=given.outcome,
        text=given.text,
        until=until,
        by=given.by,
    )
    return _done(round_, after, fact, OUTCOME_NAMES[given.outcome], given.text, given.by)


def call(round_: Round, given: Call, context: Here) -> Decision[Round]:
    """What the citizen said; whoever was reached is not called again, so that nobody calls until they like the answer."""
    item = _item(round_, given.case, "callback", "waiting", "unreached")
    _room(item)
    answered = given.solved is not None or given.satisfied is not None
    if given.contact == "reached" and not answered:
        raise _wanting("solved", "接通的,请记下是否解决或是否满意")
    if given.contact != "reached" and answered:
        raise _wanting("contact", "没有接通或不愿回答的,不记是否解决和是否满意")
    after = replace(item, standing=given.contact, solved=given.solved, satisfied=given.satisfied)
    fact = CitizenCalled(
        at=context.now,
        round=round_.id,
        case=item.case,
        department=item.department,
        contact=given.contact,
        solved=given.solved,
        satisfied=given.satisfied,
        text=given.text,
        by=given.by,
    )
    return _done(round_, after, fact, CONTACT_NAMES[given.contact], given.text, given.by)


def ring(round_: Round, given: Ring, context: Here) -> Decision[Round]:
    """Each unit is warned of its day, and told with the centre when it has passed without a word; once for each day."""
    rung = [(one, round_.word(one, context.now, context.city)) for one in round_.items]
    items = tuple(one if fact is None else _told(one, fact) for one, fact in rung)
    done = replace(round_, items=items)
    return Decision(done, tuple(Say(fact) for _, fact in rung if fact is not None), answer=(done, None))


def _told(item: Item, fact: CorrectionNear | CorrectionOverdue) -> Item:
    if isinstance(fact, CorrectionNear):
        return replace(item, near=fact.until)
    return replace(item, overdue=fact.until)


def close(round_: Round, given: Close, context: Here) -> Decision[Round]:
    """When every case has been dealt with; of a call-back, when every citizen was called."""
    if round_.step != "opened":
        raise not_now(round_)
    if undone := round_.undone():
        raise NotNow(
            "undone", f"还有 {undone} 件没有结果,不能结束", "不再进行的,可以写明理由终止本轮,已有的结果保留。"
        )
    after = replace(round_, step="closed", closing=given.text, ended_at=context.now, ended_by=given.by)
    fact = RoundClosed(at=context.now, round=round_.id, text=given.text, by=given.by)
    return Decision(after, (Say(fact),), answer=(after, None))


def stop(round_: Round, given: Stop, context: Here) -> Decision[Round]:
    """Given up with a reason: wrongly opened, or not to be ended; what was found stays."""
    if round_.step != "opened":
        raise not_now(round_)
    after = replace(round_, step="stopped", closing=given.text, ended_at=context.now, ended_by=given.by)
    fact = RoundStopped(at=context.now, round=round_.id, text=given.text, by=given.by)
    return Decision(after, (Say(fact),), answer=(after, None))


RULES: Final[dict[type, Any]] = {
    Open: open_,
    Inspect: inspect,
    Report: report,
    Judge: judge,
    Call: call,
    Ring: ring,
    Close: close,
    Stop: stop,
}

_REPORTED: Final = "单位反馈整改"
_CALL: Final = ("contact", "call")


def possible(round_: Round, item: Item) -> tuple[str, ...]:
    """The words of the acts that the standing of a case allows, whoever may do them; times that run are not looked at."""
    if round_.step != "opened":
        return ()
    match item.standing:
        case "waiting":
            return ("finding",) if round_.form == "inspection" else _CALL
        case "unreached":
            return _CALL
        case "sound":
            return ("finding",)
        case "faulty":
            answered = any(one.what == _REPORTED for one in item.lines)
            return ("correction", "judgement") if answered else ("finding", "correction", "judgement")
        case "reported":
            return ("correction", "judgement")
        case _:
            return ()


def _item(round_: Round, case: str, form: Form, *standings: Standing) -> Item:
    """The case of an open round of the form, in one of the standings. Raises Refused."""
    if round_.step != "opened":
        raise not_now(round_)
    if round_.form != form:
        raise NotNow("wrong-form", f"本轮是{FORM_NAMES[round_.form]},不能这样做")
    item = round_.item(case)
    if item is None:
        raise NotFound("not-drawn", "本轮没有抽到这个帖子")
    if item.standing not in standings:
        raise NotNow("wrong-standing", "这个帖子现在不能这样处理", "请刷新页面,查看它现在的情况。")
    return item


def _room(item: Item) -> None:
    """The centre can always come to an end with a case."""
    if len(item.lines) >= MOST_LINES:
        raise NotNow("too-many-lines", "次数太多", f"每个帖子最多记 {MOST_LINES} 条。")


def _until(working_days: int | None, context: Here) -> datetime:
    days = working_days or context.city.policy.inspection.correction_working_days
    return context.city.working_time.add_days(context.now, days)


def _wanting(field: str, reason: str) -> Invalid:
    return Invalid("invalid", "填写有误", errors=(FieldError(field, reason),))


def _done(round_: Round, after: Item, fact: Fact, what: str, text: str, by: str) -> Decision[Round]:
    after = replace(after, lines=(*after.lines, Line(fact.at, what, by, text)))
    items = tuple(after if one.case == after.case else one for one in round_.items)
    done = replace(round_, items=items)
    return Decision(done, (Say(fact),), answer=(done, after))
