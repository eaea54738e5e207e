"""Templates at the providers of messages: under which id a channel sends, and what stands in each field.

A provider approves a template before anything is sent by it, and gives it an id; each city has its own. WeChat's fields are typed by
their names (`thing1`, `time2`), and a value that does not fit its type is refused (47003).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from msgspec import Struct

PLACE: Final = re.compile(r"\{([a-z_]+)\}")
"""A named place in a text or a field, such as `{number}`."""
FIELD_LENGTH: Final = 20
"""Characters of a field of type `thing`; a longer one is refused."""
STRING_LENGTH: Final = 32
"""Characters of a field of type `character_string`: digits, letters and marks of ASCII."""
SUBJECT_LENGTH: Final = 60


class Template(Struct, frozen=True):
    """One template of one channel."""

    id: str
    """The provider's; empty for mail, which has none."""
    fields: tuple[tuple[str, str], ...]
    """Name of a field and what stands in it, in order."""

    @property
    def text_fields(self) -> int:
        """Over how many fields the words of a notice go."""
        return sum(value == TEXT for _, value in self.fields)


class Shape(NamedTuple):
    """What a channel's template may hold."""

    places: tuple[str, ...]
    needed: tuple[str, ...]
    """Places that must stand in some field."""


TEXT: Final = "{text}"
_WECHAT: Final = Shape(("text", "number", "unit", "time"), ("text",))
SHAPES: Final[Mapping[str, Shape]] = {
    "wechat-subscription": _WECHAT,
    "wechat-template": _WECHAT,
    "wechat-mini-program": _WECHAT,
    "sms": Shape(("text", "number", "unit", "time", "link", "stop"), ("text", "link", "stop")),
    "sms-code": Shape(("code",), ("code",)),
    "mail": Shape((), ()),
}
"""Every template that a channel sends by. The page to which a message of WeChat's leads is no field, and in a mail link and
unsubscription have places of their own."""

_THREE: Final = Template("progress", (("thing1", TEXT), ("thing2", TEXT), ("thing3", TEXT)))
OWN: Final[Mapping[str, Template]] = {
    "wechat-subscription": _THREE,
    "wechat-template": _THREE,
    "wechat-mini-program": _THREE,
    "sms": Template("progress", (("text", "{text} {link} {stop}"),)),
    "sms-code": Template("code", (("code", "{code}"),)),
}
"""For a city that names none: those of the fake gateway."""


class _Kind(NamedTuple):
    """A type of WeChat's fields: which places it takes, and which words that stand there always."""

    places: tuple[str, ...]
    fixed: re.Pattern[str]
    told: str


_NOTHING: Final = re.compile(r"(?!)")
_KINDS: Final = {
    "thing": _Kind(
        ("text", "unit", "number"), re.compile(rf".{{1,{FIELD_LENGTH}}}"), f"至多 {FIELD_LENGTH} 个字"
    ),
    "character_string": _Kind(
        ("number",),
        re.compile(rf"[!-~]{{1,{STRING_LENGTH}}}"),
        f"至多 {STRING_LENGTH} 个数字、字母或符号",
    ),
    "time": _Kind(("time",), _NOTHING, ""),
    "date": _Kind(("time",), _NOTHING, ""),
    "phrase": _Kind((), re.compile("[\u4e00-\u9fff]{1,5}"), "至多 5 个汉字"),
    "const": _Kind((), re.compile(rf".{{1,{FIELD_LENGTH}}}"), f"至多 {FIELD_LENGTH} 个字"),
}
_TYPED: Final = re.compile(r"(?<![a-z_])([a-z_]+)[0-9]{1,2}", re.ASCII)
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)

Wrong = tuple[tuple[str, ...], str]
"""A path below the template's table, and what is wrong there."""


def read_template(name: str, table: Any) -> tuple[Template | None, list[Wrong]]:
    """A `[templates.NAME]` of a city, and what is wrong with it."""
    if name not in SHAPES:
        return None, [((), f"没有 {name} 这种模板,可以写的是 {'、'.join(SHAPES)}")]
    if not isinstance(table, Mapping):
        return None, [((), "应为一节")]
    wrong: list[Wrong] = [
        ((str(key),), f"{key}:模板没有这一项,只有 id 与 fields")
        for key in table
        if key not in ("id", "fields")
    ]
    identity, fields = table.get("id", ""), table.get("fields", {})
    if name == "mail":
        if "id" in table:
            wrong.append((("id",), "邮件没有模板编号,请去掉 id"))
    elif not isinstance(identity, str) or not _ID.fullmatch(identity):
        wrong.append((("id",), "缺少 id:请填写服务商审核通过后给出的模板编号"))
    if not isinstance(fields, Mapping) or not fields:
        wrong.append((("fields",), "缺少 fields:请写明模板的每个字段填什么"))
        return None, wrong
    wrong += [(("fields",), reason) for reason in _wrong_fields(name, fields)]
    return (None if wrong else Template(identity, tuple(fields.items()))), wrong


def _wrong_fields(name: str, fields: Mapping[str, Any]) -> Iterator[str]:
    shape, found = SHAPES[name], set[str]()
    for field, value in fields.items():
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            yield f"{field}:应为一行文字"
            continue
        found.update(PLACE.findall(value))
        if "{" in PLACE.sub("", value) or "}" in PLACE.sub("", value):
            yield f"{field}:花括号只用来写 {_places(shape.places)} 这样的位置"
            continue
        unknown = [place for place in PLACE.findall(value) if place not in shape.places]
        if unknown:
            yield f"{field}:没有 {{{unknown[0]}}} 这个位置,{_may_be(shape.places)}"
            continue
        yield from _wrong_value(name, field, value)
    missing = [place for place in shape.needed if place not in found]
    if missing:
        yield f"缺少 {_places(missing)}:请写进某个字段,否则收到的人看不到"


def _wrong_value(name: str, field: str, value: str) -> Iterator[str]:
    """What one field of a channel cannot hold."""
    if name.startswith("wechat-"):
        yield from _wrong_typed(field, value)
    elif name == "mail":
        if field != "subject":
            yield f"{field}:邮件只有 subject(主题)这一个字段"
        elif len(value) > SUBJECT_LENGTH:
            yield f"subject:至多 {SUBJECT_LENGTH} 个字"
    elif not _VARIABLE.fullmatch(field):
        yield f"{field}:短信变量名应为字母、数字与下划线"


def _wrong_typed(field: str, value: str) -> Iterator[str]:
    """What a field of WeChat's cannot hold."""
    typed = _TYPED.fullmatch(field)
    kind = _KINDS.get(typed[1]) if typed else None
    if kind is None:
        yield f"{field}:不会填这种字段,请选只含 {'、'.join(f'{each}1' for each in _KINDS)} 这些类型的模板"
        return
    place = PLACE.fullmatch(value)
    if place is None and PLACE.search(value):
        yield f"{field}:一个字段只填一个位置,或只写固定的文字"
    elif place is not None and place[1] not in kind.places:
        yield f"{field}:这种字段不能填 {value},{_may_be(kind.places)}"
    elif place is None and not kind.fixed.fullmatch(value):
        yield f"{field}:固定的文字{kind.told or '不能填在这里'},{_may_be(kind.places)}"


def _places(names: Iterator[str] | tuple[str, ...] | list[str]) -> str:
    return "、".join(f"{{{name}}}" for name in names)


def _may_be(names: tuple[str, ...]) -> str:
    return f"可以填 {_places(names)}" if names else "这里没有可填的位置"
