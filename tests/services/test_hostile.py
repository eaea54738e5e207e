"""What `wenzheng bench hostile` sends, in a smaller form: on real sockets within their bounds, all services in one process.

The bench itself does so on a whole stack, and says besides whether any process ended and how long others waited.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
import uvicorn

from chassis.run import http_options
from city.rates import Rates
from fronts.portal.application import create
from fronts.portal.settings import PortalSettings
from tests.interfaces import PROFILE, edges, live
from tests.journeys.world import World
from tests.patience import PATIENCE
from tests.services.intake.door import CITY
from wenzheng.bench import hostile
from wenzheng.bench.hostile_inputs import Stranger, attacks
from wenzheng.bench.masking import HOSTILE

pytestmark = pytest.mark.slow

LASTS_SECONDS: Final = 0.1
"""Each kind of input, at least; and no longer, where it waits for the rest of what was half sent."""
NEEDS_ACCOUNTS: Final = "pages: passwords"
"""There are no accounts here; their crowd stands in `test_a_crowd_of_wrong_tries_keeps_nobody_from_signing_in`."""


def _listening() -> tuple[socket.socket, str]:
    opened = socket.create_server(("127.0.0.1", 0), backlog=512)
    return opened, f"http://127.0.0.1:{opened.getsockname()[1]}"


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[dict[str, str]]:
    """Service to its address, the portal among them, with the limits of the policy."""
    world = World(1, "2026-03-02T10:00", folder)
    async with world.open():
        await live(world)
        apps = edges(world, PROFILE, rate_limits=True)
        places = {name: _listening() for name in (*apps, "portal")}
        addresses = {name: address for name, (_, address) in places.items()}
        settings = PortalSettings(
            city=CITY,
            services=json.dumps(addresses),
            portal_address="http://127.0.0.1",
            forwarded_by=hostile.SETTINGS["WENZHENG_FORWARDED_BY"],
            _env_file=None,
        )
        served: dict[str, Any] = apps | {"portal": create(settings)}
        servers = {
            name: uvicorn.Server(uvicorn.Config(app, log_config=None, **http_options(settings)))
            for name, app in served.items()
        }
        running = [asyncio.create_task(server._serve([places[name][0]])) for name, server in servers.items()]
        while not all(server.started for server in servers.values()):
            await asyncio.sleep(0.01)
        try:
            yield addresses
        finally:
            for server in servers.values():
                server.should_exit = True
            await asyncio.gather(*running)


async def test_nothing_that_strangers_send_keeps_anybody_from_posting_and_they_are_told_why(
    tmp_path: Path,
) -> None:
    async with town(tmp_path) as addresses:
        async with httpx2.AsyncClient(base_url=addresses["intake"], timeout=PATIENCE) as http:
            own = {"kind": "complaint", "title": "路灯不亮", "text": "楼下的路灯坏了。"}
            receipt = (await http.post("/v1/posts", json=own, headers={"Idempotency-Key": "own"})).json()
        who = [Stranger(receipt["number"], receipt["query_code"], cookie="", form="")]
        tried = [attack for attack in attacks(Rates(), HOSTILE) if attack.name != NEEDS_ACCOUNTS]

        found = await hostile.trial(addresses, who, tried, LASTS_SECONDS)

    assert dict(found.unclear) == {}, "whoever is refused is told why"
    assert found.refused == {}, "nobody else was refused or lost"
    assert len(found.posting.accepted) >= len(found.posting.latencies) > 0
    # Not 429: whoever is slowed down by a slow machine stays within the minute's limits, which `test_limits.py` walks.
    assert {"202", "400", "403", "409", "413", "422", "431"} <= found.answers.keys()
