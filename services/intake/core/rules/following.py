"""What a unit goes on owing the citizen: a follow-up (追问) answered, and what its reply promises (承诺办结日期) done. Pure."""

from datetime import date, datetime
from typing import Final

from msgspec.structs import replace

from city.explain import day_of
from city.promises import promises
from contracts.decision import Decision, FieldError, Invalid, NotFound, Say
from contracts.replies import FollowUpAnswered, PromiseReported
from services.intake.core import requests as ask
from services.intake.core.case import Case, FollowUp, Reply, with_promise
from services.intake.core.promise import Promise
from services.intake.core.rules.saying import Here, say, wrong_field

UNDATED: Final = "promise-without-a-day"
"""Code of the refusal that asks for the day; a front end may ask its user by it."""


def follow_up_answer(case: Case, asked: ask.Asked[ask.TextOnly], context: Here) -> Decision[Case]:
    """The clerk answers what the citizen added; its author alone reads it."""
    text, by = asked.body.text, asked.actor.person
    waiting = next((added for added in case.follow_ups_waiting if added.id == asked.target), None)
    if waiting is None:
        raise NotFound("not-found", "没有这条待答复的追问", "它可能已被答复。")
    fact = FollowUpAnswered(
        at=context.now,
        follow_up=waiting.id,
        asked_at=waiting.at,
        text=text,
        department=case.department,
        by=by,
    )
    answered = replace(waiting, answer=text, answered_at=context.now)
    follow_ups = tuple(answered if added.id == waiting.id else added for added in case.follow_ups)
    case = replace(case, follow_ups=follow_ups)
    return say(case, fact, "follow-up-answered", f"追问答复:{text}", by=by)


def answered_by(case: Case, reply: Reply) -> tuple[Case, tuple[Say, ...]]:
    """A published reply answers whatever was added before it; each is said, so that it is counted once."""
    said = tuple(
        Say(
            FollowUpAnswered(
                at=reply.at,
                follow_up=added.id,
                asked_at=added.at,
                reply=reply.id,
                department=reply.department,
                by=reply.by,
            )
        )
        for added in case.follow_ups_waiting
    )
    return replace(case, follow_ups=tuple(_closed(added, reply) for added in case.follow_ups)), said


def _closed(added: FollowUp, reply: Reply) -> FollowUp:
    return added if added.answered_at is not None else replace(added, answered_at=reply.at)


def promised_day(body: ask.Drafted, context: Here) -> date | None:
    """By which day what the reply promises is done. Raises Invalid where it promises and does not say."""
    day, today = body.promised_day, context.now.astimezone(context.city.zone).date()
    if day is not None:
        if body.no_promise:
            raise wrong_field("no_promise", "填写了承诺办结日期,就不能又选“没有承诺”", "两项只能选一项")
        longest = context.city.policy.promise.longest_days
        if not 0 <= (day - today).days <= longest or _closing(day, context) <= context.now:
            reason = f"应晚于现在,在 {longest} 天以内"
            raise wrong_field("promised_day", reason, "承诺办结日期不在允许范围内")
        return day
    if body.no_promise:
        return None
    found = promises(body.text, context.now, context.city.working_time)
    if found:
        why = f"回复中写道「{found[0].words}」,可填{day_of(found[0].day)}"
        raise Invalid(
            UNDATED,
            "回复中作出了承诺,请填写承诺办结日期",
            f"{why}。没有承诺的,请注明没有承诺(no_promise)。",
            (FieldError("promised_day", why),),
        )
    return None


def promise_of(day: date | None, context: Here) -> Promise | None:
    """What a reply that is published now promises by a day."""
    return None if day is None else Promise(day, _closing(day, context))


def promise_report(case: Case, asked: ask.Asked[ask.TextOnly], context: Here) -> Decision[Case]:
    """The unit reports that what its reply promised is done; everybody reads it who reads the reply."""
    text, by = asked.body.text, asked.actor.person
    reply = next((reply for reply in case.promises_waiting if reply.id == asked.target), None)
    if reply is None or reply.promise is None:
        raise NotFound("not-found", "没有这项待兑现的承诺", "它可能已被登记。")
    fact = PromiseReported(at=context.now, reply=reply.id, text=text, department=case.department, by=by)
    unit = context.city.department_name(case.department)
    line = f"{unit}登记承诺于{day_of(reply.promise.day)}前办结的事项已办结:{text}"
    case = with_promise(case, reply.id, reported_at=context.now, text=text, department=case.department)
    return say(case, fact, "promise-reported", line, by=by)


def _closing(day: date, context: Here) -> datetime:
    return context.city.working_time.closing_from(day)
