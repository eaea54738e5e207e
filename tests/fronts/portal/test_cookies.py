"""Cookies: read in a time that grows with their length, and forgotten by the browsers that keep them."""

import re
import time
from pathlib import Path

import pytest
from starlette.responses import Response

import fronts.portal
from fronts.portal.cookies import READ_LIMIT, Cookies, read
from tests.fronts.portal.alone import opened


def of(*headers: str) -> dict[str, str]:
    return read({"type": "http", "headers": [(b"cookie", each.encode("latin-1")) for each in headers]})


def test_cookies_are_read_as_they_were_sent() -> None:
    assert of('a=1; b="two"; c=; =x; d', "e=5=6") == {"a": "1", "b": "two", "c": "", "": "x", "e": "5=6"}
    assert of("a=1; a=2") == {"a": "1"}, "the first, which has the longer path"
    assert of() == {}


@pytest.mark.parametrize("evil", ['x="' + '\\"' * 8000 + '"', "=" * 16_000, ";" * 16_000, '"' * 16_000])
def test_what_is_sent_to_take_time_takes_none(evil: str) -> None:
    started = time.perf_counter()
    of(evil)
    assert time.perf_counter() - started < 0.05


def test_cookies_longer_than_any_browser_sends_are_none() -> None:
    assert of("a=1; b=" + "x" * READ_LIMIT) == {}


async def test_a_cookie_of_quoted_backslashes_keeps_nobody_waiting() -> None:
    async with opened() as pages:
        started = time.perf_counter()
        answer = await pages.http.get("/follow", headers={"Cookie": 'wenzheng-look="' + '\\"' * 50_000 + '"'})

        assert answer.status_code == 200
        assert time.perf_counter() - started < 1


@pytest.mark.parametrize("secure", [True, False])
def test_a_cookie_is_forgotten_with_the_marks_it_was_kept_with(secure: bool) -> None:
    cookies = Cookies(secure)
    kept, forgotten = Response(), Response()
    cookies.keep(kept, cookies.name("wenzheng-before"), "x")
    cookies.forget(forgotten, cookies.name("wenzheng-before"))

    for response in (kept, forgotten):
        said = response.headers["set-cookie"]
        assert said.startswith("__Host-wenzheng-before=" if secure else "wenzheng-before=")
        assert ("Secure" in said) == secure, "a browser ignores an order about `__Host-` that is not Secure"
        assert "HttpOnly" in said
    assert "Max-Age=0" in forgotten.headers["set-cookie"]


def test_nothing_but_one_module_reads_or_sets_cookies() -> None:
    other = re.compile(r"\.cookies\[|request\.cookies|SimpleCookie|\.set_cookie\(|\.delete_cookie\(")
    root = Path(fronts.portal.__file__).parent
    assert [
        str(file)
        for file in root.rglob("*.py")
        if file.name != "cookies.py" and other.search(file.read_text())
    ] == []
