"""Signing in at the city's identity provider, and every way in which it must not be believed."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from fronts.portal.settings import PortalSettings
from tests.fronts.portal.provider import CLIENT, SECRET, Provider, provider
from tests.fronts.portal.staff.alone import Portal, running, signed_in


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
    [
        {"role": "operator"},
        {"role": "auditor"},
        {"azp": "another client"},
        {"azp": ""},
        {"role": ""},
        {"department": "nowhere"},
        {"sub": "../x"},
        {"role": ["clerk"]},
    ],
)
def test_claims_that_name_no_role_or_unit_sign_nobody_in(
    city: tuple[Portal, Provider], claims: dict[str, Any]
) -> None:
    portal, found = city
    found.person |= claims
    person = portal.person()

    assert person.open("/staff/oidc/start").status == 403
    assert "wenzheng" not in person.http.cookies
    logged = portal.sql("select kind, detail from security.log")
    assert [row["kind"] for row in logged] == ["distrusted" if "azp" in claims else "sign-in-refused"]
    assert logged[0]["detail"]


@pytest.mark.real
def test_a_token_for_this_very_client_is_trusted_whether_it_says_so_or_not(
    city: tuple[Portal, Provider],
) -> None:
    portal, found = city
    for claims in ({"azp": CLIENT}, {"aud": [CLIENT]}, {"aud": [CLIENT, "another"], "azp": CLIENT}):
        found.person = {"sub": "li.si", "name": "张三", "role": "clerk", "department": "transport"} | claims
        person = portal.person()
        assert person.open("/staff/oidc/start").status == 200, claims


@pytest.mark.real
def test_whose_rights_the_provider_changes_is_signed_out_where_they_had_the_old_ones(
    city: tuple[Portal, Provider],
) -> None:
    portal, found = city
    before, after = portal.person(), portal.person()
    before.open("/staff/oidc/start")
    found.person |= {"department": "supervision", "role": "supervisor"}
    after.open("/staff/oidc/start")

    assert before.open("/staff/cases").path == "/staff/sign-in"
    assert after.open("/staff/supervision").path == "/staff/supervision"
    assert "rights-changed" in [row["kind"] for row in portal.sql("select kind from security.log")]


@pytest.mark.real
def test_whom_the_provider_signs_out_is_signed_out_here_at_once(city: tuple[Portal, Provider]) -> None:
    portal, found = city
    person, colleague = portal.person(), portal.person()
    person.open("/staff/oidc/start")
    token = found.signs_out()
    found.person |= {"sub": "wang.wu"}
    colleague.open("/staff/oidc/start")

    assert portal.person().http.post("/staff/oidc/logout", data={"logout_token": token}).status_code == 200

    assert person.open("/staff/cases").path == "/staff/sign-in"
    assert signed_in(colleague.open("/staff/cases"))


@pytest.mark.real
def test_a_word_of_signing_out_that_is_not_the_providers_signs_nobody_out(
    city: tuple[Portal, Provider],
) -> None:
    portal, found = city
    person = portal.person()
    person.open("/staff/oidc/start")
    portal.add("zhao")
    wrong = [
        found.signs_out(events={}),
        found.signs_out(events=None),
        found.signs_out(nonce="n"),
        found.signs_out(aud="another"),
        found.signs_out(iss="http://127.0.0.1:1"),
        found.signs_out(exp=1),
        found.signs_out(sub=None),
        "",
        "x.y.z",
    ]
    found.fault = "key"
    wrong.append(found.signs_out())

    for token in wrong:
        answer = portal.person().http.post("/staff/oidc/logout", data={"logout_token": token})
        assert answer.status_code == 400, token
    assert signed_in(person.open("/staff/cases"))
    assert [row["kind"] for row in portal.sql("select kind from security.log")].count("distrusted") == len(
        wrong
    )


def test_a_provider_over_an_open_connection_is_no_provider() -> None:
    for issuer in ("http://id.example", "HTTP://id.example", "ftp://id.example", "id.example"):
        with pytest.raises(ValidationError):
            PortalSettings(oidc_issuer=issuer)
    assert PortalSettings(oidc_issuer="https://id.example").oidc_issuer


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
