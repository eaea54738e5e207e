"""A post with pictures, from the telephone to the erasure, on the memory bus: nobody but intake ever meets the files."""

from pathlib import Path
from typing import Any

import pytest

from contracts.codec import encode
from contracts.posts import CitizenErased, PostHeld, PostReceived, PostReleased
from contracts.replies import PartWritten
from services.intake.core.visibility import standing
from services.intake.store import Sweep
from tests.journeys.world import World
from tests.services.intake.files import CAMERA, PDF, picture
from wenzheng.audit.eyes import personal

SEEDS = range(8)
PHONE = "13812345678"
FILES = ((picture(), f"{PHONE}.jpg"), (PDF, f"{PHONE}.pdf"))


async def _ticket(world: World, data: bytes, name: str) -> str:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    given = await world.intake.http.post("/v1/attachments", content=data, headers=headers)
    assert given.status_code == 201, given.text
    return str(given.json()["attachment"])


async def _posted(world: World, **fields: Any) -> dict[str, Any]:
    """The receipt of a post with a picture and a paper, each called by a telephone number."""
    tickets = [await _ticket(world, data, name) for data, name in FILES]
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
async def test_a_paper_of_an_assisting_unit_goes_to_the_citizen_with_the_leads_reply_alone(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        receipt = (await world.intake.post(contact={"phone": PHONE})).json()
        number = receipt["number"]
        await world.assigned_to(number, "housing")
        named = {"department": "housing", "assisting": ["transport"], "reason": "小区门前"}
        await world.act("supervisor", number, "assignment", named, unit="supervision")
        await world.act("clerk", number, "acceptance")
        tickets = [await _ticket(world, data, name) for data, name in FILES]
        part = {"text": "门前道路本周修复。", "attachments": tickets}
        await world.act("clerk", number, "parts", part, unit="transport")
        case = (await world.intake.staff_get("clerk", "housing", f"cases/{number}")).json()
        picture_of_it, paper = case["written_parts"][0]["attachments"]
        public = [f"/v1/posts/{number}/attachments/{one['id']}" for one in (picture_of_it, paper)]
        assert [(await world.intake.http.get(path)).status_code for path in public] == [404, 404]
        body = {"text": "本周修复,方案见附件。", "kept": [paper["id"]]}
        reply = (await world.act("clerk", number, "replies", body))["reply_id"]
        await world.act("leader", number, f"replies/{reply}/approval")
        await world.settle()

        assert [(await world.intake.http.get(path)).status_code for path in public] == [404, 200]
        facts = [fact for fact in world.said("replies") if isinstance(fact, PartWritten)]
        assert [[one.name for one in fact.attachments] for fact in facts] == [
            [f"{'*' * 11}.jpg", f"{'*' * 11}.pdf"]
        ]
        for event in world.bus.log.events("replies"):
            record = encode(event).value
            assert personal(record.decode()) == []
            assert PDF not in record
            assert CAMERA not in record

        assert (await world.intake.citizen(receipt, "erasure")).status_code == 202
        await world.settle()
        assert await Sweep(world.intake.folder, world.intake.attachments, older=-1).sweep() == 3
        assert [(await world.intake.http.get(path)).status_code for path in public] == [404, 404]


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
