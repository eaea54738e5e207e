"""Rounds of 督查 and 回访 on the staff pages, in a real browser in both sizes."""

from typing import Any

import pytest
from playwright.sync_api import Browser as RealBrowser
from playwright.sync_api import expect

from contracts.inspections import Contact, Form, Outcome, Solved
from fronts.portal.staff.inspections import CONTACTS, FORMS, OUTCOMES, SOLVED, progress, whole
from services.stats.core.inspections import round as rounds
from tests.fronts.portal.accessible import violations
from tests.fronts.portal.staff.browsing import SIZES, Desk
from tests.fronts.portal.staff.office import HOLDER, SUPERVISION, Office


def test_the_pages_words_are_the_services() -> None:
    named: list[
        tuple[dict[Form, str] | dict[Contact, str] | dict[Solved, str] | dict[Outcome, str], object]
    ] = [
        (rounds.FORM_NAMES, FORMS),
        (rounds.CONTACT_NAMES, CONTACTS),
        (rounds.SOLVED_NAMES, SOLVED),
        (rounds.OUTCOME_NAMES, OUTCOMES),
    ]
    assert all(names == shown for names, shown in named)


@pytest.mark.parametrize(
    ("typed", "number"), [(" 3 ", 3), ("", None), ("三", None), ("-3", None), ("1e3", None)]
)
def test_a_number_is_read_and_nothing_else_is(typed: str, number: int | None) -> None:
    assert whole(typed) == number


def test_the_counts_of_a_round_are_those_of_its_form() -> None:
    found = {"form": "callback", "figures": {"drawn": 3, "reached": 2, "inspected": 9}}

    assert dict(progress(found))["接通"] == 2
    assert "已检查" not in dict(progress(found))


class Seat(Desk):
    """Somebody at a browser who looks each page over for what hinders people."""

    def __init__(
        self,
        browser: RealBrowser,
        office: Office,
        size: str,
        complaints: list[str],
        name: str,
        unit: str,
        role: str,
    ) -> None:
        super().__init__(browser, office, size, True, bypass_csp=True)
        self._complaints = complaints
        self._portal = office.portal
        self.sign_in(f"{size}-{name}", unit, role)

    def is_looked_at(self) -> None:
        page: Any = self.page
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
        self._complaints += violations(page)

    def opens_a_round(self, form: str) -> str:
        """Its path."""
        self.page.goto("/staff/inspections")
        self.page.select_option("#form-of-round", form)
        self.page.fill("#size", "1")
        self.page.select_option("#unit", HOLDER)
        self.is_looked_at()
        self.press("抽取")
        self.shows("要求抽 1 件")
        self.is_looked_at()
        return self.page.url.removeprefix(self._portal)


@pytest.mark.real
@pytest.mark.browser
@pytest.mark.parametrize("size", SIZES)
def test_a_case_is_found_wanting_and_put_right(office: Office, browser: RealBrowser, size: str) -> None:
    complaints: list[str] = []
    office.round()

    desk = Seat(browser, office, size, complaints, "inspector", SUPERVISION, "supervisor")
    place = desk.opens_a_round("inspection")
    case = str(desk.page.locator("tbody th a").first.get_attribute("href"))
    desk.page.goto(case)
    desk.page.check("#fault-2")
    desk.send("finding", working_days="3")
    desk.shows("请写明问题")
    assert desk.page.is_checked("#fault-2"), "what was chosen stays"
    desk.send("finding", text="没有说明何时修好。")
    desk.shows("答复切题不符合")
    desk.is_looked_at()
    unit = Seat(browser, office, size, complaints, "putting-right", HOLDER, "leader")
    unit.page.goto(place)
    unit.is_looked_at()
    unit.page.goto(case)
    unit.send("correction", text="已补充答复。")
    unit.shows("已反馈整改")
    unit.is_looked_at()
    desk.page.goto(case)
    desk.send("judgement", outcome="accepted")
    desk.shows("整改合格")
    desk.page.goto(place)
    desk.send("closing", text="本轮结束。")
    desk.shows("已结束")
    desk.is_looked_at()

    for one in (desk, unit):
        one.close()

    assert complaints == []


@pytest.mark.real
@pytest.mark.browser
@pytest.mark.parametrize("size", SIZES)
def test_a_citizen_is_called_and_the_unit_reads_it_at_the_end(
    office: Office, browser: RealBrowser, size: str
) -> None:
    complaints: list[str] = []
    office.round()
    desk, unit = (
        Seat(browser, office, size, complaints, name, *place)
        for name, place in (("caller", (SUPERVISION, "supervisor")), ("called", (HOLDER, "leader")))
    )
    called = desk.opens_a_round("callback")
    desk.page.goto(str(desk.page.locator("tbody th a").first.get_attribute("href")))
    desk.is_looked_at()
    assert "13812345678" not in desk.page.content(), "nothing is opened by itself"
    desk.press("查看联系方式")
    desk.shows("13812345678")
    desk.shows("已记入安全日志")
    desk.is_looked_at()
    desk.send("call", contact="reached", solved="partly", satisfied="no", text="站台还没有修。")
    desk.shows("部分解决")
    expect(desk.page.locator("main form"), "nobody calls until they like the answer").to_have_count(0)
    unit.page.goto(called)
    unit.shows("没有这一轮")
    desk.page.goto(called)
    desk.send("closing")
    desk.is_looked_at()
    unit.page.goto(called)
    unit.shows("部分解决")
    for one in (desk, unit):
        one.close()

    assert complaints == []
