"""A person binds, posts, asks and rates inside WeChat; intake, router, deadline and notifier are the real ones in memory."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fronts.wechat.core import words
from fronts.wechat.store import LEASED
from tests.fronts.wechat.phone import MINE, OPENID, SITE, Phone, event, of_kind, opened, text

OFFICE = "您好!路灯已修复。联系电话:0527-84368123。"


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Phone]:
    async with opened(tmp_path) as found:
        yield found


async def test_a_stranger_binds_posts_asks_reads_the_offices_telephone_and_rates(phone: Phone) -> None:
    assert "三个工作日内回复" in await phone.send(event("subscribe"))
    assert "已绑定 139****5678" in await phone.bind()
    number = await phone.post()

    assert f"{number} 幸福路路灯坏了一周" in await phone.say(f"查 {number}")
    await phone.world.assigned_to(number, "housing")
    await phone.world.act("clerk", number, "acceptance")
    await phone.world.act("clerk", number, "first-words", {"text": "已派人到现场,两日内答复。"})
    early = await phone.say(f"查 {number}")
    assert "的初步回复】" in early
    assert "已派人到现场,两日内答复。" in early
    await phone.world.answered(number, OFFICE)
    assert "可评价" in await phone.say("我的")
    read = await phone.say("1")
    rated = await phone.say("5 修得很快")

    assert OFFICE in read
    assert "请评价" in read
    assert rated == f"{number} 已评价,谢谢。"
    assert (await phone.case(number))["ratings"][0]["grade"] == 5
    assert "非常满意 修得很快" in await phone.say(f"查{number.lower()}")


async def test_what_is_posted_is_told_by_wechat_and_stands_in_the_list_of_the_telephone(phone: Phone) -> None:
    web = (await phone.world.intake.post(title="积水", contact={"phone": MINE})).json()
    await phone.bind()
    number = await phone.post()
    case = await phone.case(number)
    await phone.world.assigned_to(number, "housing")

    listed = await phone.say("我的帖子")

    assert (case["title"], case["area"], case["place"]) == ("幸福路路灯坏了一周", "321302", "宿城区幸福路")
    assert number in listed
    assert web["number"] in listed
    told = [row for row in phone.world.gateway.arrivals.newest() if row["channel"] == "wechat"]
    assert {row["recipient"] for row in told} == {OPENID}


async def test_a_message_that_comes_again_is_answered_as_before_and_posts_once(phone: Phone) -> None:
    await phone.bind()
    await phone.says("发帖", "1", "路灯坏了", "无")

    first = await phone.say("确认", identity=41)
    again = await phone.say("确认", identity=41)

    assert "已受理" in first
    assert again == first
    assert (await phone.say("我的")).count("路灯坏了") == 1


async def test_a_post_whose_answer_was_lost_is_sent_again_under_its_key(phone: Phone) -> None:
    await phone.bind()
    await phone.says("发帖", "1", "路灯坏了", "无")
    phone.behind.lost = 1

    lost = await phone.say("确认")
    answered = await phone.say("确认")

    assert "草稿已保留" in lost
    assert "已受理" in answered
    assert (await phone.say("我的")).count("路灯坏了") == 1


async def test_a_process_that_died_before_it_kept_the_answer_posts_once_all_the_same(phone: Phone) -> None:
    await phone.bind()
    await phone.says("发帖", "1", "路灯坏了", "无")
    phone.store.losses = 1

    died = await phone.say("确认", identity=41)
    phone.late += LEASED
    again = await phone.say("确认", identity=41)

    assert died == words.LATER
    assert "已受理" in again
    assert (await phone.say("我的")).count("路灯坏了") == 1


async def test_a_service_that_hangs_is_told_in_time_and_the_draft_is_kept(tmp_path: Path) -> None:
    async with opened(tmp_path, seconds=2.0) as phone:
        await phone.bind()
        await phone.says("发帖", "1", "路灯坏了", "无")
        phone.behind.hangs = True

        hung = await phone.say("确认")

        assert "草稿已保留" in hung
        phone.behind.hangs = False
        assert "已受理" in await phone.say("确认")


async def test_who_wants_to_post_first_proves_a_telephone_and_goes_on(phone: Phone) -> None:
    asked = await phone.say("我要发帖")
    await phone.say("139 0000 5678")
    said = await phone.say(phone.code())

    assert "请回复您的手机号" in asked
    assert "已绑定 139****5678" in said
    assert "请选择种类" in said


async def test_a_draft_is_kept_while_something_else_is_asked(phone: Phone) -> None:
    await phone.bind()
    number = await phone.post()
    await phone.says("发帖", "投诉", "井盖丢了")

    assert number in await phone.say(f"查 {number}")
    assert "没有提交的草稿" in await phone.say("菜单")
    assert "接着写上次的草稿" in await phone.say("发帖")
    look = await phone.say("无")

    assert "井盖丢了" in look
    assert await phone.say("取消") == "草稿已删除。"
    assert "接着写" not in await phone.say("发帖")


async def test_a_draft_can_be_changed_and_kept_from_the_public_before_it_is_sent(phone: Phone) -> None:
    await phone.bind()
    await phone.says("发帖", "投诉", "井盖丢了", "无")
    assert "公开:否" in await phone.say("不公开")
    await phone.says("改内容", "井盖丢了两天")
    await phone.say("改地点")
    look = await phone.send(of_kind("location", "<Location_X>33.9</Location_X><Label>宿豫区江山大道</Label>"))
    said = await phone.say("确认")
    case = await phone.case(said.partition("编号 ")[2].partition("\n")[0])

    assert "位置:宿豫区江山大道" in look
    assert (case["public"], case["text"], case["place"]) == (False, "井盖丢了两天", "")
    assert (await phone.own(case["number"]))["point"]["street_address"] == "宿豫区江山大道"
    assert case["area"] == "321311"


async def test_a_letter_is_written_to_one_leader_or_to_none(phone: Phone) -> None:
    await phone.bind()
    asked = await phone.says("发帖", "领导信箱")
    assert "没有这位领导" in await phone.say("99")
    look = await phone.says("1", "建议增加公交班次。", "无")
    number = (await phone.say("确认")).partition("编号 ")[2].partition("\n")[0]
    unnamed = await phone.says("发帖", "领导信箱", "无", "建议增加公交班次。", "无")

    assert "1 市长" in asked
    assert "领导信箱(写给市长)" in look
    assert (await phone.case(number))["addressee"] == "mayor"
    assert "写给" not in unnamed


async def test_what_intake_refuses_is_told_and_asked_for_again(phone: Phone) -> None:
    await phone.bind()
    refused = await phone.says("发帖", "投诉", "井盖丢了。办证加微信", "无", "确认")
    said = await phone.says("改内容", "井盖丢了", "确认")

    assert "没有提交:内容含有不能发布的词语" in refused
    assert "请回复“改内容”" in refused
    assert "已受理" in said


async def test_what_cannot_be_sent_along_is_said(phone: Phone) -> None:
    assert "请发图片" in await phone.send(of_kind("video", "<MediaId>m</MediaId>"))
    assert "语音" in await phone.send(of_kind("voice", "<MediaId>m</MediaId>"))
    assert "文字" in await phone.send(of_kind("link", "<Title>t</Title>"))


async def test_the_unit_asks_and_the_author_adds_what_is_wanted(phone: Phone) -> None:
    await phone.bind()
    number = await phone.post()
    await phone.world.assigned_to(number, "housing")
    await phone.world.act("clerk", number, "acceptance")
    await phone.world.act("clerk", number, "questions", {"text": "请问哪一段?"})

    asked = await phone.say(f"查 {number}")
    added = await phone.say("补充 东门到南门")
    await phone.world.settle()

    assert "请问哪一段?" in asked
    assert added == f"{number} 已补充,承办单位会继续办理。"
    assert "【您的补充】东门到南门" in await phone.say(f"查 {number}")


async def test_a_follow_up_and_its_answer_stand_where_they_were_said(phone: Phone) -> None:
    await phone.bind()
    number = await phone.post()
    await phone.world.assigned_to(number, "housing")
    await phone.world.act("clerk", number, "acceptance")
    await phone.say(f"查 {number}")

    added = await phone.say("追问 今晚能亮吗?")
    await phone.world.settle()
    asked = (await phone.case(number))["follow_ups"][0]["id"]
    await phone.world.act("clerk", number, f"follow-ups/{asked}/answer", {"text": "今晚九点前。"})
    read = await phone.say(f"查 {number}")

    assert added == f"{number} 已追问,承办单位会看到。"
    assert read.index("【您的追问】今晚能亮吗?") < read.index("【追问答复】今晚九点前。")


async def test_someone_elses_post_is_read_as_anybody_reads_it_and_cannot_be_rated(phone: Phone) -> None:
    other = (await phone.world.intake.post(contact={"phone": "13800001234"}, public=False)).json()
    await phone.world.settle()
    await phone.bind()

    read = await phone.say(f"查 {other['number']}")
    rated = await phone.say("评价 5")

    assert "幸福路" not in read
    assert "不是您绑定的手机号下的帖子" in rated


async def test_a_neighbour_follows_anothers_post_is_counted_once_and_told_where_its_news_are(
    phone: Phone,
) -> None:
    other = (await phone.world.intake.post(contact={"phone": "13800001234"})).json()["number"]
    await phone.world.settle()

    await phone.says("绑定", MINE)
    first = await phone.says(f"查 {other}", "关注")
    again = await phone.say(f"“关注 {other}”。")
    await phone.bind()
    as_bound = await phone.say(f"关注{other.lower()}")
    once_more = await phone.say(f"关注 {other}")

    assert (
        f"已关注 {other},共 1 人关注。有公开答复等进展时会通知您;看进展请回复“查 {other}”。\n{SITE}/posts/{other}"
        == first
    )
    assert again == first
    assert "共 2 人关注" in as_bound, "an openid and a telephone are two, as far as anybody can tell"
    assert once_more == as_bound
    assert "请回复“关注”,不必另发" in await phone.say(f"查 {other}")


async def test_who_wants_to_hear_no_more_of_a_post_is_told_how(phone: Phone) -> None:
    other = (await phone.world.intake.post(contact={"phone": "13800001234"})).json()["number"]
    await phone.world.settle()
    await phone.say(f"关注 {other}")

    for asked in ("取消关注", f"取消关注 {other}", f"“不再关注{other.lower()}”。", f"退订:{other}"):
        assert "点“不再接收这个帖子的通知”" in await phone.say(asked), asked
    assert "没有听懂" in await phone.say("退订报纸的事")
    await phone.says("发帖", "1")
    assert "点“不再接收这个帖子的通知”" not in await phone.say("退订报纸后一直没有退款,请协调。")


async def test_who_may_not_be_followed_is_told_and_a_bare_word_is_not_lost(phone: Phone) -> None:
    hidden = (await phone.world.intake.post(contact={"phone": "13800001234"}, public=False)).json()["number"]
    await phone.world.settle()
    await phone.bind()
    own = await phone.post()

    assert "这是您自己的帖子" in await phone.say(f"关注 {own}")
    assert "关注”,不必另发" not in await phone.say(f"查 {own}")
    assert "已关注" not in await phone.say(f"关注 {hidden}")
    assert "关注”,不必另发" not in await phone.say(f"查 {hidden}")
    assert "没有编号为 SQ260302-999999 的帖子" in await phone.say("关注 SQ260302-999999")
    assert "没有听懂" in await phone.says("菜单", "关注")
    phone.behind.away.add("intake")
    assert words.LATER in await phone.say(f"关注 {hidden}")


async def test_a_wrong_code_is_told_and_another_telephone_may_be_typed(phone: Phone) -> None:
    await phone.says("绑定", MINE)
    wrong = await phone.say("000000" if phone.code() != "000000" else "111111")
    await phone.say("13800001234")

    assert "验证码不正确" in wrong
    assert "已绑定 138****1234" in await phone.say(phone.code("13800001234"))


async def test_who_unbinds_or_leaves_proves_the_telephone_anew(phone: Phone) -> None:
    await phone.bind()
    assert "已解绑" in await phone.say("解绑")
    assert "绑定手机号" in await phone.say("我的")
    await phone.bind()
    await phone.send(event("unsubscribe"))

    assert "绑定手机号" in await phone.say("我的")


async def test_a_binding_that_ended_at_intake_is_told_and_made_anew(phone: Phone) -> None:
    await phone.bind()
    number = await phone.post()
    phone.world.intake.proofs.sessions.clear()

    assert "绑定已过期" in await phone.say("我的")
    await phone.say(MINE)
    assert number in await phone.say(phone.code())


@pytest.mark.parametrize("away", ["intake", "notifier"])
async def test_a_service_that_is_away_is_told_in_words(phone: Phone, away: str) -> None:
    phone.behind.away = {away}

    assert "稍后再试" in await phone.says("绑定", MINE)

    phone.behind.away = set()
    await phone.say(MINE)
    assert "已绑定" in await phone.say(phone.code())


async def test_consents_are_counted_up_and_down(phone: Phone) -> None:
    given = "<List><TemplateId>t</TemplateId><SubscribeStatusString>{}</SubscribeStatusString></List>"
    yes = f"<SubscribeMsgPopupEvent>{given.format('accept')}</SubscribeMsgPopupEvent>"
    sent = "<SubscribeMsgSentEvent><List><ErrorCode>0</ErrorCode></List></SubscribeMsgSentEvent>"
    no = f"<SubscribeMsgChangeEvent>{given.format('reject')}</SubscribeMsgChangeEvent>"
    await phone.bind()

    for _ in range(3):
        assert await phone.send(event("subscribe_msg_popup_event", yes)) == ""
    await phone.send(event("subscribe_msg_sent_event", sent))
    assert "还可收 2 条" in await phone.say("我的")
    await phone.send(event("subscribe_msg_change_event", no))
    assert "还可收" not in await phone.say("我的")


@pytest.mark.medium
async def test_a_long_answer_is_read_on(phone: Phone) -> None:
    await phone.bind()
    number = await phone.post()
    await phone.world.assigned_to(number, "housing")
    await phone.world.act("clerk", number, "acceptance")
    await phone.world.answered(number, "经核实,该路段路灯线路老化。" * 60 + OFFICE)

    first = await phone.say(f"查 {number}")
    rest = await phone.say("继续")

    assert len(first.encode()) <= 2048
    assert first.endswith("(回复“继续”接着看)")
    assert "0527-84368123" in first + rest


async def test_each_person_is_a_client_of_their_own_for_the_services(phone: Phone) -> None:
    await phone.say("查 SQ260302-000001")
    await phone.say("查 SQ260302-000001", person="oXYZD1234efgh5678IJKL9012mno")

    first, second = (request.headers["x-forwarded-for"] for request in phone.behind.seen)
    assert first.startswith("fd")
    assert first.split(":")[:4] != second.split(":")[:4]


async def test_words_that_nobody_knows_are_answered_with_what_can_be_said(phone: Phone) -> None:
    assert "没有听懂" in await phone.say("在吗")
    assert "“发帖”" in await phone.send(event("CLICK", "<EventKey>help</EventKey>"))
    assert "没有编号为 SQ260302-999999 的帖子" in await phone.say("查 SQ260302-999999")


async def test_two_messages_of_one_person_at_once_are_worked_on_one_after_the_other(phone: Phone) -> None:
    await phone.bind()
    await phone.says("发帖", "投诉")
    bodies = [text("路灯坏了", 51), text("幸福路", 52)]

    await asyncio.gather(*(phone.send(body) for body in bodies))

    assert "请核对" in await phone.say("公开")
