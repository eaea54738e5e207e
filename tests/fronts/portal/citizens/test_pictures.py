"""The pages as the README shows them: a city of sample posts, photographed on a desktop and on a phone.

With `WENZHENG_PICTURES` naming a folder the pictures are kept there (`make pictures`); without, they are only looked at.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.fronts.portal.citizens.conftest import Open, Portal, fill, follow, send
from tests.fronts.portal.citizens.neighbour import Neighbour
from tests.fronts.portal.citizens.town import Town

pytestmark = [pytest.mark.real, pytest.mark.browser]

LARGEST = 200_000
"""Bytes of a picture."""
AREAS = ("321302", "321311", "321322", "321323", "321324", "")


@pytest.fixture(scope="module")
def city(town: Town, neighbour: Neighbour) -> dict[str, dict[str, Any]]:
    """The sample posts, two thirds of them answered, some rated; titles to receipts."""
    found = {}
    for n, sample in enumerate(town.samples()):
        receipt = town.post(**sample, area=AREAS[n % len(AREAS)])
        found[sample["title"]] = receipt
        if n == 0:
            town.ask(receipt, "请问是小区东门外的路灯,还是院内的路灯?")
        elif n % 3:
            town.answer(receipt)
            if n % 2:
                town.rate(receipt, 3 if n % 7 == 0 else 5)
    lamp, answered = found["小区路灯不亮"]["number"], found["停电频繁"]["number"]
    neighbour.similar = [
        _alike(lamp, "小区路灯不亮", "open", 11),
        _alike(answered, "停电频繁", "answered", 3),
    ]
    neighbour.topics = [
        _topic(("路灯", "不亮"), 12, "宿城区", "同一片小区,都提到路灯不亮", lamp, "小区路灯不亮"),
        _topic(
            ("自来水", "发黄"),
            7,
            "宿豫区",
            "都提到自来水发黄、有异味",
            found["自来水发黄"]["number"],
            "自来水发黄",
        ),
    ]
    return found


def _alike(number: str, title: str, state: str, supports: int) -> dict[str, Any]:
    return {
        "number": number,
        "title": title,
        "score": 0.8,
        "state": state,
        "supports": supports,
        "received_at": "",
    }


def _topic(words: tuple[str, ...], size: int, area: str, why: str, number: str, title: str) -> dict[str, Any]:
    return {
        "topic": number,
        "words": list(words),
        "area": "",
        "area_name": area,
        "place": "",
        "size": size,
        "growth": 2.0,
        "why": why,
        "first_at": "",
        "last_at": "",
        "posts": [{"number": number, "title": title}],
    }


def _similar(page: Page) -> None:
    page.check("input[value=complaint]")
    page.fill("#title", "路灯坏了")
    page.locator("#text").press_sequentially("小区东门的路灯坏了一个星期")
    page.wait_for_selector("#similar .offer")


def _receipt(page: Page) -> None:
    fill(page, "公积金提取条件", "请问租房可以提取住房公积金吗？", kind="consult")
    page.route("**/post/similar", lambda route: route.abort())
    send(page)


def _drawn(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    page.wait_for_selector("#days canvas")
    page.wait_for_selector("#state[data-now=live]")


SHOTS: dict[str, tuple[str, str, Callable[[Page], None] | None]] = {
    "front": ("/", "desktop", None),
    "front-phone": ("/", "phone", None),
    "post": ("/post", "desktop", None),
    "post-similar-phone": ("/post", "phone", _similar),
    "receipt": ("/post", "desktop", _receipt),
    "board": ("/boards/service", "desktop", None),
    "elder-phone": ("/", "phone", None),
    "wall": ("/wall", "desktop", _drawn),
}


@pytest.fixture(scope="module")
def evening(town: Town) -> str:
    """A dialogue with an invited unit."""
    return town.evening()


@pytest.mark.parametrize("name", ["dialogue-phone", "transcript"])
def test_a_dialogue_with_invited_units_is_photographed(
    offering: Portal, evening: str, open_page: Open, tmp_path: Path, name: str
) -> None:
    page = open_page("phone" if name.endswith("phone") else "desktop")
    page.goto(f"{offering.address}/dialogues/{evening}{'/transcript' if name == 'transcript' else ''}")
    page.get_by_text("市城市管理局").last.scroll_into_view_if_needed()

    assert "市城市管理局 回答" in page.locator("main").inner_text()
    _photograph(page, tmp_path, name)


@pytest.mark.parametrize("name", [*SHOTS, "follow", "follow-phone", "follow-dark"])
def test_the_page_is_photographed(
    offering: Portal, city: dict[str, dict[str, Any]], open_page: Open, tmp_path: Path, name: str
) -> None:
    size = "phone" if name.endswith("phone") else "desktop"
    scheme = "dark" if name.endswith("dark") else "light"
    page = open_page(size, color_scheme=scheme, device_scale_factor=0.54 if name == "wall" else 1)
    if name.startswith("elder"):
        page.context.add_cookies([{"name": "wenzheng-look", "value": "elder", "url": offering.address}])
    if name == "wall":
        page.set_viewport_size({"width": 1920, "height": 1080})
    if name in SHOTS:
        path, _, act = SHOTS[name]
        page.goto(offering.address + path)
        if act is not None:
            act(page)
    else:
        receipt = city["小区路灯不亮" if name != "follow-dark" else "公交车长时间不来"]
        follow(page, offering.address, receipt["number"], receipt["query_code"])
        page.wait_for_selector(".calendar")
    if name == "post-similar-phone":
        page.locator("#matter").scroll_into_view_if_needed()
        page.locator("#similar").scroll_into_view_if_needed()
    _photograph(page, tmp_path, name)


def _photograph(page: Page, tmp_path: Path, name: str) -> None:
    folder = Path(os.environ.get("WENZHENG_PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    picture = folder / f"page-{name}.png"
    page.screenshot(path=picture)

    assert 5_000 < picture.stat().st_size < LARGEST
