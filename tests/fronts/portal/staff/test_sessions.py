"""Sessions: their ends, their cookies, and forms that were forged, foreign or too long."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from fronts.portal.application import create
from tests.fronts.portal.staff.alone import Portal, answering, running, signed_in


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
def test_who_sends_a_form_after_the_session_has_ended_is_told_that_it_was_not_sent(portal: Portal) -> None:
    password = portal.add()
    person = portal.person()
    person.sign_in("zhang", password)
    page = person.open("/staff/password")
    portal.now.at += timedelta(hours=8)

    asked = person.submit(
        page, "/staff/password", old=password, new="a-longer-secret", again="a-longer-secret"
    )
    left = person.submit(page, "/staff/sign-out")

    assert asked.path == left.path == "/staff/sign-in"
    assert "刚才填写的没有提交" in asked.text
    assert "没有提交" not in left.text, "who leaves has sent nothing"


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
    with answering(create(found.settings), found.port):
        person = found.person()
        person.http.cookies.set("wenzheng", "x" * 43)
        page = person.open("/staff/cases")
        assert (page.status, page.headers["retry-after"]) == (503, "5")
        assert person.open("/post").status == 200


@pytest.mark.real
def test_signing_in_again_ends_the_session_before_it(portal: Portal) -> None:
    password = portal.add()
    person = portal.person()
    form = person.open("/staff/sign-in").form("/staff/sign-in")
    first = dict(form.fields)
    person.sign_in("zhang", password)
    token = person.http.cookies["wenzheng"]
    person.open("/staff/sign-in")
    other = portal.person()
    before = other.open("/staff/sign-in")
    other.http.cookies.set("wenzheng", token)
    other.submit(before, "/staff/sign-in", person="zhang", password=password)

    assert first["form"]
    assert len(portal.sql("select 1 from session")) == 1
    assert person.open("/staff/cases").path == "/staff/sign-in"


@pytest.mark.real
def test_a_role_without_pages_has_none(portal: Portal) -> None:
    password = portal.add()
    portal.sql("update account set role = 'archivist'")
    person = portal.person()
    page = person.sign_in("zhang", password)

    assert page.status == 403
    assert person.open("/staff/cases").status == 403
    assert person.submit(page, "/staff/sign-out").path == "/staff/sign-in"
