"""Posting: the form, what neighbours have asked already, and the receipt.

A post is never kept back: what is similar is offered once, on the form while it is typed (with htmx) or on a page
between form and sending (without), and one click sends all the same. Where router does not answer nothing is offered.
"""

import uuid
from collections.abc import Mapping
from typing import Any, Final

import segno
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from city.masking import mask
from city.normal import normal_form
from fronts.portal import static_files
from fronts.portal.pages import SECURITY, Pages
from fronts.portal.services import Answer

OFFERED: Final = 4
"""Similar posts shown at once."""
ALIKE_FROM: Final = 0.3
"""Score from which a post is worth showing."""
COMPARED: Final = 500
"""Characters that are compared."""
LEAST: Final = 4
"""Characters from which a text is compared."""

TITLE_LIMIT: Final = 100
TEXT_LIMIT: Final = 10_000

WORKER: Final = static_files.STATIC / "offline.js"

HINTS: Final[Mapping[str, str]] = {
    "consult": "问政策、问办事流程",
    "complaint": "反映问题、要求处理",
    "suggestion": "出主意、提建议",
    "mailbox": "写给市领导的信",
    "debate": "对热点事项发表看法,审核后公开",
}
"""Kinds that can be posted, and what each is for; questionnaires are not posted by citizens."""

LABELS: Final[Mapping[str, tuple[str, str, str]]] = {
    "kind": ("kind", "种类", "请选择种类"),
    "title": ("title", "标题", f"请写 1 到 {TITLE_LIMIT} 个字"),
    "text": ("text", "内容", f"请写 1 到 {TEXT_LIMIT} 个字"),
    "area": ("area", "区县", "请在列表中选择"),
    "place": ("place", "地点", "请写 200 个字以内"),
    "contact.name": ("name", "姓名", "请写 50 个字以内"),
    "contact.phone": ("phone", "电话", "应为电话号码,如 0527-12345678"),
    "contact.mail": ("mail", "邮箱", "应为邮箱地址,如 name@example.com"),
}
"""Field of the interface to its id on the form, its label, and how it is to be filled in."""


def routes(pages: Pages, address: str) -> APIRouter:
    """`/post` and `/post/similar`; `address`: what the receipt's QR code begins with."""
    router = APIRouter(include_in_schema=False)
    services = pages.services

    @router.get("/post")
    async def form(kind: str = "") -> Response:
        return _form({"kind": kind} if kind in HINTS else {})

    @router.post("/post")
    async def post(request: Request) -> Response:
        given = await pages.form(request)
        if "edit" in given:
            return _form(given)
        if "send" not in given:
            seen = f"{given.get('seen', '')} {given.get('seen_before', '')}".split()
            offers = [one for one in await _similar(given) if one["number"] not in seen]
            if offers:
                seen += [one["number"] for one in offers]
                return pages.render("similar.html", given=given, offers=offers, seen=" ".join(seen))
        answer = await services.post("/v1/posts", _body(given), given.get("key", ""))
        if answer.ok:
            return _receipt(answer)
        if answer.kind == "idempotency-key-reused":
            sentence = "这份表单已经提交过。如果要另发一个帖子,请再次提交。"
            return _form(given | {"key": uuid.uuid4().hex}, 409, sentence)
        return _form(given, answer.status, *_problems(answer))

    @router.get("/offline.js")
    async def worker() -> Response:
        """The service worker: at the root, for it may only look after what lies below its own address."""
        headers = SECURITY | {"Cache-Control": "no-cache"}
        return Response(WORKER.read_bytes(), media_type="text/javascript", headers=headers)

    @router.post("/post/similar")
    async def similar(request: Request) -> Response:
        given = await pages.form(request)
        offers = await _similar(given)
        return HTMLResponse(pages.html("similar_part.html", offers=offers), 200, SECURITY)

    def _form(
        given: Mapping[str, str], status: int = 200, problem: str = "", wrong: Mapping[str, str] | None = None
    ) -> Response:
        return pages.render(
            "post.html",
            status,
            key=given.get("key") or uuid.uuid4().hex,
            problem=problem,
            wrong=wrong or {},
            labels={field: label for field, label, _ in LABELS.values()},
            given=given,
            hints=HINTS,
            title_limit=TITLE_LIMIT,
            text_limit=TEXT_LIMIT,
        )

    def _receipt(answer: Answer) -> Response:
        number = str(answer.body["number"])
        code = segno.make(f"{address}/follow?number={number}", error="m", micro=False)
        qr = code.svg_inline(scale=5, border=3, light="#fff", dark="#000", omitsize=True)
        return pages.render("receipt.html", receipt=answer.body, qr=qr, address=f"{address}/follow")

    async def _similar(given: Mapping[str, str]) -> list[dict[str, Any]]:
        """Posts alike, best first; the text leaves the portal masked, as it would be published."""
        text = mask(normal_form(f"{given.get('title', '')} {given.get('text', '')}"))[:COMPARED]
        if len(text) < LEAST:
            return []
        found = await services.offer("router", "/v1/similar", text=text)
        return [one for one in found.get("posts", []) if one["score"] >= ALIKE_FROM][:OFFERED]

    return router


def _body(given: Mapping[str, str]) -> dict[str, Any]:
    """A form as intake wants it."""
    contact = {name: given[name] for name in ("name", "phone", "mail") if given.get(name)}
    return {
        "kind": given.get("kind", ""),
        "title": given.get("title", ""),
        "text": given.get("text", ""),
        "area": given.get("area", ""),
        "place": given.get("place", ""),
        "public": "private" not in given,
        "hide_name": "hide_name" in given,
    } | ({"contact": contact} if contact else {})


def _problems(answer: Answer) -> tuple[str, dict[str, str]]:
    """What is wrong, as a whole and field by field (id on the form to a sentence)."""
    errors = answer.body.get("errors", [])
    wrong = {}
    for error in errors:
        field, _, remedy = LABELS.get(error["field"], (error["field"], "", error["reason"]))
        wrong[field] = error["reason"] if error["reason"] in _CLEAR else remedy
    return (str(answer.body["title"]) if wrong and "title" in answer.body else answer.sentence), wrong


_CLEAR: Final = ("不能为空", "没有这个区县", "不是电话号码")
"""Reasons of intake that are shown as they are; the others name limits in the terms of the interface."""
