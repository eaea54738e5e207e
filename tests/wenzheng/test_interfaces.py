"""`wenzheng interfaces`: one description of all services, each path with the address that answers it."""

from pathlib import Path

import pytest

from tests.interfaces import SERVICES, serving
from wenzheng.commands.interfaces import described
from wenzheng.stack.home import Trouble


@pytest.mark.medium
async def test_every_service_is_described_with_its_own_address(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        document = await described(served.addresses)

    assert [tag["name"] for tag in document["tags"]] == list(SERVICES)
    paths = {path: item["servers"][0]["url"] for path, item in document["paths"].items()}
    assert paths["/v1/posts"] == served.addresses["intake"]
    assert paths["/v1/deadlines/{number}"] == served.addresses["deadline"]
    assert paths["/v1/league"] == served.addresses["stats"]


async def test_a_service_that_is_away_is_named_and_no_half_document_is_printed() -> None:
    with pytest.raises(Trouble, match="does not answer"):
        await described({"intake": "http://127.0.0.1:9"})
