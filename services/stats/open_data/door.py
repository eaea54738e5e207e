"""Open data as anyone reads it: which files there are, under what licence, what each column means; and the files."""

import re
from dataclasses import dataclass
from typing import Final

from fastapi import Request
from fastapi.responses import FileResponse, Response
from msgspec import Struct

from chassis import problem
from chassis.web.asgi import Message, Receive, Scope, Send, answer
from chassis.web.conditional import has_it, with_etag
from chassis.web.headers import header
from chassis.web.limits import Limits, client_of
from city.profile import Profile
from services.stats.core.open_data import BULLETINS, CASES, FIGURES, Field
from services.stats.open_data.files import TYPES, Files

DATASETS: Final = (
    ("cases", "每件网帖一行,不含个人信息:月份、单位、种类、地区和计数", CASES),
    ("figures", "各单位逐月的指标,和通报的口径一致", FIGURES),
    ("bulletins", "已发布的通报,每份一行:文字、数字和数字所依据的位置", BULLETINS),
)
"""Name, meaning and columns."""
_PART: Final = re.compile(rb"(?!-$)([0-9]{0,18})-([0-9]{0,18})")
"""From where to where; either may be left out, and not both."""


class Dataset(Struct, frozen=True):
    """A kind of file, with its columns."""

    name: str
    meaning: str
    fields: tuple[Field, ...]


class FileShown(Struct, frozen=True):
    """A file that can be read."""

    name: str
    address: str
    dataset: str
    media_type: str


class Index(Struct, frozen=True):
    """All open data: licence, files, and the dictionary."""

    publisher: str
    licence: str
    least_alike: int
    """Cases that share a kind or an area at least, where it is told."""
    files: list[FileShown]
    datasets: list[Dataset]


@dataclass
class Door:
    """Everything the web side needs."""

    files: Files
    profile: Profile
    limits: Limits

    async def index(self, request: Request) -> Response:
        """The files there are, and the dictionary."""
        self.limits.check("figures", client_of(request))
        rules = self.profile.policy.open_data
        shown = [
            FileShown(name, f"/open/{name}", name.partition(".")[0].partition("-")[0], _type(name))
            for name in await self.files.names()
        ]
        datasets = [Dataset(*one) for one in DATASETS]
        return with_etag(request, Index(self.profile.name, rules.licence, rules.least_alike, shown, datasets))

    async def file(self, request: Request, name: str) -> Response:
        """A file, whole or in ranges."""
        self.limits.check("figures", client_of(request))
        made = await self.files.find(name)
        if made is None:
            raise problem.plain(404, "没有这份文件。")
        headers = {"ETag": made.tag, "Cache-Control": "no-cache"}
        if has_it(request, made.tag):
            return Response(status_code=304, headers=headers)
        return _Ranged(made.path, media_type=_type(name), filename=name, headers=headers)


class _Ranged(FileResponse):
    """A file, whole or in ranges; a `Range` that is none is passed over, and the file is sent whole (RFC 9110, 14.2)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file."""
        if not _is_range(header(scope, b"range") or b""):
            scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"range"]}
        beyond: bytes | None = None

        async def tell(message: Message) -> None:
            nonlocal beyond
            if message["type"] == "http.response.start" and message["status"] == 416:
                beyond = dict(message["headers"])[b"content-range"]
            if beyond is None:
                await send(message)

        await super().__call__(scope, receive, tell)
        if beyond is not None:
            refused = problem.plain(416, "请从文件的长度以内取。")
            told = [*problem.headers(refused), (b"content-range", beyond)]
            await answer(send, 416, problem.document(refused), told)


def _is_range(given: bytes) -> bool:
    """Whether a `Range` is one of bytes, each of its parts with an end that is not before its beginning."""
    unit, _, parts = given.partition(b"=")
    found = [_PART.fullmatch(part.strip()) for part in parts.split(b",")]
    return unit.strip().lower() == b"bytes" and all(
        part and (not part[1] or not part[2] or int(part[1]) <= int(part[2])) for part in found
    )


def _type(name: str) -> str:
    return TYPES[name.rpartition(".")[2]]
