"""Who takes part is counted as a person (注册): whoever signs a post or a voice, once, and nobody who signs nothing."""

from pathlib import Path

from services.stats.store import MemoryFigures
from tests.journeys.world import World

AUTHOR, NEIGHBOUR = "13800000001", "13800000002"


async def test_authors_and_supporters_who_sign_are_people_and_each_is_one(tmp_path: Path) -> None:
    async with World(1, "2026-03-02T10:00", tmp_path).open() as world:
        figures = MemoryFigures(world.figures, world.cells)
        number = (await world.intake.post(contact={"phone": AUTHOR})).json()["number"]
        counted = []
        for n, contact in enumerate(({}, {"phone": AUTHOR}, {"phone": NEIGHBOUR}, {"phone": NEIGHBOUR})):
            async with world.intake.from_address(f"203.0.113.{n}") as neighbour:
                path = f"/v1/posts/{number}/supports"
                answer = await neighbour.post(path, json=contact, headers=world.intake.key())
            assert answer.status_code == 202, answer.text
            await world.settle()
            counted.append(await figures.citizens())
        shown = (await world.intake.http.get(f"/v1/posts/{number}")).json()["supports"]

    assert counted == [1, 1, 2, 2]
    assert shown == 3, "a voice that nobody signed is heard all the same"
