"""Why a body is refused, said to the person who sent it: msgspec's messages as a field and a Chinese reason. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, NamedTuple, Union, get_args, get_origin

import msgspec
import msgspec.inspect
import msgspec.structs

from contracts.decision import FieldError

TYPES: Final[Mapping[str, str]] = {
    "str": "文本",
    "bytes": "base64 文本",
    "int": "整数",
    "float": "数",
    "bool": "是或否(true、false)",
    "array": "列表",
    "object": "对象",
    "null": "空值",
    "uuid": "UUID",
    "date": "日期",
    "datetime": "日期时间",
}
"""The types of JSON, and those that a text may stand for, by msgspec's names."""
_BOUNDS: Final[Mapping[str, str]] = {">=": "不小于", "<=": "不大于", ">": "大于", "<": "小于"}
_UNITS: Final[Mapping[str, str]] = {"str": "个码位", "bytes": "字节", "array": "项", "object": "个字段"}
"""What a length counts, by msgspec's name of the type."""
_LENGTHS: Final[Mapping[str, str]] = {"<=": "至多", ">=": "至少"}
_PATTERNS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (re.compile(r"Expected `str` of length >= 1$"), lambda _: "不能为空"),
    (re.compile(r"Expected `(\w+)` of length (<=|>=) (\d+)"), lambda m: _length(m[1], m[3], _LENGTHS[m[2]])),
    (re.compile(r"Expected `(\w+)` of length (\d+)"), lambda m: _length(m[1], m[2], "应为")),
    (re.compile(r"Expected `\w+` (<=|>=|<|>) (\S+)"), lambda m: f"应{_BOUNDS[m[1]]} {m[2]}"),
    (re.compile(r"Expected `\w+` matching regex"), lambda _: "格式不对"),
    (re.compile(r"Expected `\w+` with a timezone"), lambda _: "应写明时区,如 2026-03-02T09:00:00+08:00"),
    (re.compile(r"Expected `([\w |]+)`, got `(\w+)`"), lambda m: f"应为{_names(m[1])},给的是{_names(m[2])}"),
    (re.compile(r"Invalid base64"), lambda _: "不是 base64"),
    (re.compile(r"Invalid UUID"), lambda _: "不是 UUID"),
    (re.compile(r"Invalid RFC3339 encoded datetime"), lambda _: "应为日期时间,如 2026-03-02T09:00:00+08:00"),
    (re.compile(r"Invalid RFC3339 encoded date"), lambda _: "应为日期,如 2026-03-02"),
    (re.compile(r"Number out of range"), lambda _: "数太大"),
)
_BYTE: Final = re.compile(r"\(byte (\d+)\)")


Offered = Mapping[str, Sequence[str]]
"""Field to what would be taken of its choices, where that is less than its type allows: a city offers fewer, say."""
MOST: Final = 20
"""Wrong fields that a refusal names at most."""
MOST_ITEMS: Final = 200
"""Items of a list that are looked at one by one: more than any list of ours may have."""
NAME: Final = 64
"""Characters of a field's name that are shown."""


def all_wrong(
    body: bytes, kind: Any, failure: msgspec.ValidationError, offered: Offered
) -> tuple[FieldError, ...]:
    """Every wrong field of a JSON body of this kind and why, in the order of its fields; what is unknown comes last.

    msgspec says its first `failure` and no more: each field is asked by itself, and costs only whoever is refused.
    """
    try:
        found = _Finder(offered).wrong(kind, msgspec.json.decode(body), "")
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        # Behind the first wrong field stands what cannot be read at all.
        found = []
    return tuple(found[:MOST]) or (_said(failure, kind, "", offered),)


class _Finder:
    """Goes through a value beside its type, down to whatever is wrong by itself."""

    def __init__(self, offered: Offered) -> None:
        self._offered = offered

    def wrong(self, kind: Any, value: Any, place: str) -> list[FieldError]:
        """Nothing, where the value is as it should be."""
        try:
            msgspec.convert(value, kind)
        except msgspec.ValidationError as failure:
            # Where its parts are right, it is wrong as a whole: too long, too few, of another type.
            return self._of_parts(kind, value, place) or [_said(failure, kind, place, self._offered)]
        return []

    def _of_parts(self, kind: Any, value: Any, place: str) -> list[FieldError]:
        parts = _parts(kind)
        if isinstance(parts, _Fields) and isinstance(value, dict):
            return self._of_fields(parts, value, f"{place}." if place else "")
        if isinstance(parts, _Items) and isinstance(value, list):
            return [
                each
                for n, item in enumerate(value[:MOST_ITEMS])
                for each in self.wrong(parts.kind, item, f"{place}[{n}]")
            ]
        return []

    def _of_fields(self, parts: "_Fields", value: dict[str, Any], before: str) -> list[FieldError]:
        found: list[FieldError] = []
        for name, (kind, required) in parts.kinds.items():
            if name in value:
                found += self.wrong(kind, value[name], before + name)
            elif required:
                found.append(FieldError(before + name, "必填"))
        if parts.closed:
            # A name that somebody made up is shown as msgspec would show it, and no longer than a name of ours.
            unknown = [name for name in value if name not in parts.kinds]
            found += [FieldError(before + name[:NAME], "没有这个字段") for name in unknown[:MOST]]
        return found


class _Fields(NamedTuple):
    """Of a struct: name to its type and whether it must be given."""

    kinds: Mapping[str, tuple[Any, bool]]
    closed: bool
    """Whether other fields are refused."""


class _Items(NamedTuple):
    """Of a list: what each of its items is."""

    kind: Any


@cache
def _parts(kind: Any) -> _Fields | _Items | None:
    """What a type is made of; None for what is wrong as a whole."""
    kind = _bare(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        if kind.__struct_config__.tag is not None:
            return None
        fields = {each.encode_name: (each.type, each.required) for each in msgspec.structs.fields(kind)}
        return _Fields(fields, kind.__struct_config__.forbid_unknown_fields)
    arguments = get_args(kind)
    if get_origin(kind) is list or (get_origin(kind) is tuple and arguments[1:] == (...,)):
        return _Items(arguments[0])
    return None


def _bare(kind: Any) -> Any:
    """The type without its bounds, and without the empty value that may stand in its place."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        others = [each for each in get_args(kind) if each is not type(None)]
        return _bare(others[0]) if len(others) == 1 else kind
    return kind


def _said(failure: msgspec.ValidationError, kind: Any, before: str, offered: Offered) -> FieldError:
    """What msgspec says of a value of this kind, which stands at the place `before`; `body` is the whole."""
    said, _, place = str(failure).partition(" - at ")
    field = (before + place.strip("`").removeprefix("$")).lstrip(".") or "body"
    if "missing required field" in said:
        name = said.split("`")[1]
        return FieldError(f"{field}.{name}" if field != "body" else name, "必填")
    if "unknown field" in said:
        return FieldError(said.split("`")[1], "没有这个字段")
    if "enum value" in said or "Invalid value" in said:
        return FieldError(field, _one_of(offered.get(field) or ([] if place else _choices(kind))))
    for pattern, reason in _PATTERNS:
        found = pattern.match(said)
        if found:
            return FieldError(field, reason(found))
    return FieldError(field, "类型或取值不对")


def _one_of(choices: Sequence[str]) -> str:
    named = "、".join(choice for choice in choices if choice)
    if not named:
        return "没有这个选项"
    return f"应为 {named} 之一" + (",或留空" if "" in choices else "")


def of_no_json(failure: Exception) -> str:
    """Why a body is no JSON; msgspec's `DecodeError`, or what Python raises in reading it."""
    said = str(failure)
    if isinstance(failure, RecursionError):
        return "嵌套太深。"
    if "surrogate" in said:
        return "含有不完整的字符(孤立的代理码位)。"
    byte = _BYTE.search(said)
    if byte:
        return f"第 {byte[1]} 个字节处有错。"
    return "内容不完整。" if "truncated" in said else "内容有错。"


def _length(kind: str, number: str, bound: str) -> str:
    return f"{bound} {number} {_UNITS.get(kind, '')}".rstrip()


def _names(types: str) -> str:
    return "或".join(TYPES.get(name.strip(), name.strip()) for name in types.split("|"))


def _choices(kind: Any) -> list[str]:
    """The values that a field of this type may have, where it has a fixed choice."""
    described = msgspec.inspect.type_info(_bare(kind))
    if not isinstance(described, msgspec.inspect.LiteralType):
        return []
    return [str(value) for value in described.values]
