"""A what-if on the staff pages, before the real door of deadline over a month worked by hand: tried, watched, read, refused."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from chassis.clock import HandClock
from chassis.metrics import Metrics
from chassis.tokens import Verifier
from chassis.web.api import create_api
from chassis.web.edge import Edge
from chassis.web.limits import Limits
from chassis.web.probes import Probes
from fronts.portal.application import create
from fronts.portal.staff import what_if_form as form
from fronts.portal.staff.roles import links_of
from services.deadline.core.other_rules import dating
from services.deadline.whatif import web
from services.deadline.whatif.child import MemoryChild
from services.deadline.whatif.runs import Runs
from services.deadline.whatif.task import Work
from tests.fronts.portal.staff.alone import PROFILE, Portal, running
from tests.fronts.portal.staff.test_bulletins import Browser
from tests.patience import PATIENCE
from tests.services.deadline.month import NOW, a_month
from tests.services.deadline.test_what_if_door import Gate

RULES: Any = dating(PROFILE)


def typed(**fields: str) -> dict[str, str]:
    """A form as it is offered for March, with some fields changed."""
    offered = {one.name: one.present for group in form.fields(RULES).values() for one in group}
    return offered | {"since": "2026-03", "until": "2026-03", "days_off": "", "working_days": ""} | fields


def sent(**fields: str) -> dict[str, Any]:
    return form.asked(typed(**fields), RULES)


def test_the_form_has_the_limits_of_every_kind_with_a_clock_and_the_hours() -> None:
    kinds, limits, hours = form.fields(RULES).values()

    assert [one.label for one in kinds] == [
        f"{PROFILE.policy.kinds[code].name}:几个工作日内答复"
        for code in ("consult", "complaint", "suggestion", "mailbox")
    ]
    assert [one.present for one in limits] == ["3", "3", "180", "5", "5", "5"]
    assert [one.present for one in hours] == ["09:00", "12:00", "14:00", "18:00"]


def test_only_what_differs_is_asked_and_an_empty_field_is_the_rule_in_force() -> None:
    body = sent(**{"kinds.complaint.reply_days": " 2 ", "hours.closes": "17:30", "extension.at_most": ""})

    assert body == {
        "since": "2026-03",
        "until": "2026-03",
        "policy": {"kinds.complaint": {"reply_days": 2}, "hours": {"closes": "17:30"}},
        "days_off": [],
        "working_days": [],
    }


def test_what_is_no_number_is_for_the_service_to_refuse() -> None:
    body = sent(**{"kinds.complaint.reply_days": "两天"})

    assert body["policy"] == {"kinds.complaint": {"reply_days": "两天"}}


def test_days_are_read_however_they_are_written() -> None:
    assert form.days("2026-05-04 2026/5/5、2026年5月6日,2026-05-07\n明天") == [
        "2026-05-04",
        "2026-05-05",
        "2026-05-06",
        "2026-05-07",
        "明天",
    ]


def test_each_reason_stands_beside_its_field() -> None:
    errors = [
        {"field": "policy.kinds.complaint.reply_days", "reason": "应为 1 到 30 的整数"},
        {"field": "days_off[1]", "reason": "应为日期"},
        {"field": "policy.ladder.remind", "reason": "应逐级向后"},
    ]

    assert form.wrong(errors, {"days_off": ["2026-05-04", "明天"]}, RULES) == {
        "kinds.complaint.reply_days": "应为 1 到 30 的整数",
        "days_off": "“明天” 应为日期",
        "since": "ladder.remind:应逐级向后",
    }


def test_the_chart_shows_the_units_whose_rate_moves_most() -> None:
    def line(code: str, before: float | None, after: float | None) -> dict[str, Any]:
        return {"department": code, "on_time_rate_before": before, "on_time_rate_after": after}

    lines = [line("a", 0.9, 0.9), line("b", 0.9, 0.8), line("c", 0.5, 0.9), line("d", None, 0.5)]

    assert [one["department"] for one in form.bars(lines)] == ["c", "b"]
    assert form.points(lines[1]) == -10.0


def test_the_way_there_is_shown_to_whom_it_is_open() -> None:
    here = ("/staff/what-if", "规则试算")

    assert here in links_of("supervisor", "supervision", "supervision")
    assert here in links_of("leader", "supervision", "supervision")
    for role in ("leader", "clerk", "mayor", "operator", "auditor"):
        assert here not in links_of(role, "housing", "supervision")


@pytest.fixture
def demo(dsn: str, tmp_path: Path) -> Iterator[Portal]:
    with running(dsn, tmp_path, demo_sign_in=True) as found:
        yield found


def door(folder: Path, work: Work) -> FastAPI:
    """Deadline's door for what-ifs."""
    verifier, limits = (
        Verifier((folder / "public.pem").read_bytes()),
        Limits(PROFILE.policy.rates, False),
    )
    api = create_api("deadline", "", Metrics(), Probes())
    api.include_router(web.routes(web.Door(Runs(work), lambda: PROFILE, HandClock(NOW), verifier, limits)))
    return api


@asynccontextmanager
async def pages(demo: Portal, folder: Path, work: Work) -> AsyncIterator[Browser]:
    settings = demo.settings.model_copy(update={"services": '{"deadline": "http://deadline"}'})
    transport = httpx2.ASGITransport(app=Edge(door(folder, work), Metrics()))
    app = create(settings, demo.now, transport)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url=demo.address, follow_redirects=True
        ) as http,
    ):
        yield Browser(http)


async def until(browser: Browser, text: str) -> str:
    """The page of the run, as soon as it says so."""
    path = browser.page.url.path
    async with asyncio.timeout(PATIENCE):
        while text not in (page := await browser.opens(path)):
            await asyncio.sleep(0.01)
    return page


@pytest.mark.real
async def test_other_rules_are_tried_and_every_changed_case_is_found(demo: Portal, tmp_path: Path) -> None:
    async with pages(demo, tmp_path, MemoryChild(a_month, PROFILE)) as browser:
        await browser.sits("supervisor", "housing")
        empty = await browser.opens("/staff/what-if")
        assert 'name="kinds.complaint.reply_days"' in empty
        assert "现行 3" in empty

        await browser.sends("/staff/what-if", **typed(**{"kinds.complaint.reply_days": "2"}))
        done = await until(browser, "会有什么不同")

        assert "投诉:几个工作日内答复:3 → 2" in done
        assert "全市按时率 66.7% → <strong>42.9%</strong>;2 件会变成超期,0 件会变成按时" in done
        assert "http-equiv" not in done, "what is done changes no more"
        assert re.search(
            r'<rect class="was" width="80.0" height="6"/><rect y="8" width="60.0" height="6"/>', done
        )
        place = browser.page.url.path
        cases = await browser.opens(f"{place}/cases?department=water")
        assert 'href="/staff/cases/SQ260302-000002"' in cases
        assert "2026年3月4日 18:00" in cases
        assert "投诉:几个工作日内答复:3 → 2" in await browser.opens("/staff/what-if")


@pytest.mark.real
async def test_wrong_input_is_told_beside_its_field_and_kept(demo: Portal, tmp_path: Path) -> None:
    async with pages(demo, tmp_path, MemoryChild(a_month, PROFILE)) as browser:
        await browser.sits("leader", "supervision")
        await browser.opens("/staff/what-if")

        wrong = await browser.sends(
            "/staff/what-if",
            **typed(**{"kinds.complaint.reply_days": "<两天>", "days_off": "2026-03-07", "until": "2026-03"}),
        )

        assert browser.page.status_code == 422
        assert 'value="&lt;两天&gt;" aria-describedby="kinds.complaint.reply_days-wrong' in wrong
        assert '<span class="wrong" id="days_off-wrong">2026年3月7日本来就不上班(周末)</span>' in wrong
        same = await browser.sends("/staff/what-if", **typed())
        assert (browser.page.status_code, "没有改动任何规则" in same) == (422, True)
        later = await browser.sends("/staff/what-if", **typed(until="2027-01"))
        assert '<span class="wrong" id="until-wrong">还没有到这个月</span>' in later


@pytest.mark.real
async def test_a_run_is_watched_without_scripts_and_cancelled(demo: Portal, tmp_path: Path) -> None:
    gate = Gate()
    async with pages(demo, tmp_path, gate) as browser:
        await browser.sits("leader", "supervision")
        await browser.opens("/staff/what-if")
        change = typed(**{"kinds.complaint.reply_days": "2"})
        await browser.sends("/staff/what-if", **change)
        seen = await until(browser, "3 / 8 件")
        place = browser.page.url.path

        assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in seen
        assert '<progress max="8" value="3"' in seen
        assert "http-equiv" not in await browser.opens(f"{place}?still=1")
        await browser.opens("/staff/what-if")
        again = await browser.sends("/staff/what-if", **change)
        assert (browser.page.status_code, "还有一次试算没有结束" in again) == (409, True)
        await browser.opens(place)
        assert "已取消" in await browser.sends(f"{place}/cancellation")
        assert gate.at_work == 0


@pytest.mark.real
@pytest.mark.parametrize(
    ("seat", "unit"), [("leader", "housing"), ("clerk", "supervision"), ("mayor", "supervision")]
)
async def test_others_are_refused(demo: Portal, tmp_path: Path, seat: str, unit: str) -> None:
    async with pages(demo, tmp_path, MemoryChild(a_month, PROFILE)) as browser:
        await browser.sits(seat, unit)

        await browser.opens("/staff/what-if")

        assert browser.page.status_code == 403
