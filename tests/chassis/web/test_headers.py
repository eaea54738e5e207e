"""Headers that are read by hand, each within its bounds."""

import time

import pytest

from chassis.web.headers import bearer, cookie


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_scheme_of_an_authorization_is_read_in_any_case(scheme: str) -> None:
    assert bearer(f"{scheme} abc.def") == "abc.def"


@pytest.mark.parametrize("given", [None, "", "Bearer", "Basic abc", "abc", "Bearerabc"])
def test_another_scheme_is_no_token(given: str | None) -> None:
    assert bearer(given) == ""


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
