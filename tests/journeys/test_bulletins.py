"""A month becomes a bulletin: drafted, objected to, issued, corrected, and counted again from the log alone."""

import asyncio
import base64
import gzip
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest
from msgspec.json import encode
from msgspec.structs import replace

from contracts.bulletins import BulletinEdited, BulletinIssued, Frozen, ObjectionAnswered, UnitFigures
from contracts.topics import Topic
from services.stats.bulletins.papers import xlsx
from services.stats.core.bulletin.freezing import NAMED_AT_MOST, differences
from services.stats.core.bulletin.tables import course, heads, table
from tests.journeys.parked import drop, spoil
from tests.journeys.staff import bearer
from tests.journeys.world import World
from tests.services.intake.door import PROFILE
from wenzheng.recompute import Logged, export, from_folder, issued, recomputed

SEEDS = range(4)


class Office:
    """The people who have to do with a bulletin."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http
        self._keys = 0

    async def ask(
        self, role: str, unit: str, path: str = "", body: dict[str, Any] | None = None, person: str = ""
    ) -> httpx2.Response:
        self._keys += 1
        headers = {"Idempotency-Key": f"k-{self._keys}"} | bearer(role, unit, person)
        return await self._http.post(f"/v1/bulletins{path}", json=body or {}, headers=headers)

    async def does(
        self, role: str, unit: str, path: str = "", body: dict[str, Any] | None = None, person: str = ""
    ) -> dict[str, Any]:
        """As `ask`, and it succeeds."""
        response = await self.ask(role, unit, path, body, person)
        assert response.status_code == 202, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def reads(self, path: str, role: str = "", unit: str = "") -> httpx2.Response:
        return await self._http.get(f"/v1/bulletins{path}", headers=bearer(role, unit) if role else {})


def log_of(world: World) -> Any:
    """Reads the memory bus's log."""

    async def read(topics: Sequence[Topic], partition: int) -> AsyncIterator[Logged]:
        for topic in topics:
            for offset, record in enumerate(world.bus.log.records[(topic.name, partition)]):
                yield Logged(topic.name, partition, offset, record.key, record.value, record.headers)

    return read


async def a_month(world: World) -> list[str]:
    """Four posts: one answered and rated, one answered late, two that nobody answers."""
    receipts = [(await world.intake.post(title=f"电梯坏了 {n}")).json() for n in range(4)]
    numbers = [str(receipt["number"]) for receipt in receipts]
    await world.until("2026-03-02T10:05")
    for number in numbers:
        await world.assigned_to(number, "housing")
    for number in numbers[:2]:
        await world.act("clerk", number, "acceptance")
    await world.answered(numbers[0])
    assert (await world.intake.citizen(receipts[0], "ratings", {"grade": 5})).status_code == 202
    await world.until("2026-03-11T10:00")
    await world.answered(numbers[1])
    await world.until("2026-04-01T10:00")
    return numbers


async def issue(world: World, office: Office, period: str = "2026-03", corrects: str = "") -> dict[str, Any]:
    """From the draft to the issue, with nobody objecting."""
    drafted = await office.does("supervisor", "supervision", "", {"period": period, "corrects": corrects})
    await office.does("supervisor", "supervision", f"/{drafted['id']}/circulation")
    await world.until(f"{world.clock.now().date().replace(day=world.clock.now().day + 5)}T10:00")
    told = await office.does("leader", "supervision", f"/{drafted['id']}/issue")
    await world.settle()
    return told


@pytest.mark.medium
@pytest.mark.parametrize("seed", SEEDS)
async def test_what_was_issued_is_counted_again_from_an_exported_log(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world, world.stats_office() as http:
        numbers = await a_month(world)
        told = await issue(world, Office(http))
        await world.intake.post(title="以后的事")
        await world.until("2026-04-20T10:00")
        await export(log_of(world), tmp_path / "log")

    read = from_folder(tmp_path / "log")
    bulletin = await issued(read, told["number"])
    again, scores = await recomputed(read, PROFILE, bulletin)

    assert bulletin.scores is scores is None, "those of a year alone are frozen"
    assert bulletin.figures.city.measures["received"] == 4
    assert bulletin.figures.city.measures["replied"] == 2
    assert [case.number for case in bulletin.figures.named] == numbers[2:]
    assert differences(bulletin.figures, again) == []
    assert again == bulletin.figures
    assert _data(again) == _data(bulletin.figures)
    assert bulletin.figures.derivation == 2
    assert bulletin.figures.city.measures["response:given"] == 2
    assert bulletin.figures.city.measures["dispatch:in_time"] == 4


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_bulletin_of_before_is_counted_again_as_it_was_issued(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world, world.stats_office() as http:
        await a_month(world)
        told = await issue(world, Office(http))
        await export(log_of(world), tmp_path / "log")
    read = from_folder(tmp_path / "log")
    bulletin = await issued(read, told["number"])
    old = replace(bulletin, figures=_as_before(bulletin.figures))

    again, _ = await recomputed(read, PROFILE, old)

    assert again == old.figures != bulletin.figures
    assert encode(again) == encode(old.figures)
    assert _data(again) == _data(old.figures) != _data(bulletin.figures)


def _as_before(figures: Frozen) -> Frozen:
    """What a release that froze no measure with a colon issued."""

    def plain(unit: UnitFigures) -> UnitFigures:
        measures = {name: count for name, count in unit.measures.items() if ":" not in name}
        return replace(unit, measures=measures, first_word_hours=None, response_hours=None)

    return replace(
        figures, derivation=1, city=plain(figures.city), units=tuple(plain(unit) for unit in figures.units)
    )


def _data(figures: Frozen) -> bytes:
    return xlsx.data_part(heads(figures), table(figures), course(figures))


async def test_no_bulletin_is_drafted_while_a_record_is_parked_for_its_figures_would_lack_it(
    tmp_path: Path,
) -> None:
    async with World(2, "2026-03-02T10:00", tmp_path).open() as world, world.stats_office() as http:
        office = Office(http)
        await a_month(world)
        await spoil(world, "replies")
        refused = await office.ask("supervisor", "supervision", "", {"period": "2026-03"})
        await drop(world)
        drafted = await office.ask("supervisor", "supervision", "", {"period": "2026-03"})

    assert (refused.status_code, refused.json()["title"]) == (409, "数据暂不完整")
    assert drafted.status_code == 202


async def test_one_changed_event_is_found(tmp_path: Path) -> None:
    async with World(1, "2026-03-02T10:00", tmp_path).open() as world, world.stats_office() as http:
        await a_month(world)
        told = await issue(world, Office(http))
        await export(log_of(world), tmp_path / "log")
    changed = 0
    for file in sorted((tmp_path / "log").iterdir()):
        lines = [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
        for line in lines:
            kind = dict(line["headers"])["ce_type"]
            if kind == _base64("post.rated.v1") and not changed:
                line["value"] = _base64(_plain(line["value"]).replace('"grade":5', '"grade":1'))
                changed += 1
        file.write_bytes(gzip.compress(b"\n".join(json.dumps(line).encode() for line in lines)))

    read = from_folder(tmp_path / "log")
    bulletin = await issued(read, told["id"])
    again, _ = await recomputed(read, PROFILE, bulletin)

    assert changed == 1
    assert any("satisfied: 1 ≠ 0" in line for line in differences(bulletin.figures, again))
    assert _data(again) != _data(bulletin.figures)


async def test_a_unit_reads_the_draft_about_it_objects_and_is_answered_before_it_is_issued(
    tmp_path: Path,
) -> None:
    async with World(2, "2026-03-02T10:00", tmp_path).open() as world, world.stats_office() as http:
        office = Office(http)
        numbers = await a_month(world)
        draft = await office.does("supervisor", "supervision", "", {"period": "2026-03"})
        unseen = await office.reads("/2026-03", "clerk", "housing")
        await office.does("supervisor", "supervision", "/2026-03/circulation")
        seen = await office.reads("/2026-03", "clerk", "housing")
        objection = {"text": "该帖已电话答复。", "cases": [numbers[2]]}
        await office.does("clerk", "housing", "/2026-03/objections", objection)
        others = await office.reads("/2026-03", "leader", "education")
        await world.until("2026-04-08T10:00")
        late = await office.ask("clerk", "housing", "/2026-03/objections", objection)
        unanswered = await office.ask("leader", "supervision", "/2026-03/issue")
        answer = {"upheld": False, "text": "平台上没有公开答复。"}
        await office.does("supervisor", "supervision", "/2026-03/objections/o-1/answer", answer)
        by_its_writer = await office.ask(
            "leader", "supervision", "/2026-03/issue", person="supervisor-supervision"
        )
        by_another_unit = await office.ask("leader", "housing", "/2026-03/issue")
        told = await office.does("leader", "supervision", "/2026-03/issue")
        public = (await office.reads("/2026-03")).json()
        own = (await office.reads("/2026-03", "clerk", "housing")).json()
        await world.settle()
        facts = world.said("bulletins")

    assert draft["step"] == "drafted"
    assert (unseen.status_code, seen.status_code) == (404, 200)
    assert [row["code"] for row in seen.json()["units"] if row["received"]] == ["housing"]
    assert others.json()["objections"] == []
    assert (late.status_code, unanswered.status_code) == (409, 409)
    assert (by_its_writer.status_code, by_another_unit.status_code) == (403, 403)
    assert told["number"] == "宿网督〔2026〕1号"
    assert public["objections"] == []
    assert own["objections"][0]["answer"] == "平台上没有公开答复。"
    assert any(isinstance(fact, ObjectionAnswered) and not fact.upheld for fact in facts)
    assert sum(isinstance(fact, BulletinIssued) for fact in facts) == 1


async def test_a_correction_is_a_bulletin_of_its_own_that_names_the_old_one(tmp_path: Path) -> None:
    async with World(3, "2026-03-02T10:00", tmp_path).open() as world, world.stats_office() as http:
        office = Office(http)
        await a_month(world)
        first = await issue(world, office)
        again = await office.ask("supervisor", "supervision", "", {"period": "2026-03"})
        second = await issue(world, office, corrects=first["number"])
        old = (await office.reads(f"/{first['id']}")).json()
        new = (await office.reads(f"/{second['id']}")).json()

    assert again.status_code == 409
    assert (second["id"], second["number"]) == ("2026-03-c1", "宿网督〔2026〕2号")
    assert old["corrected_by"] == [second["number"]]
    assert new["corrects"] == first["number"]
    assert first["number"] in new["sections"][0]["text"]


async def test_two_leaders_who_issue_at_the_same_moment_get_a_number_each(tmp_path: Path) -> None:
    async with World(2, "2026-03-02T10:00", tmp_path).open() as world, world.stats_office() as http:
        office = Office(http)
        await world.until("2026-04-01T10:00")
        periods = ("2026-02", "2026-03", "2026-Q1")
        for period in periods:
            await office.does("supervisor", "supervision", "", {"period": period})
            await office.does("supervisor", "supervision", f"/{period}/circulation")
        await world.until("2026-04-08T10:00")
        told = await asyncio.gather(
            *(
                office.does("leader", "supervision", f"/{period}/issue", person=f"leader {period}")
                for period in periods
            )
        )
        await world.settle()
        facts = [fact for fact in world.said("bulletins") if isinstance(fact, BulletinIssued)]

    numbers = {f"宿网督〔2026〕{n}号" for n in (1, 2, 3)}
    assert {one["number"] for one in told} == numbers
    assert {fact.number for fact in facts} == numbers


async def test_what_a_person_wrote_stays_and_what_was_typed_is_masked(tmp_path: Path) -> None:
    async with World(1, "2026-03-02T10:00", tmp_path).open() as world, world.stats_office() as http:
        office = Office(http)
        await world.until("2026-04-01T10:00")
        await office.does("supervisor", "supervision", "", {"period": "2026-03"})
        text = {"sections": [{"heading": "典型案例", "text": "网民13900001234反映的电梯问题当天办结。"}]}
        await office.does("supervisor", "supervision", "/2026-03/text", text)
        await office.does("supervisor", "supervision", "", {"period": "2026-03"})
        page = (await office.reads("/2026-03", "supervisor", "supervision")).json()
        unfinished = await office.ask("supervisor", "supervision", "", {"period": "2026-04"})
        nobody = await office.reads("")

    assert page["sections"][-1]["heading"] == "典型案例"
    assert "13900001234" not in page["sections"][-1]["text"]
    assert unfinished.status_code == 422
    assert nobody.json() == {"bulletins": []}


async def test_a_section_that_names_as_many_cases_as_a_bulletin_can_is_edited_like_any_other(
    tmp_path: Path,
) -> None:
    named = "\n".join(f"SQ260302-{n:06},市城市管理局,至今未答复。" for n in range(NAMED_AT_MOST))
    async with World(1, "2026-03-02T10:00", tmp_path).open() as world, world.stats_office() as http:
        office = Office(http)
        await world.until("2026-04-01T10:00")
        await office.does("supervisor", "supervision", "", {"period": "2026-03"})
        sections = [{"heading": "典型案例", "text": "无。"}, {"heading": "超期点名", "text": named}]
        await office.does("supervisor", "supervision", "/2026-03/text", {"sections": sections})
        page = (await office.reads("/2026-03", "supervisor", "supervision")).json()
        longer = [*sections, {"heading": "附", "text": "长" * 100_000}]
        refused = await office.ask("supervisor", "supervision", "/2026-03/text", {"sections": longer})
        await world.settle()
        [edited] = [fact for fact in world.said("bulletins") if isinstance(fact, BulletinEdited)]

    assert [section["text"] for section in page["sections"]] == ["无。", named]
    assert edited.sections[1].text == named
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "sections")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _plain(text: str) -> str:
    return base64.b64decode(text).decode()
