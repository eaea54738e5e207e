"""A unit's inbox with ten thousand open cases: filled through the public interface, read signed in at the portal."""

import asyncio
import html
import json
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import httpx2

from chassis.tokens import Staff, sign
from wenzheng.accounts import with_accounts
from wenzheng.bench.load import drive, quantile
from wenzheng.stack.home import Home

OPEN_CASES: Final = 10_000
"""What the inbox must bear."""
RATE: Final = 20.0
SECONDS: Final = 20.0
REFERENCE_SECONDS: Final = 5.0
"""How long a page that asks nobody is read at the same rate: what the machine is doing besides."""
PERSON: Final = "bench-clerk"
ASSIGNED_SECONDS: Final = 300
ASKED: Final = ("portal", "intake", "postgres")
"""The parts that answer for the inbox."""


def _body(n: int) -> bytes:
    """A post whose unit is beyond doubt, so that all of them fill one inbox."""
    post = {
        "kind": ("complaint", "consult")[n % 2],
        "title": f"{n} 路公交车不准点",
        "text": f"公交车线路 {n % 500} 的班次太少,早高峰公交站要等四十分钟,希望增加公交班次。",
    }
    return json.dumps(post, ensure_ascii=False).encode()


async def inbox(
    home: Home,
    settled: Callable[[], Awaitable[object]],
    cpu_seconds: Callable[[], dict[str, float]],
    cases: int = OPEN_CASES,
) -> dict[str, Any]:
    """Milliseconds from asking for the inbox to its last byte, at an even rate (open loop), over its usual views.

    `settled` waits until the other services have caught up with the filling; `cpu_seconds` says what
    each part has used so far: unlike the latency, it does not depend on what else the machine does.
    """
    state = home.read_state()
    intake, portal = state["services"]["intake"], state["services"]["portal"]
    sent = 0
    while sent < cases:
        load = await drive(intake, _body, 1.0, 0.0, 32)
        sent += len(load.accepted)
    key = home.secret_file("token-private.pem").read_bytes()
    unit = await _unit_of(intake, key, next(iter(load.accepted)))
    listed = await _listed(intake, key, unit, sent)
    password = await with_accounts(
        home, lambda accounts: accounts.add(PERSON, "测量", unit, "clerk", must_change=False)
    )
    async with httpx2.AsyncClient(base_url=portal, timeout=30, follow_redirects=True) as http:
        first = await _signed_in(http, password)
        await settled()
        following = re.search(r'rel="next" href="([^"]+)"', first)
        assert following is not None, "an inbox of one page is none to measure"
        views = (
            "/staff/cases",
            "/staff/cases?state=assigned",
            "/staff/cases?kind=consult",
            html.unescape(following[1]),
        )
        bare, _, _ = await _read(http, ("/healthz",), REFERENCE_SECONDS)
        before = cpu_seconds()
        latencies, sizes, refused = await _read(http, views, SECONDS)
        after = cpu_seconds()
    return {
        "open_cases": listed,
        "rate_per_s": RATE,
        "reads": len(latencies),
        "refused": refused,
        "bare_p50_ms": round(1000 * quantile(bare, 0.5), 1),
        "bare_p95_ms": round(1000 * quantile(bare, 0.95), 1),
        "inbox_p50_ms": round(1000 * quantile(latencies, 0.5), 1),
        "inbox_p95_ms": round(1000 * quantile(latencies, 0.95), 1),
        "inbox_p99_ms": round(1000 * quantile(latencies, 0.99), 1),
        "cpu_ms_per_read": {
            part: round(1000 * (after[part] - before[part]) / len(latencies), 1) for part in ASKED
        },
        "largest_page_bytes": max(sizes),
    }


async def _unit_of(intake: str, key: bytes, number: str) -> str:
    """Who holds a post, once somebody does."""
    until = time.monotonic() + ASSIGNED_SECONDS
    token = sign(key, Staff("bench", "supervision", "supervisor"), 3600)
    async with httpx2.AsyncClient(base_url=intake, headers={"Authorization": f"Bearer {token}"}) as http:
        while time.monotonic() < until:
            unit: str = (await http.get(f"/v1/cases/{number}")).json()["department"]
            if unit:
                return unit
            await asyncio.sleep(0.5)
    raise TimeoutError(f"{number} was not assigned")


async def _listed(intake: str, key: bytes, unit: str, sent: int) -> int:
    """How many open cases the unit's list holds, read page by page until all that were sent are there."""
    token = sign(key, Staff("bench", unit, "clerk"), 3600)
    until = time.monotonic() + ASSIGNED_SECONDS
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=30) as http:
        while True:
            seen: set[str] = set()
            address = f"{intake}/v1/cases?limit=100"
            while address:
                answer = await http.get(address)
                seen |= {row["number"] for row in answer.json()["cases"]}
                address = answer.links.get("next", {}).get("url", "")
            if len(seen) >= sent or time.monotonic() > until:
                return len(seen)
            await asyncio.sleep(2)


async def _signed_in(http: httpx2.AsyncClient, password: str) -> str:
    page = (await http.get("/staff/sign-in")).text
    token = re.search(r'name="form" value="([^"]+)"', page)
    assert token is not None
    typed = {"form": token[1], "person": PERSON, "password": password, "code": "", "next": ""}
    return (await http.post("/staff/sign-in", data=typed)).text


async def _read(
    http: httpx2.AsyncClient, views: tuple[str, ...], seconds: float
) -> tuple[list[float], list[int], int]:
    """Seconds and bytes of each answer; how many were no inbox."""
    latencies: list[float] = []
    sizes: list[int] = []
    refused = 0

    async def one(n: int, due: float) -> None:
        nonlocal refused
        answer = await http.get(views[n % len(views)])
        latencies.append(time.monotonic() - due)
        sizes.append(len(answer.content))
        refused += answer.status_code != 200 or "rows" not in answer.text

    started = time.monotonic()
    asked = []
    for n in range(int(RATE * seconds)):
        due = started + n / RATE
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        asked.append(asyncio.create_task(one(n, due)))
    await asyncio.gather(*asked)
    return latencies, sizes, refused
