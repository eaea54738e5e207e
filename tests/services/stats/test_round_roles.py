"""Who may read a round and do what in it: every address, every person, cell by cell."""

from pathlib import Path
from typing import Any, Final

import pytest

from services.stats.core.inspections import round as rounds
from services.stats.core.inspections.sample import draw
from services.stats.core.inspections.sight import DOERS, READERS
from services.stats.inspections import bodies
from tests.journeys.test_inspections import CENTRE, UNIT, Centre
from tests.journeys.world import World

PEOPLE: Final = {
    "anonymous": ("", ""),
    "clerk": ("clerk", UNIT),
    "o.clerk": ("clerk", "education"),
    "leader": ("leader", UNIT),
    "o.leader": ("leader", "education"),
    "superv": ("supervisor", "supervision"),
    "mayor": ("mayor", "supervision"),
    "operator": ("operator", "supervision"),
    "auditor": ("auditor", "supervision"),
}
"""Role and unit. The case that is acted on is the unit's; `education` has another one, which nobody has looked through."""

ROWS: Final = """
#          anonym clerk o.clerk leader o.leader superv mayor operator auditor
list       401    1     0       1      0        2      2     403      2
read       401    200   404     200    404      200    200   403      200
opening    401    403   403     403    403      409    403   403      403
finding    401    403   403     403    403      202    403   403      403
correction 401    202   404     202    404      403    403   403      403
judgement  401    403   403     403    403      202    403   403      403
call       401    403   403     403    403      202    403   403      403
contact    401    403   403     403    403      201    403   403      403
closing    401    403   403     403    403      202    403   403      403
stopping   401    403   403     403    403      202    403   403      403
"""
"""The status of each answer, of a list how many rounds are in it; each act where it is possible. Nothing is there to draw (409)."""

TABLE: Final = {
    line.split()[0]: dict(zip(PEOPLE, map(int, line.split()[1:]), strict=True))
    for line in ROWS.strip().splitlines()
    if not line.startswith("#")
}
CASE, OTHER = "SQ260302-000001", "SQ260302-000002"


class Office:
    """A centre with rounds that were drawn from cases nobody has to answer for the test."""

    def __init__(self, world: World, centre: Centre) -> None:
        self.centre = centre
        self._world = world
        self._rounds = 0

    async def opened(self, form: Any, *answered: tuple[str, str]) -> str:
        self._rounds += 1
        given = rounds.Open("s", form, "2026-03", "", "seed", 9, draw("seed", answered, 9), {})
        identity = f"{form}-{self._rounds}"
        await self._world.round_desk.submit([(rounds.subject_of(identity), given)], identity, len)
        return f"/{identity}"

    async def at_step_of(self, act: str) -> str:
        """A round in which an act is possible."""
        if act in ("call", "contact"):
            return await self.opened("callback", (CASE, UNIT))
        if act in ("finding", "closing"):
            place = await self.opened("inspection", (CASE, UNIT))
            await self.does(place, "finding", {"case": CASE})
            return place
        place = await self.opened("inspection", (CASE, UNIT), (OTHER, "education"))
        await self.does(place, "finding", bodies.EXAMPLES["finding"])
        if act == "judgement":
            await self.centre.does("leader", UNIT, f"{place}/correction", bodies.EXAMPLES["correction"])
        return place

    async def does(self, place: str, act: str, body: dict[str, Any]) -> None:
        await self.centre.does(*CENTRE, f"{place}/{act}", body)

    async def status(self, place: str, act: str, who: str) -> int:
        """What somebody is answered; of a list, how many rounds are in it."""
        role, unit = PEOPLE[who]
        if act == "list":
            answer = await self.centre.reads(role, unit)
            return len(answer.json()["rounds"]) if answer.status_code == 200 else answer.status_code
        if act == "read":
            return (await self.centre.reads(role, unit, place)).status_code
        address = "" if act == "opening" else f"{place}/{act}"
        return (await self.centre.asks(role, unit, address, bodies.EXAMPLES[act])).status_code


def test_every_act_and_every_reader_has_a_line() -> None:
    assert set(TABLE) == {"list", "read", *DOERS}
    assert {role for role, _ in PEOPLE.values() if role} - {"operator"} == set(READERS)


@pytest.mark.parametrize("act", TABLE)
async def test_each_may_do_what_the_table_says_and_nothing_else(act: str, tmp_path: Path) -> None:
    expected, found = TABLE[act], {}
    world = World(1, "2026-03-02T10:00", tmp_path)
    async with world.open(), world.stats_office() as http:
        office = Office(world, Centre(http))
        if act == "list":
            await office.opened("callback", (CASE, UNIT))
        place = await office.at_step_of(act)
        before = (await office.centre.reads("auditor", "supervision", place)).json()
        for who in (who for who in PEOPLE if expected[who] != 202):
            found[who] = await office.status(place, act, who)
        after = (await office.centre.reads("auditor", "supervision", place)).json()
        for who in (who for who in PEOPLE if expected[who] == 202):
            found[who] = await office.status(await office.at_step_of(act), act, who)

    assert found == expected
    assert before == after, "whoever was refused changed nothing"


async def test_a_unit_does_not_act_on_a_case_of_another_in_a_round_of_both(tmp_path: Path) -> None:
    world = World(1, "2026-03-02T10:00", tmp_path)
    async with world.open(), world.stats_office() as http:
        office = Office(world, Centre(http))
        place = await office.at_step_of("correction")
        fault = {"case": OTHER, "faults": ["答复切题"], "text": "不切题"}
        await office.does(place, "finding", fault)
        shown = await office.centre.whole("leader", UNIT, place)
        foreign = await office.centre.asks(
            "leader", UNIT, f"{place}/correction", {"case": OTHER, "text": "代答"}
        )

    assert [one["case"] for one in shown["items"]] == [CASE]
    assert shown["figures"]["drawn"] == shown["cases"] == 1
    assert foreign.status_code == 404
