"""What city leaders do with the answers to letters that were written to them (领导信箱). Pure."""

from contracts.decision import Decision, Forbidden
from contracts.replies import ReplySentBack
from services.intake.core import requests as ask
from services.intake.core.case import Case, Draft
from services.intake.core.rules.saying import Here, say
from services.intake.core.rules.unit import draft_of, publish, sent_back


def signature(case: Case, asked: ask.Asked[ask.Nothing], context: Here) -> Decision[Case]:
    """The city leader signs the answer to the letter; it is published in that leader's name."""
    draft = _signed(case, asked, context)
    return publish(case, draft, draft.approved_by, context, signed_by=asked.actor.person)


def signature_return(case: Case, asked: ask.Asked[ask.Remark], context: Here) -> Decision[Case]:
    """The city leader sends the answer back to the unit."""
    draft, remark, by = _signed(case, asked, context), asked.body.remark, asked.actor.person
    fact = ReplySentBack(at=context.now, reply=draft.id, remark=remark, department=case.department, by=by)
    text = f"{context.city.leader_name(case.addressee)}退回重拟:{remark}"
    return say(sent_back(case, draft, remark), fact, "sent-back", text, public=False, by=by)


def _signed(case: Case, asked: ask.Asked[ask.Nothing] | ask.Asked[ask.Remark], context: Here) -> Draft:
    """The draft that is before the one who asks. Raises NotFound, and Forbidden for another leader's."""
    draft = draft_of(case, asked.target)
    if not context.city.is_leader(case.addressee, asked.actor.person):
        name = context.city.leader_name(case.addressee)
        raise Forbidden("not-addressee", "不是写给您的信", f"由{name}签发。")
    return draft
