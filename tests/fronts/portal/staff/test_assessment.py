"""Scores on the staff page: what the form makes of numbers, and the page before stats' real interface."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from msgspec.structs import fields

from chassis.tokens import Verifier
from city.periodic import Assessment
from contracts.city_facts import PolicyChanged
from fronts.portal.application import create
from fronts.portal.staff.assessment import LABELS, moved, weights
from tests.fronts.portal.staff.alone import PROFILE, Portal, running
from tests.fronts.portal.staff.test_bulletins import Browser
from tests.journeys.world import World
from tests.services.stats.test_assessment import answered
from tests.services.stats.test_core import WHEN


def test_every_weight_of_the_policy_has_a_field() -> None:
    assert list(LABELS) == [field.name for field in fields(Assessment)]


@pytest.mark.parametrize(
    ("typed", "asked", "wrong"),
    [
        ({"on_time": "30", "reply": "15.0"}, "", False),
        ({"on_time": "40", "reply": "15", "talk": "0.5"}, "on_time:40,talk:0.5", False),
        ({"on_time": "许多"}, "", True),
        ({"on_time": "-1"}, "", True),
    ],
)
def test_only_what_differs_from_the_weights_in_force_is_asked(
    typed: dict[str, str], asked: str, wrong: bool
) -> None:
    in_force = {"on_time": 30.0, "reply": 15.0, "talk": 3.0}

    found, problem = weights(typed, in_force)

    assert (found, bool(problem)) == (asked, wrong)


@pytest.mark.parametrize(
    ("before", "now", "told"), [(3, 1, "升 2 位"), (1, 3, "降 2 位"), (1, 1, ""), (None, 1, "")]
)
def test_how_a_place_moves_is_told(before: int | None, now: int | None, told: str) -> None:
    assert moved({"before": {"rank": before}, "rank": now}) == told


@pytest.fixture
def demo(dsn: str, tmp_path: Path) -> Iterator[Portal]:
    with running(dsn, tmp_path, demo_sign_in=True) as found:
        yield found


@pytest.mark.real
async def test_the_office_tries_weights_and_a_unit_reads_how_its_score_came_about(
    demo: Portal, tmp_path: Path
) -> None:
    world = World(1, "2026-03-02T10:00", tmp_path)
    few = {"assessment": {"least_received": 3, "least_answers": 3}}
    world.score_city = PROFILE.amended(PolicyChanged(at=WHEN, part=few))
    bulletins, records = world.bulletin_door(), world.record_door()
    bulletins.verifier = records.verifier = Verifier((tmp_path / "public.pem").read_bytes())
    settings = demo.settings.model_copy(update={"services": '{"stats": "http://stats"}'})
    async with world.open(), world.stats_app(bulletins, records) as stats:
        app = create(settings, demo.now, httpx2.ASGITransport(app=stats))
        transport = httpx2.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url=demo.address, follow_redirects=True) as http,
        ):
            await answered(world)
            browser, path = Browser(http), "/staff/assessment?period=2026-03"
            await browser.sits("clerk", "housing")
            own = await browser.opens(path)
            assert (browser.page.status_code, "市住房" in own, "2 / 3 × 15" in own) == (200, True, True)
            assert "换一套分值试算" not in own
            assert "市水利局" not in own
            assert "试算,不保存" not in await browser.opens(f"{path}&solved=0"), "units try nothing"

            await browser.sits("supervisor", "housing")
            seen = await browser.opens(path)
            assert "市水利局" in seen
            tried = await browser.opens(f"{path}&solved=0&reply=15")
            assert (browser.page.status_code, "解决率,满分 15 → 0" in tried) == (200, True)
            wrong = await browser.opens(f"{path}&solved=许多")
            assert (browser.page.status_code, "应为数字" in wrong) == (422, True)
            for query in ("&solved=101", "&on_time=0&reply=0&solved=0&satisfaction=0"):
                await browser.opens(path + query)
                assert browser.page.status_code == 422
            await browser.opens("/staff/assessment?period=2026-13")
            assert browser.page.status_code == 422
            assert "试算,不保存" not in await browser.opens(path)
