"""What city leaders do: instructions on any case, and answers to the letters written to them (领导信箱). Pure."""

from msgspec.structs import replace

from contracts.decision import Decision, Forbidden
from contracts.replies import InstructionGiven, ReplySentBack
from services.intake.core import requests as ask
from services.intake.core.case import Case, Draft, Instruction
from services.intake.core.rules.saying import Here, say
from services.intake.core.rules.unit import draft_of, publish


def instruction(case: Case, asked: ask.Asked[ask.Instruction], context: Here) -> Decision[Case]:
    """A city leader writes an instruction (批示); where the leader allows it, it is published."""
    text, published, by = asked.body.text, asked.body.published, asked.actor.person
    fact = InstructionGiven(at=context.now, text=text, by=by, published=published)
    leader = _leader_of(case, by, context)
    if published:
        case = replace(case, instructions=(*case.instructions, Instruction(text, leader, context.now)))
    name = context.city.leader_name(leader) if leader else "领导"
    return say(case, fact, "instructed", f"{name}批示:{text}", public=published, by=by)


def signature(case: Case, asked: ask.Asked[ask.Nothing], context: Here) -> Decision[Case]:
    """The city leader signs the answer to the letter; it is published in that leader's name."""
    draft = _signed(case, asked, context)
    return publish(case, draft, draft.approved_by, context, signed_by=asked.actor.person)


def signature_return(case: Case, asked: ask.Asked[ask.Remark], context: Here) -> Decision[Case]:
    """The city leader sends the answer back to the unit."""
    draft, remark, by = _signed(case, asked, context), asked.body.remark, asked.actor.person
    fact = ReplySentBack(at=context.now, reply=draft.id, remark=remark, department=case.department, by=by)
    text = f"{context.city.leader_name(case.addressee)}退回重拟:{remark}"
    return say(replace(case, draft=None), fact, "sent-back", text, public=False, by=by)


def _signed(case: Case, asked: ask.Asked[ask.Nothing] | ask.Asked[ask.Remark], context: Here) -> Draft:
    """The draft that is before the one who asks. Raises NotFound, and Forbidden for another leader's."""
    draft = draft_of(case, asked.target)
    if not context.city.is_leader(case.addressee, asked.actor.person):
        name = context.city.leader_name(case.addressee)
        raise Forbidden("not-addressee", "不是写给您的信", f"由{name}签发。")
    return draft


def _leader_of(case: Case, person: str, context: Here) -> str:
    """Which leader of the profile an account is: by name, else the addressee where any account is theirs."""
    own = next((leader.code for leader in context.city.leaders if leader.account == person), "")
    return own or (case.addressee if context.city.is_leader(case.addressee, person) else "")
