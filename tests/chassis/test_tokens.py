"""Whose word a service takes for who somebody is, and for how long."""

import time
from pathlib import Path
from typing import Any

import jwt
import pytest

from chassis.problem import HttpRefused
from chassis.tokens import AUDIENCE, LONGEST_LIFE_SECONDS, Staff, Verifier, make_keys, sign

CLERK = Staff("c1", "water", "clerk")


@pytest.fixture
def keys(tmp_path: Path) -> tuple[bytes, bytes]:
    make_keys(tmp_path / "private", tmp_path / "public")
    return (tmp_path / "private").read_bytes(), (tmp_path / "public").read_bytes()


def signed(key: bytes, **claims: Any) -> str:
    now = int(time.time())
    said = {"sub": "c1", "department": "water", "role": "clerk", "aud": AUDIENCE, "iat": now, "exp": now + 60}
    said |= claims
    return "Bearer " + jwt.encode(
        {name: value for name, value in said.items() if value is not None}, key, algorithm="EdDSA"
    )


def test_a_token_that_was_signed_for_a_day_opens(keys: tuple[bytes, bytes]) -> None:
    private, public = keys

    assert Verifier(public).staff(f"Bearer {sign(private, CLERK, LONGEST_LIFE_SECONDS)}") == CLERK


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) + 100 * 365 * 86400},
        {"exp": int(time.time()) + LONGEST_LIFE_SECONDS + 3600},
        {"iat": int(time.time()) + 3600, "exp": int(time.time()) + 7200},
        {"iat": None},
        {"exp": None},
        {"exp": int(time.time()) - 1},
        {"exp": "never"},
        {"iat": "now"},
        {"role": "king"},
        {"aud": "others"},
        {"department": None},
    ],
)
def test_a_token_of_more_than_a_day_or_without_its_times_opens_nothing(
    keys: tuple[bytes, bytes], claims: dict[str, Any]
) -> None:
    private, public = keys

    with pytest.raises(HttpRefused) as refused:
        Verifier(public).staff(signed(private, **claims))

    assert refused.value.status == 401


def test_a_token_that_was_known_ends_when_it_says(keys: tuple[bytes, bytes]) -> None:
    private, public = keys
    verifier, token = Verifier(public), signed(private, exp=int(time.time()) + 1)
    assert verifier.staff(token) == CLERK

    until = time.time() + 3
    with pytest.raises(HttpRefused):
        while time.time() < until:
            verifier.staff(token)
