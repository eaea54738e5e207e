"""What each act says and changes in the life of what is no post, field by field: one that is left out is noticed here.

`lives.json` holds it for the records, rounds and bulletins of stats, the surveys of survey and the forums of debate, each from its
first act to its last. Whoever changes what an act says writes it anew, and reads the difference:

    python -m tests.services.test_lives
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from msgspec.structs import asdict

from contracts.decision import Context
from tests.services.lives import START, Life, later, lives

SAID: Final = Path(__file__).with_name("lives.json")
LIVES: Final = lives()


@pytest.mark.parametrize("name", LIVES)
def test_in_its_life_each_act_says_and_changes_what_stands_in_the_table(name: str) -> None:
    assert list(_lived(LIVES[name])) == json.loads(SAID.read_text())[name]


def test_every_rule_of_these_services_is_met_in_some_life() -> None:
    ruled = {rule for life in LIVES.values() for rule in life.service.rules}
    met = {type(given) for life in LIVES.values() for _, given in life.steps}

    assert {rule.__qualname__ for rule in ruled - met} == set()


def _lived(life: Life) -> Iterator[dict[str, Any]]:
    """For each act what it wants done, and the fields of the subject that it changes."""
    state, now = life.service.initial(life.subject), START
    for days, given in life.steps:
        now = later(now, days)
        rule = life.service.rules[type(given)]
        decision: Any = rule(state, given, Context(life.subject, "cause", now, life.service.city.initial))
        old, new = asdict(state), asdict(decision.state)
        told = {
            "act": type(given).__name__,
            "wants": [{type(effect).__name__: asdict(effect)} for effect in decision.effects],
            "changes": {field: new[field] for field in new if new[field] != old[field]},
        }
        state = decision.state
        yield json.loads(msgspec.json.encode(told))


if __name__ == "__main__":
    table = []
    for name, life in LIVES.items():
        acts = ",\n".join(json.dumps(act, ensure_ascii=False) for act in _lived(life))
        table.append(f"{json.dumps(name)}: [\n{acts}\n]")
    SAID.write_text("{\n" + ",\n".join(table) + "\n}\n")
