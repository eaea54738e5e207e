"""Every staff page: no WCAG 2.2 AA violation light, dark and large; fits a phone; small; asks nobody else; shows text as text."""

from typing import Final

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.fronts.portal.accessible import violations_by_day_and_night, violations_when_large
from tests.fronts.portal.injections import INJECTIONS, TAKEN
from tests.fronts.portal.staff.alone import PROFILE
from tests.fronts.portal.staff.browsing import Desk
from tests.fronts.portal.staff.office import ASSISTING, HOLDER, SUPERVISION, Office
from tests.patience import until

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.browser]
PAGE_BYTES: Final = 60_000
MODES: Final = ("plain", "large")
PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
PLACES: Final = {
    "clerk": HOLDER,
    "leader": HOLDER,
    "supervisor": SUPERVISION,
    "mayor": SUPERVISION,
    "operator": SUPERVISION,
    "auditor": SUPERVISION,
}
PAGES: Final = {
    "clerk": (
        "/staff/entry",
        "/staff/cases",
        "/staff/cases?state=rated",
        "/staff/dialogues",
        "/staff/dialogues/{dialogue}",
        "/staff/cases/{accepted}",
        "/staff/cases/{accepted}/return?q=学校",
        "/staff/cases/{drafted}",
        "/staff/cases/{sent_back}",
        "/staff/cases/{adopted}",
        "/staff/cases/{asked_again}",
        "/staff/cases?state=followed_up",
        "/staff/cases?state=instructed",
        "/staff/cases/{instructed}",
        "/staff/password",
        "/staff/enrol",
        "/staff/supervision",
        "/staff/bulletins/{bulletin}",
        "/staff/notices",
        "/staff/accountability",
        "/staff/assessment",
    ),
    "leader": (
        "/staff/debates",
        "/staff/debates/new",
        "/staff/debates/{debate}",
        "/staff/dialogues/{dialogue}",
        "/staff/accountability",
        "/staff/accountability/{record}",
        "/staff/accountability/{appealed}",
        "/staff/inspections",
        "/staff/inspections/{round}",
        "/staff/inspections/{round}/cases/{drawn}",
        "/staff/bulletins",
        "/staff/league",
        "/staff/counted",
        "/staff/approvals",
        "/staff/cases/{drafted}",
        "/staff/cases/{stretched}",
        "/staff/cases/{adopted}",
    ),
    "supervisor": (
        "/staff/surveys",
        "/staff/surveys/new",
        "/staff/debates",
        "/staff/debates/new",
        "/staff/debates/{debate}",
        "/staff/dialogues",
        "/staff/dialogues/new",
        "/staff/dialogues/{dialogue}",
        "/staff/dialogues/{ended}",
        "/staff/supervision",
        "/staff/supervision?state=returned",
        "/staff/cases/{accepted}",
        "/staff/cases/{accepted}/group",
        "/staff/league",
        "/staff/counted",
        "/staff/bulletins",
        "/staff/bulletins/{bulletin}",
        "/staff/faults",
        "/staff/accountability",
        "/staff/accountability?state=all&department=education",
        "/staff/accountability/{record}",
        "/staff/accountability/{appealed}",
        "/staff/assessment",
        "/staff/assessment?on_time=40&reply=5",
        "/staff/inspections",
        "/staff/inspections?state=ended&form=callback",
        "/staff/inspections/{round}",
        "/staff/inspections/{round}/cases/{drawn}",
        "/staff/inspections/{callback}",
        "/staff/inspections/{callback}/cases/{to_call}",
        "/staff/instructions",
        "/staff/what-if",
        "/staff/what-if/{tried}",
    ),
    "operator": (
        "/staff/accounts",
        "/staff/accounts?q=没有",
        "/staff/accounts?done=disable",
        "/staff/outbox",
        "/staff/outbox?state=failed",
        "/staff/outbox?state=sent",
    ),
    "mayor": (
        "/staff/notices",
        "/staff/mailbox",
        "/staff/mailbox?state=all",
        "/staff/instructions",
        "/staff/instructions?state=reported",
        "/staff/cases/{reported}",
        "/staff/cases/{letter}",
        "/staff/reports",
        "/staff/cases/{accepted}",
        "/staff/league",
        "/staff/counted",
    ),
    "auditor": (
        "/staff/log",
        "/staff/log?kind=signed-in",
        "/staff/log?person=nobody",
        "/staff/accountability",
        "/staff/accountability/{appealed}",
    ),
}
"""What each role looks at."""
REFUSED: Final = (("clerk", "/staff/supervision"),)
"""The page that says so is looked at, too."""


@pytest.fixture(scope="module")
def numbers(office: Office) -> dict[str, str]:
    """A case of each kind, with something in every part of its page."""
    returned = office.assigned()
    duty = next(d.code for d in PROFILE.duties if d.department == "education")
    office.act(returned, "returns", duty_item=duty, reason="不是我单位职责")
    found = {
        "accepted": office.accepted(),
        "drafted": office.drafted("已收悉,尽快处理。"),
        "stretched": office.stretched(),
        "adopted": office.adopted(),
        "asked_again": office.asked_again(),
        "bulletin": office.bulletin(),
        "debate": office.debate(),
        "dialogue": office.dialogue(),
        "ended": office.dialogue(closed=True),
        **dict(zip(("round", "drawn"), office.round(), strict=True)),
        **dict(zip(("callback", "to_call"), office.round("callback"), strict=True)),
        "record": office.record(),
        "appealed": office.record("appealed"),
        "letter": office.to_sign(),
        "sent_back": office.sent_back(),
        "instructed": office.instructed(by="page-mayor"),
        "reported": office.reported(by="page-mayor"),
        "tried": office.tried(),
    }
    day = office.case(found["adopted"])["received_at"][:10]
    office.act(found["adopted"], "follow-throughs", text="已加装六座。", done_on=day)
    office.act(found["accepted"], "first-words", text="已派人到现场,两日内答复。")
    office.act(found["accepted"], "urgings", "supervisor", SUPERVISION, text="请抓紧")
    office.act(found["accepted"], "special-report", "supervisor", SUPERVISION, text="多年未决,请领导过问")
    until(lambda: office.case(found["accepted"])["special_reports"])
    office.act(
        found["accepted"], "parts", unit=ASSISTING, text="站台已派人查看。", attachments=[office.given()]
    )
    return found


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("role", PLACES)
def test_no_staff_page_violates_wcag_leaves_the_site_or_is_wider_than_a_phone(
    office: Office, browser: Browser, numbers: dict[str, str], role: str, mode: str
) -> None:
    desk = Desk(browser, office, "desktop", True, color_scheme="light", bypass_csp=True)
    if mode == "large":
        desk.large()
    page, asked = desk.page, list[str]()
    look = violations_by_day_and_night if mode == "plain" else violations_when_large
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/staff/sign-in")
    complaints = look(page)
    desk.sign_in(f"page-{role}", PLACES[role], role)
    for path in PAGES[role]:
        response = page.goto(path.format(**numbers))
        assert response is not None
        assert response.status == (403 if (role, path) in REFUSED else 200), path
        assert "unsafe" not in response.headers["content-security-policy"]
        assert len(response.body()) < PAGE_BYTES, path
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
        complaints += look(page)
        _fits_a_phone(page, path)
    if role == "clerk":
        page.goto(f"/staff/cases/{numbers['accepted']}")
        desk.send("reply", text="已收悉,尽快处理。")
        desk.shows("套话")
        complaints += look(page)
    desk.close()

    assert complaints == []
    assert all(url.startswith(office.portal) for url in asked)


def _fits_a_phone(page: Page, path: str) -> None:
    """It has no room beside it, one heading, and begins with the way to its text."""
    size = page.viewport_size
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main", path
    expect(page.locator("h1"), path).to_have_count(1)
    assert size is not None
    page.set_viewport_size(size)


def _typed_everywhere(office: Office) -> tuple[list[str], str]:
    """Numbers of cases in which people typed everything everywhere, and the one with most of it."""
    everything = "\n".join(INJECTIONS)
    receipts = [
        office.post(title=text, text=everything, place=text[:50], contact={"name": text[:50]})
        for text in INJECTIONS
    ]
    numbers = [str(receipt["number"]) for receipt in receipts]
    for number in numbers:
        office.give(number)
    for number in numbers[:6]:
        office.act(number, "acceptance")
        office.act(number, "replies", text=everything)
    first = numbers[6]
    for text in INJECTIONS:
        office.act(first, "urgings", "supervisor", SUPERVISION, text=text)
    office.act(first, "instructions", "mayor", SUPERVISION, text=everything)
    office.act(first, f"instructions/{office.instruction(first)}/reports", text=everything)
    office.act(first, "special-report", "supervisor", SUPERVISION, text=everything)
    office.act(first, "acceptance")
    office.act(
        first,
        "extensions",
        reason=everything[:2000],
        new_date=office.later(first),
        progress=everything[:2000],
    )
    office.act(first, "parts", unit=ASSISTING, text=everything)
    asked = numbers[7]
    office.act(asked, "acceptance")
    office.act(asked, "questions", text=everything)
    return numbers, first


def test_text_typed_by_people_is_shown_as_text_on_every_staff_page(office: Office, browser: Browser) -> None:
    numbers, first = _typed_everywhere(office)
    pages = {
        "clerk": [
            "/staff/cases?q=a",
            *(f"/staff/cases/{number}" for number in numbers[:8]),
            f"/staff/cases/{first}?start=parts",
            f"/staff/cases/{first}/return",
        ],
        "leader": ["/staff/approvals", f"/staff/cases/{first}"],
        "supervisor": [
            "/staff/supervision",
            f"/staff/cases/{first}",
            f"/staff/cases/{first}/group",
            f"/staff/cases/{numbers[0]}",
        ],
        "mayor": [f"/staff/cases/{first}", "/staff/instructions?state=reported&whose=all"],
    }
    for role, paths in pages.items():  # operator and auditor see no word of a case
        desk = Desk(browser, office, "desktop", True).sign_in(f"page-{role}", PLACES[role], role)
        page, alarms = desk.page, list[str]()
        page.on("dialog", lambda dialog, alarms=alarms: alarms.append(dialog.message))  # type: ignore[misc]
        for path in paths:
            page.goto(path)
            assert page.url == f"{office.portal}{path}"
            assert TAKEN not in page.title()
            expect(page.locator("h1"), path).to_have_count(1)
            expect(page.locator("main :is(script, img, svg, base, style, iframe, meta)"), path).to_have_count(
                0
            )
            expect(
                page.locator("[onerror], [onload], [onfocus], [onmouseover], [hx-get]"), path
            ).to_have_count(0)
            expect(page.locator("form:not([action^='/staff/'])"), path).to_have_count(0)
            expect(page.locator("a[href^='javascript']"), path).to_have_count(0)
        assert alarms == []
        if role == "supervisor":
            page.goto(f"/staff/cases/{first}")
            told = page.inner_text("section:has(#history)")
            assert all(" ".join(text.split()) in " ".join(told.split()) for text in INJECTIONS)
        desk.close()
