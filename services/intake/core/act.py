"""What an act is: its word, who may do it and when, what is filled in, its rule. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_type_hints

from contracts.decision import Decision
from services.intake.core import requests as ask
from services.intake.core.answers import ExtensionAsked, ReplyDrafted, Standing, Supported
from services.intake.core.case import Case
from services.intake.core.rules.saying import Here
from services.intake.core.steps import EVERY_STEP, Step

Answer = Standing | ReplyDrafted | ExtensionAsked | Supported


@dataclass(frozen=True)
class Who:
    """Who may do an act."""

    roles: tuple[str, ...]
    """`author`: with the query code; `neighbour`: anyone; else roles of staff, any of which may."""
    units: Literal["any", "holding", "assisting"] = "any"
    """Which units' people may."""
    sentence: str = ""


AUTHOR: Final = Who(("author",), sentence="the author, with the query code")
NEIGHBOUR: Final = Who(("neighbour",), sentence="anyone, once")
CLERK: Final = Who(("clerk",), "holding", "a clerk of the holding unit")
ASSISTANT: Final = Who(("clerk",), "assisting", "a clerk of an assisting unit")
LEADER: Final = Who(("leader",), "holding", "a leader of the holding unit")
UNIT: Final = Who(("clerk", "leader"), "holding", "a clerk or a leader of the holding unit")
SUPERVISOR: Final = Who(("supervisor",), sentence="a supervisor")
MAYOR: Final = Who(("mayor",), sentence="a city leader")


HELD: Final[tuple[Step, ...]] = ("assigned", "accepted", "asked", "reopened")
"""A unit has it and must still answer."""
OPEN: Final[tuple[Step, ...]] = ("received", *HELD)
"""Somebody must still answer."""
ANSWERED: Final[tuple[Step, ...]] = ("replied", "rated")
STUDIED: Final[tuple[Step, ...]] = ("accepted", "asked", *ANSWERED)
"""A unit has taken it on."""
KNOWN: Final = (*OPEN, *ANSWERED)
"""Neither withdrawn nor hidden."""


def always(case: Case) -> bool:
    """Nothing else must hold."""
    return True


@dataclass(frozen=True)
class Act:
    """One act on a case."""

    name: str
    """Its word; the rule's function has the same."""
    chinese: str
    path: str
    """Below `/v1/posts/{number}/` for citizens, `/v1/cases/{number}/` for staff; empty: a route of its own."""
    who: Who
    steps: tuple[Step, ...]
    """The steps at which it is possible."""
    body: type[ask.Body]
    rule: Callable[[Case, Any, Here], Decision[Case]]
    sentence: str
    """What it is, for readers of the interface."""
    when: Callable[[Case], bool] = always
    """What must hold beside the step."""
    answer: Callable[[Case], Answer] | None = None
    """What the person is answered, from the case as it is afterwards; None: how the case stands."""
    example: Mapping[str, Any] = field(default_factory=dict)
    """A body that works, for readers of the interface."""
    sealed: bool = False
    """Its text is kept in a sealed box as well, as it was written."""
    concerns: Callable[[str, Case, Any], list[tuple[str, Any]]] | None = None
    """(subject, case, request) -> what is handled together with it, all or nothing: (subject, request) of other cases."""

    @property
    def offered(self) -> bool:
        """Named in `allowed`. A right that holds at every step, whatever the case, is not."""
        return self.steps != EVERY_STEP or self.when is not always

    @property
    def public(self) -> bool:
        """Whether citizens do it."""
        return self.who in (AUTHOR, NEIGHBOUR)

    @property
    def answered(self) -> type[Any]:
        """The shape of its answer: what `answer` says that it returns."""
        shape: type[Any] = Standing if self.answer is None else get_type_hints(self.answer)["return"]
        return shape

    @property
    def description(self) -> str:
        """For the OpenAPI document: who may, and when."""
        steps = "at every step" if self.steps == EVERY_STEP else f"at {', '.join(self.steps)}"
        return f"{self.chinese} (`{self.name}`). By {self.who.sentence}, {steps}."


def reply_id(case: Case) -> ReplyDrafted:
    """Number and the id of the draft that was made."""
    assert case.draft is not None
    return {"number": case.number, "reply_id": case.draft.id}


def extension_id(case: Case) -> ExtensionAsked:
    """Number and the id of the request that was made."""
    return {"number": case.number, "extension_id": case.extensions[-1].id}


def supports(case: Case) -> Supported:
    """Number and how many support it."""
    return {"number": case.number, "supports": case.supports}


def drafted(case: Case) -> bool:
    """A draft is before the leader of the unit."""
    return case.draft is not None and not case.draft.approved_by


def to_sign(case: Case) -> bool:
    """An answer waits for the city leader to whom the letter was written."""
    return case.to_sign


def undrafted(case: Case) -> bool:
    """No draft is before the leader."""
    return case.draft is None


def unheard(case: Case) -> bool:
    """The unit has given no first word in this handling."""
    return not case.first_word_given


def promises_something(case: Case) -> bool:
    """A reply promises what nobody has reported done."""
    return bool(case.promises_waiting)


def waits_for_more_time(case: Case) -> bool:
    """A request for more time is before the leader."""
    return case.extension_asked is not None


def asked_again(case: Case) -> bool:
    """A follow-up waits for an answer."""
    return bool(case.follow_ups_waiting)


def not_appealed(case: Case) -> bool:
    """The author has not appealed against this hiding."""
    return case.hiding is None or case.hiding.appealed_at is None


def suggested(case: Case) -> bool:
    """It is a suggestion (建言献策)."""
    return case.kind == "suggestion"


def adopted(case: Case) -> bool:
    """It is a suggestion that was adopted, wholly or in part."""
    return suggested(case) and case.adoption is not None and case.adoption.outcome != "declined"
