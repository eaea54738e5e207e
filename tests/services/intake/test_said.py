"""What each act says on the bus and changes of the case, field by field: one that is left out is noticed here.

`said_by_acts.json` holds it for every act, done once by somebody who may, with the example of its table. Whoever changes
what an act says writes it anew, and reads the difference:

    python -m tests.services.intake.test_said
"""

import asyncio
import json
import re
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from chassis.clock import HandClock
from chassis.outbox import unpack
from services.intake.core.act import Act
from services.intake.core.acts import ACTS
from tests.services.intake.door import PROFILE, Intake
from tests.services.intake.test_roles import BY, MAY, NOW, case_for, headers_of

SAID: Final = Path(__file__).with_name("said_by_acts.json")
_DRAWN: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}")


@pytest.mark.parametrize("act", [act for act in ACTS if act.path], ids=lambda act: act.name)
async def test_an_act_says_and_changes_what_stands_in_the_table(act: Act) -> None:
    assert await _done(act) == json.loads(SAID.read_text())[act.name]


def test_the_table_has_every_act_and_no_other() -> None:
    assert list(json.loads(SAID.read_text())) == [act.name for act in ACTS if act.path]


async def _done(act: Act) -> dict[str, Any]:
    """The facts that the act says, and the fields of the case that it changes; what is drawn by lot is left out."""
    async with Intake(HandClock(NOW)).open() as intake:
        mine, other = await case_for(intake, act)
        said, before = len(_facts(intake)), await _case(intake, mine["number"])
        place = "posts" if act.public else "cases"
        body = dict(act.example) | ({"duty_item": PROFILE.duties[0].code} if act.name == "return" else {})
        caller = MAY[next(who for who, names in BY.items() if act.name in names)][-1]
        answer = await intake.http.post(
            f"/v1/{place}/{mine['number']}/{act.path.format(id='x1')}",
            json=body,
            headers=headers_of(caller, mine, other) | intake.key(),
        )
        assert answer.status_code == 202
        after = await _case(intake, mine["number"])
        return {
            "says": _facts(intake)[said:],
            "changes": {field: value for field, value in after.items() if value != before.get(field)},
        }


def _facts(intake: Intake) -> list[dict[str, Any]]:
    """What was said so far, as it stands on the bus."""
    records = [record for _, blob in intake.store.outbox.values() for _, _, record in unpack(blob)]
    return [_without_drawn(json.loads(record.value)) for record in records]


async def _case(intake: Intake, number: str) -> dict[str, Any]:
    """The case as it is kept; of its history what came with the act, since all posts begin alike."""
    _, case = await intake.door.case(number)
    kept: dict[str, Any] = _without_drawn(msgspec.json.decode(msgspec.json.encode(case)))
    return kept | {"history": kept["history"][1:]}


def _without_drawn(value: Any) -> Any:
    """The same with a mark for every id and every box."""
    if isinstance(value, dict):
        return {
            name: "sealed" if name.startswith("sealed") and held else _without_drawn(held)
            for name, held in value.items()
        }
    if isinstance(value, list):
        return [_without_drawn(each) for each in value]
    return _DRAWN.sub("…", value) if isinstance(value, str) else value


async def _table() -> dict[str, Any]:
    return {act.name: await _done(act) for act in ACTS if act.path}


if __name__ == "__main__":
    SAID.write_text(json.dumps(asyncio.run(_table()), ensure_ascii=False, indent=2) + "\n")
