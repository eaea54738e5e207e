"""A person sends pictures and places with a post; WeChat's media server is the fake gateway, intake the real one in memory."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fronts.wechat.store import LEASED
from services.intake.store import TICKET_SECONDS
from tests.fronts.wechat.phone import Phone, event, opened
from tests.services.intake.files import CAMERA, picture

pytestmark = pytest.mark.medium

SHORT = 2.0
"""Seconds in which answers come here, so that a slow server is waited for as briefly as may be."""


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Phone]:
    async with opened(tmp_path) as found:
        yield found


@pytest.fixture
async def hasty(tmp_path: Path) -> AsyncIterator[Phone]:
    async with opened(tmp_path, seconds=SHORT) as found:
        yield found


async def drafted(phone: Phone) -> None:
    """A draft that lacks nothing but a yes."""
    await phone.bind()
    assert "请核对" in await phone.says("发帖", "投诉", "路灯坏了一周。", "宿城区幸福路")


async def sent(phone: Phone, said: str = "") -> dict[str, Any]:
    """The post that was sent, as the supervisor sees it."""
    said = said or await phone.say("确认")
    assert "已受理" in said, said
    await phone.world.settle()
    return await phone.case(said.partition("编号 ")[2].partition("\n")[0])


async def until_all_are_there(phone: Phone, count: int) -> str:
    """What is said of the pictures, once none is on its way any more."""
    await phone.desk.done_afterwards()
    said = await phone.say("图片")
    assert f"草稿的图片:{count} 张," in said, said
    return said


async def test_pictures_come_along_with_the_post_and_tell_no_camera(phone: Phone) -> None:
    await phone.bind()
    await phone.says("发帖", "投诉")
    first = await phone.show(picture())
    await phone.says("路灯坏了一周。", "宿城区幸福路")
    second = await phone.show(picture("PNG"))

    look = await phone.say("公开")
    case = await sent(phone)
    read = await phone.say(f"查 {case['number']}")

    assert "草稿现有 1 张图片(最多 5 张)" in first
    assert "请接着写内容" in first
    assert "草稿现有 2 张图片(最多 5 张)" in second
    assert "图片:2 张" in look
    assert [file["name"] for file in case["attachments"]] == ["微信图片.jpg", "微信图片.png"]
    assert "附有 2 个文件" in read
    for file in case["attachments"]:
        path = f"cases/{case['number']}/attachments/{file['id']}"
        answer = await phone.world.intake.staff_get("supervisor", "supervision", path)
        assert len(answer.content) == file["size"]
        assert CAMERA not in answer.content


async def test_a_callback_that_comes_again_brings_no_second_picture(phone: Phone) -> None:
    await drafted(phone)
    media = phone.account.media.keep(picture())

    answers = [await phone.send_again(media, identity=41) for _ in range(3)]

    assert all("图片" in answer for answer in answers)
    assert "草稿的图片:1 张" in await phone.say("图片")
    assert len((await sent(phone))["attachments"]) == 1


async def test_a_media_server_that_is_slow_is_not_waited_for_and_the_picture_comes_all_the_same(
    hasty: Phone,
) -> None:
    await drafted(hasty)
    hasty.account.script.add("media", 1, {"delay": 3.0})

    first = await hasty.show(picture())

    assert "图片收到了,正在接收" in first
    assert "还有 1 张图片没有收完,没有提交" in await hasty.say("确认")
    await until_all_are_there(hasty, 1)
    assert len((await sent(hasty))["attachments"]) == 1


async def test_an_intake_that_is_busy_is_asked_again(hasty: Phone) -> None:
    await drafted(hasty)
    hasty.behind.lost = 1

    await hasty.show(picture())

    assert "草稿的图片:1 张" in await until_all_are_there(hasty, 1)
    assert hasty.behind.lost == 0, "one answer was lost"


async def test_an_intake_that_hangs_is_not_waited_for(hasty: Phone) -> None:
    await drafted(hasty)
    hasty.behind.hangs = True

    first = await hasty.show(picture())

    assert "正在接收" in first


async def test_a_process_that_died_while_a_picture_came_asks_for_it_again(tmp_path: Path) -> None:
    async with opened(tmp_path, seconds=SHORT) as phone:
        await drafted(phone)
        phone.account.script.add("media", 1, {"delay": 60.0})
        await phone.show(picture())

        phone.start_again()

        assert "路灯坏了一周" in await phone.say("公开")
        await phone.say("图片")
        await phone.desk.done_afterwards()
        assert len((await sent(phone))["attachments"]) == 1


async def test_a_process_that_died_before_it_kept_the_picture_takes_it_when_it_comes_again(
    phone: Phone,
) -> None:
    await drafted(phone)
    media = phone.account.media.keep(picture())
    phone.store.losses = 1

    await phone.send_again(media, identity=41)
    phone.late += LEASED
    again = await phone.send_again(media, identity=41)

    assert "草稿现有 1 张图片" in again


async def test_a_token_that_has_expired_is_fetched_anew(phone: Phone) -> None:
    await drafted(phone)
    phone.account.script.add("media", 1, {"code": 42001})

    assert "草稿现有 1 张图片" in await phone.show(picture())


async def test_a_picture_that_wechat_no_longer_has_is_told(phone: Phone) -> None:
    await drafted(phone)

    said = await phone.send_again("unknown")

    assert "图片没有收下:图片已经过期或取不到,请重新发送。草稿现有 0 张图片" in said
    assert (await sent(phone))["attachments"] == []


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"GIF89a" + bytes(100), "只收 JPEG、PNG、WebP 图片"),
        (b"\xff\xd8\xff" + bytes(9 * 1024 * 1024), "图片太大,每张最大 8 MB"),
        (b"\xff\xd8\xff" + bytes(100), "图片打不开,可能没有传完整"),
    ],
    ids=["a gif", "too large", "broken"],
)
async def test_what_is_no_picture_for_the_city_is_refused_in_words(
    phone: Phone, data: bytes, why: str
) -> None:
    await drafted(phone)

    said = await phone.show(data)

    assert f"图片没有收下:{why}。草稿现有 0 张图片" in said
    assert (await sent(phone))["attachments"] == []


async def test_a_draft_that_waited_longer_than_its_tickets_is_sent_with_its_pictures_all_the_same(
    phone: Phone,
) -> None:
    await drafted(phone)
    await phone.show(picture())
    phone.world.intake.door.real_now = later(phone.world.intake.door.real_now, TICKET_SECONDS)

    assert len((await sent(phone))["attachments"]) == 1


async def test_a_draft_whose_pictures_wechat_has_forgotten_is_shown_again_before_it_is_sent(
    phone: Phone,
) -> None:
    await drafted(phone)
    await phone.show(picture())
    phone.world.intake.door.real_now = later(phone.world.intake.door.real_now, TICKET_SECONDS)
    phone.account.script.add("media", 1, {"code": 40007})

    said = await phone.say("确认")

    assert "没有提交:有图片没有收下:图片已经过期或取不到" in said
    assert "请核对" in said
    assert (await sent(phone))["attachments"] == []


async def test_a_post_whose_answer_was_lost_is_sent_again_with_its_pictures_and_stands_once(
    phone: Phone,
) -> None:
    await drafted(phone)
    await phone.show(picture())
    phone.behind.lost = 1

    assert "草稿已保留" in await phone.say("确认")
    assert len((await sent(phone))["attachments"]) == 1
    assert (await phone.say("我的")).count("路灯坏了") == 1


async def test_who_leaves_the_account_while_a_picture_comes_leaves_nothing_behind(hasty: Phone) -> None:
    await drafted(hasty)
    hasty.account.script.add("media", 1, {"delay": 2.5})
    await hasty.show(picture())
    await hasty.send(event("unsubscribe"))
    await hasty.bind()
    await hasty.desk.done_afterwards()

    assert "请选择种类" in await hasty.say("发帖")
    assert "没有图片" in await hasty.say("去掉图片")


async def test_what_the_unit_asks_for_is_answered_with_a_picture(phone: Phone) -> None:
    await drafted(phone)
    number = (await sent(phone))["number"]
    await phone.world.assigned_to(number, "housing")
    await phone.world.act("clerk", number, "acceptance")
    await phone.world.act("clerk", number, "questions", {"text": "请问是哪一盏?"})

    asked = await phone.say(f"查 {number}")
    shown = await phone.show(picture())
    added = await phone.say("补充 东门第二盏")
    follow_up = await phone.say("追问 今晚能亮吗?")
    await phone.world.settle()
    case = await phone.case(number)

    assert "要附图片,先把图片发来" in asked
    assert "要补充现有 1 张图片" in shown
    assert (added, follow_up) == (
        f"{number} 已补充,承办单位会继续办理。",
        f"{number} 已追问,承办单位会看到。",
    )
    assert [len(one["attachments"]) for one in (case["questions"][0], case["follow_ups"][0])] == [1, 0]
    assert "【您的补充】东门第二盏\n(附有 1 个文件,在网页上看)" in await phone.say(f"查 {number}")


async def test_a_place_on_the_map_is_read_by_the_author_and_nobody_else(phone: Phone) -> None:
    await phone.bind()
    await phone.says("发帖", "投诉", "井盖丢了")

    look = await phone.point_out("宿城区幸福路12号")
    case = await sent(phone)
    public = await phone.world.intake.http.get(f"/v1/posts/{case['number']}")

    assert "位置:宿城区幸福路12号(北纬33.96301,东经118.27516)" in look
    own = await phone.own(case["number"])
    assert own["point"] == {
        "longitude": 118.275162,
        "latitude": 33.963008,
        "datum": "gcj02",
        "street_address": "宿城区幸福路12号",
    }
    assert (case["place"], case["area"]) == ("", "321302")
    assert not [sign for sign in ("幸福路12号", "33.96", "118.27") if sign in public.text]


async def test_a_place_is_taken_out_before_it_is_sent(phone: Phone) -> None:
    await phone.bind()
    await phone.says("发帖", "投诉", "井盖丢了")
    await phone.point_out("宿城区幸福路12号")

    assert "位置已去掉。" in await phone.say("去掉位置")
    assert (await phone.own((await sent(phone))["number"]))["point"] is None


async def test_a_place_of_another_city_is_refused_at_once(phone: Phone) -> None:
    await phone.bind()
    await phone.says("发帖", "投诉", "井盖丢了")

    assert "不在本市范围内" in await phone.point_out("天安门", 39.909, 116.397)


def later(now: Callable[[], datetime], seconds: float) -> Callable[[], datetime]:
    """A clock that is put on."""
    return lambda: now() + timedelta(seconds=seconds)
