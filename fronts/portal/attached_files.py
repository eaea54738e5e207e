"""Files of a post on their way to a browser: as intake hands them out, with the headers that keep them harmless."""

import re
from collections.abc import Mapping
from typing import Final

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from fronts.portal.forms import Unfit
from fronts.portal.services import Services

_FILE: Final = re.compile(r"[0-9a-f]{64}")
_TOLD: Final = (
    *("content-type", "content-length", "content-disposition", "content-security-policy", "etag"),
    *("cross-origin-resource-policy", "cache-control"),
)


async def passed_on(
    request: Request, services: Services, place: str, file: str, known: Mapping[str, str]
) -> Response:
    """One file; `place` is the case at intake's interface, `known` the headers that say who asks. Raises Unfit."""
    if not _FILE.fullmatch(file):
        raise Unfit(404, "没有这个附件。")
    small = "?small=true" if "small" in request.query_params else ""
    asked = {"accept-encoding": "identity", **known}
    if (tag := request.headers.get("if-none-match")) is not None:
        asked["if-none-match"] = tag
    found = await services.passed("intake", f"{place}/attachments/{file}{small}", asked)
    if found is None:
        raise Unfit(503, "附件暂时打不开,请稍后再试。")
    if found.status >= 400:
        await found.close()
        raise Unfit(found.status, "没有这个附件,或不能查看。" if found.status < 429 else "请稍后再试。")
    if found.status == 304:
        await found.close()
        return Response(status_code=304, headers=found.headers(*_TOLD))
    return StreamingResponse(found.bytes(), found.status, headers=found.headers(*_TOLD))
