"""A year's scores are frozen with its bulletin: laid before each unit, signed, kept whatever comes later, and reckoned again."""

import gzip
import json
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from contracts.bulletins import BulletinIssued
from contracts.city_facts import PolicyChanged
from services.stats.core.bulletin.document import Draft, subject_of
from services.stats.core.bulletin.freezing import differences
from services.stats.core.bulletin.scoring import differences as of_scores
from tests.journeys.staff import bearer
from tests.journeys.test_accountability import Room
from tests.journeys.test_bulletins import Office, _base64, _plain, issue, log_of
from tests.journeys.world import World
from tests.services.intake.door import PROFILE
from tests.services.stats.test_core import WHEN
from wenzheng.recompute import export, from_folder, issued, recomputed

pytestmark = pytest.mark.medium

SUPERVISOR: Final = ("supervisor", "supervision")
FEW: Final = PROFILE.amended(
    PolicyChanged(at=WHEN, part={"assessment": {"least_received": 3, "least_answers": 3}})
)
AMENDED: Final = FEW.amended(PolicyChanged(at=WHEN, part={"assessment": {"on_time": 80, "solved": 0}}))


class Year:
    """The last days of a year, and what is done about it in the next one."""

    def __init__(self, world: World, http: httpx2.AsyncClient) -> None:
        self.world, self.http = world, http
        self.office, self.room = Office(http), Room(http)
        self.receipts: list[dict[str, Any]] = []
        self.record = ""
        world.score_city = FEW

    async def lived(self) -> None:
        """Housing answers four posts, of which one is not solved and one not rated yet, and is talked to; then the year is over."""
        for n in range(4):
            receipt = (await self.world.intake.post(title=f"电梯坏了 {n}")).json()
            self.receipts.append(receipt)
            await self.world.assigned_to(receipt["number"], "housing")
            await self.world.act("clerk", receipt["number"], "acceptance")
            await self.world.answered(receipt["number"])
            if n:
                await self.rates(receipt, 5, "no" if n == 1 else "yes")
        opening = {"department": "housing", "cases": [self.receipts[0]["number"]], "text": "敷衍。"}
        opened = await self.room.does(*SUPERVISOR, "", opening)
        self.record = opened["id"]
        await self.room.does("leader", "housing", f"/{self.record}/statement", {"text": "已改正。"})
        finding = {"responsible": True, "text": "属实。", "measure": "talk"}
        await self.room.does(*SUPERVISOR, f"/{self.record}/finding", finding)
        await self.world.until("2027-01-04T10:00")

    async def rates(self, receipt: dict[str, Any], grade: int, solved: str) -> None:
        body = {"grade": grade, "solved": solved}
        assert (await self.world.intake.citizen(receipt, "ratings", body)).status_code == 202
        await self.world.settle()

    async def goes_on(self) -> None:
        """Late facts: an appeal takes the measure away, and somebody is not content. And other weights."""
        await self.room.does("leader", "housing", f"/{self.record}/appeal", {"text": "请予复核。"})
        decision = {"outcome": "revoked", "text": "不属实。"}
        await self.room.does(*SUPERVISOR, f"/{self.record}/decision", decision, "another supervisor")
        await self.rates(self.receipts[0], 1, "no")
        self.world.score_city = AMENDED

    async def scores(
        self, query: str = "?period=2026", who: tuple[str, str] = SUPERVISOR
    ) -> tuple[int, dict[str, Any]]:
        answer = await self.http.get(f"/v1/assessment{query}", headers=bearer(*who))
        return answer.status_code, answer.json()

    async def first(self, query: str = "?period=2026") -> dict[str, Any]:
        status, table = await self.scores(query)
        assert status == 200
        unit: dict[str, Any] = table["departments"][0]
        assert unit["code"] == "housing"
        return unit


@pytest.mark.parametrize("seed", range(2))
async def test_a_frozen_year_is_changed_by_neither_late_facts_nor_new_weights(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-12-31T10:00", tmp_path).open() as world, world.stats_office() as http:
        year = Year(world, http)
        await year.lived()
        live = await year.first()
        open_still = (await year.scores())[1]
        told = await issue(world, year.office, "2026")
        frozen = (await year.scores())[1]
        await year.goes_on()
        later = (await year.scores())[1]
        quarter = await year.first("?period=2026-Q4")

    assert open_still["frozen"] is None
    assert frozen["frozen"]["number"] == told["number"]
    assert frozen["departments"][0] == live
    assert (live["score"], live["rank"]) == (92.0, 1)
    assert later == frozen
    assert quarter["score"] != live["score"], "what is not frozen goes on"


async def test_other_weights_are_tried_on_the_frozen_figures_and_stand_beside_the_frozen_score(
    tmp_path: Path,
) -> None:
    async with World(1, "2026-12-31T10:00", tmp_path).open() as world, world.stats_office() as http:
        year = Year(world, http)
        await year.lived()
        await issue(world, year.office, "2026")
        frozen = await year.first()
        await year.goes_on()
        same = await year.first("?period=2026&weights=on_time:30")
        table = (await year.scores("?period=2026&weights=solved:0,talk:0"))[1]
        after = await year.first()
        wrong, _ = await year.scores("?period=2026&weights=luck:1")

    assert same["parts"] == frozen["parts"], "by the frozen weights the frozen figures give the frozen score"
    assert same["score"] == frozen["score"] == 92.0
    tried = table["departments"][0]
    assert (tried["score"], tried["before"]) == (100.0, {"score": 92.0, "rank": 1})
    assert (table["in_force"]["on_time"], table["rules"]["solved"]) == (30.0, 0)
    assert after == frozen, "nothing is kept"
    assert wrong == 422


async def test_what_the_log_gives_again_is_what_was_frozen(tmp_path: Path) -> None:
    async with World(2, "2026-12-31T10:00", tmp_path).open() as world, world.stats_office() as http:
        year = Year(world, http)
        await year.lived()
        told = await issue(world, year.office, "2026")
        await year.goes_on()
        await export(log_of(world), tmp_path / "log")

    read = from_folder(tmp_path / "log")
    bulletin = await issued(read, told["number"])
    again, scores = await recomputed(read, FEW, bulletin)
    by_others = (await recomputed(read, AMENDED, bulletin)).scores

    assert bulletin.scores is not None
    assert (bulletin.scores.policy, bulletin.scores.weights["least_received"]) == (FEW.policy.version, 3)
    assert differences(bulletin.figures, again) == []
    assert of_scores(bulletin.scores, scores, bulletin.figures) == []
    assert scores == bulletin.scores
    assert "考核分值 on_time: 30 ≠ 80" in of_scores(bulletin.scores, by_others, bulletin.figures)


async def test_a_changed_finding_is_found(tmp_path: Path) -> None:
    async with World(1, "2026-12-31T10:00", tmp_path).open() as world, world.stats_office() as http:
        year = Year(world, http)
        await year.lived()
        told = await issue(world, year.office, "2026")
        await export(log_of(world), tmp_path / "log")
    for file in sorted((tmp_path / "log").iterdir()):
        lines = [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
        for line in lines:
            if dict(line["headers"])["ce_type"] == _base64("accountability.finding-made.v1"):
                line["value"] = _base64(_plain(line["value"]).replace('"talk"', '"reminder"'))
        file.write_bytes(gzip.compress(b"\n".join(json.dumps(line).encode() for line in lines)))

    read = from_folder(tmp_path / "log")
    bulletin = await issued(read, told["id"])
    again, scores = await recomputed(read, FEW, bulletin)
    found = of_scores(bulletin.scores, scores, bulletin.figures)

    assert differences(bulletin.figures, again) == []
    assert any("考核得分: 92.00 ≠ 94.00" in line for line in found)
    assert any("10 - 约谈 1 × 3 ≠ 10 - 口头提醒 1 × 1" in line for line in found)


async def test_a_correction_freezes_anew_by_the_weights_of_the_year_and_both_facts_stand(
    tmp_path: Path,
) -> None:
    async with World(3, "2026-12-31T10:00", tmp_path).open() as world, world.stats_office() as http:
        year = Year(world, http)
        await year.lived()
        first = await issue(world, year.office, "2026")
        await year.goes_on()
        await year.office.does(*SUPERVISOR, "", {"period": "2026", "corrects": first["number"]})
        drafted = (await year.scores())[1]["frozen"]
        second = await issue(world, year.office, "2026", first["number"])
        table = (await year.scores())[1]
        await export(log_of(world), tmp_path / "log")
        facts = [fact for fact in world.said("bulletins") if isinstance(fact, BulletinIssued)]

    assert drafted["number"] == first["number"], "a draft changes nothing"
    assert (table["frozen"]["number"], table["frozen"]["corrects"]) == (second["number"], first["number"])
    assert (table["rules"]["on_time"], table["policy"]) == (30.0, FEW.policy.version)
    scores = {fact.number: fact.scores.units for fact in facts if fact.scores}
    of = {number: next(one for one in units if one.unit == "housing") for number, units in scores.items()}
    assert of[first["number"]].blame == {"talk": 1}
    assert of[second["number"]].blame == {}
    assert of[first["number"]].score == 92.0
    assert table["departments"][0]["score"] == of[second["number"]].score == 88.75

    read = from_folder(tmp_path / "log")
    bulletin = await issued(read, second["number"])
    again = await recomputed(read, FEW, bulletin)
    assert again.scores == bulletin.scores


async def test_a_bulletin_that_froze_no_scores_leaves_the_year_as_it_was(tmp_path: Path) -> None:
    async with World(1, "2026-12-31T10:00", tmp_path).open() as world, world.stats_office() as http:
        year = Year(world, http)
        await year.lived()
        drafted = await year.office.does(*SUPERVISOR, "", {"period": "2026"})
        (draft,) = [one for one in world.bulletins.states() if one.id == drafted["id"]]
        of_before = Draft("s", draft.title, draft.figures, draft.sections)
        await world.bulletin_desk.submit([(subject_of("2026"), of_before)], "before", len)
        told = await issue_drafted(world, year.office, "2026")
        live = (await year.scores())[1]
        second = await issue(world, year.office, "2026", told["number"])
        corrected = (await year.scores())[1]

    assert live["frozen"] is None
    assert live["departments"][0]["score"] == 92.0
    assert corrected["frozen"]["number"] == second["number"], "a correction freezes it"


async def issue_drafted(world: World, office: Office, identity: str) -> dict[str, Any]:
    await office.does(*SUPERVISOR, f"/{identity}/circulation")
    await world.until("2027-01-08T10:00")
    return await office.does("leader", "supervision", f"/{identity}/issue")


SIGHT: Final = {
    ("", ""): 0,
    ("clerk", "housing"): 1,
    ("leader", "education"): 1,
    ("leader", "supervision"): len(PROFILE.departments),
    ("supervisor", "supervision"): len(PROFILE.departments),
    ("mayor", "supervision"): 0,
    ("auditor", "supervision"): 0,
}
"""Role and unit to how many scores they find in the yearly bulletin: who signs sees what she signs."""


async def test_each_reads_its_own_score_in_the_draft_and_nobody_reads_one_in_public(tmp_path: Path) -> None:
    async with World(2, "2026-12-31T10:00", tmp_path).open() as world, world.stats_office() as http:
        year = Year(world, http)
        await year.lived()
        await year.office.does(*SUPERVISOR, "", {"period": "2026"})
        await year.office.does(*SUPERVISOR, "/2026/circulation")
        circulated = (await year.office.reads("/2026", "clerk", "housing")).json()["scores"]
        await world.until("2027-01-08T10:00")
        await year.office.does("leader", "supervision", "/2026/issue")
        found = {}
        for who in SIGHT:
            found[who] = (await year.office.reads("/2026", *who)).json()["scores"]
        own = await year.scores(who=("clerk", "water"))
        public = (await http.get("/open/bulletins.jsonl")).text

    assert [(one["code"], one["score"]) for one in circulated] == [("housing", 92.0)]
    assert {who: len(scores) for who, scores in found.items()} == SIGHT
    assert [one["code"] for one in found[("leader", "education")]] == ["education"]
    assert [one["code"] for one in own[1]["departments"]] == ["water"]
    assert own[1]["frozen"]["number"]
    assert "2026" in public
    assert "scores" not in public
