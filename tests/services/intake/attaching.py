"""Giving files at intake's door, naming them in posts, reading them; and what is said of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace as replaced
from typing import Any
from urllib.parse import quote

import httpx2

from chassis.clock import HandClock
from chassis.outbox import unpack
from contracts.codec import decode
from contracts.facts import Fact
from contracts.topics import BY_NAME
from tests.services.intake.door import PROFILE, Intake, at

PHONE = "13812345678"


@asynccontextmanager
async def door(**policy: Any) -> AsyncIterator[Intake]:
    profile = replaced(PROFILE, policy=PROFILE.policy.changed({"attachments": policy}))
    async with Intake(HandClock(at("2026-03-02T10:00")), profile).open() as opened_door:
        yield opened_door


def said(intake: Intake) -> list[Fact]:
    """The facts that were said, in their order."""
    outbox = intake.store.outbox.values()
    records = [(topic, record) for _, blob in outbox for topic, _, record in unpack(blob)]
    return [decode(BY_NAME[topic], each.key, each.value, each.headers).fact for topic, each in records]


async def give(intake: Intake, data: bytes, name: str = "路灯.jpg") -> httpx2.Response:
    return await intake.http.post(
        "/v1/attachments",
        content=data,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"},
    )


async def ticket(intake: Intake, data: bytes, name: str = "路灯.jpg") -> str:
    given = await give(intake, data, name)
    assert given.status_code == 201, given.text
    return str(given.json()["attachment"])


async def posted(intake: Intake, *tickets: str, **fields: Any) -> dict[str, Any]:
    answer = await intake.post(attachments=list(tickets), **fields)
    assert answer.status_code == 202, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


async def read(intake: Intake, receipt: dict[str, Any], file: str, **query: Any) -> httpx2.Response:
    """As the author."""
    return await intake.http.get(
        f"/v1/posts/{receipt['number']}/attachments/{file}",
        params=query,
        headers={"X-Query-Code": receipt["query_code"]},
    )
