"""What becomes of a follow-up (追问): the holding unit answers it, in words of its own or by a published reply. Pure."""

from msgspec.structs import replace

from contracts.decision import Decision, NotFound, Say
from contracts.replies import FollowUpAnswered
from services.intake.core import requests as ask
from services.intake.core.case import Case, FollowUp, Reply
from services.intake.core.rules.saying import Here, say


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
