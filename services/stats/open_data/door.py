"""Open data as anyone reads it: which files there are, under what licence, what each column means; and the files."""

from dataclasses import dataclass
from typing import Final

from fastapi import Request
from fastapi.responses import FileResponse, Response
from msgspec import Struct

from chassis import problem
from chassis.web.conditional import with_etag
from chassis.web.limits import Limits, client_of
from city.profile import Profile
from services.stats.core.open_data import CASES, FIGURES, Field
from services.stats.open_data.files import TYPES, Files

DATASETS: Final = (
    ("cases", "每件网帖一行,不含个人信息:月份、单位、种类、地区和计数", CASES),
    ("figures", "各单位逐月的指标,和通报的口径一致", FIGURES),
    ("bulletins", "已发布的通报,每份一行:文字、数字和数字所依据的位置", ()),
)
"""Name, meaning and columns."""


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
        asked = [part.strip() for part in request.headers.get("if-none-match", "").split(",")]
        if made.tag in [part.removeprefix("W/") for part in asked] or asked == ["*"]:
            return Response(status_code=304, headers=headers)
        return FileResponse(made.path, media_type=_type(name), filename=name, headers=headers)


def _type(name: str) -> str:
    return TYPES[name.rpartition(".")[2]]
