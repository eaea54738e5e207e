"""Headers that are read by hand, each within its bounds."""

import time

import pytest

from chassis.failures import HttpRefused
from chassis.web.headers import bearer, cookie, idempotency_key


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
        started = time.perf_counter()
        for _ in range(100):
            cookie(header, "look")
        return time.perf_counter() - started

    seconds(1_000)

    assert seconds(100_000) < 1.0
