"""What-if at deadline's door: who may ask, how runs wait for one another, what is told; and that nothing is said."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final, get_args

import httpx2
import pytest

from chassis.clock import HandClock
from chassis.metrics import Metrics
from chassis.tokens import Staff, Verifier, sign
from chassis.web.api import create_api, take_routes
from chassis.web.edge import Edge
from chassis.web.limits import Limits
from chassis.web.probes import Probes
from contracts.roles import Role
from services.deadline.core.whatif import Difference, Line
from services.deadline.whatif import web
from services.deadline.whatif.child import MemoryChild
from services.deadline.whatif.runs import KEPT, MOST_WAITING, Runs
from services.deadline.whatif.task import Progress, Task, Told, Work
from tests.conforming import Conforming
from tests.patience import PATIENCE
from tests.services.deadline.facts import PROFILE
from tests.services.deadline.month import NOW, a_month
from tests.services.intake.door import PRIVATE, PUBLIC

TWO_DAYS: Final = {
    "since": "2026-03",
    "until": "2026-03",
    "policy": {"kinds.complaint": {"reply_days": 2}},
}
MAY: Final = {("supervisor", "supervision"), ("supervisor", "housing"), ("leader", "supervision")}


class Gate:
    """Work that waits until it is let through, as long work would."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.at_work = 0
        self.most = 0

    async def __call__(self, task: Task, told: Told) -> Difference:
        self.at_work += 1
        self.most = max(self.most, self.at_work)
        told(Progress(3, 8))
        try:
            await self.open.wait()
        finally:
            self.at_work -= 1
        return Difference([Line("", "全市")], {})


async def breaks(task: Task, told: Told) -> Difference:
    raise RuntimeError("the child ended with 1")


class Asked:
    """The door over the month worked by hand."""

    def __init__(self, work: Work | None = None, rate_limits: bool = False, seconds: float = 60) -> None:
        self.runs = Runs(work or MemoryChild(a_month, PROFILE), seconds)
        limits = Limits(PROFILE.policy.rates, rate_limits)
        door = web.Door(self.runs, lambda: PROFILE, HandClock(NOW), Verifier(PUBLIC), limits)
        metrics = Metrics()
        api = create_api("deadline", "…", metrics, Probes())
        take_routes(api.router, web.routes(door))
        transport = httpx2.ASGITransport(app=Conforming(Edge(api, metrics), api))
        self.http = httpx2.AsyncClient(transport=transport, base_url="http://deadline")

    async def ask(
        self, method: str, path: str = "", who: tuple[str, str, str] | None = None, body: Any = None
    ) -> httpx2.Response:
        person, role, unit = who or ("s1", "supervisor", "supervision")
        headers = {"Authorization": f"Bearer {sign(PRIVATE, Staff(person, unit, role))}"}
        return await self.http.request(method, f"/v1/what-ifs{path}", headers=headers, json=body)

    async def start(self, person: str = "s1") -> httpx2.Response:
        return await self.ask("POST", who=(person, "supervisor", "supervision"), body=TWO_DAYS)

    async def until(self, identity: str, *states: str) -> dict[str, Any]:
        """The run, as soon as it is in one of these states."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found: dict[str, Any] = (await self.ask("GET", f"/{identity}")).json()
                if found["state"] in states:
                    return found
                await asyncio.sleep(0)


@pytest.fixture
async def asked() -> AsyncIterator[Asked]:
    door = Asked()
    async with door.http:
        yield door
        await door.runs.close()


@pytest.fixture
async def gated() -> AsyncIterator[tuple[Asked, Gate]]:
    gate = Gate()
    door = Asked(gate)
    async with door.http:
        yield door, gate
        await door.runs.close()


async def test_what_would_be_different_is_told_by_unit_with_the_cases(asked: Asked) -> None:
    started = await asked.start()
    assert started.status_code == 202, started.text
    whole = await asked.until(started.json()["id"], "done")

    city, housing, water = whole["lines"]
    assert (city["name"], city["cases"], city["late_before"], city["late_after"]) == ("全市", 7, 2, 4)
    assert (water["on_time_rate_before"], water["on_time_rate_after"]) == (0.8, 0.6)
    assert housing["turned_late"] == 1
    assert whole["changes"] == [
        {"table": "kinds.complaint", "key": "reply_days", "before": "3", "after": "2"}
    ]
    cases = (await asked.ask("GET", f"/{whole['id']}/cases?department=water")).json()
    assert cases["left_out"] == 0
    assert cases["cases"] == [
        {
            "number": "SQ260302-000002",
            "handling": 1,
            "due_before": "2026-03-05T18:00:00+08:00",
            "due_after": "2026-03-04T18:00:00+08:00",
            "stopped": "2026-03-05T11:00:00+08:00",
            "late_before": False,
            "late_after": True,
        }
    ]
    unknown = await asked.ask("GET", f"/{whole['id']}/cases?department=education")
    assert unknown.status_code == 404


async def test_only_the_months_asked_for_are_read(asked: Asked) -> None:
    body = TWO_DAYS | {"since": "2026-02", "until": "2026-02"}
    started = (await asked.ask("POST", body=body)).json()

    whole = await asked.until(started["id"], "done")

    assert [line["cases"] for line in whole["lines"]] == [0]
    assert whole["lines"][0]["on_time_rate_before"] is None


async def test_the_form_is_told_the_rules_in_force(asked: Asked) -> None:
    found = (await asked.ask("GET")).json()

    assert found["rules"]["kinds.complaint"]["reply_days"] == 3
    assert found["rules"]["hours"]["closes"] == "18:00"
    assert found["rules"]["extension"] == {"at_most": 3, "working_days": 3, "long_works_days": 180}
    assert set(found["rules"]) == {
        *(f"kinds.{code}" for code in PROFILE.policy.kinds),
        *("hours", "extension", "pause", "ladder", "reopen"),
    }
    assert found["runs"] == []


@pytest.mark.parametrize("unit", ["supervision", "housing"])
@pytest.mark.parametrize("role", get_args(Role))
async def test_each_door_opens_to_whom_the_table_names_and_to_nobody_else(
    asked: Asked, role: str, unit: str
) -> None:
    run = (await asked.start()).json()["id"]
    await asked.until(run, "done")
    good = (role, unit) in MAY
    who = ("another", role, unit)

    answers = {
        "list": (await asked.ask("GET", who=who)).status_code,
        "start": (await asked.ask("POST", who=who, body=TWO_DAYS)).status_code,
        "one": (await asked.ask("GET", f"/{run}", who=who)).status_code,
        "cases": (await asked.ask("GET", f"/{run}/cases?department=water", who=who)).status_code,
        "cancel": (await asked.ask("POST", f"/{run}/cancellation", who=who)).status_code,
    }

    # Another's run is read, and not cancelled.
    wanted = {"list": 200, "start": 202, "one": 200, "cases": 200, "cancel": 403}
    assert answers == (wanted if good else dict.fromkeys(wanted, 403))


@pytest.mark.parametrize("path", ["", "/x", "/x/cases", "/x/cancellation"])
async def test_nobody_without_a_token_is_answered(asked: Asked, path: str) -> None:
    method = "POST" if path.endswith("cancellation") else "GET"

    assert (await asked.http.request(method, f"/v1/what-ifs{path}")).status_code == 401
    assert (await asked.http.post("/v1/what-ifs", json=TWO_DAYS)).status_code == 401


async def test_one_works_at_a_time_and_few_wait(gated: tuple[Asked, Gate]) -> None:
    asked, gate = gated
    started = [await asked.start(f"s{n}") for n in range(MOST_WAITING + 1)]
    ids = [one.json()["id"] for one in started]
    first = await asked.until(ids[0], "running")
    second = (await asked.ask("GET", f"/{ids[1]}")).json()
    full = await asked.start("late")

    assert [one.status_code for one in started] == [202] * (MOST_WAITING + 1)
    assert (second["state"], second["place"]) == ("waiting", 1)
    assert full.status_code == 503
    assert full.json()["type"].endswith("runs-waiting")
    assert int(full.headers["retry-after"]) > 0
    assert first["place"] == 0
    while first["done"] == 0:
        await asyncio.sleep(0)
        first = (await asked.ask("GET", f"/{ids[0]}")).json()
    assert (first["done"], first["of"]) == (3, 8)
    gate.open.set()
    for identity in ids:
        assert (await asked.until(identity, "done"))["lines"]
    assert gate.most == 1


async def test_a_person_has_one_open_run(gated: tuple[Asked, Gate]) -> None:
    asked, gate = gated
    first = (await asked.start()).json()["id"]

    again = await asked.start()

    assert (again.status_code, again.json()["type"]) == (409, "urn:wenzheng:problem:run-open")
    gate.open.set()
    await asked.until(first, "done")
    assert (await asked.start()).status_code == 202


async def test_a_run_is_cancelled_by_whoever_asked_and_the_next_one_begins(gated: tuple[Asked, Gate]) -> None:
    asked, gate = gated
    first, second, third = [(await asked.start(f"s{n}")).json()["id"] for n in range(3)]
    await asked.until(first, "running")

    ended = [
        await asked.ask("POST", f"/{run}/cancellation", who=(person, "supervisor", "supervision"))
        for run, person in ((first, "s0"), (second, "s1"))
    ]

    assert [one.json()["state"] for one in ended] == ["cancelled", "cancelled"]
    await asked.until(third, "running")
    gate.open.set()
    assert (await asked.until(third, "done"))["lines"]
    assert (await asked.until(first, "cancelled"))["lines"] is None
    late = await asked.ask("POST", f"/{third}/cancellation", who=("s2", "supervisor", "supervision"))
    assert late.json()["state"] == "done"


async def test_a_run_that_breaks_or_takes_too_long_is_told_and_lets_others_work() -> None:
    for asked in (Asked(breaks), Asked(Gate(), seconds=0.01)):
        async with asked.http:
            for _ in range(2):
                run = (await asked.start()).json()["id"]
                assert (await asked.until(run, "failed"))["lines"] is None
            await asked.runs.close()


async def test_old_runs_are_forgotten(asked: Asked) -> None:
    first = (await asked.start()).json()["id"]
    await asked.until(first, "done")
    for _ in range(KEPT + 1):
        await asked.until((await asked.start()).json()["id"], "done")

    gone = await asked.ask("GET", f"/{first}")

    assert (gone.status_code, "不保存" in gone.json()["detail"]) == (404, True)
    assert len((await asked.ask("GET")).json()["runs"]) <= KEPT + 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (
            TWO_DAYS | {"policy": {"kinds.complaint": {"reply_days": "两天"}}},
            "policy.kinds.complaint.reply_days",
        ),
        (TWO_DAYS | {"until": "2026-12"}, "until"),
        (TWO_DAYS | {"days_off": ["2026-02-30"]}, "days_off[0]"),
        (TWO_DAYS | {"days_off": ["2026-03-07"]}, "days_off"),
        (TWO_DAYS | {"days_off": ["2026-03-04"] * 61}, "days_off"),
        (TWO_DAYS | {"forever": True}, "forever"),
        (TWO_DAYS | {"policy": {"kinds": {"complaint": {"reply_days": 2}}}}, "policy[...][...]"),
    ],
)
async def test_bad_input_is_refused_with_a_chinese_reason_beside_its_field(
    asked: Asked, body: dict[str, Any], field: str
) -> None:
    refused = await asked.ask("POST", body=body)

    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    (error,) = refused.json()["errors"]
    assert error["field"] == field
    assert any("\u4e00" <= letter <= "\u9fff" for letter in error["reason"])


async def test_what_is_no_change_and_no_json_is_refused(asked: Asked) -> None:
    same = await asked.ask("POST", body=TWO_DAYS | {"policy": {}})
    broken = await asked.ask("POST", body=[1])

    assert (same.status_code, same.json()["type"]) == (422, "urn:wenzheng:problem:nothing-changed")
    assert broken.status_code == 400


async def test_who_asks_too_often_is_told_when_to_come_again() -> None:
    asked = Asked(rate_limits=True)
    async with asked.http:
        codes = [(await asked.ask("POST", "/x/cancellation")).status_code for _ in range(61)]
        await asked.runs.close()

    assert codes == [404] * 60 + [429]
