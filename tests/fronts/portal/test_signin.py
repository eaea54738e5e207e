"""Signing in: right and wrong passwords, locks, sessions and their ends, forged forms, codes, the city's provider."""

import asyncio
import re
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest
import uvicorn

from chassis.tokens import Verifier, make_keys
from city.profile import Profile
from fronts.portal.__main__ import create
from fronts.portal.schema.migrate import migrate
from fronts.portal.staff import totp
from fronts.portal.staff.accounts import Accounts, Unfit, check_password, new_password
from fronts.portal.staff.desk import Signer
from fronts.portal.staff.sessions import hashed
from fronts.portal.staff.settings import StaffSettings
from fronts.portal.staff.staff_pages import derived
from fronts.portal.store import Account, Store
from tests.fronts.portal.person import Page, Person
from tests.fronts.portal.provider import CLIENT, SECRET, Provider, provider
from tests.postgres import server
from wenzheng.stack.home import CITY

T = TypeVar("T")
SECRET_BYTES = b"a shared secret for tests only"


class Hands:
    """Real time, as the test moves it."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at


class Portal:
    """A portal of its own on a database of its own; no service answers behind it."""

    def __init__(self, dsn: str, folder: Path, **settings: Any) -> None:
        self.now = Hands()
        self.dsn = dsn
        secret = folder / "shared"
        secret.write_bytes(SECRET_BYTES)
        make_keys(folder / "private.pem", folder / "public.pem")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.settings = StaffSettings(
            city=CITY,
            database=dsn,
            http_port=self.port,
            secret_file=secret,
            token_private_key_file=folder / "private.pem",
            services='{"intake": "http://127.0.0.1:9", "stats": "http://127.0.0.1:9", "router": "http://127.0.0.1:9"}',
            **settings,
        )
        self.address = f"http://127.0.0.1:{self.port}"

    def person(self) -> Person:
        """A browser nobody has used yet."""
        return Person(self.address)

    def sql(self, statement: str, *values: object) -> list[Any]:
        """Look into the schema."""

        async def run() -> list[Any]:
            connection = await asyncpg.connect(self.dsn, server_settings={"search_path": "portal"})
            try:
                return list(await connection.fetch(statement, *values))
            finally:
                await connection.close()

        return asyncio.run(run())

    def accounts(self, work: Callable[[Accounts], Awaitable[T]]) -> T:
        """What the command does."""

        async def run() -> T:
            store = Store()
            await store.connect(self.dsn)
            try:
                return await work(Accounts(store, PROFILE, derived(SECRET_BYTES, b"totp"), self.now))
            finally:
                await store.close()

        return asyncio.run(run())

    def add(self, person: str = "zhang", role: str = "clerk", must_change: bool = False) -> str:
        """An account; its password."""
        unit = "supervision" if role == "supervisor" else "transport"
        return self.accounts(lambda accounts: accounts.add(person, "张三", unit, role, must_change))


PROFILE = Profile.load(CITY)


@pytest.fixture(scope="module")
def dsn() -> Iterator[str]:
    with server() as found:
        yield found


@contextmanager
def running(dsn: str, folder: Path, **settings: Any) -> Iterator[Portal]:
    """A portal that answers."""

    async def prepare() -> str:
        name = f"portal_{time.monotonic_ns()}"
        connection = await asyncpg.connect(dsn)
        await connection.execute(f"create database {name}")
        await connection.close()
        own = f"{dsn.rsplit('/', 1)[0]}/{name}"
        connection = await asyncpg.connect(own)
        await connection.execute("create schema portal")
        await connection.close()
        await migrate(own)
        await migrate(own)
        return own

    portal = Portal(asyncio.run(prepare()), folder, **settings)
    config = uvicorn.Config(
        create(portal.settings, portal.now),
        port=portal.port,
        log_config=None,
        access_log=False,
        lifespan="on",
    )
    answering = uvicorn.Server(config)
    thread = threading.Thread(target=answering.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not answering.started:
        assert time.monotonic() < until
        time.sleep(0.02)
    try:
        yield portal
    finally:
        answering.should_exit = True
        thread.join(20)


@pytest.fixture
def portal(dsn: str, tmp_path: Path) -> Iterator[Portal]:
    with running(dsn, tmp_path, totp_required=False) as found:
        yield found


def signed_in(page: Page) -> bool:
    """The services behind are away, so the first page says so: but to somebody it knows."""
    return "张三" in page.text and page.path != "/staff/sign-in"


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
    assert totp.matching_step(secret, "１２３４５６", now, 0) == 0


def test_first_passwords_differ_and_weak_ones_are_refused() -> None:
    made = {new_password() for _ in range(200)}

    assert len(made) == 200
    assert all(re.fullmatch(r"(?:[a-z2-9]{5}-){3}[a-z2-9]{5}", one) for one in made)
    for weak in ("short", "aaaaaaaaaaaa", "my-zhang-password", "x" * 129):
        with pytest.raises(Unfit):
            check_password(weak, "zhang")


def test_a_token_for_services_names_the_person_and_is_short_lived(tmp_path: Path) -> None:
    make_keys(tmp_path / "private", tmp_path / "public")
    account = Account("zhang", "张三", "transport", "clerk", "local")

    token = Signer((tmp_path / "private").read_bytes()).token(account)

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

    async def storm(accounts: Accounts) -> list[Account | None]:
        store = accounts._store
        return await asyncio.gather(*(store.attempt("zhang", portal.now()) for _ in range(40)))

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


# -- sessions -----------------------------------------------------------------------------------


@pytest.mark.real
def test_a_session_ends_after_eight_idle_hours_and_after_twelve_in_any_case(portal: Portal) -> None:
    password = portal.add()
    idle, busy = portal.person(), portal.person()
    idle.sign_in("zhang", password)
    busy.sign_in("zhang", password)
    portal.now.at += timedelta(hours=7, minutes=59)
    assert signed_in(busy.open("/staff/cases"))
    portal.now.at += timedelta(minutes=1)

    assert idle.open("/staff/cases").path == "/staff/sign-in"
    assert signed_in(busy.open("/staff/cases"))
    portal.now.at += timedelta(hours=3, minutes=59)
    assert signed_in(busy.open("/staff/cases"))
    portal.now.at += timedelta(minutes=1)
    assert busy.open("/staff/cases").path == "/staff/sign-in"


@pytest.mark.real
def test_signing_out_ends_the_session_on_the_server(portal: Portal) -> None:
    password = portal.add()
    person = portal.person()
    page = person.sign_in("zhang", password)
    token = person.http.cookies["wenzheng"]
    assert person.submit(page, "/staff/sign-out").path == "/staff/sign-in"

    thief = portal.person()
    thief.http.cookies.set("wenzheng", token)
    assert thief.open("/staff/cases").path == "/staff/sign-in"


@pytest.mark.real
def test_an_account_that_is_disabled_or_moved_is_so_at_once(portal: Portal) -> None:
    password = portal.add()
    person = portal.person()
    person.sign_in("zhang", password)
    portal.sql("update account set role = 'leader'")
    assert "分管领导" in person.open("/staff/cases").text
    portal.sql("update account set disabled = true")

    assert person.open("/staff/cases").path == "/staff/sign-in"
    assert person.sign_in("zhang", password).status == 401


@pytest.mark.real
def test_cookies_are_for_this_site_alone_and_for_no_script(dsn: str, portal: Portal, tmp_path: Path) -> None:
    def cookie(found: Portal) -> str:
        password = found.add()
        person = found.person()
        page = person.open("/staff/sign-in")
        fields = dict(page.form("/staff/sign-in").fields) | {"person": "zhang", "password": password}
        # A secure cookie is not sent back over plain HTTP: it is put by hand, as a browser on TLS would.
        sent = {"Cookie": page.headers["set-cookie"].split(";")[0]}
        answer = person.http.post("/staff/sign-in", data=fields, headers=sent, follow_redirects=False)
        return next(one for one in answer.headers.get_list("set-cookie") if "-before" not in one)

    local = cookie(portal)
    assert re.search(r"^wenzheng=.{43}; HttpOnly; Path=/; SameSite=strict$", local)
    (tmp_path / "tls").mkdir()
    with running(dsn, tmp_path / "tls", totp_required=False, portal_address="https://wz.example") as public:
        assert re.search(
            r"^__Host-wenzheng=.{43}; HttpOnly; Path=/; SameSite=strict; Secure$", cookie(public)
        )


@pytest.mark.real
def test_a_form_without_the_sessions_token_changes_nothing(portal: Portal) -> None:
    password = portal.add()
    person = portal.person()
    page = person.sign_in("zhang", password)
    other = portal.person()
    foreign = dict(other.sign_in("zhang", password).form("/staff/sign-out").fields)["form"]

    for form in ("", "x", foreign, person.http.cookies["wenzheng"]):
        assert person.post("/staff/sign-out", {"form": [form]}).status == 403
    assert person.post("/staff/sign-out", {}).status == 403
    assert signed_in(person.open("/staff/cases"))
    assert dict(page.form("/staff/sign-out").fields)["form"] != foreign


@pytest.mark.real
def test_a_sign_in_form_of_another_browser_is_refused(portal: Portal) -> None:
    password = portal.add()
    foreign = dict(portal.person().open("/staff/sign-in").form("/staff/sign-in").fields)["form"]
    person = portal.person()
    person.open("/staff/sign-in")
    typed = {"person": ["zhang"], "password": [password], "form": [foreign]}

    assert person.post("/staff/sign-in", typed).status == 403
    assert portal.person().post("/staff/sign-in", typed).status == 403


@pytest.mark.real
@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", "/staff/../x", "/other", "/staff/\\x"]
)
def test_signing_in_never_leads_to_another_site(portal: Portal, to: str) -> None:
    password = portal.add()
    person = portal.person()
    page = person.open(f"/staff/sign-in?next={to}")

    assert person.submit(page, "/staff/sign-in", person="zhang", password=password).path == "/staff/cases"


@pytest.mark.real
def test_a_form_that_is_too_long_or_none_is_refused(portal: Portal) -> None:
    person = portal.person()
    assert person.post("/staff/sign-in", {"person": ["x" * 200_000]}).status == 413
    assert person.http.post("/staff/sign-in", content=b"\xff\xfe=1").status_code == 400
    assert (
        person.http.post("/staff/sign-in", content="&".join(f"a{n}=1" for n in range(2000))).status_code
        == 400
    )


@pytest.mark.real
def test_while_the_database_is_away_pages_say_so_and_the_citizens_go_on(dsn: str, tmp_path: Path) -> None:
    away = "postgresql://portal:x@127.0.0.1:9/wenzheng"
    found = Portal(away, tmp_path, totp_required=False)
    config = uvicorn.Config(create(found.settings), port=found.port, log_config=None, access_log=False)
    answering = uvicorn.Server(config)
    thread = threading.Thread(target=answering.run, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + 20
        while not answering.started:
            assert time.monotonic() < until
            time.sleep(0.02)
        person = found.person()
        person.http.cookies.set("wenzheng", "x" * 43)
        page = person.open("/staff/cases")
        assert (page.status, page.headers["retry-after"]) == (503, "5")
        assert person.open("/post").status == 200
    finally:
        answering.should_exit = True
        thread.join(20)


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


# -- the city's identity provider ---------------------------------------------------------------


@pytest.fixture
def city(dsn: str, tmp_path: Path) -> Iterator[tuple[Portal, Provider]]:
    with provider() as found:
        secret = tmp_path / "client"
        secret.write_text(SECRET, encoding="utf-8")
        with running(
            dsn,
            tmp_path,
            oidc_issuer=found.issuer,
            oidc_client_id=CLIENT,
            oidc_client_secret_file=secret,
        ) as portal:
            found.person = {"sub": "li.si", "name": "张三", "role": "clerk", "department": "transport"}
            yield portal, found


@pytest.mark.real
def test_whom_the_provider_vouches_for_is_signed_in_as_the_claims_say(city: tuple[Portal, Provider]) -> None:
    portal, _ = city
    person = portal.person()
    assert "/staff/oidc/start" in person.open("/staff/sign-in").source
    page = person.open("/staff/oidc/start")

    assert page.status == 200
    assert page.path == "/staff/oidc/back"
    desk = person.open("/staff/cases")
    assert signed_in(desk)
    assert "市交通运输局 · 承办人" in desk.text
    assert portal.sql("select source, password from account")[0]["source"] == "oidc"


@pytest.mark.real
def test_a_person_who_moved_is_placed_anew_at_the_next_sign_in(city: tuple[Portal, Provider]) -> None:
    portal, found = city
    portal.person().open("/staff/oidc/start")
    found.person |= {"department": "supervision", "role": "supervisor"}
    person = portal.person()
    person.open("/staff/oidc/start")

    assert "市电子政务中心 · 督查员" in person.open("/staff/supervision").text


@pytest.mark.real
@pytest.mark.parametrize(
    "fault", ["nonce", "audience", "issuer", "expired", "key", "none", "secret", "discovery"]
)
def test_a_provider_that_cannot_be_trusted_signs_nobody_in(city: tuple[Portal, Provider], fault: str) -> None:
    portal, found = city
    found.fault = fault
    person = portal.person()
    page = person.open("/staff/oidc/start")

    assert page.status == (503 if fault == "discovery" else 403)
    assert "wenzheng" not in person.http.cookies
    assert portal.sql("select 1 from session") == []


@pytest.mark.real
def test_the_way_back_holds_once_and_only_for_the_browser_that_was_sent(
    city: tuple[Portal, Provider],
) -> None:
    portal, _ = city
    person, thief = portal.person(), portal.person()
    sent = person.http.get("/staff/oidc/start", follow_redirects=False)
    back = person.http.get(sent.headers["location"], follow_redirects=False).headers["location"]

    assert thief.http.get(back).status_code == 403
    thief.http.get("/staff/oidc/start", follow_redirects=False)
    assert thief.http.get(back).status_code == 403, "another browser's state"
    assert person.http.get(back).status_code == 200
    assert person.http.get(back).status_code == 403, "used up"


@pytest.mark.real
def test_a_way_back_after_ten_minutes_is_too_late(city: tuple[Portal, Provider]) -> None:
    portal, _ = city
    person = portal.person()
    sent = person.http.get("/staff/oidc/start", follow_redirects=False)
    back = person.http.get(sent.headers["location"], follow_redirects=False).headers["location"]
    portal.now.at += timedelta(minutes=10, seconds=1)

    assert person.http.get(back).status_code == 403


@pytest.mark.real
@pytest.mark.parametrize(
    "claims",
    [{"role": "operator"}, {"role": ""}, {"department": "nowhere"}, {"sub": "../x"}, {"role": ["clerk"]}],
)
def test_claims_that_name_no_role_or_unit_sign_nobody_in(
    city: tuple[Portal, Provider], claims: dict[str, Any]
) -> None:
    portal, found = city
    found.person |= claims
    person = portal.person()

    assert person.open("/staff/oidc/start").status == 403
    assert "wenzheng" not in person.http.cookies


@pytest.mark.real
def test_the_provider_never_takes_over_a_local_account(city: tuple[Portal, Provider]) -> None:
    portal, found = city
    portal.add("wang", "supervisor")
    found.person |= {"sub": "wang"}
    person = portal.person()

    assert person.open("/staff/oidc/start").status == 403
    assert portal.sql("select role, source from account where person = 'wang'")[0]["source"] == "local"


@pytest.mark.real
def test_an_account_of_the_provider_has_no_password(city: tuple[Portal, Provider]) -> None:
    portal, _ = city
    portal.person().open("/staff/oidc/start")

    assert portal.person().sign_in("li.si", "").status == 401
    assert portal.person().sign_in("li.si", "any password").status == 401
