"""A city leader's instruction (批示): given with a day, read, taken in hand, reported back, accepted or sent back. Pure."""

from datetime import date, datetime
from typing import Final

from msgspec.structs import replace

from city.explain import day_of
from contracts.decision import Decision, Forbidden, NotFound, NotNow
from contracts.identity import derived
from contracts.replies import (
    InstructionAccepted,
    InstructionGiven,
    InstructionRead,
    InstructionReported,
    InstructionSentBack,
    InstructionTakenInHand,
)
from services.intake.core import requests as ask
from services.intake.core.case import Case
from services.intake.core.instruction import STATE_NAMES, Instruction, Report, State, changed
from services.intake.core.rules.saying import Here, say, wrong_field

NAMED: Final = 20
"""Characters of an instruction by which a line of the history names it."""


def instruction(case: Case, asked: ask.Asked[ask.Instruction], context: Here) -> Decision[Case]:
    """A city leader writes an instruction; where the leader allows it, it is published."""
    text, published, by = asked.body.text, asked.body.published, asked.actor.person
    due = _due(asked.body.due_day, context)
    identity, leader = derived(context.cause, "instruction"), _leader_of(case, by, context)
    fact = InstructionGiven(
        at=context.now,
        text=text,
        by=by,
        published=published,
        instruction=identity,
        leader=leader,
        due_day=due.date(),
    )
    given = Instruction(text, leader, context.now, identity, by, published, due)
    case = replace(case, instructions=(*case.instructions, given))
    name = context.city.leader_name(leader) if leader else "领导"
    return say(case, fact, "instructed", f"{name}批示:{text}", public=published, by=by)


def instruction_reading(case: Case, asked: ask.Asked[ask.Nothing], context: Here) -> Decision[Case]:
    """Somebody of the unit takes note of it (签收)."""
    one, by = _of(case, asked.target, "given"), asked.actor.person
    fact = InstructionRead(at=context.now, instruction=one.id, department=case.department, by=by)
    case = _with(case, one, replace(one, read_at=context.now))
    return say(case, fact, "instruction-read", f"签收批示{_named(one)}", public=False, by=by)


def instruction_in_hand(case: Case, asked: ask.Asked[ask.Nothing], context: Here) -> Decision[Case]:
    """The unit works on it; whoever does so has read it."""
    one, by = _of(case, asked.target, "given", "read"), asked.actor.person
    fact = InstructionTakenInHand(at=context.now, instruction=one.id, department=case.department, by=by)
    case = _with(case, one, replace(one, read_at=one.read_at or context.now, in_hand_at=context.now))
    return say(case, fact, "instruction-in-hand", f"着手办理批示{_named(one)}", public=False, by=by)


def instruction_report(case: Case, asked: ask.Asked[ask.TextOnly], context: Here) -> Decision[Case]:
    """The unit reports back what it did; whoever reports has read it and worked on it."""
    one, by, text = _of(case, asked.target, "given", "read", "in_hand"), asked.actor.person, asked.body.text
    fact = InstructionReported(
        at=context.now, instruction=one.id, text=text, department=case.department, by=by
    )
    due = one.due and context.city.working_time.closing_from(one.due.date())
    in_time = due is None or context.now <= due
    report = Report(text, case.department, by, context.now, in_time)
    reported = replace(
        one,
        read_at=one.read_at or context.now,
        in_hand_at=one.in_hand_at or context.now,
        reports=(*one.reports, report),
    )
    line = f"反馈批示{_named(one)}:{text}"
    return say(_with(case, one, reported), fact, "instruction-reported", line, public=False, by=by)


def instruction_acceptance(case: Case, asked: ask.Asked[ask.Nothing], context: Here) -> Decision[Case]:
    """The instructing leader is content with the report: the instruction is done."""
    one, by = _own(case, asked, context), asked.actor.person
    fact = InstructionAccepted(at=context.now, instruction=one.id, department=case.department, by=by)
    case = _with(case, one, replace(one, accepted_at=context.now))
    return say(case, fact, "instruction-accepted", f"认可反馈,批示{_named(one)}办结", public=False, by=by)


def instruction_return(case: Case, asked: ask.Asked[ask.SentBack], context: Here) -> Decision[Case]:
    """The instructing leader wants more; the unit has a new day for that."""
    one, by, remark = _own(case, asked, context), asked.actor.person, asked.body.remark
    due = _due(asked.body.due_day, context)
    fact = InstructionSentBack(
        at=context.now,
        instruction=one.id,
        remark=remark,
        due_day=due.date(),
        department=case.department,
        by=by,
    )
    returned = replace(one.reports[-1], remark=remark, returned_at=context.now)
    again = replace(one, reports=(*one.reports[:-1], returned), due=due, overdue=False)
    line = f"退回反馈,批示{_named(one)}于{day_of(due)}前再反馈:{remark}"
    return say(_with(case, one, again), fact, "instruction-sent-back", line, public=False, by=by)


def _due(wished: date | None, context: Here) -> datetime:
    """The closing time of the day that was named, else of the policy's. Raises Invalid for a day that cannot be."""
    time, limits = context.city.working_time, context.city.policy.instruction
    if wished is None:
        return time.add_days(context.now, limits.working_days)
    days = (wished - context.now.date()).days
    if not 0 <= days <= limits.longest_days:
        raise wrong_field("due_day", f"应在今天至 {limits.longest_days} 天以内", "反馈日期不在允许范围内")
    if not time.is_working_day(wished):
        why = f"{day_of(wished)}不上班({time.why(wished)}),可选{day_of(time.closing_from(wished))}"
        raise wrong_field("due_day", why, "反馈日期应为工作日")
    if time.closing(wished) <= context.now:
        raise wrong_field("due_day", "今天已经下班,请选以后的工作日", "反馈日期不在允许范围内")
    return time.closing(wished)


def _of(case: Case, identity: str, *states: State) -> Instruction:
    """The instruction that is asked about, in one of the states. Raises NotFound and NotNow."""
    one = next((one for one in case.instructions if one.id and one.id == identity), None)
    if one is None:
        raise NotFound("not-found", "没有这件批示")
    if one.state not in states:
        raise NotNow("wrong-step", "这件批示现在不能这样办", f"它的状态是:{STATE_NAMES[one.state]}。")
    return one


def _own(case: Case, asked: ask.Asked[ask.Nothing] | ask.Asked[ask.SentBack], context: Here) -> Instruction:
    """As `_of`, with a report that waits, for whoever gave it or holds the same office now. Raises Forbidden, too."""
    one, person = _of(case, asked.target, "reported"), asked.actor.person
    if person != one.by and not context.city.is_leader(one.leader, person):
        name = context.city.leader_name(one.leader) if one.leader else one.by
        raise Forbidden("not-instructing", "不是您的批示", f"由作出批示的{name}审阅。")
    return one


def _with(case: Case, one: Instruction, now: Instruction) -> Case:
    return replace(case, instructions=changed(case.instructions, one, now))


def _named(one: Instruction) -> str:
    """By its first words, for a case may have several."""
    words = " ".join(one.text.split())
    return f"「{words if len(words) <= NAMED else words[:NAMED] + '…'}」"


def _leader_of(case: Case, person: str, context: Here) -> str:
    """Which leader of the profile an account is: by name, else the addressee where any account is theirs."""
    own = next((leader.code for leader in context.city.leaders if leader.account == person), "")
    return own or (case.addressee if context.city.is_leader(case.addressee, person) else "")
