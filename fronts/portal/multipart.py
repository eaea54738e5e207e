"""Forms with files (multipart/form-data, RFC 7578): read part by part, as they come, and nothing of a file is kept here."""

import re
from collections import deque
from collections.abc import AsyncIterator, Callable
from email.message import Message
from typing import Final

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser

from chassis.web.filenames import file_name
from fronts.portal.forms import FIELDS_LIMIT, FORM_LIMIT, Form, Unfit, form_of

KIND: Final = "multipart/form-data"
_NAME: Final = re.compile(r'\bname="([^"]{0,200})"')
_FILE_NAME: Final = re.compile(r'\bfilename="((?:[^"\\]|\\.){0,1000})"')
UNNAMED: Final = "附件"
"""What a file is called whose name nobody can read."""
_BROKEN: Final = "提交的内容不能识别,可能没有传完整。"


class Part:
    """A field, or a file on its way."""

    def __init__(self, name: str, file_name: str | None, reader: "_Reader") -> None:
        self.name = name
        self.file_name = file_name
        """None for a field; empty where no file was chosen."""
        self._reader = reader

    async def content(self) -> AsyncIterator[bytes]:
        """What comes, as it comes. Raises Unfit."""
        while (data := await self._reader.data()) is not None:
            yield data

    async def whole(self) -> bytes:
        """All of a field, at most what a form may have. Raises Unfit."""
        found = bytearray()
        async for data in self.content():
            found += data
            if len(found) > FORM_LIMIT:
                raise Unfit(413, "提交的内容太长,请删减后再试。")
        return bytes(found)


class _Reader:
    """Turns the parser's calls into something that can be waited for."""

    def __init__(self, request: Request, boundary: str, limit: int) -> None:
        self._stream = aiter(request.stream())
        self._left = limit
        self._events: deque[tuple[str, bytes]] = deque()
        self._parser = MultipartParser(
            boundary,
            {
                "on_header_field": self._take("field"),
                "on_header_value": self._take("value"),
                "on_header_end": lambda: self._events.append(("header", b"")),
                "on_headers_finished": lambda: self._events.append(("headers", b"")),
                "on_part_data": self._take("data"),
                "on_part_end": lambda: self._events.append(("end", b"")),
            },
        )
        self._in_part = False

    def _take(self, kind: str) -> Callable[[bytes, int, int], None]:
        return lambda data, start, end: self._events.append((kind, data[start:end]))

    async def _next(self) -> tuple[str, bytes]:
        """What comes next; `over` at the end. Raises Unfit."""
        while not self._events:
            data = await anext(self._stream, None)
            try:
                if data is None:
                    self._parser.finalize()
                    return "over", b""
                self._left -= len(data)
                if self._left < 0:
                    raise Unfit(413, "提交的附件太大,请减少或缩小后再试。")
                self._parser.write(data)
            except MultipartParseError as failure:
                raise Unfit(400, _BROKEN) from failure
        return self._events.popleft()

    async def data(self) -> bytes | None:
        """The next bytes of the part at hand; None at its end."""
        if not self._in_part:
            return None
        kind, data = await self._next()
        if kind == "data":
            return data
        self._in_part = False
        if kind != "end":
            raise Unfit(400, _BROKEN)
        return None

    async def parts(self) -> AsyncIterator[Part]:
        """One part after the other; what nobody has read of one is passed over."""
        field = value = disposition = b""
        while True:
            kind, data = await self._next()
            if kind == "over":
                return
            if kind == "field":
                field += data
            elif kind == "value":
                value += data
            elif kind == "header":
                if field.lower() == b"content-disposition":
                    disposition = value
                field = value = b""
            elif kind == "headers":
                self._in_part = True
                yield self._part(disposition)
                while await self.data() is not None:
                    pass
                disposition = b""

    def _part(self, disposition: bytes) -> Part:
        # Names of fields are ours, and ASCII. A file's name that nobody can read is none: intake has one for it.
        text = file_name(disposition)
        name, called = _NAME.search(text or disposition.decode("latin-1")), _FILE_NAME.search(text)
        # Browsers write a quotation mark as %22 (WHATWG); others escape it with a backslash.
        chosen = None if called is None else called[1].replace("%22", '"').replace('\\"', '"')
        if disposition and not text:
            chosen = UNNAMED
        return Part(name[1] if name else "", chosen, self)


def has_files(request: Request) -> bool:
    """Whether a request's form is of the kind that holds files."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == KIND


async def read_parts(request: Request, limit: int) -> AsyncIterator[Part]:
    """The parts of a form with files, at most `limit` bytes in all. Raises Unfit."""
    described = Message()
    described["content-type"] = request.headers.get("content-type", "")[:300]
    boundary = described.get_param("boundary")
    if not isinstance(boundary, str) or not 0 < len(boundary) <= 70:
        raise Unfit(400, _BROKEN)
    async for part in _Reader(request, boundary, limit).parts():
        yield part


class Fields:
    """The fields among the parts, within the limits of every form."""

    def __init__(self) -> None:
        self._fields: dict[str, list[str]] = {}
        self._size = self._count = 0

    async def take(self, part: Part) -> None:
        """One more. Raises Unfit."""
        content = await part.whole()
        self._size += len(content) + len(part.name)
        self._count += 1
        if self._size > FORM_LIMIT or self._count > FIELDS_LIMIT:
            raise Unfit(413, "提交的内容太长,请删减后再试。")
        try:
            self._fields.setdefault(part.name, []).append(content.decode())
        except UnicodeDecodeError as failure:
            raise Unfit(400, "提交的内容不能识别:应为 UTF-8 编码。") from failure

    def form(self) -> Form:
        """What was typed. Raises Unfit."""
        return form_of(self._fields)
