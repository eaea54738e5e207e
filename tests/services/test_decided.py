"""What each service makes of each fact that it hears, field by field: one that is left out or turned round is noticed here.

Every fact of the contracts' examples meets its rule four times: nothing was heard of the post before, a unit has it in hand,
it was answered, all examples before it were heard. `decided/SERVICE.json` holds what the rule wants done and what it changes of the state, a line each. Whoever
changes a rule writes the lines anew, and reads the difference:

    python -m tests.services.test_decided
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from msgspec.structs import asdict

from chassis.service import Service
from contracts.assignments import PostAssigned
from contracts.deadlines import DeadlineSet
from contracts.decision import Context, Decision
from contracts.examples import EXAMPLES
from contracts.facts import Fact
from contracts.identity import derived
from contracts.posts import CitizenErased, PostHidden, PostReceived, PostWithdrawn
from contracts.replies import CaseAccepted, ReplyPublished
from services.deadline import app as deadline
from services.intake import app as intake
from services.notifier import app as notifier
from services.stats import app as stats
from tests.services.deadline.facts import PROFILE

FOLDER: Final = Path(__file__).with_name("decided")
SERVICES: Final = {
    one.name: one for one in (app.build(PROFILE) for app in (intake, deadline, notifier, stats))
}
IN_HAND: Final = (PostReceived, PostAssigned, DeadlineSet, CaseAccepted)
STANDINGS: Final[dict[str, tuple[type[Fact], ...]]] = {
    "new": (),
    "in hand": IN_HAND,
    "answered": (*IN_HAND, ReplyPublished),
}
"""What was heard of the post before, each as the examples have it."""
ENDS: Final = (PostWithdrawn, PostHidden, CitizenErased)
"""After these little is left to do, so the fourth life goes on without them."""

_EXAMPLE: Final[dict[type[Fact], Fact]] = {type(fact): fact for fact in reversed(EXAMPLES)}
_ID: Final = re.compile(
    r"([0-9a-f]{6})[0-9a-f]{2}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\b([0-9a-f]{6})[0-9a-f]{26}\b"
)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_makes_of_each_fact_what_stands_in_its_table(name: str) -> None:
    assert dict(_decided(SERVICES[name])) == json.loads((FOLDER / f"{name}.json").read_text())


def _decided(service: Service[Any, Any]) -> Iterator[tuple[str, Any]]:
    """Fact and standing to what is wanted and changed."""
    for standing, heard in STANDINGS.items():
        state = service.initial("post")
        for before in heard:
            state = _met(service, state, _EXAMPLE[before]).state
        for called, fact in _heard(service):
            yield f"{called}, {standing}", _told(state, _met(service, state, fact))
    state = service.initial("post")
    for called, fact in _heard(service):
        if not isinstance(fact, ENDS):
            decision = _met(service, state, fact)
            yield f"{called}, after all before", _told(state, decision)
            state = decision.state


def _heard(service: Service[Any, Any]) -> Iterator[tuple[str, Fact]]:
    """The examples that the service has a rule for, called by their types; of several of a type by their number, too."""
    met: Counter[type[Fact]] = Counter()
    for fact in EXAMPLES:
        met[type(fact)] += 1
        if type(fact) in service.rules:
            number = f" {met[type(fact)]}" if met[type(fact)] > 1 else ""
            yield f"{type(fact).__name__}{number}", fact


def _met(service: Service[Any, Any], state: Any, fact: Fact) -> Any:
    rule = service.rules.get(type(fact))
    cause = derived("cause", type(fact).__name__)
    context = Context("post", cause, fact.at, service.city.initial)
    return Decision(state) if rule is None else rule(state, fact, context)


def _told(before: Any, decision: Any) -> Any:
    old, new = asdict(before), asdict(decision.state)
    changed = {field: new[field] for field in new if new[field] != old[field]}
    effects = [{type(effect).__name__: asdict(effect)} for effect in decision.effects]
    written = msgspec.json.encode({"effects": effects, "state": changed}, enc_hook=str).decode()
    return json.loads(_ID.sub(lambda found: f"{found[1] or found[2]}…", written))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, service in SERVICES.items():
        lines = [
            f"{json.dumps(key)}: {json.dumps(made, ensure_ascii=False)}" for key, made in _decided(service)
        ]
        (FOLDER / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
