"""What WeChat brings is read; what it would never bring is refused before anything in it is expanded."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fronts.wechat.core.conversation import Point
from fronts.wechat.messages import Unreadable, answer, message_of, tree_of
from tests.fronts.wechat.phone import OFFICIAL, OPENID, event, of_kind, text


def test_a_text_is_read_with_its_sender_and_its_id() -> None:
    message, account = message_of(text("路灯 <不亮> & 很久", 42).encode())

    assert (message.kind, message.text, message.id) == ("text", "路灯 <不亮> & 很久", "42")
    assert (message.person, account) == (OPENID, OFFICIAL)


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (event("CLICK", "<EventKey>post</EventKey>"), "menu", "post"),
        (event("subscribe"), "followed", ""),
        (event("VIEW", "<EventKey>https://x</EventKey>"), "unasked", ""),
        (event("LOCATION"), "unasked", ""),
        (
            of_kind("location", "<Location_X>33.9</Location_X><Location_Y>118.2</Location_Y>"),
            "place",
            "",
        ),
        (of_kind("image"), "picture", ""),
        (of_kind("shortvideo"), "film", ""),
        (of_kind("gif"), "other", ""),
    ],
)
def test_each_kind_is_told_apart(body: str, kind: str, words: str) -> None:
    message, _ = message_of(body.encode())

    assert (message.kind, message.text) == (kind, words)


@pytest.mark.parametrize(
    ("x", "y", "point"),
    [
        ("33.963008", "118.275162", Point(33.963008, 118.275162)),
        ("-33.9", "-118.2", Point(-33.9, -118.2)),
        ("118.275162", "33.963008", None),
        ("33.9", "", None),
        ("33.9", "nan", None),
        ("inf", "118.2", None),
        ("三十三", "118.2", None),
    ],
)
def test_a_place_is_a_point_of_the_earth_with_the_latitude_first(x: str, y: str, point: Point | None) -> None:
    fields = f"<Location_X>{x}</Location_X><Location_Y>{y}</Location_Y><Label>幸福路</Label>"

    message, _ = message_of(of_kind("location", fields).encode())

    assert (message.text, message.point) == ("幸福路", point)


def test_a_picture_is_read_by_its_media_id_and_not_by_its_address() -> None:
    fields = "<PicUrl>http://evil.example/x</PicUrl><MediaId>m-1_2</MediaId>"

    message, _ = message_of(of_kind("image", fields).encode())

    assert (message.kind, message.media, message.text) == ("picture", "m-1_2", "")


def test_an_event_is_known_again_by_its_time_and_what_it_is() -> None:
    one = event("CLICK", "<EventKey>post</EventKey>").encode()
    other = one.replace(b"post", b"mine")

    assert message_of(one)[0].id == message_of(one)[0].id
    assert message_of(one)[0].id != message_of(other)[0].id


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "<xml>",
        "<html/>",
        "<xml><MsgType>text</MsgType></xml>",
        text("x", 1).replace("<MsgId>1</MsgId>", ""),
        text("x", 1).replace("<MsgId>1</MsgId>", "<MsgId>a/b</MsgId>"),
        text("x", 1, person="o" * 65),
        "<!DOCTYPE xml [<!ENTITY a 'b'>]>" + text("x", 1).replace("x</Content>", "&a;</Content>"),
        "<!DOCTYPE xml [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + text("x", 1),
        "<!DOCTYPE xml SYSTEM 'http://x/y.dtd'>" + text("x", 1),
        "<!DOCTYPE xml>" + text("x", 1),
        "<xml>&undefined;</xml>",
        "<xml>" + "<a>" * 9 + "</a>" * 9 + "</xml>",
    ],
)
def test_what_wechat_would_never_send_is_unreadable(body: str) -> None:
    with pytest.raises(Unreadable):
        message_of(body.encode())


@settings(max_examples=50)
@given(st.binary(max_size=200))
def test_no_body_ends_otherwise_than_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        message_of(body)


@settings(max_examples=50)
@given(st.text(max_size=60))
def test_every_answer_is_xml(words: str) -> None:
    assert tree_of(answer(OPENID, OFFICIAL, 1, words)).findtext("MsgType") == "text"
