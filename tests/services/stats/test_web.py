"""The figures at their door: periods, tags, wrong questions, and how often one may ask."""

from collections.abc import AsyncIterator
from dataclasses import replace as replaced
from datetime import timedelta
from typing import Any, Final

import httpx2
import pytest
from msgspec.structs import replace as with_duty

from chassis.clock import HandClock
from chassis.metrics import Metrics
from chassis.web.api import create_api, take_routes
from chassis.web.edge import Edge
from chassis.web.probes import Probes
from city.profile import Profile
from services.stats import store, web
from services.stats.core import periods
from services.stats.core.case import new
from services.stats.core.periods import Period
from tests.conforming import Conforming
from tests.services.stats.test_core import PROFILE, assigned, at, met, received, replied, told


class Asked:
    """Stats' door on the twin, with a clock that is moved by hand."""

    def __init__(self, profile: Profile = PROFILE, rate_limits: bool = False) -> None:
        self.clock = HandClock(at("2026-03-20T10:00"))
        cases, self.cells = store.memory()
        self.door = web.Door(store.MemoryFigures(cases, self.cells), profile, self.clock, rate_limits)
        metrics = Metrics()
        api = create_api("stats", "The service stats.", metrics, Probes())
        take_routes(api.router, web.routes(self.door))
        self.app = Conforming(Edge(api, metrics), api)
        self.http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=self.app), base_url="http://stats")

    def counted(self, *days: str, unit: str = "water", answered: bool = True) -> None:
        """A post on each of the days; of `unit`, which answers in an hour if it answers."""
        for day in days:
            when = at(f"{day}T09:00")
            facts = [received(when), assigned(when, unit)]
            facts += [replied(at(f"{day}T10:00"), unit)] if answered else []
            for cell, by in told(facts)[1].items():
                self.cells.cells[cell] = self.cells.cells.get(cell, 0) + by

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        return await self.http.get(path, headers=headers)


@pytest.fixture
async def asked() -> AsyncIterator[Asked]:
    city = Asked()
    async with city.http:
        yield city


@pytest.mark.parametrize("path", ["/v1/league", "/v1/league?period=2026", "/v1/figures"])
async def test_figures_that_nothing_has_changed_have_the_tag_they_had(asked: Asked, path: str) -> None:
    asked.counted("2026-03-02")
    first = await asked.get(path)
    asked.clock.move_to(at("2026-03-20T10:05"))

    again = await asked.get(path, **{"If-None-Match": first.headers["etag"]})
    asked.counted("2026-03-02", answered=False)
    changed = await asked.get(path, **{"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.headers["etag"]) == (304, first.headers["etag"])
    assert changed.status_code == 200
    assert changed.json()["cut_off"] == "2026-03-20T10:05:00+08:00"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("to=9999-12-31", "to"),
        ("from=9999-12-01&to=9999-12-31", "to"),
        ("from=0001-01-01&to=0001-01-02", "to"),
        ("from=1999-12-31&to=2000-01-02", "from"),
        ("from=2026-03-02&to=2026-03-01", "from"),
        ("from=2000-01-01&to=2026-03-01", "from"),
        ("from=2026-02-30", "from"),
        ("from=20260302", "from"),
        ("to=２０２６-03-01", "to"),
        ("department=nobody", "department"),
        ("kind=riot", "kind"),
    ],
)
async def test_a_wrong_question_is_told_which_field_and_what_would_be_right(
    asked: Asked, query: str, field: str
) -> None:
    answer = await asked.get(f"/v1/figures?{query}")

    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    [wrong] = answer.json()["errors"]
    assert wrong["field"] == field
    assert any(word in wrong["reason"] for word in ("YYYY-MM-DD", "不晚于", "housing", "consult"))


@pytest.mark.parametrize(
    "query",
    [
        *("month=2026-13", "month=2026-00", "month=2026", "month=9999-12"),
        *("month=2026-13&period=2026", "month=x&period=2026"),
        *("period=2026-Q5", "period=2026-H0", "period=26", "period=9999", "period=２０２６"),
    ],
)
async def test_a_period_that_is_none_is_refused(asked: Asked, query: str) -> None:
    answer = await asked.get(f"/v1/league?{query}")

    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


async def test_a_unit_and_a_kind_are_found_by_code_and_by_name(asked: Asked) -> None:
    asked.counted("2026-03-02")
    asked.counted("2026-03-02", unit="transport")
    name = PROFILE.department_name("water")

    for query in ("department=water", f"department={name}", "department=water&kind=投诉"):
        answer = (await asked.get(f"/v1/figures?{query}")).json()
        assert (answer["department"], answer["total"]["received"]) == ("water", 1)


async def test_what_one_citizen_said_is_not_found_by_asking_for_less(asked: Asked) -> None:
    asked.counted("2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05")
    asked.counted("2026-02-27", unit="transport")

    async def figures(query: str) -> dict[str, Any]:
        found: dict[str, Any] = (await asked.get(f"/v1/figures?{query}")).json()
        return found

    unit = await figures("department=water")
    kind_of_unit = await figures("department=water&kind=complaint")
    day = await figures("from=2026-03-02&to=2026-03-02")
    month = await figures("from=2026-03-01&to=2026-03-31")
    enough = [f"2026-03-{n:02}" for n in range(6, 8)]
    asked.counted(*enough)
    more = await figures("department=water&kind=complaint")
    across = await figures("from=2026-02-01&department=transport&kind=complaint")

    assert (unit["from"], unit["total"]["received"], unit["total"]["median_hours"]) == ("2026-03-01", 4, 1)
    assert {(row["received"], row["replied"], row["median_hours"]) for row in unit["days"]} == {(1, 1, None)}
    assert (unit["areas"], unit["origins"], unit["withheld"]) == ([], {}, True)
    assert (kind_of_unit["total"]["received"], kind_of_unit["total"]["median_hours"]) == (4, None), "four"
    assert (more["total"]["received"], more["total"]["median_hours"]) == (6, 1), "enough alike"
    assert (across["total"]["received"], across["total"]["median_hours"]) == (1, None)
    assert (day["kinds"]["complaint"]["replied"], day["kinds"]["complaint"]["median_hours"]) == (1, None)
    assert (day["origins"], day["withheld"], month["withheld"]) == ({}, True, False)
    assert month["kinds"]["complaint"]["median_hours"] == 1


async def test_posts_are_told_by_duty_item_where_there_are_enough_of_it(asked: Asked) -> None:
    def had(duty: str, unit: str, count: int, answered: bool) -> None:
        for n in range(count):
            when = at("2026-03-02T09:00") + timedelta(minutes=n)
            facts = [received(when), with_duty(assigned(when, unit), duty_item=duty)]
            facts += [replied(when, unit)] if answered else []
            for cell, by in met(new("p"), facts, PROFILE)[1].items():
                asked.cells.cells[cell] = asked.cells.cells.get(cell, 0) + by

    had("water-02", "water", 6, answered=True)
    had("water-01", "water", 5, answered=False)
    had("transport-01", "transport", 4, answered=True)
    had("no-longer-one", "transport", 7, answered=True)

    async def told_of(query: str) -> list[tuple[str, str, int, int]]:
        found = (await asked.get(f"/v1/figures?{query}")).json()["duties"]
        return [(row["duty"], row["department"], row["received"], row["replied"]) for row in found]

    water = [("water-01", "water", 5, 0), ("water-02", "water", 6, 6)]
    assert await told_of("from=2026-03-01&to=2026-03-31") == [*water, ("", "", 11, 11)]
    assert await told_of("department=water") == water
    assert await told_of("kind=complaint") == []
    assert await told_of("from=2026-03-02&to=2026-03-02") == []


@pytest.mark.parametrize(
    "days", ["from=2026-03-02", "from=2026-03-01&to=2026-03-02", "from=2026-02-27&to=2026-02-28"]
)
async def test_a_unit_or_kind_is_told_of_whole_months(asked: Asked, days: str) -> None:
    for part in ("department=water", "kind=complaint"):
        answer = await asked.get(f"/v1/figures?{days}&{part}")

        assert answer.status_code == 422
        assert "整月" in answer.json()["errors"][0]["reason"]
    assert (await asked.get(f"/v1/figures?{days}")).status_code == 200


async def test_days_and_periods_hold_their_first_day_and_not_the_one_after_the_last(asked: Asked) -> None:
    asked.counted("2025-12-31", "2026-01-01", "2026-03-31", "2026-04-01", "2026-06-30", "2026-07-01")

    async def received_in(period: str) -> int:
        table = (await asked.get(f"/v1/league?period={period}")).json()
        count: int = table["city"]["received"]
        return count

    assert [await received_in(p) for p in ("2026-03", "2026-Q1", "2026-H1", "2026", "2025")] == [
        1,
        2,
        4,
        5,
        1,
    ]
    days = (await asked.get("/v1/figures?from=2026-03-31&to=2026-04-01")).json()
    assert [day["day"] for day in days["days"]] == ["2026-03-31", "2026-04-01"]


async def test_a_period_stands_beside_the_one_before_it_and_that_of_the_year_before(asked: Asked) -> None:
    asked.counted("2026-03-02", "2026-03-03", "2026-03-04")
    asked.counted("2026-03-05", answered=False)
    asked.counted("2026-02-05", "2025-03-05")
    asked.counted("2025-03-06", answered=False)

    table = (await asked.get("/v1/league?period=2026-03")).json()

    assert table["compared_with"] == {"before": "2026-02", "year_before": "2025-03"}
    assert table["city"]["before"] == {
        "received": 1,
        "reply_rate": 1.0,
        "on_time_rate": 0.0,
        "first_word_rate": 1.0,
        "response_rate": None,
        "dispatch_rate": None,
        "meeting_rate": None,
        "instruction_rate": None,
        "satisfaction": None,
        "solved_rate": None,
        "change": {
            "received": 3,
            "reply_rate": -25.0,
            "on_time_rate": 0.0,
            "first_word_rate": -25.0,
            "response_rate": None,
            "dispatch_rate": None,
            "meeting_rate": None,
            "instruction_rate": None,
            "satisfaction": None,
            "solved_rate": None,
        },
    }
    water = next(unit for unit in table["departments"] if unit["code"] == "water")
    assert water["year_before"]["reply_rate"] == 0.5
    assert water["year_before"]["change"]["reply_rate"] == 25.0
    assert table["city"]["intervals"]["reply_rate"] == [0.3006, 0.9544]
    quiet = next(unit for unit in table["departments"] if unit["code"] == "transport")
    assert quiet["before"]["change"] == {
        "received": 0,
        "reply_rate": None,
        "on_time_rate": None,
        "first_word_rate": None,
        "response_rate": None,
        "dispatch_rate": None,
        "meeting_rate": None,
        "instruction_rate": None,
        "satisfaction": None,
        "solved_rate": None,
    }


@pytest.mark.parametrize(
    ("period", "before", "year_before"),
    [
        ("2026-01", "2025-12", "2025-01"),
        ("2026-12", "2026-11", "2025-12"),
        ("2026-Q1", "2025-Q4", "2025-Q1"),
        ("2026-H1", "2025-H2", "2025-H1"),
        ("2026-H2", "2026-H1", "2025-H2"),
        ("2026", "2025", "2025"),
    ],
)
def test_each_period_knows_the_ones_it_is_compared_with(period: str, before: str, year_before: str) -> None:
    read = Period.read(period)

    assert (str(read), str(read.before), str(read.year_before)) == (period, before, year_before)
    assert read.before.until == read.first


def test_the_latest_period_of_all_ends_on_a_day_that_exists() -> None:
    assert Period.read(f"{periods.LAST_YEAR}").until.year == periods.LAST_YEAR + 1


FEW: Final = replaced(PROFILE, policy=PROFILE.policy.changed({"rates": {"figures": 3, "streams": 3}}))
"""A city in which one may ask three times a minute."""


@pytest.mark.parametrize("path", ["/v1/league", "/v1/figures"])
async def test_who_asks_too_often_is_asked_to_wait(path: str) -> None:
    city = Asked(FEW, rate_limits=True)
    async with city.http:
        answers = [await city.get(path) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_a_deployment_without_limits_has_none() -> None:
    city = Asked(FEW)
    async with city.http:
        assert {(await city.get("/v1/league")).status_code for _ in range(5)} == {200}
