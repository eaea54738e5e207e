"""What people send in a form, made fit for what follows: bounded, UTF-8, lines ended by a line feed alone; a key makes a repeat harmless."""

import re
import uuid
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs

from fastapi import Request

FORM_LIMIT: Final = 128 * 1024
"""Bytes of a form; ten thousand Chinese characters take 90,000 when they are sent as a form."""
FIELDS_LIMIT: Final = 500
"""Fields of a form; a page of the inbox has a box for each of fifty cases."""
_KEY: Final = re.compile(r"[0-9a-f]{32}")


class Unfit(Exception):
    """What was sent is no form of these pages; the sentence says so to a person."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class Form:
    """What was typed into a form."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        self._fields = fields

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def one(self, name: str) -> str:
        """The field's text; empty when it was not sent."""
        return self._fields.get(name, [""])[0]

    def all(self, name: str) -> list[str]:
        """Every value of a field, as of checkboxes."""
        return self._fields.get(name, [])

    def without(self, name: str) -> "Form":
        """The form without one field."""
        return Form({field: values for field, values in self._fields.items() if field != name})

    def renamed(self, name: str, names: Mapping[str, str]) -> "Form":
        """The form with what was typed into one field put into other words, where they are known."""
        values = [names.get(value.strip(), value.strip()) for value in self.all(name)]
        return Form({**self._fields, name: values})

    def given(self) -> dict[str, str]:
        """Field to text, to show again what was typed; without the proof that the form is ours."""
        return {name: values[0] for name, values in self._fields.items() if name != "form"}


async def read_form(request: Request, limit: int = FORM_LIMIT) -> Form:
    """The fields of a request's form of at most `limit` bytes.

    Lines end with a line feed, whatever the browser ended them with: so a text is as long for the page's counter as
    for the limit. Raises Unfit 413 for a form that is too long, 415 for another kind of content, 400 for bytes that
    are no text in UTF-8 or hold U+0000, which no database keeps.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("", "application/x-www-form-urlencoded"):
        raise Unfit(415, "提交的内容不能识别。")
    parts, size = list[bytes](), 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise Unfit(413, "提交的内容太长,请删减后再试。")
        parts.append(part)
    try:
        text = b"".join(parts).decode()
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=FIELDS_LIMIT, errors="strict")
    except ValueError as failure:
        raise Unfit(400, "提交的内容不能识别:应为 UTF-8 编码。") from failure
    return form_of(fields)


def form_of(fields: Mapping[str, list[str]]) -> Form:
    """A form of these fields. Raises Unfit 400 for what holds U+0000."""
    if any("\0" in each for name, values in fields.items() for each in (name, *values)):
        raise Unfit(400, "提交的内容含有不能识别的字符。")
    return Form({name: [_lines(value) for value in values] for name, values in fields.items()})


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def fresh_key() -> str:
    """What makes a repeated form harmless."""
    return uuid.uuid4().hex


def checked_key(key: str) -> str:
    """The key a form carries, or a fresh one for what is none."""
    return key if _KEY.fullmatch(key) else fresh_key()
