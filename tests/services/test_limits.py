"""Every door has its limit: who asks too often is told when to come again, and nobody else is kept waiting."""

from collections.abc import AsyncIterator
from dataclasses import replace as replaced
from pathlib import Path
from typing import Any

import pytest

from tests.interfaces import PROFILE, client, edges, live, token
from tests.journeys.world import World

pytestmark = pytest.mark.medium

FEW = replaced(
    PROFILE,
    policy=PROFILE.policy.changed(
        {
            "rates": {
                "posts": 2,
                "attachments": 2,
                "supports": 2,
                "acts": 2,
                "reads": 2,
                "deadlines": 2,
                "figures": 2,
                "streams": 2,
                "sign_in": 2,
            }
        }
    ),
)
NUMBER = "SQ260302-000004"
POST = {"kind": "complaint", "title": "路灯不亮", "text": "幸福路的路灯坏了。"}


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[dict[str, Any]]:
    world = World(1, "2026-03-02T10:00", tmp_path)
    async with world.open():
        await live(world)
        yield edges(world, FEW, rate_limits=True)


@pytest.mark.parametrize(
    ("service", "method", "path", "role"),
    [
        ("intake", "POST", "/v1/posts", ""),
        ("intake", "POST", "/v1/attachments", ""),
        ("intake", "GET", f"/v1/posts/{NUMBER}/attachments/x", ""),
        ("intake", "GET", f"/v1/cases/{NUMBER}/attachments/x", "clerk"),
        ("intake", "POST", f"/v1/posts/{NUMBER}/supports", ""),
        ("intake", "POST", f"/v1/posts/{NUMBER}/follow-ups", ""),
        ("intake", "POST", f"/v1/cases/{NUMBER}/acceptance", "clerk"),
        ("intake", "POST", "/v1/groups", "supervisor"),
        ("intake", "DELETE", f"/v1/groups/x/members/{NUMBER}", "supervisor"),
        ("intake", "POST", "/v1/city/policy", "operator"),
        ("intake", "GET", f"/v1/posts/{NUMBER}", ""),
        ("intake", "GET", "/v1/posts", ""),
        ("intake", "GET", "/v1/cases", "clerk"),
        ("intake", "GET", f"/v1/cases/{NUMBER}", "clerk"),
        ("intake", "POST", "/v1/codes", ""),
        ("intake", "POST", "/v1/sessions", ""),
        ("intake", "DELETE", "/v1/sessions/mine", ""),
        ("intake", "GET", "/v1/my/posts", ""),
        ("intake", "GET", "/v1/kinds", ""),
        ("intake", "GET", "/v1/areas", ""),
        ("intake", "GET", "/v1/departments", ""),
        ("intake", "GET", "/v1/duties", ""),
        ("intake", "GET", "/v1/shown", ""),
        ("router", "GET", "/v1/similar?text=路灯", ""),
        ("router", "GET", "/v1/topics", ""),
        ("deadline", "GET", f"/v1/deadlines/{NUMBER}", ""),
        ("deadline", "GET", "/v1/what-ifs", "supervisor"),
        ("deadline", "POST", "/v1/what-ifs", "supervisor"),
        ("notifier", "GET", f"/v1/notices/{NUMBER}", "clerk"),
        ("notifier", "POST", "/v1/letters", ""),
        ("stats", "GET", "/v1/league", ""),
        ("stats", "GET", "/v1/figures", ""),
    ],
)
async def test_who_asks_too_often_at_a_door_is_told_when_to_come_again(
    doors: dict[str, Any], service: str, method: str, path: str, role: str
) -> None:
    # Signed here: what is signed while tests are looked for may have passed its time before one of them begins.
    async with client(doors[service], **(token(role) if role else {"X-Query-Code": "wrong"})) as http:
        answers = [
            await http.request(
                method, path, headers={"Idempotency-Key": f"key-{n}"}, json=POST if method == "POST" else None
            )
            for n in range(3)
        ]
        head = await http.head("/healthz")

    assert 429 not in [answer.status_code for answer in answers[:2]]
    assert answers[2].status_code == 429
    assert int(answers[2].headers["retry-after"]) > 0
    assert head.status_code == 200


async def test_a_person_of_a_unit_does_not_use_up_the_part_of_another(doors: dict[str, Any]) -> None:
    async with client(doors["intake"]) as http:
        spent = [await http.get("/v1/cases", headers=token("clerk")) for _ in range(3)]
        other = await http.get("/v1/cases", headers=token("leader"))

    assert spent[2].status_code == 429
    assert other.status_code == 200


async def test_a_part_spent_at_one_door_is_not_spent_at_another(doors: dict[str, Any]) -> None:
    async with client(doors["stats"]) as stats, client(doors["intake"]) as intake:
        spent = [await stats.get("/v1/league") for _ in range(3)]
        read = await intake.get("/v1/posts")

    assert spent[2].status_code == 429
    assert read.status_code == 200


async def test_one_network_cannot_have_strangers_written_to_all_day_long(tmp_path: Path) -> None:
    few = replaced(PROFILE, policy=PROFILE.policy.changed({"rates": {"contacts_an_hour": 2}}))
    world = World(1, "2026-03-02T10:00", tmp_path)
    async with world.open(), client(edges(world, few, rate_limits=True)["intake"]) as http:

        async def posted(number: int, **more: Any) -> int:
            body = {**POST, "text": f"幸福路第{number}盏路灯坏了。", **more}
            headers = {"Idempotency-Key": f"key-{number}"}
            return (await http.post("/v1/posts", json=body, headers=headers)).status_code

        told = [await posted(n, contact={"phone": f"1380013800{n}"}) for n in range(3)]

        assert told == [202, 202, 429]
        assert await posted(4) == 202, "who names nobody is heard"
        assert await posted(5, contact={"name": "王五"}) == 202
