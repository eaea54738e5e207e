"""A month and its year on a real stack become bulletins, and the log alone gives the same figures and scores again."""

import asyncio
import json
from datetime import datetime
from typing import Any

import httpx2
import pytest

from chassis.clock import SegmentClock, add_segment
from city.profile import Profile
from tests.journeys.test_reviews import REVIEW
from tests.patience import PATIENCE
from tests.stack import Client, Stack, running

pytestmark = [pytest.mark.real, pytest.mark.slow]


async def until(stack: Stack, day: str) -> None:
    """City time runs fast up to a day."""
    clock = SegmentClock(stack.home.clock, Profile.load(stack.home.read_state()["city"]).zone)
    wanted = datetime.fromisoformat(f"{day}T10:00:00+08:00")
    add_segment(stack.home.clock, clock.now(), 200_000.0)
    while clock.now() < wanted:
        await asyncio.sleep(0.1)
    add_segment(stack.home.clock, clock.now(), 1.0)


async def act(stack: Stack, client: Client, role: str, unit: str, path: str, body: Any) -> dict[str, Any]:
    url = path if path.startswith("http") else f"/v1/cases/{path}"
    response = await client.call("POST", url, body, **stack.token(f"{role}-{unit}", unit, role))
    assert response.status_code == 202, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def lived(stack: Stack) -> tuple[dict[str, Any], dict[str, Any]]:
    """Three posts in December, one answered; in January the bulletins of month and year are drafted, circulated and issued."""
    client = Client(stack)
    numbers = [receipt["number"] for n in range(3) if (receipt := await client.post(title=f"路灯坏了 {n}"))]
    stack.quiet()  # the router has said to whom, and a supervisor says otherwise
    for number in numbers:
        order = {"department": "housing", "reason": "职责"}
        await act(stack, client, "supervisor", "supervision", f"{number}/assignment", order)
    stack.quiet()
    await act(stack, client, "clerk", "housing", f"{numbers[0]}/acceptance", {})
    draft = await act(stack, client, "clerk", "housing", f"{numbers[0]}/replies", {"text": "已经修好,谢谢。"})
    await act(stack, client, "leader", "housing", f"{numbers[0]}/replies/{draft['reply_id']}/approval", {})
    surveys = f"{stack.address('survey')}/v1/surveys"
    review = await act(stack, client, "supervisor", "supervision", surveys, REVIEW)
    for done, told in (("publication", {}), ("closing", {"reason": "提前结束"}), ("result", {})):
        await act(stack, client, "supervisor", "supervision", f"{surveys}/{review['id']}/{done}", told)
    await until(stack, "2027-01-04")
    stack.quiet()
    bulletins, office = f"{stack.address('stats')}/v1/bulletins", ("supervisor", "supervision")
    periods = ("2026-12", "2026")
    for period in periods:
        await act(stack, client, *office, bulletins, {"period": period})
        await act(stack, client, *office, f"{bulletins}/{period}/circulation", {})
    await until(stack, "2027-01-09")
    month, year = [
        await act(stack, client, "leader", "supervision", f"{bulletins}/{period}/issue", {})
        for period in periods
    ]
    await client.close()
    stack.quiet()
    return month, year


def test_an_issued_bulletin_is_public_and_the_log_gives_its_figures_again() -> None:
    with running(clock="2026-12-30T09:00:00+08:00@1") as stack:
        told, year = asyncio.run(lived(stack))
        address = f"{stack.address('stats')}/v1/bulletins"

        public = httpx2.get(f"{address}/{told['id']}", timeout=PATIENCE).json()
        papers = {
            kind: httpx2.get(f"{address}/{told['id']}/papers/{kind}", timeout=PATIENCE)
            for kind in ("docx", "pdf", "xlsx")
        }
        again = stack.command("bulletin", "recompute", told["number"], check=False)
        of_the_year = stack.command("bulletin", "recompute", year["number"], check=False)
        token = stack.token("supervisor-supervision", "supervision", "supervisor")
        frozen = httpx2.get(
            f"{stack.address('stats')}/v1/assessment?period=2026", headers=token, timeout=PATIENCE
        ).json()
        rows = httpx2.get(
            f"{stack.address('portal')}/open/cases-2026.jsonl", timeout=PATIENCE
        ).text.splitlines()

        assert told["step"] == public["step"] == "issued"
        assert (public["city"]["received"], public["city"]["replied"]) == (3, 1)
        assert {kind: paper.status_code for kind, paper in papers.items()} == dict.fromkeys(papers, 200)
        assert papers["pdf"].content.startswith(b"%PDF")
        assert frozen["frozen"]["number"] == year["number"]
        assert frozen["departments"][0]["code"] == "housing"
        offsets = httpx2.get(f"{address}/{year['id']}", timeout=PATIENCE).json()["offsets"]
        assert any(topics.get("surveys") for topics in offsets.values()), "the review was heard"
        assert of_the_year.returncode == 0, of_the_year.stdout + of_the_year.stderr
        assert "考核得分 scores" in of_the_year.stdout
        assert sum(json.loads(row)["replied"] for row in rows) == 1
        assert again.returncode == 0, again.stdout + again.stderr
        assert stack.violated() == []
