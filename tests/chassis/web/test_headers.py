"""Headers that are read by hand, each within its bounds."""

import time

import pytest

from chassis.problem import HttpRefused
from chassis.web.headers import (
    accepts_json,
    bearer,
    cookie,
    idempotency_key,
    with_defaults,
    without_cookies,
)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_scheme_of_an_authorization_is_read_in_any_case(scheme: str) -> None:
    assert bearer(f"{scheme} abc.def") == "abc.def"


@pytest.mark.parametrize("given", [None, "", "Bearer", "Basic abc", "abc", "Bearerabc"])
def test_another_scheme_is_no_token(given: str | None) -> None:
    assert bearer(given) == ""


@pytest.mark.parametrize("key", ["!", "~", "a" * 64, "0d4f6c1e-8f2b-4a51-9c56-6a6ab0f4b7aa"])
def test_an_idempotency_key_is_up_to_64_visible_characters(key: str) -> None:
    assert idempotency_key(key) == key


@pytest.mark.parametrize("key", [None, "", "a" * 65, "a b", "a\x7f", "a\t", "钥匙", "é"])
def test_what_is_no_idempotency_key_is_refused(key: str | None) -> None:
    with pytest.raises(HttpRefused) as refused:
        idempotency_key(key)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("look=large", "large"),
        ("a=1; look=large; b=2", "large"),
        ("xlook=1;look=2", "2"),
        ("a=1", ""),
        ("", ""),
    ],
)
def test_a_cookie_is_found_by_its_name(header: str, value: str) -> None:
    assert cookie(header, "look") == value


def test_a_hostile_cookie_takes_no_longer_than_its_length() -> None:
    def seconds(quotes: int) -> float:
        header = 'look="' + '\\"' * quotes + '"'
        started = time.process_time()
        for _ in range(100):
            cookie(header, "look")
        return time.process_time() - started

    seconds(1_000)

    assert seconds(100_000) < 1.0


@pytest.mark.parametrize(
    "accept",
    [
        b"",
        b"  ",
        b"*/*",
        b"application/*",
        b"Application/JSON",
        b"text/html, application/json;q=0.1",
        b"text/event-stream",
        b"application/json; q=1.0; level=0",
        b"application/json;q=0.001",
    ],
)
def test_who_takes_what_interfaces_answer_is_answered(accept: bytes) -> None:
    assert accepts_json(accept)


@pytest.mark.parametrize(
    "accept", [b"image/png", b"application/json;q=0", b"application/json; Q=0.000, image/*", b"json", b"/"]
)
def test_who_takes_nothing_of_what_interfaces_answer_is_told_so(accept: bytes) -> None:
    """RFC 9110, 12.5.1: a weight of 0 is *not acceptable*."""
    assert not accepts_json(accept)


def test_of_the_headers_only_the_cookies_are_kept_from_who_would_read_them_all() -> None:
    sent = [(b"host", b"a"), (b"cookie", b"look=large"), (b"x", b"cookie"), (b"cookie", b"b=1")]

    assert without_cookies(sent) == [(b"host", b"a"), (b"x", b"cookie")]


ALWAYS = {b"x-content-type-options", b"referrer-policy", b"vary"}


def added(
    given: list[tuple[bytes, bytes]], status: int = 200, known: bool = False, https: bool = False
) -> dict[bytes, bytes]:
    return dict(with_defaults(given, status, known, https))


@pytest.mark.parametrize(
    ("status", "known", "kept_nowhere"),
    [
        (200, False, False),
        (304, False, False),
        (399, False, False),
        (200, True, True),
        (400, False, True),
        (503, False, True),
    ],
)
def test_no_cache_keeps_what_was_answered_to_somebody_known_or_what_went_wrong(
    status: int, known: bool, kept_nowhere: bool
) -> None:
    found = added([(b"content-type", b"application/json")], status, known)

    assert found.keys() >= ALWAYS
    assert found[b"content-type"] == b"application/json"
    assert (found.get(b"cache-control") == b"private, no-store") is kept_nowhere


def test_what_a_route_has_said_about_caches_stays_unless_it_is_known_who_asks() -> None:
    said = [(b"cache-control", b"max-age=60"), (b"x", b"1")]

    assert added(said)[b"cache-control"] == b"max-age=60"
    assert added(said, status=404)[b"cache-control"] == b"max-age=60"
    assert added(said, known=True)[b"cache-control"] == b"private, no-store"
    assert [name for name, _ in with_defaults(said, 200, True, False)].count(b"cache-control") == 1


def test_what_a_route_has_said_itself_is_not_said_twice_save_by_what_the_answer_varies() -> None:
    said = [(b"referrer-policy", b"no-referrer"), (b"vary", b"x-own")]
    names = [name for name, _ in with_defaults(said, 200, False, False)]

    assert (names.count(b"referrer-policy"), names.count(b"vary")) == (1, 2)


def test_only_where_tls_ends_here_is_a_browser_told_to_use_nothing_else() -> None:
    assert b"strict-transport-security" in added([], https=True)
    assert b"strict-transport-security" not in added([], https=False)
