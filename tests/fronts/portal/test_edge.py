"""Every request to the pages is answered by a page with its headers, whatever its address, host or method."""

import httpx2
import pytest

from fronts.portal.application import create
from fronts.portal.settings import PortalSettings
from tests.fronts.portal.alone import opened

PAGES = ("/", "/post", "/follow", "/boards/all", "/wall", "/healthz", "/readyz", "/offline.js")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/boards/all?q=%00", 400),
        ("/boards/all?area=%00", 400),
        ("/boards/all?q=%ff", 400),
        ("/posts/%00", 400),
        ("/posts/%ff", 400),
        ("/follow?number=%c3", 400),
        ("/nowhere", 404),
        ("/boards/nowhere", 404),
        ("/posts/nowhere", 404),
    ],
)
async def test_an_address_that_leads_nowhere_is_answered_by_a_page(path: str, status: int) -> None:
    async with opened() as pages:
        answer = await pages.http.get(path)

        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/html")
        assert "网络问政" in answer.text


@pytest.mark.parametrize("host", ["evil.example", "wenzheng.example.gov.cn.evil.example", "x"])
async def test_a_name_that_is_not_ours_opens_nothing(host: str) -> None:
    async with opened() as pages:
        answer = await pages.http.get("/", headers={"Host": host})

        assert answer.status_code == 421
        assert "evil" not in answer.text


@pytest.mark.parametrize(
    "host", ["wenzheng.example.gov.cn", "WENZHENG.example.gov.cn:443", "127.0.0.1:8080", "localhost"]
)
async def test_the_names_of_the_pages_are_known(host: str) -> None:
    async with opened() as pages:
        assert (await pages.http.get("/follow", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize("path", PAGES)
async def test_head_is_answered_like_get_without_a_body(path: str) -> None:
    async with opened() as pages:
        got, head = await pages.http.get(path), await pages.http.head(path)

        assert head.status_code == got.status_code < 400
        assert head.content == b""
        assert head.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/post", "GET, HEAD, POST"),
        ("DELETE", "/", "GET, HEAD"),
        ("GET", "/look", "POST"),
        ("POST", "/wall", "GET, HEAD"),
    ],
)
async def test_a_method_a_page_does_not_have_is_answered_with_those_it_has(
    method: str, path: str, allowed: str
) -> None:
    async with opened() as pages:
        answer = await pages.http.request(method, path)

        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize(
    "path", [*PAGES, "/nowhere", "/static/page.css", "/static/none", "/boards", "/posts/%00"]
)
async def test_no_answer_leaves_without_its_headers(path: str) -> None:
    async with opened() as pages:
        headers = (await pages.http.get(path)).headers

        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert headers["strict-transport-security"].startswith("max-age=31536000")
        assert headers["cache-control"]
        for name in ("referrer-policy", "cache-control", "content-security-policy"):
            assert len(headers.get_list(name)) == 1


async def test_on_this_machine_alone_nobody_is_told_to_insist_on_encryption() -> None:
    app = create(PortalSettings(services="{}"))
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1"
    ) as http:
        assert "strict-transport-security" not in (await http.get("/follow")).headers


async def test_a_key_that_fits_no_header_keeps_nobody_from_posting() -> None:
    async with opened() as pages:
        for key in ("é", "键", "x" * 200, "a\nb"):
            answer = await pages.send(key=key, text=f"第 {len(key)} {key!r} 件事")
            assert answer.status_code == 303, answer.text


@pytest.mark.parametrize("path", ["/post", "/follow", "/", "/boards/all"])
async def test_pages_are_kept_by_no_cache(path: str) -> None:
    async with opened() as pages:
        assert (await pages.http.get(path)).headers["cache-control"] == "no-store"
