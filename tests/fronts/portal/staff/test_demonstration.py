"""A demonstration: anyone sits down at any unit's desk, without a password; and nowhere else does anyone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fronts.portal.application import create
from fronts.portal.staff.roles import SEATS
from tests.fronts.portal.person import Page, Person
from tests.fronts.portal.staff.alone import Portal, running


@pytest.fixture
def demo(dsn: str, tmp_path: Path) -> Iterator[Portal]:
    with running(dsn, tmp_path, demo_sign_in=True) as found:
        yield found


def sit_down(person: Person, seat: str, unit: str) -> Page:
    page = person.open("/staff/sign-in")
    return person.submit(page, "/staff/demo", seat=seat, department=unit)


@pytest.mark.real
def test_one_click_leads_to_the_desk_of_any_unit(demo: Portal) -> None:
    for seat, unit, home in (
        ("clerk", "transport", "市交通运输局 · 承办人"),
        ("leader", "education", "市教育局 · 分管领导"),
        ("supervisor", "education", "市电子政务中心 · 督查员"),
        ("mayor", "transport", "市电子政务中心 · 市领导"),
    ):
        assert home in sit_down(demo.person(), seat, unit).text


@pytest.mark.real
def test_every_unit_and_every_seat_is_on_offer(demo: Portal) -> None:
    form = demo.person().open("/staff/sign-in").form("/staff/demo")

    assert len(form.choices["department"]) == 78
    assert all(seat.code in demo.person().open("/staff/sign-in").source for seat in SEATS)


@pytest.mark.real
def test_whoever_turns_into_another_is_no_longer_the_first(demo: Portal) -> None:
    person = demo.person()
    page = sit_down(person, "clerk", "transport")
    page = person.submit(page, "/staff/demo", seat="leader")

    assert "市交通运输局 · 分管领导" in page.text
    assert [row["person"] for row in demo.sql("select person from session")] == ["demo-leader-transport"]


@pytest.mark.real
def test_a_forged_form_sits_nobody_down(demo: Portal) -> None:
    person = demo.person()
    typed = {"seat": ["clerk"], "department": ["transport"]}

    assert person.post("/staff/demo", typed).status == 403
    person.open("/staff/sign-in")
    assert person.post("/staff/demo", typed | {"form": ["x" * 64]}).status == 403
    assert sit_down(person, "king", "transport").status == 422
    assert sit_down(person, "clerk", "nowhere").status == 422
    assert demo.sql("select 1 from session") == []


@pytest.mark.real
def test_no_password_opens_an_account_of_the_demonstration(demo: Portal) -> None:
    sit_down(demo.person(), "clerk", "transport")

    assert demo.person().sign_in("demo-clerk-transport", "").status == 401


@pytest.mark.real
def test_elsewhere_there_is_no_such_way_in_and_no_such_session(portal: Portal) -> None:
    password = portal.add()
    person = portal.person()
    assert "/staff/demo" not in person.open("/staff/sign-in").source
    assert person.post("/staff/demo", {"seat": ["clerk"], "department": ["transport"]}).status == 404
    person.sign_in("zhang", password)
    portal.sql("update account set source = 'demo'")

    assert person.open("/staff/cases").path == "/staff/sign-in"


@pytest.mark.parametrize(
    "settings",
    [
        {"portal_address": "https://wenzheng.example"},
        {"http_host": "0.0.0.0", "portal_address": "http://127.0.0.1:80"},
    ],
)
def test_a_portal_that_others_can_reach_refuses_to_be_a_demonstration(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    found = Portal("postgresql://nobody@127.0.0.1:9/none", tmp_path, demo_sign_in=True, **settings)

    with pytest.raises(SystemExit) as ended:
        create(found.settings)
    assert ended.value.code == 78
