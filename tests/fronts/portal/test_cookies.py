"""Cookies: read in a time that grows with their length, and forgotten by the browsers that keep them."""

import re
import time
from pathlib import Path

import pytest
from starlette.responses import Response

import fronts.portal
from fronts.portal.cookies import READ_LIMIT, Cookies
from tests.fronts.portal.alone import opened


async def test_a_cookie_of_quoted_backslashes_keeps_nobody_waiting() -> None:
    async with opened() as pages:
        started = time.process_time()
        answer = await pages.http.get("/follow", headers={"Cookie": 'wenzheng-look="' + '\\"' * 50_000 + '"'})

        assert answer.status_code == 200
        assert time.process_time() - started < 2


async def test_cookies_longer_than_any_browser_sends_are_none() -> None:
    async with opened() as pages:
        for length, elder in ((10, True), (READ_LIMIT, False)):
            sent = {"Cookie": f"wenzheng-look=elder; x={'x' * length}"}
            assert ('class="elder"' in (await pages.http.get("/follow", headers=sent)).text) == elder


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
