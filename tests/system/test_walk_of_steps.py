"""The steps of `docs/walk.md` name what there is: facts that are said, and addresses that answer."""

import re
from pathlib import Path

import httpx2

from contracts.topics import TOPICS
from tests.interfaces import edges
from tests.journeys.world import World

WALK = (Path(__file__).resolve().parents[2] / "docs" / "walk.md").read_text(encoding="utf-8")
STEPS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in WALK.partition("| Step |")[2].partition("##")[0].splitlines()
    if line.startswith("| ")
]
FACTS = {fact.__name__ for topic in TOPICS for fact in topic.facts}


def addresses(text: str) -> set[str]:
    """Addresses of interfaces in a text, without queries, every name in braces alike; `…` where the beginning is left out."""
    quoted = (part.split("?")[0].split()[-1] for part in re.findall(r"`([^`]+)`", text))
    return {
        re.sub(r"{\w+}", "{}", address) for address in quoted if re.match(r"(…/|/v1/)[\w{}/-]+$", address)
    }


def test_every_fact_of_a_step_is_one_that_is_said() -> None:
    said = {name for step in STEPS for name in re.findall(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b", step[2])}

    assert len(said) > 100
    assert said - FACTS == set()


async def test_every_address_of_a_step_is_one_of_an_interface(tmp_path: Path) -> None:
    there = set[str]()
    for edge in edges(World(1, "2026-03-02T10:00", tmp_path)).values():
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=edge), base_url="http://x") as http:
            paths = (await http.get("/openapi.json")).json()["paths"]
        there |= {re.sub(r"{\w+}", "{}", path) for path in paths}

    named = set[str]().union(*(addresses(step[1]) for step in STEPS))
    assert len(named) > 80
    assert [
        address for address in sorted(named) if not any(path.endswith(address.lstrip("…")) for path in there)
    ] == []
