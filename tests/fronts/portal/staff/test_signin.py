"""Signing in: right and wrong passwords, locks, first passwords, one-time codes."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest

from chassis.tokens import Verifier, make_keys
from fronts.portal.staff import totp
from fronts.portal.staff.accounts import HASHER, AccountRefused, Accounts, check_password, new_password
from fronts.portal.staff.sessions import hashed
from fronts.portal.staff.signer import Signer
from fronts.portal.store import Account, Attempt
from tests.fronts.portal.staff.alone import Portal, running, signed_in

# -- one-time codes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238_appendix_b(at: int, expected: str) -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

    assert totp.code(secret, totp.step_of(at), digits=8) == expected


def test_a_code_holds_one_step_either_way_and_once() -> None:
    secret, now = totp.new_secret(), 1_800_000_000.0
    step = totp.step_of(now)

    assert totp.matching_step(secret, totp.code(secret, step), now, 0) == step
    assert totp.matching_step(secret, totp.code(secret, step - 1), now, 0) == step - 1
    assert totp.matching_step(secret, totp.code(secret, step), now, used=step) == 0
    assert totp.matching_step(secret, totp.code(secret, step - 2), now, 0) == 0
    assert totp.matching_step(secret, "", now, 0) == 0
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in totp.code(secret, step))
    assert totp.matching_step(secret, f" {wide[:3]} {wide[3:]}", now, 0) == step


def test_first_passwords_differ_and_weak_ones_are_refused() -> None:
    passwords = {new_password() for _ in range(200)}

    assert len(passwords) == 200
    assert all(re.fullmatch(r"(?:[a-z2-9]{5}-){3}[a-z2-9]{5}", one) for one in passwords)
    for weak in ("short", "aaaaaaaaaaaa", "my-zhang-password", "x" * 129, "password123", "1234567890"):
        with pytest.raises(AccountRefused):
            check_password(weak, "zhang")
    for password in passwords:
        check_password(password, "zhang")


def test_a_token_for_services_names_the_person_and_is_short_lived(tmp_path: Path) -> None:
    make_keys(tmp_path / "private", tmp_path / "public")
    account = Account("zhang", "张三", "transport", "clerk", "local")

    token = Signer((tmp_path / "private").read_bytes()).token(account.staff)

    staff = Verifier((tmp_path / "public").read_bytes()).staff(f"Bearer {token}")
    assert (staff.person, staff.department, staff.role) == ("zhang", "transport", "clerk")
    import jwt

    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 60


# -- passwords ----------------------------------------------------------------------------------


@pytest.mark.real
def test_the_right_password_opens_a_session_the_wrong_one_none(portal: Portal) -> None:
    password = portal.add()

    assert portal.person().sign_in("zhang", "wrong password").status == 401
    assert portal.person().sign_in("nobody", password).status == 401
    person = portal.person()
    assert signed_in(person.sign_in("zhang", password))
    assert signed_in(person.open("/staff/cases"))


@pytest.mark.real
def test_nothing_secret_is_stored_as_it_is(portal: Portal) -> None:
    password = portal.add()
    person = portal.person()
    person.sign_in("zhang", password)

    token = person.http.cookies["wenzheng"]
    stored = portal.sql("select token_hash from session")
    assert [row["token_hash"] for row in stored] == [hashed(token)]
    kept = str(portal.sql("select * from account") + portal.sql("select * from session"))
    assert password not in kept
    assert token not in kept
    assert "$argon2id$" in kept
    assert len(token) >= 43


@pytest.mark.real
def test_whoever_steals_the_hashes_pays_for_each_guess(portal: Portal) -> None:
    portal.accounts(lambda accounts: accounts.add("li", "李四", "transport", "clerk"), HASHER)
    [row] = portal.sql("select password from account where person = 'li'")

    # RFC 9106, section 4, second recommendation: 64 MiB, three passes.
    assert row["password"].startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.real
def test_five_wrong_tries_lock_the_account_for_a_quarter_of_an_hour(portal: Portal) -> None:
    password = portal.add()
    person = portal.person()
    refused = [person.sign_in("zhang", f"wrong {n}") for n in range(5)]

    assert [page.status for page in refused] == [401] * 5
    locked = person.sign_in("zhang", password)
    unknown = portal.person().sign_in("nobody", password)
    assert locked.status == 401
    assert locked.text.replace("zhang", "") == unknown.text.replace("nobody", "")
    portal.now.at += timedelta(minutes=14, seconds=59)
    assert person.sign_in("zhang", password).status == 401
    portal.now.at += timedelta(seconds=1)
    assert signed_in(person.sign_in("zhang", password))


@pytest.mark.real
def test_a_right_try_forgets_the_wrong_ones(portal: Portal) -> None:
    password = portal.add()
    for _ in range(3):
        person = portal.person()
        for n in range(4):
            person.sign_in("zhang", f"wrong {n}")
        assert signed_in(person.sign_in("zhang", password))


@pytest.mark.real
def test_tries_at_the_same_time_do_not_exceed_the_limit(portal: Portal) -> None:
    portal.add()

    async def storm(accounts: Accounts) -> list[Attempt | None]:
        store = accounts._store
        return await asyncio.gather(
            *(store.attempt("zhang", "198.51.100.1", False, portal.now()) for _ in range(40))
        )

    assert sum(found is not None for found in portal.accounts(storm)) == 5


@pytest.mark.real
def test_a_given_password_opens_only_the_page_where_it_is_changed(portal: Portal) -> None:
    given = portal.add(must_change=True)
    person = portal.person()
    page = person.sign_in("zhang", given)

    assert page.path == "/staff/password"
    assert person.open("/staff/cases").path == "/staff/password"
    own = "一个 长 的 新密码 2026"
    wrong = person.submit(page, "/staff/password", old=given, new=own, again=own + "x")
    assert wrong.status == 422
    before = person.http.cookies["wenzheng"]
    assert signed_in(person.submit(page, "/staff/password", old=given, new=own, again=own))
    assert person.http.cookies["wenzheng"] != before
    assert portal.person().sign_in("zhang", given).status == 401
    assert signed_in(portal.person().sign_in("zhang", own))


@pytest.mark.real
def test_a_reset_ends_sessions_locks_and_the_second_factor(portal: Portal) -> None:
    person, page = portal.person(), portal.person().sign_in("zhang", portal.add())
    assert page.status == 503
    portal.sql("update account set totp_bound = true, locked_until = now() + interval '1 day'")
    given = portal.accounts(lambda accounts: accounts.reset("zhang"))

    assert portal.sql("select 1 from session") == []
    assert person.sign_in("zhang", given).path == "/staff/password"


# -- the second factor --------------------------------------------------------------------------


@pytest.mark.real
def test_who_must_have_a_second_factor_binds_it_first_and_then_needs_it(dsn: str, tmp_path: Path) -> None:
    with running(dsn, tmp_path) as portal:
        password = portal.add()
        person = portal.person()
        page = person.sign_in("zhang", password)
        assert page.path == "/staff/enrol"
        assert person.open("/staff/cases").path == "/staff/enrol"
        picture = person.open("/staff/enrol/code.svg")
        assert picture.headers["content-type"] == "image/svg+xml"
        assert "<svg" in picture.source
        assert "style" not in picture.source
        found = re.search(r"<code>([A-Z2-7 ]+)</code>", page.source)
        assert found is not None
        secret = found[1].replace(" ", "")
        stored = portal.sql("select totp from account")[0]["totp"]
        assert secret.encode() not in stored

        def code() -> str:
            return totp.code(secret, totp.step_of(portal.now.at.timestamp()))

        wrong = f"{(int(code()) + 1) % 10**6:06d}"
        assert person.submit(page, "/staff/enrol", code=wrong).status == 422
        assert signed_in(person.submit(page, "/staff/enrol", code=code()))
        assert person.open("/staff/enrol").status == 409 or person.open("/staff/enrol").path != "/staff/enrol"
        assert portal.person().sign_in("zhang", password).status == 401
        assert portal.person().sign_in("zhang", password, code()).status == 401, "each code holds once"
        portal.now.at += timedelta(seconds=30)
        assert signed_in(portal.person().sign_in("zhang", password, code()))
