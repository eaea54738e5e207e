"""Who may read a record and do what to it: every address, every person, cell by cell."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from services.stats.accountability import bodies
from services.stats.core.accountability.sight import DOERS
from tests.journeys.test_accountability import UNIT, Room
from tests.journeys.world import World

PEOPLE: Final = {
    "anonymous": ("", "", ""),
    "clerk": ("clerk", UNIT, "another clerk"),
    "concerned": ("clerk", UNIT, "clerk-housing"),
    "moved": ("clerk", "education", "clerk-housing"),
    "o.clerk": ("clerk", "education", "clerk-education"),
    "leader": ("leader", UNIT, "leader-housing"),
    "o.leader": ("leader", "education", "leader-education"),
    "finder": ("supervisor", "supervision", "the finder"),
    "superv": ("supervisor", "supervision", "another supervisor"),
    "mayor": ("mayor", "supervision", "mayor"),
    "operator": ("operator", "supervision", "operator"),
    "auditor": ("auditor", "supervision", "auditor"),
}
"""Role, unit and staff id. `concerned` is the person of the record, `moved` the same after a change of unit."""

ROWS: Final = """
#          anonym clerk concerned moved o.clerk leader o.leader finder superv mayor operator auditor
list       401    0     1         1     0       1      0        1      1      403   403      1
read       401    404   200       200   404     200    404      200    200    403   403      200
opening    401    403   403       403   403     403    403      202    202    403   403      403
person     401    403   403       403   403     403    403      409    409    403   403      403
statement  401    404   202       202   404     202    404      403    403    403   403      403
finding    401    403   403       403   403     403    403      202    202    403   403      403
appeal     401    404   202       202   404     202    404      403    403    403   403      403
decision   401    403   403       403   403     403    403      403    202    403   403      403
closing    401    403   403       403   403     403    403      202    202    403   403      403
"""
"""The status of each answer, of a list how many records are in it; each act at a step at which it is possible.

A second person cannot be named (409), and whoever found does not decide on the appeal (403).
"""

TABLE: Final = {
    line.split()[0]: dict(zip(PEOPLE, map(int, line.split()[1:]), strict=True))
    for line in ROWS.strip().splitlines()
    if not line.startswith("#")
}
STEPS: Final = ("statement", "finding", "appeal", "decision", "closing")
WHO: Final = {"statement": "leader", "finding": "finder", "appeal": "leader", "decision": "superv"}


@asynccontextmanager
async def at_step_of(act: str, folder: Path) -> AsyncIterator[tuple[Room, str]]:
    """A record of a person, at the step at which `act` is possible."""
    async with World(1, "2026-03-02T10:00", folder).open() as world, world.stats_office() as http:
        room = Room(http)
        opened = await room.does(*PEOPLE["finder"][:2], "", bodies.EXAMPLES["opening"], "the finder")
        place = f"/{opened['id']}"
        await room.does(
            "supervisor", "supervision", f"{place}/person", {"person": "clerk-housing"}, "the finder"
        )
        before = STEPS[: STEPS.index(act)] if act in STEPS else ()
        for step in before:
            role, unit, person = PEOPLE[WHO[step]]
            if step == "finding":
                await room.does("clerk", UNIT, f"{place}/statement", {"text": "说明"}, "clerk-housing")
            await room.does(role, unit, f"{place}/{step}", bodies.EXAMPLES[step], person)
        if act == "finding":
            await room.does("clerk", UNIT, f"{place}/statement", {"text": "说明"}, "clerk-housing")
        yield room, place


def test_every_act_has_a_line() -> None:
    assert set(TABLE) == {"list", "read", *DOERS}


async def status(room: Room, place: str, act: str, who: str) -> int:
    """What somebody is answered; of a list, how many records are in it."""
    role, unit, person = PEOPLE[who]
    if act == "list":
        answer = await room.reads(role, unit, "", person)
        return len(answer.json()["records"]) if answer.status_code == 200 else answer.status_code
    if act == "read":
        return (await room.reads(role, unit, place, person)).status_code
    address = "" if act == "opening" else f"{place}/{act}"
    return (await room.asks(role, unit, address, bodies.EXAMPLES[act], person)).status_code


@pytest.mark.medium
@pytest.mark.parametrize("act", TABLE)
async def test_each_may_do_what_the_table_says_and_nothing_else(act: str, tmp_path: Path) -> None:
    expected, found = TABLE[act], {}
    async with at_step_of(act, tmp_path / "refused") as (room, place):
        before = (await room.reads("auditor", "supervision", place)).json()
        for who in (who for who in PEOPLE if expected[who] != 202):
            found[who] = await status(room, place, act, who)
        after = (await room.reads("auditor", "supervision", place)).json()
    for who in (who for who in PEOPLE if expected[who] == 202):
        async with at_step_of(act, tmp_path / who) as (room, place):
            found[who] = await status(room, place, act, who)

    assert found == expected
    assert before == after, "whoever was refused changed nothing"


async def test_what_may_be_done_is_told_to_whoever_may_do_it(tmp_path: Path) -> None:
    told = {}
    async with at_step_of("finding", tmp_path) as (room, place):
        for who, (role, unit, person) in PEOPLE.items():
            answer: dict[str, Any] = (await room.reads(role, unit, place, person)).json()
            told[who] = answer.get("allowed")

    assert {who: acts for who, acts in told.items() if acts is not None} == {
        "finder": ["finding"],
        "superv": ["finding"],
        "leader": ["statement"],
        "concerned": ["statement"],
        "moved": ["statement"],
        "auditor": [],
    }
