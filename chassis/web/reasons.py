"""Why a body is refused, said to the person who sent it: msgspec's messages as a field and a Chinese reason. Pure."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import msgspec
import msgspec.inspect

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


def field_and_reason(failure: str, kind: Any) -> tuple[str, str]:
    """The field of a body of this kind, `body` for the whole, and why it is refused.

    `failure` is what `msgspec.ValidationError` says: `Expected … - at `$.field``.
    """
    said, _, place = failure.partition(" - at ")
    field = place.strip("`").removeprefix("$").lstrip(".") or "body"
    if "missing required field" in said:
        name = said.split("`")[1]
        return (f"{field}.{name}" if field != "body" else name), "必填"
    if "unknown field" in said:
        return said.split("`")[1], "没有这个字段"
    if "enum value" in said or "Invalid value" in said:
        choices = _choices(kind).get(field)
        return field, f"应为 {choices} 之一" if choices else "没有这个选项"
    for pattern, reason in _PATTERNS:
        found = pattern.match(said)
        if found:
            return field, reason(found)
    return field, "类型或取值不对"


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


@cache
def _choices(kind: Any) -> dict[str, str]:
    """Field of a struct to the values that it may have, for fields that have a fixed choice."""
    described = msgspec.inspect.type_info(kind)
    if not isinstance(described, msgspec.inspect.StructType):
        return {}
    return {
        part.encode_name: "、".join(str(value) for value in part.type.values)
        for part in described.fields
        if isinstance(part.type, msgspec.inspect.LiteralType)
    }
