"""Files of a post on their way to a browser: as intake hands them out, with the headers that keep them harmless."""

import re
from collections.abc import Mapping
from typing import Final

from fastapi.responses import Response, StreamingResponse

from fronts.portal.visits import Visit

_FILE: Final = re.compile(r"[0-9a-f]{64}")
_TOLD: Final = (
    *("content-type", "content-length", "content-disposition", "content-security-policy", "etag"),
    *("cross-origin-resource-policy", "cache-control"),
)


async def passed_on(visit: Visit, among: str, number: str, file: str, known: Mapping[str, str]) -> Response:
    """One file of a post; `among` intake's `posts` or `cases`, `known` are the headers that say who asks.

    Raises what ends the visit where there is none.
    """
    if not _FILE.fullmatch(file):
        raise visit.turn(404, "没有这个附件。")
    small = {"small": "true"} if "small" in visit.request.query_params else {}
    asked = {"accept-encoding": "identity", **known}
    if (tag := visit.request.headers.get("if-none-match")) is not None:
        asked["if-none-match"] = tag
    path = "/v1/{among}/{number}/attachments/{file}"
    found = await visit.site.services.passed(
        "intake", path, asked, among=among, number=number, file=file, **small
    )
    if found is None:
        raise visit.turn(503, "附件暂时打不开,请稍后再试。")
    if found.status >= 400:
        await found.close()
        raise visit.turn(found.status, "没有这个附件,或不能查看。" if found.status < 429 else "请稍后再试。")
    if found.status == 304:
        await found.close()
        return Response(status_code=304, headers=found.headers(*_TOLD))
    return StreamingResponse(found.bytes(), found.status, headers=found.headers(*_TOLD))
