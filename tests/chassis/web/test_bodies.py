"""Bodies as people and their programs send them: charsets, byte order marks, types, and what cannot be stored."""

from collections.abc import AsyncIterator
from typing import Any, Literal

import pytest
from msgspec import Struct

from chassis.web.bodies import BODY_LIMIT, decode_body
from contracts.decision import Refused
from tests.chassis.web.service import client

BOTH = pytest.mark.parametrize("path", ["/v1/notes", "/v1/hot"])
JSON = '{"text": "路灯不亮"}'


async def sent(path: str, content: bytes, content_type: str | None) -> Any:
    headers = {"Content-Type": content_type} if content_type is not None else {}
    async with client() as notes:
        return await notes.post(path, content=content, headers=headers)


@BOTH
@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (JSON.encode(), "application/json"),
        (JSON.encode(), "application/json; charset=UTF-8"),
        (JSON.encode(), 'Application/JSON;charset="utf8"'),
        (JSON.encode(), "application/vnd.api+json"),
        (JSON.encode(), None),
        (JSON.encode("utf-8-sig"), "application/json"),
        (JSON.encode("gbk"), "application/json; charset=gbk"),
        (JSON.encode("gb18030"), "application/json; charset=GB18030"),
        (JSON.encode("utf-16"), "application/json; charset=utf-16"),
    ],
)
async def test_json_is_read_in_the_charset_it_names(
    path: str, content: bytes, content_type: str | None
) -> None:
    answer = await sent(path, content, content_type)

    assert (answer.status_code, answer.text) == (202, "路灯不亮")


@BOTH
@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "x",
        "application/json; charset=latin-9",
        "application/json; charset=rot13",
        ";",
    ],
)
async def test_what_is_no_json_is_refused_as_a_type(path: str, content_type: str) -> None:
    answer = await sent(path, JSON.encode(), content_type)

    assert answer.status_code == 415
    assert "application/json" in answer.json()["detail"] or "UTF-8" in answer.json()["detail"]


@BOTH
@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (JSON.encode("gbk"), "application/json"),
        (b'{"text": "\xff"}', "application/json"),
        (JSON.encode(), "application/json; charset=us-ascii"),
        (b'{"text": "\x80\x80"}', "application/json; charset=gbk"),
        (b'{"text": "\\u0000"}', "application/json"),
        (b'{"text": "\\\\\\u0000"}', "application/json"),
        (b'{"text": "\x00"}', "application/json"),
        (b"", "application/json"),
    ],
)
async def test_bytes_that_are_not_what_they_say_are_a_bad_request(
    path: str, content: bytes, content_type: str
) -> None:
    assert (await sent(path, content, content_type)).status_code == 400


@BOTH
@pytest.mark.parametrize("content", [rb'{"text": "\\u0000"}', rb'{"text": "\\\\u0000"}'])
async def test_a_text_that_speaks_of_nul_may_be_stored(path: str, content: bytes) -> None:
    assert (await sent(path, content, "application/json")).status_code == 202


@BOTH
async def test_a_body_beyond_256_kib_is_too_long(path: str) -> None:
    answer = await sent(path, b'{"text": "' + b"a" * 262_144 + b'"}', "application/json")

    assert answer.status_code == 413


def test_a_long_run_of_backslashes_costs_one_look() -> None:
    body = b'{"text": "' + b"\\\\" * 32_000 + b'\\u000"}'

    with pytest.raises(Refused):
        decode_body(body, dict[str, str])


class Coloured(Struct):
    colour: Literal["red", "green"]


def test_who_chooses_what_is_not_offered_is_told_what_is() -> None:
    with pytest.raises(Refused) as refused:
        decode_body(b'{"colour": "blue"}', Coloured)

    assert [(error.field, error.reason) for error in refused.value.errors] == [
        ("colour", "应为 green、red 之一")
    ]


@BOTH
async def test_of_a_body_that_does_not_say_its_length_no_more_is_kept_than_of_one_that_does(
    path: str,
) -> None:
    async def parts(size: int) -> AsyncIterator[bytes]:
        yield b'{"text": "'
        for _ in range(size // 1_000):
            yield b"a" * 1_000

    async with client() as http:
        answers = [
            await http.post(path, content=parts(size), headers={"Content-Type": "application/json"})
            for size in (BODY_LIMIT - 2_000, BODY_LIMIT + 2_000)
        ]

    # The first is no JSON, which is found out once it is there.
    assert [answer.status_code for answer in answers] == [400, 413]
