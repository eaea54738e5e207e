"""Pages without services: the look a person chose, where a form may lead back to, and the addresses of files."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from fronts.portal import static_files
from fronts.portal.application import create
from fronts.portal.looks import COOKIE, local
from fronts.portal.settings import PortalSettings


@pytest.fixture
async def visitor() -> AsyncIterator[httpx2.AsyncClient]:
    """A browser at a portal whose services are all away."""
    app = create(PortalSettings(services="{}", portal_address="https://wenzheng.example.gov.cn"))
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="https://wenzheng.example.gov.cn") as http:
        yield http


async def test_with_every_service_away_pages_open_and_say_what_is_missing(
    visitor: httpx2.AsyncClient,
) -> None:
    front = await visitor.get("/")
    assert front.status_code == 200
    assert "统计暂时不可用" in front.text
    assert (await visitor.get("/post")).status_code == 200
    for path in ("/boards/all", "/posts/SQ110601-000001"):
        away = await visitor.get(path)
        assert (away.status_code, "暂时不可用" in away.text) == (503, True)


async def test_what_was_typed_is_kept_while_nothing_can_be_stored(visitor: httpx2.AsyncClient) -> None:
    form = {"kind": "consult", "title": "标题", "text": "写了很久的内容", "key": "k1"}
    answer = await visitor.post("/post", data=form)

    assert answer.status_code == 503
    assert "写了很久的内容" in answer.text
    assert 'value="k1"' in answer.text
    assert 'role="alert"' in answer.text


async def test_the_look_is_kept_in_a_strict_cookie_and_leads_back(visitor: httpx2.AsyncClient) -> None:
    answer = await visitor.post("/look", data={"look": "elder", "back": "/post?kind=consult"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/post?kind=consult")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=elder;")
    assert all(part in cookie for part in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"))
    assert 'class="elder"' in (await visitor.get("/post")).text
    await visitor.post("/look", data={"look": "usual"})
    assert 'class="elder"' not in (await visitor.get("/post")).text


@pytest.mark.parametrize(
    "address",
    [
        "https://example.test/",
        "//example.test/",
        "/\\example.test",
        "javascript:1",
        "",
        "post",
        "/a\r\nSet-Cookie: x=1",
    ],
)
def test_a_form_leads_nobody_away(address: str) -> None:
    assert local(address) == "/"


def test_a_version_follows_from_the_file() -> None:
    file = Path(static_files.STATIC / "page.css")

    assert static_files.address("page.css").startswith("/static/page.css?v=")
    assert len(static_files.address("page.css").split("=")[1]) == 12
    assert file.exists()


@pytest.mark.parametrize("sheet", ["page.css", "staff.css", "wall.css"])
def test_the_large_look_changes_sizes_and_no_colour(sheet: str) -> None:
    text = (Path(static_files.__file__).parent / "static" / sheet).read_text(encoding="utf-8")
    large = [
        body
        for selector, body in re.findall(r"([^{};]+)\{([^{}]*)\}", text)
        if re.search(r"(?<!:not\()\.elder", selector)
    ]

    assert [body for body in large if re.search(r"color|background|opacity|filter|#[0-9a-f]{3}", body)] == []
    assert large or sheet != "page.css"
