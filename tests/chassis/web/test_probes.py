"""What a process says of itself: whether it moves, whether it can serve, and what it is still behind with."""

import httpx2
from fastapi import FastAPI

from chassis.metrics import Metrics
from chassis.web.probes import Probes, routes


async def asked(probes: Probes, path: str) -> httpx2.Response:
    """The answer of one probe."""
    api = FastAPI()
    api.include_router(routes(Metrics(), probes))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=api), base_url="http://test") as http:
        return await http.get(path)


async def test_who_catches_up_says_so_and_is_alive_all_the_same() -> None:
    answer = await asked(Probes(catching_up=lambda: "12000 events behind"), "/healthz")

    assert answer.status_code == 200
    assert answer.json() == {"alive": True, "reason": "", "catching_up": "12000 events behind"}


async def test_who_does_not_move_is_not_alive_whatever_it_is_behind_with() -> None:
    probes = Probes(alive=lambda: "not moving for 61 s", catching_up=lambda: "3 events behind")

    answer = await asked(probes, "/healthz")

    assert answer.status_code == 503
    assert answer.json()["reason"] == "not moving for 61 s"
