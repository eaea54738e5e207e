"""Many people send pictures at once: each waits for its turn, and none is given up for the others' sake."""

import asyncio
from pathlib import Path

import httpx2
import pytest

from fronts.wechat.core.conversation import Outcome, Picture
from fronts.wechat.gathering import AT_ONCE, OF_ONE, Gathering
from fronts.wechat.interface import Access, Interface
from fronts.wechat.media import Media
from services.notifier.gateway.app import Gateway, create
from services.notifier.gateway.arrivals import Arrivals
from tests.services.intake.files import picture

pytestmark = pytest.mark.medium

SLOW = 0.2
"""Seconds that the media server takes here."""


class Busy:
    """An intake that takes everything, and counts what comes at the same time."""

    def __init__(self) -> None:
        self.now: dict[str, int] = {}
        self.most = self.most_of_one = 0

    async def give(self, person: str, data: bytes) -> Outcome:
        self.now[person] = self.now.get(person, 0) + 1
        self.most = max(self.most, sum(self.now.values()))
        self.most_of_one = max(self.most_of_one, *self.now.values())
        await asyncio.sleep(SLOW)
        self.now[person] -= 1
        return Outcome(201, {"attachment": "t"})


async def test_pictures_wait_for_their_turn_and_none_is_given_up_for_it(tmp_path: Path) -> None:
    gateway, intake = Gateway(Arrivals(tmp_path / "arrivals.jsonl"), key="right"), Busy()
    gateway.script.turn("media", "slow", SLOW)
    people = [f"p{n}" for n in range(6)]
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=create(gateway))) as http:
        media = Media(http, Access(http, Interface("http://wechat.example", "wx1", "right")), 8)
        gathering = Gathering(media, intake.give, seconds=5 * SLOW)

        outcomes = await asyncio.gather(
            *(
                gathering.fetched(
                    person, [Picture(f"{n}", gateway.media.keep(picture())) for n in range(5)], 30
                )
                for person in people
            )
        )

    assert [len(outcome.body["taken"]) for outcome in outcomes] == [5] * len(people)
    assert intake.most <= AT_ONCE
    assert intake.most_of_one <= OF_ONE
