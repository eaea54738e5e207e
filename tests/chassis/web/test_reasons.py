"""A body that is refused: its sender reads which field and why, in Chinese, whatever msgspec says of it in English."""

import re
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import pytest
from msgspec import Meta, Struct

from chassis.problem import HttpRefused
from chassis.web.bodies import decode_body


class Form(Struct, forbid_unknown_fields=True):
    """Every kind of constraint that a body of ours has."""

    text: Annotated[str, Meta(min_length=1, max_length=3)] = "x"
    code: Annotated[str, Meta(min_length=2)] = "xx"
    grade: Annotated[int, Meta(ge=1, le=5)] = 1
    share: float = 1.0
    cases: Annotated[tuple[str, ...], Meta(min_length=1, max_length=2)] = ("a",)
    pair: tuple[str, str] = ("a", "b")
    seal: Annotated[bytes, Meta(min_length=2, max_length=3)] = b"xx"
    notice: UUID | None = None
    day: date | None = None
    at: Annotated[datetime, Meta(tz=True)] | None = None
    number: Annotated[str, Meta(pattern="^SQ")] = "SQ"
    public: bool = True
    kind: Literal["consult", "complaint"] = "consult"


class Needed(Struct):
    title: str


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ('{"text":""}', "text", "不能为空"),
        ('{"text":"四个字了"}', "text", "至多 3 个码位"),
        ('{"text":1}', "text", "应为文本,给的是整数"),
        ('{"text":null}', "text", "应为文本,给的是空值"),
        ('{"code":"x"}', "code", "至少 2 个码位"),
        ('{"grade":0}', "grade", "应不小于 1"),
        ('{"grade":6}', "grade", "应不大于 5"),
        ('{"grade":1.5}', "grade", "应为整数,给的是数"),
        ('{"grade":"5"}', "grade", "应为整数,给的是文本"),
        ('{"share":1e999}', "share", "数太大"),
        ('{"cases":[]}', "cases", "至少 1 项"),
        ('{"cases":["a","b","c"]}', "cases", "至多 2 项"),
        ('{"cases":[1]}', "cases[0]", "应为文本,给的是整数"),
        ('{"pair":["a"]}', "pair", "应为 2 项"),
        ('{"seal":"AA=="}', "seal", "至少 2 字节"),
        ('{"seal":"AAAAAA=="}', "seal", "至多 3 字节"),
        ('{"seal":"AA"}', "seal", "不是 base64"),
        ('{"notice":"x"}', "notice", "不是 UUID"),
        ('{"notice":1}', "notice", "应为UUID或空值,给的是整数"),
        ('{"day":"3月2日"}', "day", "应为日期,如 2026-03-02"),
        ('{"at":"x"}', "at", "应为日期时间,如 2026-03-02T09:00:00+08:00"),
        ('{"at":"2026-03-02T09:00:00"}', "at", "应写明时区,如 2026-03-02T09:00:00+08:00"),
        ('{"number":"1"}', "number", "格式不对"),
        ('{"public":1}', "public", "应为是或否(true、false),给的是整数"),
        ('{"kind":"rumour"}', "kind", "应为 complaint、consult 之一"),
        ('{"colour":"red"}', "colour", "没有这个字段"),
    ],
)
def test_a_wrong_field_is_named_with_what_it_should_be(body: str, field: str, reason: str) -> None:
    with pytest.raises(HttpRefused) as refused:
        decode_body(body.encode(), Form)

    assert refused.value.status == 422
    assert [(error.field, error.reason) for error in refused.value.errors] == [(field, reason)]


class Part(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(max_length=3)]
    grade: Literal["", "good", "bad"] = ""


class Whole(Struct, forbid_unknown_fields=True):
    title: Annotated[str, Meta(min_length=1)]
    text: Annotated[str, Meta(min_length=1, max_length=3)]
    kind: Literal["consult", "complaint"]
    part: Part | None = None
    parts: Annotated[tuple[Part, ...], Meta(max_length=2)] = ()


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("{}", [("title", "必填"), ("text", "必填"), ("kind", "必填")]),
        (
            '{"title":"","text":"四个字了","kind":"x","colour":"red"}',
            [
                ("title", "不能为空"),
                ("text", "至多 3 个码位"),
                ("kind", "应为 complaint、consult 之一"),
                ("colour", "没有这个字段"),
            ],
        ),
        (
            '{"title":"a","text":"a","kind":"consult","part":{"name":"四个字了","grade":"x"},'
            '"parts":[{"name":"a"},{"grade":1,"b":2}]}',
            [
                ("part.name", "至多 3 个码位"),
                ("part.grade", "应为 bad、good 之一,或留空"),
                ("parts[1].name", "必填"),
                ("parts[1].grade", "应为文本,给的是整数"),
                ("parts[1].b", "没有这个字段"),
            ],
        ),
        (
            '{"title":1,"text":"a","kind":"consult","parts":[{"name":"a"},{"name":"a"},{"name":"a"}]}',
            [("title", "应为文本,给的是整数"), ("parts", "至多 2 项")],
        ),
    ],
)
def test_every_wrong_field_is_named_at_once(body: str, wrong: list[tuple[str, str]]) -> None:
    with pytest.raises(HttpRefused) as refused:
        decode_body(body.encode(), Whole)

    assert [(error.field, error.reason) for error in refused.value.errors] == wrong


def test_a_choice_names_what_would_be_taken() -> None:
    with pytest.raises(HttpRefused) as refused:
        decode_body(b'{"kind":"rumour"}', Form, {"kind": ("complaint",)})

    assert [(error.field, error.reason) for error in refused.value.errors] == [
        ("kind", "应为 complaint 之一")
    ]


def test_a_refusal_of_much_stays_short() -> None:
    body = "{" + ",".join(f'"x{n}":1' for n in range(10_000)) + "}"
    with pytest.raises(HttpRefused) as refused:
        decode_body(body.encode(), Form)

    assert len(refused.value.errors) == 20


def test_a_field_that_is_wanted_and_missing_is_named() -> None:
    with pytest.raises(HttpRefused) as refused:
        decode_body(b"{}", Needed)

    assert [(error.field, error.reason) for error in refused.value.errors] == [("title", "必填")]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("nope", "第 4 个字节处有错。"),
        ("{} x", "第 4 个字节处有错。"),
        ('{"text":"a"', "内容不完整。"),
        ("", "内容不完整。"),
        ("[1]", "应为对象,给的是列表"),
        ('"x"', "应为对象,给的是文本"),
    ],
)
def test_what_is_no_json_object_is_a_bad_request_that_says_where(body: str, reason: str) -> None:
    with pytest.raises(HttpRefused) as refused:
        decode_body(body.encode(), Form)

    assert (refused.value.status, refused.value.kind, refused.value.detail) == (400, "not-json", reason)
    assert not re.search("[A-Za-z]", reason)
