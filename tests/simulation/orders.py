"""Whether some order of the acts on each subject, one at a time, explains every answer."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from contracts.assignments import LeadNamed, PostAssigned, PostReassigned
from contracts.deadlines import ClockResumed
from contracts.identity import derived
from contracts.topics import type_of
from services.stats.core.inspections.round import PREFIX as ROUND
from services.stats.core.inspections.round import Round
from tests.simulation import case_model, forum_model, linear, office_model
from tests.simulation.asking import Operation
from tests.simulation.facts import NEED_NOT, Facts, said_by
from tests.simulation.world import World

DAYS: Final = {
    "reply": ("invalid",),
    "instruction": ("invalid",),
    "extension": ("extension-late", "extension-date", "extension-day-off"),
    "return": ("first-asked",),
    "follow-through": ("invalid",),
}
"""Act to the refusals of which only a calendar can tell."""

APART: Final = ("survey:", "city:")
"""Acts that are looked at elsewhere."""


def orders(world: World, operations: list[Operation], facts: Facts) -> Iterator[str]:
    """A sentence for each subject whose answers nothing explains."""
    histories: dict[str, list[Operation]] = defaultdict(list)
    for one in operations:
        if one.act == "group":
            # One that is refused does not say for whose sake.
            for member in _applied(one, facts) if one.outcome != "refused" else ():
                histories[member].append(one)
        elif one.act != "submit" and not one.act.endswith(":open") and not one.act.startswith(APART):
            histories[one.subject].append(one)
            for member in _applied(one, facts) if one.act in ("approval", "signature") else ():
                histories[member].append(replace(one, act="joint", target=one.subject))
    begun = {one.subject: _begun(one) for one in operations if one.act == "submit" and one.subject}
    for subject, acts in histories.items():
        first: Any
        if acts[0].act.startswith("forum:"):
            history, first, step = (
                [_of_forum(one, facts) for one in acts],
                forum_model.Forum(),
                forum_model.step,
            )
        elif ":" in acts[0].act:
            history, first, step = (
                [_of_office(one) for one in acts],
                _opened(world, subject),
                office_model.step,
            )
        else:
            history = [_of_case(one, subject, facts) for one in acts if not _refused_for_its_day(one)]
            history += _heard(facts, subject, world.loop.time())
            first, step = begun.get(subject, case_model.Case()), case_model.step
        if not linear.linearisable(history, first, step):
            yield f"no order of its acts explains the answers of {subject}: {_told(history)}"


def _begun(one: Operation) -> case_model.Case:
    """A case as its post begins it: somebody looks at pictures before everybody else does."""
    post = one.body
    return case_model.Case(
        moderation="held" if one.files and post.public else "",
        private=not post.public,
        letter=bool(post.addressee),
        suggestion=post.kind == "suggestion",
    )


def _refused_for_its_day(one: Operation) -> bool:
    """The day that it named was over, too far, or no working day, or it came too late: the model has no calendar."""
    return one.outcome == "refused" and one.why in DAYS.get(one.act, ())


def _applied(one: Operation, facts: Facts) -> tuple[str, ...]:
    """Whom an act on several cases concerned when it was done; nobody when it was not."""
    says = said_by(one)
    assert says is not None
    done = (cause for cause in one.concerned if one.says(cause, type_of(says)) in facts.ids)
    return next((one.concerned[cause] for cause in done), ())


def _of_case(one: Operation, subject: str, facts: Facts) -> linear.Operation:
    made = frozenset(derived(cause, one.act) for cause in one.causes)
    for name in ("reply_id", "extension_id"):
        if name in one.answer:
            made = frozenset([one.answer[name]])
    dated = getattr(one.body, "promised_day", None) is not None
    about = one.body.action if one.act == "moderation" else one.target
    asked = case_model.Asked(one.act, one.unit, about, made, dated, bool(one.files), subject)
    match one.act:
        case "group":
            members = frozenset(_applied(one, facts))
            asked = asked._replace(made=made, lead=one.body, members=members)
        case "approval" | "signature":
            asked = asked._replace(members=frozenset(_applied(one, facts)))
        case "adoption":
            asked = asked._replace(said=(one.body.outcome, one.body.reason))
        case "joint":
            asked = asked._replace(lead=one.target, files=False)
    return linear.Operation(one.called, _until(one), asked, one.outcome)


def _of_forum(one: Operation, facts: Facts) -> linear.Operation:
    act, body = one.act.removeprefix("forum:"), one.body
    made = frozenset([one.answer["comment"]] if "comment" in one.answer else one.subjects)
    asked = forum_model.Asked(act, one.target, made=made)
    if act == "comment":
        asked = asked._replace(person=body[0], proven=body[1], held=bool(body[2]))
    elif isinstance(body, tuple) and len(body) == 2:
        asked = asked._replace(person=body[0], shown=body[1])
    result = one.outcome
    if result == "taken" and one.act in NEED_NOT:
        said = said_by(one)
        assert said is not None
        changed = any(one.says(cause, type_of(said)) in facts.ids for cause in one.causes)
        result = "taken" if changed else "unchanged"
    return linear.Operation(one.called, _until(one), asked, result)


def _of_office(one: Operation) -> linear.Operation:
    asked = office_model.Asked(one.act.partition(":")[2], one.body, one.outcome)
    return linear.Operation(one.called, _until(one), asked, one.outcome)


def _opened(world: World, subject: str) -> Any:
    """A round or a record as it is opened."""
    if not subject.startswith(ROUND):
        return office_model.Record()
    found = world.memory["rounds"].state_of(subject)
    assert isinstance(found, Round)
    return office_model.Round(found.form, tuple((one.case, "waiting", False) for one in found.items))


def _until(one: Operation) -> float:
    return one.answered if one.outcome != "unknown" else linear.FOREVER


def _heard(facts: Facts, subject: str, end: float) -> Iterator[linear.Operation]:
    """What intake heard of other services: at some instant after it was said, and before the end."""
    for topic in ("assignments", "deadlines"):
        for event in facts.of(subject, topic):
            at, fact = facts.times[event.id], event.fact
            if isinstance(fact, PostAssigned | PostReassigned):
                asked = case_model.Asked(
                    "hear-assigned", fact.department, assisting=frozenset(fact.assisting)
                )
            elif isinstance(fact, LeadNamed):
                asked = case_model.Asked("hear-named", assisting=frozenset(fact.assisting))
            elif isinstance(fact, ClockResumed):
                asked = case_model.Asked("hear-resumed", target=fact.question)
            else:
                continue
            yield linear.Operation(at, end, asked, "taken")


def _told(history: list[linear.Operation]) -> str:
    ordered = sorted(history, key=lambda one: one.called)
    return "; ".join(
        f"{one.what.act}({getattr(one.what, 'unit', '')}) {one.called:.3f}-{one.answered:.3f} {one.result}"
        for one in ordered
    )
