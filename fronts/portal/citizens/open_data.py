"""Open data for people: which files there are, under what licence, what each column means; and the files, passed on."""

import re
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from fronts.portal.site import Here

_ASKED: Final = ("range", "if-range", "if-none-match", "accept-encoding")
_TOLD: Final = (
    *("content-type", "content-length", "content-range", "content-encoding", "content-disposition"),
    *("accept-ranges", "etag", "last-modified", "vary"),
)

router = APIRouter(include_in_schema=False)
"""`/open` and its files."""


@router.get("/open")
async def open_data(site: Here) -> Response:
    """Files and dictionary."""
    answer = await site.services.get("stats", "/open")
    if not answer.ok:
        return site.pages.refuse(answer.status, answer.sentence)
    return site.pages.render("open.html", index=answer.body)


@router.get("/open/{name}")
async def file(request: Request, site: Here, name: str) -> Response:
    """A file, whole or in ranges."""
    if not re.fullmatch(r"[a-z]{1,20}(-[0-9]{4})?\.[a-z]{1,5}", name):
        return site.pages.refuse(404, "没有这份文件。")
    asked = {header: value for header in _ASKED if (value := request.headers.get(header)) is not None}
    # A browser that says nothing of compression gets none: the client of these pages would ask for it.
    found = await site.services.passed("stats", f"/open/{name}", {"accept-encoding": "identity"} | asked)
    if found is None:
        return site.pages.refuse(503, "统计暂时不可用。")
    if found.status >= 400 and found.status != 416:
        await found.close()
        return site.pages.refuse(found.status, "没有这份文件。" if found.status == 404 else "请稍后再试。")
    headers = found.headers(*_TOLD) | {"Cache-Control": "no-cache"}
    return StreamingResponse(found.bytes(), found.status, headers=headers)
