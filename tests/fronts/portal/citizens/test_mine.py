"""My posts by the pages: a code sent to the telephone, and then every post of it."""

import re
from pathlib import Path

from tests.fronts.portal.alone import Pages, opened

PHONE = "13900005678"
SIGN_IN = re.compile(r'name="sign_in" value="([^"]+)"')


async def asked(pages: Pages, phone: str = PHONE) -> str:
    """The sign-in that the page with the field for the code carries."""
    page = await pages.http.post("/my", data={"act": "send", "phone": phone})
    found = SIGN_IN.search(page.text)
    assert page.status_code == 200
    assert found is not None, page.text
    return found[1]


async def test_a_lost_query_code_comes_back_by_the_telephone(tmp_path: Path) -> None:
    async with opened(tmp_path) as pages:
        receipt = await pages.receipt(title="路灯不亮", contact={"phone": PHONE})
        sign_in = await asked(pages)

        typed = {"act": "code", "phone": PHONE, "sign_in": sign_in, "code": pages.code(PHONE)}
        answer = await pages.http.post("/my", data=typed)
        listed = await pages.http.get("/my")

        assert (answer.status_code, answer.headers["location"]) == (303, "/my")
        cookie = answer.headers["set-cookie"]
        assert all(mark in cookie for mark in ("HttpOnly", "Secure", "SameSite=strict", "Path=/my"))
        assert "Max-Age" not in cookie, "it ends with the browser"
        assert receipt["number"] in listed.text
        assert receipt["query_code"] in listed.text
        own = await pages.follow({"number": receipt["number"], "code": receipt["query_code"]})
        assert "路灯不亮" in own.text


async def test_a_wrong_code_leaves_the_field_to_try_again_and_an_empty_one_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as pages:
        sign_in = await asked(pages)

        wrong = await pages.http.post("/my", data={"act": "code", "sign_in": sign_in, "code": "x"})
        empty = await pages.http.post("/my", data={"act": "code", "sign_in": sign_in, "code": " "})

        assert (wrong.status_code, empty.status_code) == (403, 422)
        assert "验证码不正确或已过期" in wrong.text
        assert "请填写验证码" in empty.text
        assert all(sign_in in page.text for page in (wrong, empty))


async def test_a_landline_and_nothing_at_all_are_refused_where_they_were_typed(tmp_path: Path) -> None:
    async with opened(tmp_path) as pages:
        landline = await pages.http.post("/my", data={"act": "send", "phone": "0527-84351234"})
        nothing = await pages.http.post("/my", data={"act": "send", "phone": ""})

        assert (landline.status_code, nothing.status_code) == (422, 422)
        assert "0527-84351234" in landline.text
        assert "手机号码" in landline.text


async def test_signing_out_ends_the_session_on_the_server_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as pages:
        sign_in = await asked(pages)
        await pages.http.post("/my", data={"act": "code", "sign_in": sign_in, "code": pages.code(PHONE)})
        token = pages.http.cookies["wenzheng-mine"]

        left = await pages.http.post("/my", data={"act": "leave"})
        pages.http.cookies.set("wenzheng-mine", token)
        again = await pages.http.get("/my")

        assert left.headers["location"] == "/"
        assert "登录已过期" in again.text


async def test_where_nothing_can_be_sent_the_page_says_so() -> None:
    async with opened() as pages:
        answer = await pages.http.post("/my", data={"act": "send", "phone": PHONE})

        assert answer.status_code == 503
        assert "暂时" in answer.text
