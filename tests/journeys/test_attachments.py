"""A post with pictures, from the telephone to the erasure, on the memory bus: nobody but intake ever meets the files."""

from pathlib import Path
from typing import Any

import pytest

from contracts.codec import encode
from contracts.posts import CitizenErased, PostHeld, PostReceived, PostReleased
from services.intake.core.visibility import standing
from services.intake.store import Sweep
from tests.journeys.world import World
from tests.services.intake.files import CAMERA, PDF, picture
from wenzheng.audit.eyes import personal

SEEDS = range(8)
PHONE = "13812345678"


async def _posted(world: World, **fields: Any) -> dict[str, Any]:
    """The receipt of a post with a picture and a paper, each called by a telephone number."""
    tickets = []
    for data, name in ((picture(), f"{PHONE}.jpg"), (PDF, f"{PHONE}.pdf")):
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        given = await world.intake.http.post("/v1/attachments", content=data, headers=headers)
        assert given.status_code == 201, given.text
        tickets.append(given.json()["attachment"])
    receipt: dict[str, Any] = (await world.intake.post(attachments=tickets, **fields)).json()
    return receipt


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_picture_is_seen_with_its_post_and_forgotten_with_its_author(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        receipt = await _posted(world, contact={"phone": PHONE})
        number = receipt["number"]
        drawn, paper = (await world.intake.own(receipt))["attachments"]
        public = f"/v1/posts/{number}/attachments/{drawn['id']}"
        case = f"cases/{number}/attachments/{drawn['id']}"
        await world.assigned_to(number, "housing")
        await world.act("clerk", number, "acceptance")

        assert (await world.intake.http.get(public)).status_code == 404, "nobody has looked at it yet"
        assert (await world.intake.staff_get("clerk", "housing", case)).status_code == 200
        assert (await world.intake.staff_get("clerk", "education", case)).status_code == 403
        body = {"action": "release", "reason": "符合规定"}
        await world.act("supervisor", number, "moderation", body, unit="supervision")
        assert (await world.intake.http.get(public)).status_code == 200
        await world.answered(number)
        assert (await world.intake.http.get(public)).status_code == 200, "the clock ran, the answer came"

        assert (await world.intake.citizen(receipt, "erasure")).status_code == 202
        await world.settle()

        assert await Sweep(world.intake.folder, world.intake.attachments, older=-1).sweep() == 3
        assert world.intake.folder.files == {}
        for reader in (public, f"/v1/posts/{number}/attachments/{paper['id']}"):
            assert (await world.intake.http.get(reader)).status_code == 404
        assert (await world.intake.staff_get("clerk", "housing", case)).status_code == 404
        subject, kept = await world.intake.door.case(number)
        assert (standing(kept), kept.sealed_attachments) == ("erased", b"")
        assert await world.intake.keys.texts(None, [subject]) == {}
        said = [type(fact) for fact in world.said("posts")]
        assert [each for each in said if each is not PostReceived] == [PostHeld, PostReleased, CitizenErased]


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_bus_carries_what_a_file_is_and_neither_file_nor_key_nor_what_its_name_gives_away(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        await _posted(world)
        await world.settle()

        [fact] = [fact for fact in world.said("posts") if isinstance(fact, PostReceived)]
        records = [encode(event).value for event in world.bus.log.events("posts")]

        assert [file.name for file in fact.attachments] == [f"{'*' * 11}.jpg", f"{'*' * 11}.pdf"]
        assert {file for one in fact.attachments for file in (one.id, one.small) if file} == set(
            world.intake.folder.files
        )
        for record in records:
            assert len(record) < 4_000
            assert personal(record.decode()) == []
            assert PDF not in record
            assert CAMERA not in record
