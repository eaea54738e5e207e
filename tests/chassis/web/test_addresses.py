"""An address that no database could keep is refused at the edge, however it is written."""

import asyncio
from typing import Any

import pytest

from chassis.problem import HttpRefused
from chassis.web.addresses import check_address
from chassis.web.methods import without_body


@pytest.mark.parametrize("part", ["raw_path", "query_string"])
@pytest.mark.parametrize(
    ("bad", "kind"),
    [(b"/v1/\xff", "not-utf8"), (b"/v1/%ff", "not-utf8"), (b"/v1/%00", "nul"), (b"/v1/\xe8%b7", "not-utf8")],
    ids=["raw bytes", "escaped bytes", "nul", "half a character"],
)
def test_bytes_that_are_no_text_are_refused_in_path_and_query_escaped_or_not(
    part: str, bad: bytes, kind: str
) -> None:
    scope: dict[str, Any] = {"path": "/v1", "raw_path": b"/v1", "query_string": b""} | {part: bad}

    with pytest.raises(HttpRefused) as refused:
        check_address(scope)

    assert (refused.value.status, refused.value.kind) == (400, kind)


@pytest.mark.parametrize("raw", [b"/v1/posts", "/v1/路灯".encode(), b"/v1/%E8%B7%AF"])
def test_an_address_in_utf8_is_taken_escaped_or_not(raw: bytes) -> None:
    check_address({"path": "/v1", "raw_path": raw, "query_string": raw})


async def test_under_head_a_route_hears_one_whole_body_of_nothing_and_then_that_the_client_is_gone() -> None:
    sent = asyncio.Event()
    receive = without_body(sent)

    assert await receive() == {"type": "http.request", "body": b"", "more_body": False}
    sent.set()
    assert (await receive())["type"] == "http.disconnect"
