"""Posting: the form, and what neighbours have asked already.

A post is never kept back: what is similar is offered once, on the form while it is typed (with htmx) or on a page
between form and sending (without), and one click sends all the same. Where router does not answer nothing is offered.
What was sent is answered with a redirect to its receipt (`receipts.py`), so that going back repeats nothing.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from city.masking import mask
from city.normal import normal_form
from fronts.portal import attaching, static_files
from fronts.portal.citizens import receipts
from fronts.portal.forms import Form, read_form
from fronts.portal.post_form import LABELS, TEXT_LIMIT, TITLE_LIMIT, post_body, problems_of
from fronts.portal.site import Here, Site

OFFERED: Final = 4
"""Similar posts shown at once."""
ALIKE_FROM: Final = 0.3
"""Score from which a post is worth showing."""
COMPARED: Final = 500
"""Characters that are compared."""
LEAST: Final = 4
"""Characters from which a text is compared."""

WORKER: Final = static_files.STATIC / "offline.js"

HINTS: Final[Mapping[str, str]] = {
    "consult": "问政策、问办事流程",
    "complaint": "反映问题、要求处理",
    "suggestion": "出主意、提建议",
    "mailbox": "写给市领导的信",
    "debate": "对热点事项发表看法,审核后公开",
}
"""Kinds that can be posted, and what each is for; questionnaires are not posted by citizens."""

router = APIRouter(include_in_schema=False)
"""`/post`, `/post/similar` and `/offline.js`."""


@router.get("/post")
async def form(site: Here, kind: str = "") -> Response:
    """The empty form."""
    return _form(site, {"kind": kind} if kind in HINTS else {})


@router.post("/post")
async def post(request: Request, site: Here) -> Response:
    """Offer what is similar, or send, and lead to the receipt."""
    typed, attached, refused = await attaching.read_with_files(request, site)
    given = typed.given()
    given.pop(attaching.FIELD, None)
    if refused:
        return _form(site, given, 422, "有附件没有收下", {"files": ";".join(refused)}, attached)
    if "edit" in typed:
        return _form(site, given, attached=attached)
    body = post_body(given, [one.ticket for one in attached])
    # A file that was given once more has another ticket, and is the same file.
    sent = body | {"attachments": [one.name for one in attached]}
    before = receipts.sent_before(site, request, sent, typed.one("key"))
    if before and "again" not in typed:
        return site.pages.render("sent_before.html", 409, number=before, given=given, attached=attached)
    if "send" not in typed:
        seen = f"{typed.one('seen')} {typed.one('seen_before')}".split()
        offers = [each for each in await _similar(site, typed) if each["number"] not in seen]
        if offers:
            seen += [each["number"] for each in offers]
            return site.pages.render(
                "similar.html", given=given, offers=offers, seen=" ".join(seen), attached=attached
            )
    answer = await site.services.post("/v1/posts", body, typed.one("key"))
    if answer.ok:
        return receipts.lead_to(site, answer, sent, typed.one("key"))
    if answer.kind == "idempotency-key-reused":
        sentence = "这份表单已经提交过。如果要另发一个帖子,请再次提交。"
        return _form(site, given | {"key": uuid.uuid4().hex}, 409, sentence, attached=attached)
    problem, wrong = problems_of(answer.body, answer.sentence)
    # Tickets that are worth nothing any more are not shown again.
    return _form(site, given, answer.status, problem, wrong, () if "files" in wrong else attached)


@router.get("/offline.js")
async def worker() -> Response:
    """The service worker: at the root, for it may only look after what lies below its own address."""
    headers = {"Cache-Control": "no-cache"}
    return Response(WORKER.read_bytes(), media_type="text/javascript", headers=headers)


@router.post("/post/similar")
async def similar(request: Request, site: Here) -> Response:
    """What is similar, as a part of the form."""
    offers = await _similar(site, await read_form(request))
    return HTMLResponse(site.pages.html("similar_part.html", offers=offers))


def _form(
    site: Site,
    given: Mapping[str, str],
    status: int = 200,
    problem: str = "",
    wrong: Mapping[str, str] | None = None,
    attached: Sequence[attaching.Attached] = (),
) -> Response:
    return site.pages.render(
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
        attached=attached,
        files=site.pages.profile.policy.attachments,
    )


async def _similar(site: Site, form: Form) -> list[dict[str, Any]]:
    """Posts alike, best first; the text leaves the portal masked, as it would be published.

    No more is read of a text than could be compared: its normal form is made afterwards.
    """
    read = f"{form.one('title')[:COMPARED]} {form.one('text')[:COMPARED]}"
    text = mask(normal_form(read))[:COMPARED]
    if len(text) < LEAST:
        return []
    answer = await site.services.offer("router", "/v1/similar", text=text)
    return [each for each in answer.get("posts", []) if each["score"] >= ALIKE_FROM][:OFFERED]
