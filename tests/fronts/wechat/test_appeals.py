"""A post that a moderator took out: its author reads why, and may ask for another look, in the conversation."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fronts.wechat.phone import Phone, opened


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Phone]:
    async with opened(tmp_path) as found:
        yield found


async def hidden(phone: Phone) -> str:
    """The number of an own post that a moderator took for an advertisement."""
    await phone.bind()
    number = await phone.post()
    await moderated(phone, number, "hide", "疑似广告")
    return number


async def moderated(phone: Phone, number: str, action: str, reason: str) -> None:
    await phone.world.act(
        "supervisor", number, "moderation", {"action": action, "reason": reason}, unit="supervision"
    )


async def test_the_author_of_a_hidden_post_reads_why_and_how_to_appeal(phone: Phone) -> None:
    number = await hidden(phone)

    read = await phone.say(f"查 {number}")

    assert "疑似广告" in read
    assert "回复“申诉”空格加理由" in read
    assert "办结期限" not in read, "nobody works on it"


async def test_an_appeal_is_made_once_stands_where_it_was_said_and_brings_the_post_back(phone: Phone) -> None:
    number = await hidden(phone)
    await phone.say(f"查 {number}")

    said = await phone.say("申诉 写的是路灯,不是广告。")
    await phone.world.settle()
    again = await phone.say("申诉 真的不是。")
    waiting = await phone.say(f"查 {number}")
    await moderated(phone, number, "restore", "误判")
    restored = await phone.say(f"查 {number}")

    assert said == f"{number} 已申诉,督查会再看一次,结果会告诉您。"
    assert again.startswith(f"{number}:")
    assert "已申诉" not in again
    assert "【您的申诉】写的是路灯,不是广告。" in waiting
    assert "回复“申诉”" not in waiting
    assert restored.index("疑似广告") < restored.index("【您的申诉】") < restored.index("误判")


async def test_an_appeal_that_is_refused_is_answered_and_cannot_be_repeated(phone: Phone) -> None:
    number = await hidden(phone)
    await phone.say(f"查 {number}")
    await phone.say("申诉:写的是路灯,不是广告。")
    await phone.world.settle()

    await moderated(phone, number, "uphold", "文中有商家电话")

    read = await phone.say(f"查 {number}")
    assert "文中有商家电话" in read
    assert "回复“申诉”" not in read


async def test_who_appeals_before_a_post_is_read_is_told_to_open_it_and_a_shown_one_needs_none(
    phone: Phone,
) -> None:
    await phone.bind()
    first = await phone.say("申诉 请再看一看")
    number = await phone.post()
    await phone.say(f"查 {number}")

    shown = await phone.say("申诉 请再看一看")

    assert "请先回复“查”加编号" in first
    assert shown.startswith(f"{number}:")


@pytest.mark.parametrize("word", ["申诉", "追问。", "“补充”"])
async def test_a_word_without_what_it_is_to_say_is_answered_with_how_to_say_it(
    phone: Phone, word: str
) -> None:
    await phone.bind()

    assert f"回复“{word.strip('“”。')}”空格加" in await phone.say(word)
