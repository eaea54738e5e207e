"""Two pictures from a telephone, in a real browser on the real stack: posted, seen by their author, released, erased."""

from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.fronts.portal.accessible import violations
from tests.fronts.portal.citizens.conftest import Open, fill, follow, send
from tests.fronts.portal.citizens.town import Town
from tests.patience import PATIENCE
from tests.services.intake.files import CAMERA, PDF, picture
from tests.stack import Stack

pytestmark = [pytest.mark.real, pytest.mark.browser]


@pytest.fixture
def taken(tmp_path: Path) -> list[Path]:
    """Two pictures and a document, as a telephone keeps them."""
    made = {"路灯 东.jpg": picture(size=(1600, 1200)), "路灯 西.png": picture("PNG"), "说明.pdf": PDF}
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    return [tmp_path / name for name in made]


def accessible(page: Page) -> None:
    assert violations(page) == []
    wide, room = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= room


def drawn(page: Page) -> list[list[int]]:
    """Width and height of every picture on the page, once they have come."""
    page.wait_for_function("[...document.images].every(one => one.complete)")
    sizes: list[list[int]] = page.locator(".attached img").evaluate_all(
        "all => all.map(one => [one.naturalWidth, one.naturalHeight])"
    )
    return sizes


@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize("scripts", [False, True])
def test_two_pictures_are_posted_seen_released_and_erased(
    stack: Stack, town: Town, portal: str, open_page: Open, taken: list[Path], size: str, scripts: bool
) -> None:
    page = open_page(size, scripts=scripts, bypass_csp=scripts)
    page.goto(f"{portal}/post")
    fill(page, "路灯不亮", "幸福路的路灯坏了,照片两张。")
    page.set_input_files("#files", taken)
    number, code = send(page)
    receipt = {"number": number, "query_code": code}
    follow(page, portal, number, code)

    expect(page.locator("main")).to_contain_text("待审核")
    links = page.locator(".attached a")
    assert links.first.inner_text().strip().startswith("路灯 东.jpg")
    if scripts:
        assert drawn(page) == [[240, 320], [240, 320]]
        accessible(page)
    with page.expect_download() as saving:
        links.nth(2).click()
    assert saving.value.suggested_filename == "说明.pdf"
    address = links.first.get_attribute("href") or ""
    whole = page.request.get(portal + address)
    assert whole.headers["content-type"] == "image/jpeg"
    assert CAMERA not in whole.body()

    with httpx2.Client(base_url=portal, timeout=PATIENCE) as anyone:
        public = address.replace("/follow/", "/posts/")
        assert anyone.get(public).status_code == 404
        town.release(receipt)
        assert anyone.get(public).status_code == 200
        page.goto(f"{portal}/posts/{number}")
        expect(page.locator(".attached li")).to_have_count(3)
        if scripts:
            assert drawn(page) == [[240, 320], [240, 320]]
            accessible(page)
        follow(page, portal, number, code)
        page.click("text=删除个人信息")
        page.check("[name=sure]")
        page.click("text=确认删除")
        expect(page.locator("[role=status]")).to_contain_text("已删除")
        expect(page.locator(".attached")).to_have_count(0)
        assert anyone.get(public).status_code == 404
    folder = stack.home.attachments
    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert kept
    assert all(CAMERA not in path.read_bytes() and PDF not in path.read_bytes() for path in kept)


def test_what_is_wrong_with_a_file_is_said_beside_it_and_the_others_stay(
    portal: str, open_page: Open, taken: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "录音.mp3").write_bytes(b"ID3" + bytes(1000))
    page = open_page("phone", bypass_csp=True)
    page.goto(f"{portal}/post")
    fill(page, "路灯不亮", "附上录音。")
    page.set_input_files("#files", [taken[0], tmp_path / "录音.mp3"])
    page.click("main form[data-draft] button[type=submit]")

    expect(page.locator("#files-wrong")).to_contain_text("录音.mp3:只收")
    expect(page.locator("[name=attached]")).to_be_checked()
    assert page.input_value("#text") == "附上录音。"
    accessible(page)
    number, code = send(page)
    follow(page, portal, number, code)
    expect(page.locator(".attached li")).to_have_count(1)
