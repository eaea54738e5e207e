"""Forms: bounded, UTF-8, and as long for the limit as for the page's counter."""

import time
from urllib.parse import quote_from_bytes

import pytest

from tests.fronts.portal.alone import opened

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("title=" + quote_from_bytes("路灯".encode("gbk")), 400),
        ("q=%ff&title=x", 400),
        (b"\xff\xfe=1", 400),
        ("title=a%00b", 400),
        ("&".join(f"a{n}=1" for n in range(2000)), 400),
        ("text=" + "x" * 200_000, 413),
    ],
)
async def test_what_is_no_form_in_utf_8_is_refused_with_a_sentence(body: str | bytes, status: int) -> None:
    async with opened() as pages:
        for path in ("/post", "/post/similar", "/follow", "/look"):
            answer = await pages.http.post(path, content=body, headers={"Content-Type": FORM})
            assert answer.status_code == status, path
            assert "提交的内容" in answer.text


async def test_another_kind_of_content_is_refused() -> None:
    async with opened() as pages:
        assert (await pages.http.post("/post", json={"title": "x"})).status_code == 415


async def test_ten_thousand_characters_in_two_hundred_lines_are_ten_thousand_characters() -> None:
    text = "\r\n".join(["字" * 49] * 200) + "尾"
    assert len(text.replace("\r\n", "\n")) == 10_000
    async with opened() as pages:
        answer = await pages.send(text=text, title="很长的帖子")

        assert answer.status_code == 303, answer.text


async def test_a_follow_up_of_two_thousand_characters_may_have_lines() -> None:
    async with opened() as pages:
        receipt = await pages.receipt()
        text = "\r\n".join(["字" * 19] * 100) + "尾"
        assert len(text.replace("\r\n", "\n")) == 2000
        form = {"number": receipt["number"], "code": receipt["query_code"], "act": "follow-ups", "text": text}

        assert (await pages.follow(form)).status_code == 200


@pytest.mark.parametrize("mark", ["\u0344", "\u0f73", "\u0300", "\ufdfa", "\u200b", "1", "〇", "😀"])
async def test_a_text_that_is_dear_to_make_normal_keeps_nobody_waiting(mark: str) -> None:
    text = "a" + mark * (40_000 // len(mark.encode()))
    async with opened() as pages:
        started = time.process_time()
        answer = await pages.http.post("/post/similar", data={"title": "abcd", "text": text})

        assert answer.status_code == 200
        assert time.process_time() - started < 0.5
