"""What is said and asked for when pictures come, and when they do not: the rules of the conversation alone."""

import dataclasses

import pytest
from msgspec.structs import replace

from city.attachments import Attachments
from fronts.wechat.core.conversation import (
    Act,
    City,
    Conversation,
    Draft,
    Fetch,
    Look,
    Message,
    Outcome,
    Picture,
    Step,
    Submit,
)
from fronts.wechat.core.hearing import hear, told
from tests.fronts.wechat.phone import OPENID
from tests.services.intake.door import PROFILE

CITY = City(PROFILE)
DRAFT = Draft("key", part="sure", kind="complaint", text="路灯坏了一周。", place="幸福路", whole=True)


def writing(*pictures: Picture, **fields: object) -> Conversation:
    """A draft that is written, with these pictures."""
    return Conversation(stage="draft", draft=replace(DRAFT, pictures=pictures, **fields))


def says(state: Conversation, text: str) -> Step:
    return hear(state, Message("9", OPENID, "text", text), CITY)


def shows(state: Conversation, identity: str = "1", media: str = "m1", city: City = CITY) -> Step:
    return hear(state, Message(identity, OPENID, "picture", media=media), city)


def came(
    state: Conversation, call: Fetch, taken: dict[str, str], refused: dict[str, str] | None = None
) -> Step:
    """What was fetched has come, or has not."""
    return told(state, call, Outcome(200, {"taken": taken, "refused": refused or {}}), CITY)


def draft_of(step: Step) -> Draft:
    assert step.state.draft is not None
    return step.state.draft


A, B = Picture("1", "m1"), Picture("2", "m2")
HERE, THERE = replace(A, ticket="t1"), replace(B, ticket="t2")


def test_a_picture_of_a_draft_is_kept_at_once_and_fetched_afterwards() -> None:
    step = shows(writing())

    assert draft_of(step).pictures == (A,)
    assert step.later == Fetch((A,))
    assert "正在接收" in step.say
    assert "草稿现有 1 张图片(最多 5 张)。" in came(step.state, Fetch((A,)), {"1": "t1"}).say


def test_a_picture_comes_at_any_part_of_the_draft_and_the_part_is_asked_for_again() -> None:
    step = shows(writing(part="text", text="", whole=False))

    assert "请接着写内容" in came(step.state, Fetch((A,)), {"1": "t1"}).say


def test_a_message_that_comes_again_brings_no_second_picture() -> None:
    step = shows(writing(HERE))

    assert draft_of(step).pictures == (HERE,)
    assert step.later is None
    assert "1 张" in step.say


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (Conversation(), "请先回复“发帖”"),
        (Conversation(stage="case", number="SQ260302-000001"), "请先回复“发帖”"),
        (Conversation(draft=DRAFT), "没有提交的草稿"),
        (Conversation(stage="phone", draft=Draft("key")), "请先回复“发帖”"),
    ],
)
def test_a_picture_outside_a_draft_is_answered_with_what_can_be_done(state: Conversation, said: str) -> None:
    step = shows(state)

    assert said in step.say
    assert (step.state, step.later) == (state, None)


def test_a_draft_has_as_many_pictures_as_the_city_takes() -> None:
    full = writing(*(Picture(str(n), f"m{n}") for n in range(10, 15)))

    step = shows(full)

    assert "最多 5 张图片,这张没有收下" in step.say
    assert (step.state, step.later) == (full, None)


@pytest.mark.parametrize("why", ["the policy takes none", "no credential"])
def test_a_city_that_takes_no_pictures_says_so_and_does_not_ask_for_them(why: str) -> None:
    policy = replace(PROFILE.policy, attachments=Attachments(at_most=0))
    none = dataclasses.replace(PROFILE, policy=policy)
    city = City(none) if why == "the policy takes none" else City(PROFILE, pictures=False)

    step = shows(writing(), city=city)
    asked = hear(writing(), Message("9", OPENID, "text", "改内容"), city)

    assert "暂时不能随帖附图片" in step.say
    assert step.later is None
    assert "图片" not in asked.say


def test_a_picture_without_a_name_is_asked_for_again() -> None:
    assert "请重新发送" in shows(writing(), media="").say


def test_a_picture_that_is_refused_leaves_the_draft_and_the_last_look_says_why() -> None:
    step = came(writing(A, THERE), Fetch((A,)), {}, {"1": "图片太大,每张最大 8 MB"})

    assert draft_of(step).pictures == (THERE,)
    assert "图片没有收下:图片太大,每张最大 8 MB。草稿现有 1 张图片" in step.say
    assert "图片:1 张;有图片没有收下:图片太大" in says(step.state, "公开").say


def test_what_comes_after_the_draft_was_sent_or_dropped_is_nobodys() -> None:
    for state in (Conversation(), Conversation(stage="draft", draft=Draft("other"))):
        assert came(state, Fetch((A,)), {"1": "t1"}).state == state


def test_pictures_are_taken_out_all_or_one() -> None:
    assert draft_of(says(writing(HERE, THERE), "去掉图片")).pictures == ()
    assert draft_of(says(writing(HERE, THERE), "去掉图片1")).pictures == (THERE,)
    assert draft_of(says(writing(HERE, THERE), "去掉图片第2张")).pictures == (HERE,)
    assert draft_of(says(writing(HERE, THERE), "去掉图片3")).pictures == (HERE, THERE)
    assert "没有图片" in says(writing(), "去掉图片").say


def test_a_text_that_speaks_of_pictures_is_a_text() -> None:
    step = says(writing(part="text", text=""), "图片里的路灯坏了")

    assert draft_of(step).text == "图片里的路灯坏了"


def test_who_asks_for_the_pictures_starts_what_a_dead_process_left_behind() -> None:
    step = says(writing(HERE, B), "图片")

    assert step.later == Fetch((B,))
    assert "2 张(其中 1 张还在接收)" in step.say
    assert says(writing(HERE), "图片").later is None


def test_a_post_names_the_tickets_of_its_pictures() -> None:
    step = says(writing(HERE, THERE), "确认")

    assert isinstance(step.call, Submit)
    assert step.call.body["attachments"] == ["t1", "t2"]
    without = says(writing(), "确认").call
    assert isinstance(without, Submit)
    assert "attachments" not in without.body


def test_a_post_waits_for_its_pictures_and_is_not_sent_without_them() -> None:
    state = writing(HERE, B)
    call = says(state, "确认").call
    assert isinstance(call, Fetch)
    assert call.pictures == (B,)

    there = came(state, call, {"2": "t2"})
    open_still = came(state, call, {})
    refused = came(state, call, {}, {"2": "图片打不开"})

    assert isinstance(there.call, Submit)
    assert there.call.body["attachments"] == ["t1", "t2"]
    assert (open_still.call, open_still.state) == (None, state)
    assert "还有 1 张图片没有收完,没有提交" in open_still.say
    assert refused.call is None
    assert "没有提交:有图片没有收下:图片打不开" in refused.say
    assert "请核对" in refused.say


OLD = {"errors": [{"field": "attachments", "reason": "附件已超过两小时,请重新选择文件"}]}


def test_tickets_that_are_too_old_are_fetched_anew_once() -> None:
    state = writing(HERE)
    post = says(state, "确认").call
    assert isinstance(post, Submit)

    step = told(state, post, Outcome(422, OLD, "附件已超过两小时"), CITY)
    assert isinstance(step.call, Fetch)
    again = came(step.state, step.call, {"1": "t9"})
    assert isinstance(again.call, Submit)
    last = told(again.state, again.call, Outcome(422, OLD, "附件已超过两小时"), CITY)

    assert step.call.pictures == (A,)
    assert (again.call.key, again.call.body["attachments"]) == (post.key, ["t9"])
    assert last.call is None
    assert "没有提交:附件已超过两小时" in last.say


READING = Conversation(stage="case", number="SQ260302-000001", token="t")


def test_a_picture_sent_while_an_own_case_is_read_is_for_what_will_be_added_to_it() -> None:
    step = shows(READING)
    there = came(step.state, Fetch((A,)), {"1": "t1"})

    assert (step.state.added, step.later) == ((A,), Fetch((A,)))
    assert "要补充现有 1 张图片(最多 5 张)" in there.say
    assert "“补充”或“追问”" in there.say
    call = says(there.state, "追问 灯还是不亮").call
    assert isinstance(call, Act)
    assert (call.act, call.body) == ("follow-ups", {"text": "灯还是不亮", "attachments": ["t1"]})


def test_a_rating_takes_no_pictures_along_and_leaves_them() -> None:
    state = replace(READING, added=(HERE,))
    call = says(state, "5 修得很快").call

    assert isinstance(call, Act)
    assert "attachments" not in call.body
    assert told(state, call, Outcome(200, {}), CITY).state.added == (HERE,)


def test_what_is_added_waits_for_its_pictures_and_takes_them_along_once() -> None:
    call = says(replace(READING, added=(A,)), "补充 东门").call
    assert isinstance(call, Fetch)
    sent = came(replace(READING, added=(A,)), call, {"1": "t1"})
    assert isinstance(sent.call, Act)
    open_still = came(replace(READING, added=(A,)), call, {})

    assert sent.call.body["attachments"] == ["t1"]
    assert told(sent.state, sent.call, Outcome(200, {}), CITY).state.added == ()
    assert "还有 1 张图片没有收完,没有提交" in open_still.say


def test_old_tickets_of_what_is_added_are_fetched_anew_once() -> None:
    state = replace(READING, added=(HERE,))
    call = says(state, "补充 东门").call
    assert isinstance(call, Act)

    step = told(state, call, Outcome(422, OLD, "附件已超过两小时"), CITY)
    assert isinstance(step.call, Fetch)
    again = came(step.state, step.call, {"1": "t9"})
    assert isinstance(again.call, Act)

    assert (again.call.key, again.call.body["attachments"]) == (call.key, ["t9"])
    assert told(again.state, again.call, Outcome(422, OLD, "附件已超过两小时"), CITY).call is None


def test_pictures_for_one_case_are_not_added_to_another() -> None:
    state = replace(READING, added=(HERE,))
    case = {
        "number": "SQ260302-000002",
        "title": "积水",
        "text": "积水很深。",
        "status": "accepted",
        "kind_name": "投诉",
        "status_name": "办理中",
        "department_name": "",
        "paused": False,
        "due": None,
        "attachments": [],
        "replies": [],
        "history": [],
    }

    other = told(state, Look("SQ260302-000002", "t"), Outcome(200, case), CITY)
    same = told(state, Look(state.number, "t"), Outcome(200, case | {"number": state.number}), CITY)

    assert (other.state.number, other.state.added) == ("SQ260302-000002", ())
    assert same.state.added == (HERE,)


def test_the_last_look_tells_of_pictures_and_that_a_moderator_sees_them_first() -> None:
    look = says(writing(HERE), "公开").say

    assert "图片:1 张" in look
    assert "审核后才公开" in look
    assert "审核后才公开" not in says(writing(HERE), "不公开").say
    assert "审核后才公开" not in says(writing(), "公开").say
