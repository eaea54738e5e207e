"""One case as a naive reader of the rules would keep it: which act is taken now, and what it changes. Shares no code.

It is the sequential specification against which histories of acts are checked; of a group each member is looked at by itself.
"""

from collections.abc import Hashable
from typing import NamedTuple

HELD = {"assigned", "accepted", "asked", "reopened"}
OPEN = {"received"} | HELD
KNOWN = OPEN | {"replied", "rated"}


class Instruction(NamedTuple):
    """A city leader's instruction: the ids that it may have, and how far the unit is with it."""

    ids: frozenset[str]
    state: str = "given"


class Case(NamedTuple):
    """What decides whether an act is taken."""

    step: str = "received"
    unit: str = ""
    draft: frozenset[str] | None = None
    """The ids that the draft may have: one, or those of every try when no answer came."""
    question: frozenset[str] = frozenset()
    handling: int = 1
    words: frozenset[tuple[str, int]] = frozenset()
    """Unit and handling of each first word."""
    moderation: str = ""
    """Empty: anybody reads it, so that neighbours can support it; else `held` or `hidden`."""
    before: str = ""
    """Of a hidden case: the step at which it goes on once it is restored."""
    appeal: str = ""
    """Of a hidden case: empty, `waits`, or `upheld` where the author's appeal was not granted."""
    dated: bool = False
    """The draft promises something by a day."""
    erased: bool = False
    promises: frozenset[frozenset[str]] = frozenset()
    """Of each promise that is waited for: the ids that its reply may have."""
    instructions: frozenset[Instruction] = frozenset()
    more_time: frozenset[str] | None = None
    """The ids that the request for more time may have that is before the leader."""
    granted: int = 0
    """How often more time was granted, in all handlings."""
    group: frozenset[str] = frozenset()
    """The ids that the group may have in which it is; none: it is in no group."""
    lead: str = ""
    members: frozenset[str] = frozenset()
    joint: bool = False
    """What answered it last was the reply of the group's lead."""
    private: bool = False
    """Its author wants nobody to read it: no neighbour finds it."""
    letter: bool = False
    """It is written to a city leader, who signs the answer."""
    signing: bool = False
    """The draft was approved and waits for the signature."""
    suggestion: bool = False
    adoption: tuple[str, str] | None = None
    """Outcome and reason."""
    through: bool = False
    """Something was done of it."""
    follow_ups: frozenset[frozenset[str]] = frozenset()
    """Of each follow-up that waits for an answer: the ids that it may have."""
    assisting: frozenset[str] = frozenset()
    returned: frozenset[str] = frozenset()
    """Units that said it is not theirs: each may once."""


class Asked(NamedTuple):
    """An act, or a fact heard from another service."""

    act: str
    unit: str = ""
    target: str = ""
    made: frozenset[str] = frozenset()
    """The ids that what it makes may have."""
    dated: bool = False
    """A reply that promises something by a day."""
    files: bool = False
    """Files came with it."""
    subject: str = ""
    lead: str = ""
    """Of a group that it joins, or whose lead's reply answers it."""
    members: frozenset[str] = frozenset()
    """Of a group that it joins; of an approval, whom the reply answers, too."""
    assisting: frozenset[str] = frozenset()
    """The units that assist from now on."""
    said: tuple[str, str] = ("", "")
    """Outcome and reason of an adoption."""


def step(case: Case, asked: Asked) -> tuple[Case, Hashable]:
    """The case afterwards, and `taken` or `refused`."""
    after = _taken(case, asked)
    return (case, "refused") if after is None else (after, "taken")


def _taken(case: Case, asked: Asked) -> Case | None:
    if asked.files and case.erased:
        return None
    match asked.act:
        # what the other services said
        case "hear-assigned":
            moved = _step_of(case) in ("received", "accepted", "assigned")
            if asked.unit != case.unit:
                unread = frozenset(map(_unread, case.instructions))
                case = case._replace(instructions=unread, more_time=None)
            case = case._replace(unit=asked.unit, draft=None, assisting=asked.assisting)
            return _at_step(case, "assigned") if moved else case
        case "hear-named":
            return case._replace(assisting=asked.assisting)
        case "hear-resumed":
            over = _step_of(case) == "asked" and asked.target in case.question
            return _at_step(case, "accepted") if over else case
        # the author
        case "erasure":
            return case._replace(erased=True)
        case "preference":
            return case
        case "follow-up":
            added = case._replace(follow_ups=case.follow_ups | {asked.made})
            return added if case.step in KNOWN else None
        case "answer":
            return case._replace(step="accepted") if case.step == "asked" else None
        case "rating":
            return case._replace(step="rated") if case.step == "replied" else None
        # a supervisor, who puts posts together
        case "group":
            free = case.step in KNOWN and not case.group
            joined = case._replace(group=asked.made, lead=asked.lead, members=asked.members)
            return joined if free else None
        case "ungroup":
            if asked.target not in case.group:
                return None
            back = case.joint and _step_of(case) in ("replied", "rated")
            alone = case._replace(group=frozenset(), lead="", members=frozenset(), joint=False)
            return _at_step(alone, "accepted" if case.unit else "received") if back else alone
        case "joint":
            meant = case.group and case.lead == asked.lead and case.step in OPEN
            # Whoever leaves the group finds a request for more time before the leader, as if it had never been in it.
            return _answered(case, joint=True) if meant else case
        case "reopening":
            answered = case.step in ("replied", "rated")
            again = case._replace(step="reopened", draft=None, handling=case.handling + 1, more_time=None)
            return again if answered else None
        case "withdrawal":
            early = case.step in ("received", "assigned", "accepted", "asked")
            return case._replace(step="withdrawn", draft=None) if early else None
        case "appeal":
            new = case.step == "hidden" and not case.appeal
            return case._replace(appeal="waits") if new else None
    return _of_others(case, asked)


def _of_others(case: Case, asked: Asked) -> Case | None:
    """What anybody does who need not hold it."""
    match asked.act:
        case "moderation":
            return _moderated(case, asked.target)
        case "support":
            shown = case.step in KNOWN and not (case.moderation or case.erased or case.private)
            return case if shown else None
        case "urging" | "assignment" | "ruling" | "special-report":
            return case if case.step in OPEN else None
        case "signature" | "signature-return":
            return _signed(case, asked)
        case "part":
            assists = case.unit and asked.unit in case.assisting and asked.unit != case.unit
            return case if assists and case.step in OPEN else None
    if asked.act.startswith("instruction"):
        return _instructed(case, asked)
    return _of_unit(case, asked)


def _step_of(case: Case) -> str:
    return case.before if case.step == "hidden" else case.step


def _at_step(case: Case, step: str) -> Case:
    """At another step; a hidden case, as soon as it is restored."""
    return case._replace(before=step) if case.step == "hidden" else case._replace(step=step)


def _moderated(case: Case, action: str) -> Case | None:
    if case.step == "hidden":
        if action == "restore":
            return case._replace(moderation="", step=case.before, before="", appeal="")
        return case._replace(appeal="upheld") if action == "uphold" and case.appeal == "waits" else None
    if case.step not in KNOWN:
        return None
    match action, case.moderation:
        case "hold", "":
            return case._replace(moderation="held")
        case "release", "held":
            return case._replace(moderation="")
        case "hide", _:
            return case._replace(moderation="hidden", before=case.step, step="hidden", draft=None)
    return None


ACCEPTED = {
    "instruction-reading": ({"given"}, "read"),
    "instruction-in-hand": ({"given", "read"}, "in hand"),
    "instruction-report": ({"given", "read", "in hand"}, "reported"),
    "instruction-acceptance": ({"reported"}, "accepted"),
    "instruction-return": ({"reported"}, "in hand"),
}
"""Act to the states of an instruction in which it is taken, and the state that follows."""


def _unread(one: Instruction) -> Instruction:
    """Another unit has to read it anew."""
    return one if one.state in ("reported", "accepted") else one._replace(state="given")


def _instructed(case: Case, asked: Asked) -> Case | None:
    if case.step not in KNOWN:
        return None
    if asked.act == "instruction":
        return case._replace(instructions=case.instructions | {Instruction(asked.made)})
    leaders = asked.act in ("instruction-acceptance", "instruction-return")
    if not leaders and asked.unit != case.unit:
        return None
    states, after = ACCEPTED[asked.act]
    for one in case.instructions:
        if asked.target in one.ids and one.state in states:
            return case._replace(instructions=case.instructions - {one} | {one._replace(state=after)})
    return None


def _answered(case: Case, joint: bool = False) -> Case:
    """With its reply published, which answers whatever was added before."""
    return case._replace(step="replied", draft=None, joint=joint, follow_ups=frozenset())


def _published(case: Case, asked: Asked) -> Case | None:
    """The draft is what the citizen reads, and the members of a group that it leads."""
    leads = case.group and case.lead == asked.subject
    if asked.members != (case.members - {asked.subject} if leads else frozenset()):
        return None
    promised = {case.draft} if case.dated and case.draft is not None else set()
    return _answered(case)._replace(promises=case.promises | promised)


def _signed(case: Case, asked: Asked) -> Case | None:
    """What the city leader does to whom the letter is written."""
    waits = case.step in OPEN and case.signing and case.draft is not None and asked.target in case.draft
    if not waits:
        return None
    return _published(case, asked) if asked.act == "signature" else case._replace(draft=None)


def _of_suggestion(case: Case, asked: Asked) -> Case | None:
    """What becomes of a suggestion."""
    outcome = "" if case.adoption is None else case.adoption[0]
    if asked.act == "follow-through":
        done = case.suggestion and outcome in ("adopted", "partly") and case.step in KNOWN
        return case._replace(through=True) if done else None
    studied = case.suggestion and case.step in ("accepted", "asked", "replied", "rated")
    if not studied or asked.said == case.adoption or (asked.said[0] == "declined" and case.through):
        return None
    return case._replace(adoption=asked.said)


def _of_unit(case: Case, asked: Asked) -> Case | None:
    if asked.unit != case.unit:
        return None
    match asked.act:
        case "return":
            theirs = case.step in ("assigned", "accepted") and case.draft is None
            again = asked.unit in case.returned
            return case._replace(returned=case.returned | {asked.unit}) if theirs and not again else None
        case "follow-up-answer":
            added = next((ids for ids in case.follow_ups if asked.target in ids), None)
            if added is None or case.step not in HELD | {"replied", "rated"}:
                return None
            return case._replace(follow_ups=case.follow_ups - {added})
        case "adoption" | "follow-through":
            return _of_suggestion(case, asked)
        case "acceptance":
            return case._replace(step="accepted") if case.step in ("assigned", "reopened") else None
        case "first-word":
            word = (asked.unit, case.handling)
            said = case.step != "accepted" or word in case.words
            return None if said else case._replace(words=case.words | {word})
        case "question":
            if case.step != "accepted":
                return None
            return case._replace(step="asked", question=asked.made)
        case "reply":
            if case.step != "accepted" or case.draft is not None:
                return None
            return case._replace(draft=asked.made, dated=asked.dated, signing=False)
        case "extension":
            if case.step != "accepted" or case.more_time is not None or case.granted == 3:
                return None
            return case._replace(more_time=asked.made)
        case "extension-approval" | "extension-refusal":
            if case.step not in OPEN or case.more_time is None or asked.target not in case.more_time:
                return None
            granted = case.granted + (asked.act == "extension-approval")
            return case._replace(more_time=None, granted=granted)
        case "promise-report":
            met = next((ids for ids in case.promises if asked.target in ids), None)
            return (
                None
                if met is None or case.step not in KNOWN
                else case._replace(promises=case.promises - {met})
            )
    if case.step not in OPEN or case.draft is None or case.signing or asked.target not in case.draft:
        return None
    match asked.act:
        case "approval" if case.letter:
            return case._replace(signing=True)
        case "approval":
            return _published(case, asked)
        case "reply-return":
            return case._replace(draft=None)
    raise ValueError(f"the model does not know {asked.act}")
