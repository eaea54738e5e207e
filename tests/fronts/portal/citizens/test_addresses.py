"""Limits count people: through the pages each citizen has their own, and nobody can borrow another's address."""

import tomllib
import uuid
from collections.abc import Iterator
from typing import Final

import httpx2
import pytest

from tests.patience import PATIENCE
from tests.stack import ROOT, Stack, running

pytestmark = pytest.mark.real

POSTS: Final[int] = tomllib.loads((ROOT / "cities/suqian/policy.toml").read_text())["rates"]["posts"]
"""A minute, for each client."""
GATEWAY: Final = "127.0.9.9"
"""Whom the portal of these tests believes."""


@pytest.fixture(scope="module")
def own() -> Iterator[Stack]:
    with running(settings={"WENZHENG_RATE_LIMITS": "true", "WENZHENG_FORWARDED_BY": GATEWAY}) as started:
        yield started


def _post(own: Stack, source: str, forwarded: str = "", key: str = "", text: str = "") -> httpx2.Response:
    """A post typed into the form by somebody whose connection comes from `source`."""
    form = {
        "kind": "complaint",
        "title": "路灯不亮",
        "text": text or f"第 {uuid.uuid4()} 盏路灯坏了。",
        "key": key or uuid.uuid4().hex,
        "send": "",
    }
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    transport = httpx2.HTTPTransport(local_address=source)
    with httpx2.Client(base_url=own.address("portal"), timeout=PATIENCE, transport=transport) as http:
        return http.post("/post", data=form, headers=headers)


def _statuses(own: Stack, source: str, count: int, forwarded: str = "") -> list[int]:
    return [_post(own, source, forwarded.format(n=n)).status_code for n in range(count)]


def test_who_posts_too_often_keeps_nobody_else_from_posting(own: Stack) -> None:
    statuses = _statuses(own, "127.0.1.1", POSTS + 3)

    assert statuses[:POSTS] == [303] * POSTS
    assert 429 in statuses[POSTS:]
    assert _statuses(own, "127.0.1.2", 2) == [303, 303]


def test_a_browser_that_claims_another_address_is_counted_by_its_own(own: Stack) -> None:
    statuses = _statuses(own, "127.0.2.1", POSTS + 3, forwarded="203.0.113.{n}")

    assert 429 in statuses[POSTS:]


def test_a_gateway_that_is_named_says_who_asks_and_its_clients_cannot_add_to_it(own: Stack) -> None:
    statuses = _statuses(own, GATEWAY, POSTS + 3, forwarded="198.51.100.{n}, 203.0.113.7")

    assert 429 in statuses[POSTS:]
    assert _statuses(own, GATEWAY, 2, forwarded="203.0.113.8") == [303, 303]


def test_a_form_repeated_from_another_address_is_the_same_post(own: Stack) -> None:
    key, text = uuid.uuid4().hex, "手机换了网络再提交一次。"

    first = _post(own, "127.0.3.1", key=key, text=text)
    again = _post(own, "127.0.3.2", key=key, text=text)

    assert first.status_code == again.status_code == 303
    assert _number(first) == _number(again)


def _number(page: httpx2.Response) -> str:
    return page.headers["location"].rpartition("/")[2]
