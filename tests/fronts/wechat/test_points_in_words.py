"""What is said and sent when a place on the map comes, changes and goes: the rules of the conversation alone."""

import pytest
from msgspec.structs import replace

from fronts.wechat.core.conversation import City, Conversation, Draft, Message, Outcome, Point, Step, Submit
from fronts.wechat.core.hearing import hear, told
from tests.fronts.wechat.phone import OPENID
from tests.services.intake.door import PROFILE

CITY = City(PROFILE)
SQUARE = Point(33.963008, 118.275162)
DRAFT = Draft("key", part="sure", kind="complaint", text="路灯坏了一周。", place="幸福路", whole=True)


def writing(**fields: object) -> Conversation:
    return Conversation(stage="draft", draft=replace(DRAFT, **fields))


def asked_for_a_place() -> Conversation:
    return writing(part="place", place="", whole=False)


def says(state: Conversation, text: str) -> Step:
    return hear(state, Message("9", OPENID, "text", text), CITY)


def points_out(state: Conversation, label: str, point: Point | None = SQUARE) -> Step:
    return hear(state, Message("9", OPENID, "place", label, point), CITY)


def sent(state: Conversation) -> Submit:
    call = says(state, "确认").call
    assert isinstance(call, Submit)
    return call


def test_a_place_on_the_map_is_for_the_unit_and_stands_in_no_public_line() -> None:
    step = points_out(asked_for_a_place(), "宿城区幸福路12号")
    body = sent(step.state).body

    assert "位置已记下,不公开,只有承办单位和您能看到:宿城区幸福路12号(北纬33.96301,东经118.27516)" in step.say
    assert "地点:(没有)\n位置:宿城区幸福路12号" in step.say
    assert body["point"] == {
        "longitude": 118.275162,
        "latitude": 33.963008,
        "datum": "gcj02",
        "street_address": "宿城区幸福路12号",
    }
    assert (body["place"], body["area"]) == ("", "321302"), "the area it lies in is anybody's to know"


def test_words_for_everybody_and_a_place_for_the_unit_stand_beside_each_other() -> None:
    state = points_out(writing(), "宿城区幸福路12号").state
    changed = says(says(state, "改地点").state, "宿豫区江山大道")
    body = sent(changed.state).body

    assert "地点:宿豫区江山大道\n位置:宿城区幸福路12号" in changed.say
    assert (body["place"], body["area"]) == ("宿豫区江山大道", "321311")
    assert body["point"] == {
        "longitude": 118.275162,
        "latitude": 33.963008,
        "datum": "gcj02",
        "street_address": "宿城区幸福路12号",
    }


def test_a_draft_without_a_place_on_the_map_sends_none() -> None:
    assert "point" not in sent(writing()).body
    assert "位置" not in says(writing(), "公开").say


def test_a_place_that_came_before_it_was_asked_for_is_not_asked_for() -> None:
    early = points_out(writing(part="text", text="", place="", whole=False), "宿城区幸福路")
    look = says(early.state, "路灯坏了")

    assert "位置已记下" in early.say
    assert "请写内容" in early.say
    assert "请核对" in look.say


def test_another_place_takes_the_place_of_the_first() -> None:
    other = points_out(points_out(writing(), "幸福路12号").state, "", Point(33.9, 118.3))

    assert "位置:北纬33.90000,东经118.30000(" in other.say
    assert "幸福路12号" not in other.say
    assert "street_address" not in str(sent(other.state).body)


@pytest.mark.parametrize("words", ["去掉位置", "“去掉位置”", "不要位置。", "删除位置"])
def test_a_place_is_taken_out_by_a_word_and_what_was_asked_is_asked_again(words: str) -> None:
    state = points_out(writing(part="text", text="", whole=False), "幸福路12号").state
    out = says(state, words)

    assert "位置已去掉。\n请写内容" in out.say
    assert out.state.draft == replace(DRAFT, part="text", text="", whole=False)
    assert "没有位置。" in says(out.state, words).say


def test_a_place_outside_the_city_is_not_taken_and_the_one_before_stays() -> None:
    state = points_out(writing(), "幸福路12号").state
    far = points_out(state, "天安门", Point(39.909, 116.397))

    assert "这个位置没有记下:不在本市范围内" in far.say
    assert "用文字写地点" in far.say
    assert "天安门" not in far.say
    assert sent(far.state).body["point"] == sent(state).body["point"]


@pytest.mark.parametrize(
    ("label", "point", "said"),
    [
        ("", SQUARE, "位置:北纬33.96301,东经118.27516("),
        ("幸福路", None, "位置:幸福路("),
        ("", None, "没有读到这个位置"),
        ("\u200b", None, "没有读到这个位置"),
        ("幸" * 10_000, SQUARE, f"位置:{'幸' * 100}(北纬33.96301"),
        ("幸福路\n12号\x07", SQUARE, "位置:幸福路 12号(北纬33.96301"),
    ],
)
def test_whatever_a_telephone_says_of_a_place_is_told(label: str, point: Point | None, said: str) -> None:
    assert said in points_out(asked_for_a_place(), label, point).say


def test_a_point_that_intake_refuses_is_told_with_what_can_be_done() -> None:
    state = points_out(writing(), "幸福路12号").state
    call = sent(state)
    refusal = {"errors": [{"field": "point", "reason": "不在本市范围内"}]}
    step = told(state, call, Outcome(422, refusal, "填写的内容有问题;不在本市范围内"), CITY)

    assert "没有提交:填写的内容有问题;不在本市范围内" in step.say
    assert "请重新发送位置,或回复“去掉位置”" in step.say
    assert step.state.draft == state.draft


def test_a_place_without_a_draft_asks_for_one() -> None:
    assert "请回复“发帖”" in points_out(Conversation(), "幸福路").say
