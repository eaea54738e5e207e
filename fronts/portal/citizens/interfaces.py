"""The interfaces of all services for those who write programs: one description, and pages to read it."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis.problem import TITLES
from chassis.web import docs
from chassis.web.conditional import with_etag
from fronts.portal.site import Here

NAMES: Final = {
    "intake": "受理",
    "router": "派单",
    "deadline": "时限",
    "notifier": "通知",
    "stats": "统计",
    "survey": "问卷",
    "debate": "评议",
}


router = APIRouter(include_in_schema=False)
"""`/openapi.json`, `/interfaces` and `/interfaces/{service}`."""


@router.get("/openapi.json")
async def openapi(site: Here, request: Request) -> Response:
    """The description, for programs."""
    document = await site.interfaces.document()
    return with_etag(request, document) if document else _away(site)


@router.get("/interfaces")
async def interfaces(site: Here) -> Response:
    """Every operation on one page, a line each."""
    document = await site.interfaces.document()
    if not document:
        return _away(site)
    return site.pages.render("interfaces.html", groups=docs.groups(document), names=NAMES)


@router.get("/interfaces/{service}")
async def interface(site: Here, service: str) -> Response:
    """One service: its operations with what they want and answer, and the shapes of the answers."""
    document = await site.interfaces.document()
    if not document:
        return _away(site)
    shown = [group for group in docs.groups(document) if group["name"] == service]
    if not shown:
        return site.pages.refuse(404, "没有这个服务。")
    of_each = [{status for status, _ in operation["answers"]} for operation in shown[0]["operations"]]
    return site.pages.render(
        "interface.html",
        group=shown[0],
        names=NAMES,
        titles=TITLES,
        shapes=docs.shapes_of(document, service),
        everywhere=sorted(set.intersection(*of_each)),
    )


def _away(site: Here) -> Response:
    return site.pages.refuse(503, "接口说明暂时读不到,请稍后再试。")
