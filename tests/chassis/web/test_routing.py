"""Routes of one function: each is bound to its own objects, and takes the parameters that it names."""

from collections.abc import Sequence

import httpx2
import pytest
from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis.metrics import Metrics
from chassis.web.api import create_api, take_routes
from chassis.web.probes import Probes
from chassis.web.routing import new_router


def acting(acts: Sequence[tuple[str, str, int]]) -> httpx2.AsyncClient:
    """Before a service with a route for each act: its path, its name and how much it takes where nobody says."""
    router = new_router()
    for path, name, usual in acts:
        _route(router, path, name, usual)
    api = create_api("acts", "", Metrics(), Probes())
    take_routes(api.router, router)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=api), base_url="http://acts")


def _route(router: APIRouter, path: str, name: str, usual: int) -> None:
    async def act(number: str, request: Request, much: int = usual) -> Response:
        """Does it."""
        return Response(f"{name} {number} {much} {request.url.path}")

    router.get(path)(act)


async def test_each_act_is_its_own_whichever_was_read_first() -> None:
    async with acting(
        [("/cases/{number}/returns", "return", 1), ("/cases/{number}/replies", "reply", 1)]
    ) as http:
        replied = await http.get("/cases/7/replies?much=3")
        returned = await http.get("/cases/8/returns")

    assert replied.text == "reply 7 3 /cases/7/replies"
    assert returned.text == "return 8 1 /cases/8/returns"


async def test_a_service_of_the_same_routes_is_bound_to_objects_of_its_own() -> None:
    path = "/cases/{number}/returns"
    async with acting([(path, "first", 1)]) as first, acting([(path, "second", 1)]) as second:
        assert (await second.get("/cases/7/returns")).text == "second 7 1 /cases/7/returns"
        assert (await first.get("/cases/7/returns")).text == "first 7 1 /cases/7/returns"


async def test_what_is_usual_for_one_act_is_not_so_for_another() -> None:
    async with acting([("/a/{number}", "a", 1), ("/b/{number}", "b", 2)]) as http:
        assert (await http.get("/b/7")).text == "b 7 2 /b/7"


async def test_what_stands_in_the_path_of_one_act_is_asked_for_behind_that_of_another() -> None:
    async with acting([("/a/{number}", "a", 1), ("/b", "b", 1)]) as http:
        assert (await http.get("/b?number=9")).text == "b 9 1 /b"
        assert (await http.get("/b")).status_code == 422


@pytest.mark.parametrize("wrong", ["/a/7?much=x", "/b/7?much=x"])
async def test_a_parameter_that_cannot_be_is_refused_by_each(wrong: str) -> None:
    async with acting([("/a/{number}", "a", 1), ("/b/{number}", "b", 1)]) as http:
        answer = await http.get(wrong)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["much"]


async def test_a_description_tells_of_each_under_its_own_path() -> None:
    async with acting([("/a/{number}", "a", 1), ("/b/{number}", "b", 1)]) as http:
        paths = (await http.get("/openapi.json")).json()["paths"]

    told = [paths[path]["get"] for path in ("/a/{number}", "/b/{number}")]
    assert [one["summary"] for one in told] == ["Does it.", "Does it."]
    assert told[0]["parameters"] == told[1]["parameters"]
    assert [one["name"] for one in told[0]["parameters"]] == ["number", "much"]
