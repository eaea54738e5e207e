"""Binding the second factor: an app on one's telephone that shows one-time codes."""

import io
from typing import Annotated

import segno
from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from fronts.portal.staff.accounts import AccountRefused
from fronts.portal.staff.visits import Visit, visitor

Enrolling = Annotated[Visit, Depends(visitor(stage="/staff/enrol"))]

router = APIRouter(include_in_schema=False)
"""`/staff/enrol` and `/staff/enrol/code.svg`."""


@router.get("/staff/enrol")
async def enrol_form(visit: Enrolling) -> Response:
    """The secret, to be read by an app or typed into it."""
    return await _page(visit, 200, "")


@router.get("/staff/enrol/code.svg")
async def enrol_code(visit: Enrolling) -> Response:
    """The QR code as a file of its own, so that no style has to be inline."""
    try:
        address = await visit.site.accounts.app_address(visit.me)
    except AccountRefused:
        return visit.refuse(404, "没有待绑定的动态码。")
    out = io.BytesIO()
    # `unitless` and a light module colour: it scales, and reads on a dark page, too.
    segno.make(address, error="m").save(
        out, kind="svg", scale=6, border=4, light="#fff", xmldecl=False, svgclass=None, lineclass=None
    )
    return Response(out.getvalue(), media_type="image/svg+xml")


@router.post("/staff/enrol")
async def enrol(visit: Enrolling) -> Response:
    """The app shows the right code: from now on it is asked for."""
    try:
        await visit.site.accounts.bind(visit.me, visit.form.one("code"))
    except AccountRefused as refused:
        return await _page(visit, 422, f"{refused}。")
    return RedirectResponse("/staff", 303)


async def _page(visit: Visit, status: int, problem: str) -> Response:
    try:
        secret = await visit.site.accounts.secret(visit.me)
    except AccountRefused as refused:
        return visit.refuse(409, f"{refused}。")
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return visit.render("enrol.html", status, problem=problem, secret=grouped)
