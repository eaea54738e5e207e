"""Files of citizens at intake's door: what is taken, what is refused and why, what is left of it, and who reads it."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from contracts.posts import CitizenErased, PostHeld, PostReceived
from services.intake.core.attachments import NotTaken, named, type_of
from services.intake.examining import NICENESS, Examiner
from services.intake.store import TICKET_SECONDS, Sweep
from services.intake.store.attachments import ORPHANED_SECONDS
from tests.services.intake.attaching import PHONE, door, give, posted, read, said, ticket
from tests.services.intake.door import Intake
from tests.services.intake.files import CAMERA, MAKE, PDF, bomb, opened, picture

pytestmark = pytest.mark.medium


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with door() as opened_door:
        yield opened_door


@pytest.mark.parametrize("kind", MAKE)
async def test_a_file_is_what_its_content_says_whatever_it_is_called(intake: Intake, kind: str) -> None:
    receipt = await posted(intake, await ticket(intake, MAKE[kind](), "C:\\照片\\路灯.exe"))
    [file] = (await intake.own(receipt))["attachments"]

    answer = await read(intake, receipt, file["id"])

    assert (file["type"], answer.headers["content-type"]) == (kind, kind)
    assert file["name"].startswith("路灯.exe.")
    assert len(answer.content) == file["size"]
    if kind.startswith("application/"):
        assert (answer.content, file["pictured"]) == (MAKE[kind](), False)
    else:
        assert opened(answer.content).size == (480, 640), "as it was held"
        small = await read(intake, receipt, file["id"], small=True)
        assert small.headers["content-type"] == "image/jpeg"
        assert max(opened(small.content).size) <= 320


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b'attachment; filename="\xe8\xb7\xaf\xe7\x81\xaf.pdf"', "路灯.pdf"),
        (b'attachment; filename="' + "路灯.pdf".encode("gbk") + b'"', "路灯.pdf"),
        (b"attachment; filename*=UTF-8''" + quote("路灯.pdf".encode("gbk")).encode(), "路灯.pdf"),
        (b'attachment; filename="\xff\xfe.pdf"', "附件.pdf"),
        (b"attachment; filename*=UTF-8''%FF%FE.pdf", "附件.pdf"),
        (b'attachment; filename="a' + ("长" * 101).encode() + b'"', "a" + "长" * 79 + ".pdf"),
        (b"attachment", "附件.pdf"),
    ],
)
async def test_a_name_is_read_as_it_was_written_or_the_file_has_a_plain_one(
    intake: Intake, disposition: bytes, name: str
) -> None:
    given = await intake.http.post(
        "/v1/attachments", content=PDF, headers={b"Content-Disposition": disposition}
    )

    assert (given.status_code, given.json()["name"]) == (201, name)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_of_a_picture_nothing_is_left_but_its_pixels(intake: Intake, kind: str) -> None:
    data = picture(kind)
    assert CAMERA in data
    receipt = await posted(intake, await ticket(intake, data))
    [file] = (await intake.own(receipt))["attachments"]

    for small in (False, True):
        drawn = (await read(intake, receipt, file["id"], small=small)).content
        image = opened(drawn)
        assert len(image.getexif()) == 0
        assert not {"exif", "xmp", "comment", "icc_profile"} & set(image.info)
        assert CAMERA not in drawn
        assert PHONE.encode() not in drawn


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "文件是空的"),
        (b"MZ\x90\x00 a program", "只收"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "只收"),
        (b"GIF89a" + bytes(100), "只收"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(100), "HEIC"),
        (b"%PDF-1.4 and no end", "不完整"),
        (picture()[:3000], "没有传完整"),
        (b"\xff\xd8\xff" + bytes(5000), "打不开"),
        (b"\x89PNG\r\n\x1a\n" + bytes(5000), "打不开"),
        (bomb(), "百万像素"),
        (PDF + bytes(1024 * 1024), "最大 1 MB"),
    ],
    ids=["empty", "program", "svg", "gif", "heic", "half a pdf", "half", "no jpeg", "no png", "bomb", "big"],
)
async def test_what_is_not_taken_is_told_why_and_nothing_is_kept(data: bytes, reason: str) -> None:
    async with door(megabytes=1) as intake:
        answer = await give(intake, data)

        assert answer.status_code == (413 if "最大" in reason else 422)
        assert reason in answer.json()["detail"]
        assert answer.json()["type"].endswith(":attachment-not-taken")
        assert intake.folder.files == {}


async def test_a_post_has_so_many_files_and_no_more() -> None:
    async with door(at_most=1) as intake:
        tickets = [await ticket(intake, PDF) for _ in range(2)]
        answer = await intake.post(attachments=tickets)
        assert answer.status_code == 422
        assert answer.json()["errors"] == [{"field": "attachments", "reason": "一个帖子最多 1 个附件"}]
        assert intake.attachments.kept == {}
    async with door(at_most=0) as intake:
        assert "不收附件" in (await give(intake, PDF)).text


async def test_a_ticket_holds_for_two_hours_and_cannot_be_made_up(intake: Intake) -> None:
    good = await ticket(intake, PDF)
    now = intake.door.real_now()
    for wrong in ("x", "A" * 400, good[:-8] + "AAAAAAA=", "票"):
        answer = await intake.post(attachments=[wrong])
        assert answer.status_code == 422
        assert "凭证不正确" in answer.text

    intake.door.real_now = lambda: now + timedelta(seconds=TICKET_SECONDS + 60)
    assert "超过两小时" in (await intake.post(attachments=[good])).text
    intake.door.real_now = lambda: now + timedelta(seconds=TICKET_SECONDS - 60)
    await posted(intake, good, good)


async def test_the_fact_names_the_file_and_holds_neither_its_bytes_nor_its_key(intake: Intake) -> None:
    given = f"我的电话{PHONE}.jpg"
    receipt = await posted(intake, await ticket(intake, picture(), given))

    [fact] = [fact for fact in said(intake) if isinstance(fact, PostReceived)]
    [file] = fact.attachments
    assert (file.name, file.type) == (f"我的电话{'*' * 11}.jpg", "image/jpeg")
    assert {file.id, file.small} == set(intake.folder.files)
    assert [(await intake.own(receipt))["attachments"][0]["name"]] == [given]
    kept = b"".join(sealed for _, sealed in intake.folder.files.values())
    assert b"\xff\xd8\xff" not in kept[:3] + kept[12:15]
    assert PHONE.encode() not in kept


async def test_a_public_post_with_a_file_waits_for_a_moderator_and_a_private_one_for_nobody(
    intake: Intake,
) -> None:
    public = await posted(intake, await ticket(intake, PDF))
    private = await posted(intake, await ticket(intake, PDF), public=False)
    [file] = (await intake.own(public))["attachments"]
    path = f"/v1/posts/{public['number']}/attachments/{file['id']}"

    assert [fact.reason for fact in said(intake) if isinstance(fact, PostHeld)] == ["附件先审后发"]
    assert (await intake.own(private))["moderation"] == ""
    assert (await intake.http.get(path)).status_code == 404
    body = {"action": "release", "reason": "符合规定"}
    await intake.staff("supervisor", "supervision", f"cases/{public['number']}/moderation", body)
    assert (await intake.http.get(path)).status_code == 200
    async with door(moderated=False) as trusting:
        assert (await trusting.own(await posted(trusting, await ticket(trusting, PDF))))["moderation"] == ""


async def test_after_the_erasure_nobody_reads_it_and_the_folder_forgets_it(intake: Intake) -> None:
    receipt = await posted(intake, await ticket(intake, picture()), public=False)
    [file] = (await intake.own(receipt))["attachments"]
    subject = await intake.door.subject(receipt["number"])
    assert intake.attachments.kept[subject] == set(intake.folder.files)

    await intake.citizen(receipt, "erasure")

    assert (await intake.own(receipt))["attachments"] == []
    assert (await read(intake, receipt, file["id"])).status_code == 404
    case = (await intake.staff_get("supervisor", "supervision", f"cases/{receipt['number']}")).json()
    assert case["attachments"] == []
    path = f"cases/{receipt['number']}/attachments/{file['id']}"
    assert (await intake.staff_get("supervisor", "supervision", path)).status_code == 404
    assert isinstance(said(intake)[-1], CitizenErased)
    assert await Sweep(intake.folder, intake.attachments, older=-1).sweep() == 2
    assert intake.folder.files == {}


async def test_the_sweep_leaves_what_belongs_to_a_post_and_what_may_still_get_one(intake: Intake) -> None:
    await posted(intake, await ticket(intake, PDF))
    [kept] = intake.folder.files
    await ticket(intake, PDF)

    assert ORPHANED_SECONDS > TICKET_SECONDS
    assert await Sweep(intake.folder, intake.attachments).sweep() == 0
    assert await Sweep(intake.folder, intake.attachments, older=-1).sweep() == 1
    assert set(intake.folder.files) == {kept}


async def test_a_form_sent_twice_with_its_files_is_one_post(intake: Intake) -> None:
    body = {"kind": "complaint", "title": "路灯不亮", "text": "坏了一周。"}
    answers = []
    for data in (PDF, PDF, PDF + b" "):
        sent = body | {"attachments": [await ticket(intake, data)]}
        answers.append(await intake.http.post("/v1/posts", json=sent, headers={"Idempotency-Key": "one"}))

    assert [answer.status_code for answer in answers] == [202, 202, 422]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("kind", MAKE)
async def test_a_browser_runs_nothing_of_a_file_and_saves_what_is_no_picture(
    intake: Intake, kind: str
) -> None:
    receipt = await posted(intake, await ticket(intake, MAKE[kind](), '一 "览".pdf'))
    [file] = (await intake.own(receipt))["attachments"]
    headers = (await read(intake, receipt, file["id"])).headers

    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "private, no-store"
    how = "attachment" if kind.startswith("application/") else "inline"
    assert headers["content-disposition"].startswith(f"{how}; ")
    assert quote('一 "览"') in headers["content-disposition"]


@pytest.mark.parametrize("form", ["{tag}", "W/{tag}", '"x", {tag}', "*"])
async def test_who_has_the_file_is_not_sent_it_again(intake: Intake, form: str) -> None:
    receipt = await posted(intake, await ticket(intake, PDF), public=False)
    [file] = (await intake.own(receipt))["attachments"]
    tag = (await read(intake, receipt, file["id"])).headers["etag"]
    headers = {"X-Query-Code": receipt["query_code"], "If-None-Match": form.format(tag=tag)}
    path = f"/v1/posts/{receipt['number']}/attachments/{file['id']}"

    assert (await intake.http.get(path, headers=headers)).status_code == 304
    assert (await intake.http.get(path, headers=headers | {"If-None-Match": '"x"'})).status_code == 200
    assert (await intake.http.get(path, headers={"If-None-Match": tag})).status_code == 404


@pytest.mark.parametrize(("code", "status"), [(0, 201), (1, 422), (2, 503), (None, 503)])
async def test_the_citys_scanner_decides_what_is_kept(
    intake: Intake, tmp_path: Path, code: int | None, status: int
) -> None:
    seen = tmp_path / "seen"
    intake.door.examiner = Examiner(
        "no-such-program" if code is None else f"sh -c 'cat > {seen}; exit {code}'"
    )

    answer = await give(intake, PDF)

    assert answer.status_code == status
    assert (len(intake.folder.files) == 1) == (status == 201)
    if code is not None:
        assert seen.read_bytes() == PDF


async def test_whoever_looks_at_a_file_gives_way_to_other_services_and_not_only_to_intake(
    intake: Intake, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    intake.door.examiner = Examiner(f"sh -c 'cat > /dev/null; cat /proc/self/autogroup > {seen}'")
    if not Path("/proc/self/autogroup").exists():
        pytest.skip("this kernel shares the processor by niceness alone")

    await give(intake, PDF)

    assert int(seen.read_text().rsplit(" ", 1)[1]) >= NICENESS


async def test_one_client_has_four_files_on_their_way_and_others_are_not_kept_waiting(intake: Intake) -> None:
    begun = asyncio.Event()
    go_on = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield PDF[:9]
        begun.set()
        await go_on.wait()
        yield PDF[9:]

    async with intake.from_address("203.0.113.9") as slow, intake.from_address("203.0.113.10") as other:
        waiting = [asyncio.create_task(slow.post("/v1/attachments", content=slowly())) for _ in range(4)]
        await begun.wait()
        while sum(not task.done() for task in waiting) < 4:
            await asyncio.sleep(0)
        for _ in range(50):
            await asyncio.sleep(0)
        fifth = await slow.post("/v1/attachments", content=PDF)
        others = await other.post("/v1/attachments", content=PDF)
        go_on.set()
        answers = await asyncio.gather(*waiting)

    assert (fifth.status_code, others.status_code) == (429, 201)
    assert [answer.status_code for answer in answers] == [201] * 4


async def test_a_few_who_never_finish_do_not_keep_others_from_giving_a_file(intake: Intake) -> None:
    begun = 0

    async def half() -> AsyncIterator[bytes]:
        nonlocal begun
        yield PDF[:9]
        begun += 1
        await asyncio.Event().wait()

    async with AsyncExitStack() as stack:
        sixth = [await stack.enter_async_context(intake.from_address(f"203.0.113.{n}")) for n in range(6)]
        halves = [
            asyncio.create_task(one.post("/v1/attachments", content=half()))
            for one in sixth
            for _ in range(4)
        ]
        while begun < len(halves):
            await asyncio.sleep(0)
        other = await stack.enter_async_context(intake.from_address("203.0.113.10"))

        taken = await other.post("/v1/attachments", content=PDF)

        told = [task.result().status_code for task in halves if task.done()]
        for task in halves:
            task.cancel()
        await asyncio.gather(*halves, return_exceptions=True)
    assert (taken.status_code, told) == (201, [503])


async def test_a_post_is_taken_while_a_picture_is_drawn(intake: Intake) -> None:
    drawing = asyncio.create_task(give(intake, picture(size=(4000, 4000))))
    while not drawing.done() and not intake.folder.files:
        answer = await intake.post()
        assert answer.status_code == 202
        break
    assert not drawing.done(), "the post did not wait for it"
    assert (await drawing).status_code == 201


def test_pictures_of_the_tests_are_what_they_say() -> None:
    assert opened(io.BytesIO(picture()).getvalue()).getexif()[0x0112] == 6


@pytest.mark.parametrize(
    "data",
    [
        b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40),
        b"LIST\x24\x00\x00\x00WEBPVP8 " + bytes(40),
        b"\x00\x00\x00\x20ftypisom" + bytes(40),
        b"\x00\x00\x00\x20moovheic" + bytes(40),
    ],
    ids=["sound", "half a picture", "film", "no picture"],
)
def test_what_begins_like_a_picture_and_is_none_is_not_taken_for_one(data: bytes) -> None:
    with pytest.raises(NotTaken) as refused:
        type_of(data)

    assert "HEIC" not in str(refused.value)


def test_a_picture_is_known_by_all_of_its_first_bytes() -> None:
    assert type_of(b"RIFF\x24\x00\x00\x00WEBPVP8 ") == "image/webp"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("现场.jpg", "现场.png"),
        ("现场.JPEG", "现场.png"),
        ("路口 3.14 米", "路口 3.14 米.png"),
        ("现场", "现场.png"),
        ("docx", "docx.png"),
        ("a/b\\现场.webp", "现场.png"),
        (".png", "附件.png"),
        ("", "附件.png"),
    ],
)
def test_a_file_keeps_its_name_and_ends_as_what_it_is(given: str, name: str) -> None:
    assert named(given, "image/png") == name
