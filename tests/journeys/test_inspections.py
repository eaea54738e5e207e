"""The centre draws a sample of what was answered, looks it through or calls its citizens; units put right what was found."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from contracts.inspections import (
    CaseInspected,
    CitizenCalled,
    CorrectionJudged,
    CorrectionNear,
    CorrectionOverdue,
    CorrectionReported,
    RoundClosed,
    RoundOpened,
)
from services.stats.core.inspections.sample import draw
from tests.journeys.parked import drop, spoil
from tests.journeys.staff import People
from tests.journeys.world import World

UNIT: Final = "housing"
CENTRE: Final = ("supervisor", "supervision")


class Centre(People):
    """The people who have to do with rounds."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        super().__init__(http, "/v1/inspections")

    async def whole(self, role: str, unit: str, path: str) -> dict[str, Any]:
        response = await self.reads(role, unit, path)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def opened(self, form: str = "inspection", size: int = 10, key: str = "", **more: Any) -> str:
        """The address of a new round."""
        body = {"form": form, "period": "2026-03", "size": size} | more
        return f"/{(await self.does(*CENTRE, '', body, key=key))['id']}"


async def answered(world: World, unit: str = UNIT, title: str = "电梯坏了", **more: Any) -> str:
    """The number of a case that a unit has answered."""
    number = str((await world.intake.post(title=title, **more)).json()["number"])
    await world.assigned_to(number, unit)
    await world.act("clerk", number, "acceptance", unit=unit)
    await world.answered_by(unit, number)
    return number


@asynccontextmanager
async def office(seed: int, folder: Path) -> AsyncIterator[tuple[World, Centre]]:
    async with World(seed, "2026-03-02T10:00", folder).open() as world, world.stats_office() as http:
        yield world, Centre(http)


@pytest.mark.parametrize("seed", range(3))
async def test_a_case_is_drawn_found_wanting_put_right_and_the_round_ends(seed: int, tmp_path: Path) -> None:
    async with office(seed, tmp_path) as (world, centre):
        number = await answered(world)
        await world.intake.post(title="还没有答复的")
        place = await centre.opened()
        before = await centre.reads("leader", UNIT, place)
        finding = {"case": number, "faults": ["答复切题"], "text": "没有说明日期,电话13900001234。"}
        found = await centre.does(*CENTRE, f"{place}/finding", finding)
        early = await centre.asks(*CENTRE, f"{place}/closing")
        await centre.does("leader", UNIT, f"{place}/correction", {"case": number, "text": "已补充日期。"})
        returned = {"case": number, "outcome": "returned", "text": "仍无日期。", "working_days": 2}
        await centre.does(*CENTRE, f"{place}/judgement", returned)
        await centre.does("clerk", UNIT, f"{place}/correction", {"case": number, "text": "五月底完工。"})
        await centre.does(*CENTRE, f"{place}/judgement", {"case": number, "outcome": "accepted"})
        await centre.does(*CENTRE, f"{place}/closing", {"text": "结束。"})
        await world.settle()
        whole = await centre.whole(*CENTRE, place)
        unit = await centre.whole("leader", UNIT, place)
        facts = world.said("inspections")
        heard = [arrival["text"] for arrival in world.gateway.arrivals.since(0)]

    assert before.status_code == 404, "nobody outside the centre knows what was drawn"
    assert found["until"] == "2026-03-09T18:00:00+08:00", "five working days"
    assert (early.status_code, early.json()["title"]) == (409, "还有 1 件没有结果,不能结束")
    assert [type(fact) for fact in facts] == [
        RoundOpened,
        CaseInspected,
        CorrectionReported,
        CorrectionJudged,
        CorrectionReported,
        CorrectionJudged,
        RoundClosed,
    ]
    assert "13900001234" not in str(facts)
    assert (whole["step"], whole["population"], whole["items"][0]["standing"]) == ("closed", 1, "accepted")
    assert [point for point in whole["points"] if point["faults"]] == [{"name": "答复切题", "faults": 1}]
    assert {one["code"]: (one["part"], one["whole"]) for one in whole["shares"]} == {
        "sound": (0, 1),
        "put_right": (1, 1),
    }
    assert unit["items"] == whole["items"]
    for words in ("督查发现问题", "已反馈整改", "整改被退回", "督查整改已有结论"):
        assert any(f"{words} {number}" in text for text in heard), words


async def test_whoever_has_seed_and_list_draws_the_same_cases_again(tmp_path: Path) -> None:
    async with office(1, tmp_path) as (world, centre):
        numbers = [await answered(world, title=f"第{n}件") for n in range(5)]
        other = await answered(world, "education")
        place = await centre.opened(size=3)
        whole = await centre.whole(*CENTRE, place)
        of_unit = await centre.whole(*CENTRE, await centre.opened(department="市教育局"))

        await world.settle()
        opened = [one for one in world.said("inspections") if isinstance(one, RoundOpened)]

    everything = sorted([*((number, UNIT) for number in numbers), (other, "education")])
    again = draw(whole["seed"], everything, 3)
    assert [one["case"] for one in whole["items"]] == [one.case for one in again.drawn]
    assert (whole["population"], whole["fingerprint"]) == (6, again.fingerprint)
    assert [one["case"] for one in of_unit["items"]] == [other]
    assert any(one.drawn == again.drawn and sum(one.offsets["0"].values()) >= 0 for one in opened)


@pytest.mark.medium
async def test_no_round_is_drawn_while_a_record_is_parked_for_nobody_could_draw_it_again(
    tmp_path: Path,
) -> None:
    async with office(4, tmp_path) as (world, centre):
        await answered(world)
        await spoil(world, "replies")
        body = {"form": "inspection", "period": "2026-03", "size": 10}
        refused = await centre.asks(*CENTRE, "", body)
        await drop(world)
        place = await centre.opened()
        drawn = await centre.whole(*CENTRE, place)

    problem = refused.json()
    assert (refused.status_code, problem["title"]) == (409, "数据暂不完整")
    assert "有 1 条消息被搁置" in problem["detail"]
    assert drawn["population"] == 1


async def test_a_citizen_is_called_and_the_unit_reads_it_when_the_round_has_ended(tmp_path: Path) -> None:
    async with office(2, tmp_path) as (world, centre):
        numbers = [await answered(world, title=f"第{n}件") for n in range(3)]
        other = await answered(world, "education")
        place = await centre.opened("callback")
        calls = (
            {"case": numbers[0], "contact": "unreached"},
            {"case": numbers[0], "contact": "reached", "solved": "solved", "satisfied": True},
            {"case": numbers[1], "contact": "reached", "solved": "partly", "text": "打13900001234才来"},
            {"case": numbers[2], "contact": "refused"},
            {"case": other, "contact": "reached", "solved": "unsolved", "satisfied": False},
        )
        for call in calls:
            await centre.does(*CENTRE, f"{place}/call", call)
        again = await centre.asks(*CENTRE, f"{place}/call", calls[1])
        before = await centre.reads("leader", UNIT, place)
        await centre.does(*CENTRE, f"{place}/closing")
        await world.settle()
        whole = await centre.whole(*CENTRE, place)
        unit = await centre.whole("leader", UNIT, place)
        rated = await world.league("2026-03")
        facts = [fact for fact in world.said("inspections") if isinstance(fact, CitizenCalled)]

    assert (again.status_code, before.status_code) == (409, 404)
    shares = {one["code"]: (one["part"], one["whole"], one["interval"]) for one in whole["shares"]}
    assert {code: found[:2] for code, found in shares.items()} == {
        "reached": (3, 4),
        "solved": (1, 3),
        "satisfied": (1, 2),
    }
    assert shares["solved"][2] == [0.0615, 0.7923]
    assert {one["case"] for one in unit["items"]} == set(numbers)
    assert rated["city"]["rated"] == 0, "kept apart from what citizens give by themselves"
    assert (len(facts), "13900001234" in str(facts)) == (5, False)


async def test_the_contact_opens_while_a_citizen_is_to_be_called_and_no_longer(tmp_path: Path) -> None:
    phone = "13812345678"

    async def asked(world: World, centre: Centre, place: str, number: str) -> tuple[int, str]:
        """What the centre is answered by the first of the two services that refuses, else the telephone."""
        given = await centre.asks(*CENTRE, f"{place}/contact", {"case": number}, "supervisor-1")
        if given.status_code != 201:
            return given.status_code, ""
        opened = await world.intake.staff(
            *CENTRE, f"cases/{number}/contact", {"token": given.json()["token"]}, "supervisor-1"
        )
        return opened.status_code, opened.json()["contact"].get("phone", "")

    async with office(3, tmp_path) as (world, centre):
        drawn, other = await answered(world, contact={"phone": phone}), await answered(world)
        await world.intake.post(contact={"phone": phone})
        look, place = await centre.opened(), await centre.opened("callback")
        first = await asked(world, centre, place, drawn)
        of_no_round = await asked(world, centre, place, "SQ260302-999999")
        of_an_inspection = await asked(world, centre, look, drawn)
        await centre.does(*CENTRE, f"{place}/call", {"case": drawn, "contact": "unreached"})
        again = await asked(world, centre, place, drawn)
        heard = {"case": drawn, "contact": "reached", "solved": "solved"}
        await centre.does(*CENTRE, f"{place}/call", heard)
        reached = await asked(world, centre, place, drawn)
        before = await asked(world, centre, place, other)
        await centre.does(*CENTRE, f"{place}/stopping", {"text": "时期选错"})
        stopped = await asked(world, centre, place, other)
        reads = world.intake.read_log.reads

    assert first == again == (200, phone)
    assert (of_no_round, of_an_inspection, reached) == ((404, ""), (409, ""), (409, ""))
    assert (before, stopped) == ((200, ""), (409, ""))
    assert [(person, role) for person, _, role, _ in reads] == [("supervisor-1", "supervisor")] * 2


async def test_what_is_wrong_in_a_form_is_told_by_field(tmp_path: Path) -> None:
    async with office(3, tmp_path) as (world, centre):
        number = await answered(world)
        told = {}
        good = {"form": "inspection", "period": "2026-03", "size": 5}
        for field, value in (
            ("period", "2026-13"),
            ("period", "2027-01"),
            ("department", "no-such-unit"),
            ("form", "visit"),
            ("size", 0),
            ("size", 201),
        ):
            answer = await centre.asks(*CENTRE, "", good | {field: value})
            told[(field, value)] = (answer.status_code, answer.json()["errors"][0]["field"])
        empty = await centre.asks(*CENTRE, "", good | {"period": "2026-01"})
        place = await centre.opened()
        for field, value in (("faults", ["没有这一项"]), ("faults", ["答复切题"]), ("case", " ")):
            body = {"case": number, field: value}
            answer = await centre.asks(*CENTRE, f"{place}/finding", body)
            told[(field, str(value))] = (answer.status_code, answer.json()["errors"][0]["field"])
        absent = await centre.asks(*CENTRE, f"{place}/finding", {"case": "SQ260302-999999"})
        await centre.does(*CENTRE, f"{place}/stopping", {"text": "时期选错"})
        late = await centre.asks(*CENTRE, f"{place}/finding", {"case": number})
        state = await centre.reads(*CENTRE, "?state=some")
        listed = [
            len((await centre.reads(*CENTRE, f"?state={state}")).json()["rounds"])
            for state in ("open", "ended", "all")
        ]

    expected = {place: (422, place[0]) for place in told} | {("faults", "['答复切题']"): (422, "text")}
    assert told == expected
    assert (empty.status_code, empty.json()["title"]) == (409, "这个时期没有可抽取的帖子")
    assert (absent.status_code, late.status_code, state.status_code) == (404, 409, 422)
    assert listed == [0, 1, 1]


async def test_a_day_that_is_near_and_one_that_passes_ring_once_for_unit_and_centre(tmp_path: Path) -> None:
    async with office(1, tmp_path) as (world, centre):
        number = await answered(world)
        place = await centre.opened()
        finding = {"case": number, "faults": ["答复切题"], "text": "没有说明日期。", "working_days": 3}
        until = datetime.fromisoformat((await centre.does(*CENTRE, f"{place}/finding", finding))["until"])

        async def told_by(*instants: datetime) -> list[tuple[str, datetime]]:
            for instant in instants:
                world.clock.move_to(instant)
                await world.settle()
            rung = [fact for fact in world.said("inspections") if type(fact) in RINGS]
            return [(RINGS[type(fact)], fact.until) for fact in rung]

        day = timedelta(days=1)
        early = await told_by(until - day - timedelta(seconds=1))
        near = await told_by(until - day, until - timedelta(hours=1), until)
        over = await told_by(until + timedelta(seconds=1), until + timedelta(hours=1))
        await centre.does("leader", UNIT, f"{place}/correction", {"case": number, "text": "已补充日期。"})
        returned = {"case": number, "outcome": "returned", "text": "仍无日期。", "working_days": 2}
        again = await centre.does(*CENTRE, f"{place}/judgement", returned)
        second = datetime.fromisoformat(again["until"])
        await centre.does("leader", UNIT, f"{place}/correction", {"case": number, "text": "五月底。"})
        reported = await told_by(second + day)
        heard = [arrival["text"] for arrival in world.gateway.arrivals.since(0)]

    first = [("near", until), ("over", until)]
    assert (early, near, over, reported) == ([], first[:1], first, first), "a word of the unit's ends it"
    assert sum("督查整改应在" in text for text in heard) == 1, "clerk and leader read one robot"
    assert any("督查整改已逾期" in text for text in heard)
    assert any("督查整改逾期" in text for text in heard), "the centre is told, too"


RINGS: Final[dict[type, str]] = {CorrectionNear: "near", CorrectionOverdue: "over"}


async def test_a_repeated_request_opens_no_second_round(tmp_path: Path) -> None:
    async with office(1, tmp_path) as (world, centre):
        await answered(world)
        first = await centre.opened(key="once")
        second = await centre.opened(key="once")

    assert first == second
