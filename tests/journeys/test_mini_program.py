"""A mini-program's person, by the JSON interface alone: the lists, a code to the telephone, a post with a picture and a point on the map,
one's posts, a neighbour's support, an addition with a picture, a rating."""

from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.journeys.world import World
from tests.services.intake.files import picture
from tests.services.notifier.telephones import Telephones

MINE, NEIGHBOUR = "13900005678", "13800001234"


class MiniProgram:
    """What the program on the telephone sends."""

    def __init__(self, world: World, telephones: Telephones) -> None:
        self._world = world
        self._http = world.intake.http
        self._telephones = telephones

    async def get(self, path: str, **headers: str) -> Any:
        answer = await self._http.get(
            path, headers={name.replace("_", "-"): text for name, text in headers.items()}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def send(self, path: str, body: dict[str, Any], **headers: str) -> httpx2.Response:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        answer = await self._http.post(path, json=body, headers=self._world.intake.key() | named)
        assert answer.is_success, answer.text
        return answer

    async def sign_in(self) -> str:
        """The session of whoever holds the telephone."""
        asked = (await self._http.post("/v1/codes", json={"phone": MINE})).json()
        await self._telephones.carry(asked["letter"])
        body = {"sign_in": asked["sign_in"], "code": self._telephones.code(MINE), "kept": True}
        return str((await self._http.post("/v1/sessions", json=body)).json()["token"])

    async def give(self) -> str:
        """The ticket of a picture."""
        answer = await self._http.post("/v1/attachments", content=picture())
        assert answer.status_code == 201, answer.text
        return str(answer.json()["attachment"])


@pytest.mark.medium
async def test_a_mini_program_does_all_that_a_person_may_by_the_interface_alone(tmp_path: Path) -> None:
    async with World(1, "2026-03-02T10:00", tmp_path).open() as world:
        program = MiniProgram(world, Telephones(world.intake, tmp_path))
        kinds = {kind["name"]: kind["code"] for kind in (await program.get("/v1/kinds"))["kinds"]}
        areas = {area["name"]: area["code"] for area in (await program.get("/v1/areas"))["areas"]}
        units = {unit["code"] for unit in (await program.get("/v1/departments"))["departments"]}
        duties = (await program.get("/v1/duties"))["duties"]
        assert {duty["department"] for duty in duties} <= units

        post = {
            "kind": kinds["投诉"],
            "title": "路灯不亮",
            "text": "幸福路的路灯坏了一周。",
            "area": areas["宿城区"],
            "place": "幸福路",
            "point": {"longitude": 118.275162, "latitude": 33.963008, "street_address": "幸福路12号"},
            "contact": {"phone": MINE},
            "attachments": [await program.give()],
        }
        number = (await program.send("/v1/posts", post)).json()["number"]
        await world.assigned_to(number, "housing")
        await world.act("clerk", number, "acceptance")

        session = {"Authorization": f"Bearer {await program.sign_in()}"}
        [mine] = (await program.get("/v1/my/posts", **session))["posts"]
        own = {"X_Query_Code": mine["query_code"]}
        read = await program.get(f"/v1/posts/{number}", **own)
        assert (mine["number"], read["place"], len(read["attachments"])) == (number, post["place"], 1)
        assert read["point"] == post["point"] | {"datum": "gcj02"}

        body = {"action": "release", "reason": "符合规定"}
        await world.act("supervisor", number, "moderation", body, unit="supervision")
        await program.send(f"/v1/posts/{number}/supports", {"phone": NEIGHBOUR})
        added = {"text": "今晚仍然不亮。", "attachments": [await program.give()]}
        await program.send(f"/v1/posts/{number}/follow-ups", added, **own)
        await world.answered(number)
        await program.send(f"/v1/posts/{number}/ratings", {"grade": 4, "solved": "yes"}, **own)
        await world.settle()

        read = await program.get(f"/v1/posts/{number}", **own)
        assert [len(one["attachments"]) for one in read["follow_ups"]] == [1]
        assert (read["supports"], read["ratings"][0]["grade"]) == (1, 4)
