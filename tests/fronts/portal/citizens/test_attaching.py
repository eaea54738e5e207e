"""Files on the form of a post, without a browser: how they travel, what is said of them, who is handed them."""

import re
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from chassis.store import Outcome
from services.intake.core.visibility import SHOWN, STANDINGS, Standing, standing
from tests.fronts.portal.alone import Pages, opened
from tests.services.intake.files import CAMERA, PDF, picture

pytestmark = pytest.mark.medium

FORM = {"kind": "complaint", "title": "路灯不亮", "text": "幸福路的路灯坏了。\r\n一周了。", "send": "1"}
Files = list[tuple[str, tuple[str, bytes, str]]]


def files(*given: tuple[str, bytes]) -> Files:
    """As a browser sends them; the type it claims is nobody's business."""
    return [("files", (name, data, "text/html")) for name, data in given]


async def sent(pages: Pages, *given: tuple[str, bytes], **fields: Any) -> httpx2.Response:
    return await pages.http.post("/post", data=FORM | fields, files=files(*given))


async def own(pages: Pages, answer: httpx2.Response) -> dict[str, Any]:
    """The case of a form that was taken in."""
    assert answer.status_code == 303, answer.text
    number = answer.headers["location"].rpartition("/")[2]
    subject = await pages.intake.door.subject(number)
    code = pages.intake.secrets.query_code(subject)
    return await pages.intake.own({"number": number, "query_code": code}) | {"code": code}


async def test_files_come_with_the_form_and_are_seen_on_the_case_page() -> None:
    async with opened() as pages:
        answer = await sent(pages, ('路灯 "东".jpg', picture()), ("说明.pdf", PDF), key="k1")
        case = await own(pages, answer)

        assert [file["name"] for file in case["attachments"]] == ['路灯 "东".jpg', "说明.pdf"]
        assert case["text"] == "幸福路的路灯坏了。\n一周了。"
        page = await pages.follow({"number": case["number"], "code": case["code"]})
        drawn, document = case["attachments"]
        place = f"/follow/{case['number']}/attachments"
        assert f'<img src="{place}/{drawn["id"]}?small=1"' in page.text
        assert f'<a href="{place}/{document["id"]}" download>' in page.text
        whole, small, saved = [
            await pages.http.get(f"{place}/{path}")
            for path in (drawn["id"], f"{drawn['id']}?small=1", document["id"])
        ]
        assert (whole.headers["content-type"], len(whole.content)) == ("image/jpeg", drawn["size"])
        assert len(small.content) < len(whole.content)
        assert CAMERA not in whole.content
        assert saved.content == PDF
        assert saved.headers["content-disposition"].startswith("attachment; ")
        for response in (whole, small, saved):
            assert response.headers["content-security-policy"] == "default-src 'none'; sandbox"
            assert response.headers["x-content-type-options"] == "nosniff"
            assert "no-store" in response.headers["cache-control"]


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("路灯.pdf".encode("gbk"), "路灯.pdf"),
        (b"\xff\xfe.pdf", "附件.pdf"),
        ("路灯.pdf".encode(), "路灯.pdf"),
    ],
)
async def test_a_name_in_another_charset_is_read_or_replaced_and_the_form_is_taken(
    raw: bytes, name: str
) -> None:
    async with opened() as pages:
        fields = "".join(
            f'--x\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
            for field, value in FORM.items()
        )
        head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="' + raw + b'"\r\n\r\n'
        answer = await pages.http.post(
            "/post",
            content=fields.encode() + head + PDF + b"\r\n--x--\r\n",
            headers={"Content-Type": "multipart/form-data; boundary=x"},
        )

        assert [file["name"] for file in (await own(pages, answer))["attachments"]] == [name]


async def test_a_form_without_a_chosen_file_is_a_form_like_any_other() -> None:
    async with opened() as pages:
        case = await own(pages, await sent(pages, ("", b"")))
        assert case["attachments"] == []


async def test_what_was_not_taken_is_said_beside_the_field_and_the_rest_is_kept() -> None:
    async with opened() as pages:
        answer = await sent(pages, ("说明.pdf", PDF), ("程序.exe", b"MZ..."), text="不要丢失的文字")

        assert answer.status_code == 422
        assert "程序.exe:只收 JPEG、PNG、WebP 图片、PDF 文件和 docx、xlsx 文档" in answer.text
        assert "不要丢失的文字" in answer.text
        kept = re.findall(r'name="attached" value="([^"]+)" checked', answer.text)
        assert [value.split(" ", 1)[1] for value in kept] == ["说明.pdf"]
        case = await own(pages, await sent(pages, ("", b""), attached=kept))
        assert [file["name"] for file in case["attachments"]] == ["说明.pdf"]


async def test_of_a_thousand_small_files_in_one_form_no_more_are_looked_at_than_a_post_may_have() -> None:
    async with opened() as pages:
        answer = await sent(pages, *(("程序.exe", b"MZ") for _ in range(1000)))

        assert answer.status_code == 422
        most = pages.intake.door.profile.policy.attachments.at_most
        # Beside the field, and in the list at the top.
        assert answer.text.count("程序.exe:只收") == 2 * most
        assert answer.text.count("程序.exe:") == 2 * 2 * most
        assert f"最多 {most} 个附件" in answer.text


async def test_what_is_kept_on_the_form_survives_going_back_to_it_and_can_be_left_out() -> None:
    async with opened() as pages:
        edited = await sent(pages, ("一.pdf", PDF), edit="1")
        kept = re.findall(r'name="attached" value="([^"]+)" checked', edited.text)
        assert len(kept) == 1
        assert (await own(pages, await sent(pages, ("", b""))))["attachments"] == []


async def test_more_files_than_the_city_takes_are_refused_by_their_names() -> None:
    async with opened() as pages:
        answer = await sent(pages, *((f"{n}.pdf", PDF) for n in range(7)))
        assert answer.status_code == 422
        assert "5.pdf:最多 5 个附件" in answer.text
        assert "6.pdf:最多 5 个附件" in answer.text


async def test_a_double_click_with_files_posts_once_and_the_same_again_is_recognised() -> None:
    async with opened() as pages:
        answers = [await sent(pages, ("一.pdf", PDF), key="one") for _ in range(2)]
        assert answers[0].headers["location"] == answers[1].headers["location"]
        cookies = {name: value for name, value in answers[0].cookies.items() if "sent" in name}
        pages.http.cookies.update(cookies)
        assert (await sent(pages, ("一.pdf", PDF), key="two")).status_code == 409


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("multipart/form-data", b"--x--", 400),
        ("multipart/form-data; boundary=x", b"no part at all", 400),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nhalf',
            400,
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n\xff\r\n--x--\r\n',
            400,
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\na\0b\r\n--x--\r\n',
            400,
        ),
        ("multipart/form-data; boundary=" + "x" * 200, b"", 400),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + b"a" * 200_000 + b"\r\n--x--\r\n",
            413,
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 600 + b"--x--\r\n",
            413,
        ),
    ],
    ids=["no boundary", "no part", "half", "no utf-8", "nul", "long boundary", "long", "many"],
)
async def test_what_is_no_form_is_refused_with_a_sentence(kind: str, body: bytes, status: int) -> None:
    async with opened() as pages:
        answer = await pages.http.post("/post", content=body, headers={"Content-Type": kind})
        assert (answer.status_code, "<h1>" in answer.text) == (status, True)


async def test_a_file_far_beyond_the_limit_is_not_read_to_its_end() -> None:
    async def endless() -> Any:
        yield b'--x\r\nContent-Disposition: form-data; name="other"; filename="a"\r\n\r\n'
        for _ in range(200):
            yield bytes(1024 * 1024)
        raise AssertionError("all of it was read")

    async with opened() as pages:
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        answer = await pages.http.post("/post", content=endless(), headers=headers)
        assert (answer.status_code, "附件太大" in answer.text) == (413, True)


@pytest.mark.parametrize("state", STANDINGS)
async def test_the_public_page_hands_out_files_in_the_standings_of_the_table(state: Standing) -> None:
    async with opened() as pages:
        fields = {"private": "1"} if state == "private" else {}
        case = await own(pages, await sent(pages, ("路灯.jpg", picture()), **fields))
        number, file = case["number"], case["attachments"][0]["id"]
        subject = await pages.intake.door.subject(number)
        changes: dict[Standing, dict[str, Any]] = {
            "held": {},
            "hidden": {"moderation": "hidden", "step": "hidden"},
            "withdrawn": {"step": "withdrawn", "moderation": ""},
            "erased": {"erased": True, "moderation": ""},
            "published": {"moderation": "", "asks": False},
        }
        async with pages.intake.store.transaction() as transaction:
            [kept] = (await transaction.load([subject], lock=True)).values()
            kept.state = replace(kept.state, **changes.get(state, {"moderation": ""}))
            await transaction.save(Outcome(changed=[kept]))
        assert standing(kept.state) == state

        page = await pages.http.get(f"/posts/{number}")
        answer = await pages.http.get(f"/posts/{number}/attachments/{file}")

        seen = "attachments" in SHOWN["anyone"][state]
        assert (file in page.text, answer.status_code) == (seen, 200 if seen else 404)


async def test_another_device_is_not_handed_ones_own_file() -> None:
    async with opened() as pages:
        case = await own(pages, await sent(pages, ("路灯.jpg", picture())))
        path = f"/follow/{case['number']}/attachments/{case['attachments'][0]['id']}"
        assert (await pages.http.get(path)).status_code == 403
        for wrong in ("x", "../../../v1/cases", "0" * 64):
            assert (await pages.http.get(f"/posts/{case['number']}/attachments/{wrong}")).status_code == 404


async def test_a_follow_up_brings_its_files_and_what_was_not_taken_is_said_with_the_text_kept() -> None:
    async with opened() as pages:
        case = await own(pages, await sent(pages, ("", b"")))
        form = {"number": case["number"], "code": case["code"], "act": "follow-ups", "text": "还是不亮。"}
        wrong = files(("录音.mp3", b"ID3..."), ("东.jpg", picture()))

        refused = await pages.http.post("/follow", data=form, files=wrong)

        assert refused.status_code == 422
        assert "录音.mp3:只收" in refused.text
        assert "还是不亮。" in refused.text
        kept = re.findall(r'name="attached" value="([^"]+)" checked', refused.text)
        assert [value.split(" ", 1)[1] for value in kept] == ["东.jpg"]
        done = await pages.http.post("/follow", data=form | {"attached": kept}, files=files(("", b"")))
        page = await pages.http.get(done.headers["location"])
        [file] = (await pages.intake.own({"number": case["number"], "query_code": case["code"]}))[
            "follow_ups"
        ][0]["attachments"]
        assert f"/follow/{case['number']}/attachments/{file['id']}?small=1" in page.text
        public = await pages.http.get(f"/posts/{case['number']}")
        assert file["id"] not in public.text
