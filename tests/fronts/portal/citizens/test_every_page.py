"""What holds for every page of the citizens: accessible, small, at home on a phone, safe from what people type."""

import re
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.fronts.portal.accessible import violations, violations_by_day_and_night
from tests.fronts.portal.citizens.conftest import Open, Portal, follow
from tests.fronts.portal.citizens.neighbour import Neighbour
from tests.fronts.portal.citizens.town import Town
from tests.fronts.portal.injections import INJECTIONS, TAKEN
from tests.patience import PATIENCE

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.browser]

HTML_LIMIT = 60_000
LONGER = {"interface": 75_000}
"""Bytes of a page that describes every operation of a service."""
FIRST_LOAD_LIMIT = 250_000

PAGES = (
    "front",
    "post",
    "post refused",
    "similar",
    "receipt",
    "sent before",
    "follow",
    "own case asked",
    "own case answered",
    "sure",
    "my telephone",
    "my code",
    "my posts",
    "stop",
    "stopped",
    "boards",
    "board",
    "nothing found",
    "public post",
    "private post",
    "debate",
    "suggestion",
    "suggestions",
    "missing",
    "wall",
    "interfaces",
    "interface",
    "surveys",
    "survey",
    "survey refused",
    "survey questions",
    "survey sent",
    "survey result",
    "debates",
    "open debate",
    "closed debate",
    "own debate",
    "debate refused",
    "dialogues",
    "closed dialogue",
    "transcript",
    "bulletins",
    "figures",
)
LOOKS = ("plain", "elder")

TELEPHONES = (f"139000{n:05d}" for n in range(100))
"""A code is sent to one telephone once a minute, so each page that asks for one has a telephone of its own."""


class Settled:
    """Posts at every stage, for the pages that show them."""

    def __init__(self, town: Town) -> None:
        self.asked = town.post(title="小区路灯不亮", text="路灯坏了。", area="321302")
        town.ask(self.asked, "请问在哪一栋楼前?")
        phone = next(TELEPHONES)
        for kind in ("consult", "complaint"):
            town.post(kind=kind, title="公积金", contact={"phone": phone})
        self.session = town.sign_in(phone)
        self.answered = town.post(title="公积金提取", text="租房可以提取吗?", kind="consult")
        town.answer(self.answered, first_word="已向经办窗口核对,两日内答复。")
        self.private = town.post(title="私事", text="不公开。", public=False)
        self.debate = town.post(kind="debate", title="要不要增设天桥", text="学校门口车流量大。")
        town.release(self.debate)
        self.suggestion = town.post(kind="suggestion", title="加装候车亭", text="公交站加装候车亭。")
        town.answer(self.suggestion)
        town.adopt(self.suggestion)
        self.survey, self.counted = town.survey(), town.survey()
        town.count(self.counted)
        self.opened, self.closed = town.debate(), town.debate(closed=True)
        self.ended = town.dialogue(closed=True)


@pytest.fixture(scope="module")
def settled(town: Town, neighbour: Neighbour) -> Iterator[Settled]:
    found = Settled(town)
    number = found.answered["number"]
    neighbour.similar = [
        {"number": number, "title": "公积金", "score": 0.9, "state": state, "supports": 3, "received_at": ""}
        for state in ("open", "answered")
    ]
    neighbour.topics = [
        {
            "topic": "t1",
            "words": ["路灯", "不亮"],
            "area": "321302",
            "area_name": "宿城区",
            "place": "幸福路",
            "size": 12,
            "growth": 2.0,
            "why": "都提到路灯不亮",
            "first_at": "2026-03-02T08:00:00+08:00",
            "last_at": "2026-03-02T10:00:00+08:00",
            "posts": [{"number": number, "title": "路灯不亮"}],
        }
    ]
    yield found
    neighbour.similar, neighbour.topics = [], []


def addresses(settled: Settled) -> dict[str, str]:
    """Pages that are there at an address, by their names."""
    return {
        "front": "/",
        "follow": "/follow",
        "boards": "/boards/all",
        "board": "/boards/service",
        "nothing found": "/boards/debates?q=没有这样的帖子",
        "public post": f"/posts/{settled.answered['number']}",
        "private post": f"/posts/{settled.private['number']}",
        "debate": f"/posts/{settled.debate['number']}",
        "suggestion": f"/posts/{settled.suggestion['number']}",
        "suggestions": "/boards/suggestions",
        "missing": "/no-such-page",
        "wall": "/wall",
        "interfaces": "/interfaces",
        "interface": "/interfaces/intake",
        "stop": f"/stop/{settled.private['number']}/0123456789ABCDEF",
        "stopped": f"/stop/{settled.private['number']}/0123456789ABCDEF",
        "surveys": "/surveys",
        "bulletins": "/bulletins",
        "figures": "/figures",
        "debates": "/debates",
        "open debate": f"/debates/{settled.opened}",
        "closed debate": f"/debates/{settled.closed}",
        "dialogues": "/dialogues",
        "closed dialogue": f"/dialogues/{settled.ended}",
        "transcript": f"/dialogues/{settled.ended}/transcript",
        "survey": f"/surveys/{settled.survey}",
        "survey result": f"/surveys/{settled.counted}/result",
        "my telephone": "/my",
    }


def show(page: Page, portal: str, name: str, settled: Settled) -> None:
    """Open a page by its name."""
    if address := addresses(settled).get(name):
        opened = page.goto(portal + address)
        assert getattr(opened, "status", None) == (404 if name == "missing" else 200), name
        if name == "stopped":
            page.click("text=确认退订")
    elif name.startswith("survey"):
        page.goto(f"{portal}/surveys/{settled.survey}")
        wanted = "12" if name == "survey refused" else f"139{secrets.randbelow(10**8):08d}"
        page.fill("#entitled_by", wanted)
        page.click("main button[type=submit]")
        if name == "survey sent":
            for answer in ("#c-q1-2", "#c-q3-4"):
                page.check(answer)
            page.click("main button[type=submit]")
            page.wait_for_selector("text=答卷已收到")
    elif name.startswith("own case") or name == "sure":
        receipt = settled.answered if name == "own case answered" else settled.asked
        follow(page, portal, receipt["number"], receipt["query_code"])
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        if name == "sure":
            page.click("text=撤回此帖")
    elif name in ("my code", "my posts"):
        _mine(page, portal, name, settled)
    elif name in ("own debate", "debate refused"):
        _talk(page, portal, name, settled)
    else:
        page.goto(f"{portal}/post")
        if name == "post":
            page.locator("#title").press_sequentially("公积金提取")
            page.wait_for_selector("#similar .offer")
            return
        typed = {"post refused": "   ", "similar": "租房可以提取公积金吗"}.get(name, "租房提取公积金")
        page.route("**/post/similar", lambda route: route.abort())
        page.fill("#title", "公积金")
        page.fill("#text", typed)
        page.click("main form[data-draft] button[type=submit]")
        if name in ("receipt", "sent before"):
            page.click("button[name=send]")
        if name == "sent before":
            page.goto(f"{portal}/post")
            page.fill("#title", "公积金")
            page.fill("#text", typed)
            page.click("main form[data-draft] button[type=submit]")
            page.wait_for_selector("#before")
    page.wait_for_load_state()


def _mine(page: Page, portal: str, name: str, settled: Settled) -> None:
    """The pages that follow a telephone."""
    if name == "my posts":
        page.context.add_cookies([{"name": "wenzheng-mine", "value": settled.session, "url": f"{portal}/my"}])
        page.goto(f"{portal}/my")
        page.wait_for_selector("#mine")
    else:
        page.goto(f"{portal}/my")
        page.fill("#phone", next(TELEPHONES))
        page.click("text=获取验证码")
        page.wait_for_selector("#code")


def _talk(page: Page, portal: str, name: str, settled: Settled) -> None:
    """A debate as who has proved a telephone sees it, with a comment of one's own; and a comment that is not taken."""
    own = name == "own debate"
    if own:
        page.context.add_cookies([{"name": "wenzheng-mine", "value": settled.session, "url": f"{portal}/my"}])
    page.goto(f"{portal}{'/my' if own else ''}/debates/{settled.opened}")
    page.fill("#text", "再装几个车架。")
    if not own:
        page.fill("#phone", "12")
    page.click("button:text-is('发言')")
    page.wait_for_selector("#mine" if own else "[role=alert]")


class Weighed:
    """What a page and all that it loads weigh, and the policies its documents came with."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.weights: dict[str, int] = {}
        self.policies: list[str] = []
        page.on("response", self._weigh)

    def _weigh(self, response: Any) -> None:
        if (
            response.url.endswith(("/wall/stream", "/post/similar"))
            or response.status >= 300 > response.status
        ):
            return
        if response.request.resource_type == "document":
            self.weights.clear()
            self.policies.append(response.headers.get("content-security-policy", ""))
        if response.status != 303:
            self.weights[response.url] = len(response.body())

    def small_and_strict(self, name: str) -> None:
        html = len(self.page.content().encode())
        assert html <= LONGER.get(name, HTML_LIMIT), f"{name}: {html} bytes of HTML"
        if name != "wall":
            assert sum(self.weights.values()) <= FIRST_LOAD_LIMIT, self.weights
            expect(self.page.locator("[style], style, [onclick], script:not([src])")).to_have_count(0)
        assert self.policies
        for policy in self.policies:
            assert "unsafe" not in policy
            assert policy.startswith("default-src 'none'")


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_meets_wcag_fits_a_phone_needs_no_other_site_and_is_small_and_strict(
    offering: Portal, settled: Settled, open_page: Open, name: str, look: str
) -> None:
    page = open_page("phone" if look == "elder" else "desktop", color_scheme="light", bypass_csp=True)
    if look == "elder":
        page.context.add_cookies([{"name": "wenzheng-look", "value": "elder", "url": offering.address}])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    weighed = Weighed(page)
    show(page, offering.address, name, settled)

    weighed.small_and_strict(name)
    assert all(url.startswith(offering.address) for url in asked)
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    expect(page.locator("h1")).to_have_count(1)
    _fits(page, name)
    assert (violations_by_day_and_night if look == "plain" else violations)(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    _fits(page, name)


def _fits(page: Page, name: str) -> None:
    wide, room = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= room, f"{name} scrolls sideways: {wide} > {room}"


def test_files_are_kept_for_a_year_under_their_version_and_asked_about_without(portal: str) -> None:
    with httpx2.Client(base_url=portal, timeout=PATIENCE) as http:
        front = http.get("/")
        assert front.headers["cache-control"] == "no-store"
        address = re.findall(r'href="(/static/page\.css\?v=[0-9a-f]{12})"', front.text)[0]
        kept = http.get(address)
        assert "immutable" in kept.headers["cache-control"]
        for other in ("/static/page.css", "/static/page.css?v=000000000000"):
            assert http.get(other).headers["cache-control"] == "public, no-cache"
        again = http.get(address, headers={"If-None-Match": kept.headers["etag"]})
        assert again.status_code == 304


@pytest.mark.parametrize("scripts", [True, False])
def test_what_is_typed_into_the_form_is_shown_as_text_until_it_is_sent(
    offering: Portal, settled: Settled, neighbour: Neighbour, open_page: Open, scripts: bool
) -> None:
    page = open_page(scripts=scripts)
    offered = neighbour.similar
    try:
        for text in INJECTIONS:
            line = " ".join(text.split())
            neighbour.similar = [offered[0] | {"title": text}]
            page.goto(f"{offering.address}/post")
            page.route("**/post/similar", lambda route: route.abort())
            for field in ("title", "place", "name"):
                page.fill(f"#{field}", line)
            page.fill("#text", text)
            page.click("main form[data-draft] button[type=submit]")
            page.wait_for_selector("button[name=send]")
            _untouched(page, line)
            page.click("text=返回修改")
            page.wait_for_selector("#text")
            assert page.input_value("#text") == text
            assert page.input_value("#place") == line
            _untouched(page)
    finally:
        neighbour.similar = offered


def test_what_people_said_is_shown_as_text_wherever_it_is_read(
    offering: Portal, town: Town, neighbour: Neighbour, open_page: Open
) -> None:
    page = open_page()
    portal = offering.address
    receipts = []
    for text in INJECTIONS:
        line = " ".join(text.split())
        receipt = town.post(title=line, text=text, place=line, contact={"name": line[:50]})
        town.ask(receipt, text)
        receipts.append((text, line, receipt))
    for text, line, receipt in receipts:
        follow(page, portal, receipt["number"], receipt["query_code"])
        page.fill("#answers", text)
        page.click("button:has-text('补充说明')")
        page.wait_for_selector("[role=status]")
        assert page.locator("p.text").first.inner_text() == text
        _untouched(page, line)
        unit = town.case(receipt)["department"]
        draft = town.act("clerk", unit, f"{receipt['number']}/replies", text=text)
        town.act("leader", unit, f"{receipt['number']}/replies/{draft['reply_id']}/approval")
        page.goto(f"{portal}/posts/{receipt['number']}")
        assert page.locator(".reply p.text").inner_text() == text
        _untouched(page, line)
        page.goto(f"{portal}/boards/all?{httpx2.QueryParams({'q': line})}")
        assert page.input_value("#q") == line[:50]
        _untouched(page, line[:40])
        page.goto(f"{portal}/follow?{httpx2.QueryParams({'number': line})}")
        _untouched(page)
    topics = [
        {
            "topic": str(n),
            "words": [text],
            "why": text,
            "place": text,
            "area": "",
            "area_name": text,
            "size": 3,
        }
        | {"growth": 1.0, "first_at": "", "last_at": "", "posts": [{"number": "SQ1", "title": text}]}
        for n, text in enumerate(INJECTIONS)
    ]
    neighbour.topics, kept = topics, neighbour.topics
    try:
        for path in ("/", "/boards/debates"):
            page.goto(portal + path)
            _untouched(page, " ".join(INJECTIONS[0].split()))
    finally:
        neighbour.topics = kept


def _untouched(page: Page, shown: str = "") -> None:
    """Nothing that was typed has become part of the page."""
    assert page.title() != TAKEN
    assert page.title().endswith("网络问政")
    assert TAKEN not in urlsplit(page.url).path
    expect(page.locator("h1")).to_have_count(1)
    for injected in ("main :is(img, style, [onfocus], [onmouseover])", "base, iframe, meta[http-equiv]"):
        expect(page.locator(injected)).to_have_count(0)
    expect(page.locator("[action='/taken'], [hx-get]")).to_have_count(0)
    if shown:
        assert shown in " ".join(page.inner_text("body").split())
