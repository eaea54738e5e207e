"""Posting: the form, and what neighbours have asked already.

A post is never kept back: what is similar is offered once, on the form while it is typed (with htmx) or on a page
between form and sending (without), and one click sends all the same. Where router does not answer nothing is offered.
What was sent is answered with a redirect to its receipt (`receipts.py`), so that going back repeats nothing.
"""

import uuid
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from city.masking import mask
from city.normal import normal_form
from fronts.portal.citizens import receipts
from fronts.portal.post_form import LABELS, TEXT_LIMIT, TITLE_LIMIT, post_body, problems_of
from fronts.portal.visits import Anyone, Visit, WithFiles

OFFERED: Final = 4
"""Similar posts shown at once."""
ALIKE_FROM: Final = 0.3
"""Score from which a post is worth showing."""
COMPARED: Final = 500
"""Characters that are compared."""
LEAST: Final = 4
"""Characters from which a text is compared."""

HINTS: Final[Mapping[str, str]] = {
    "consult": "问政策、问办事流程",
    "complaint": "反映问题、要求处理",
    "suggestion": "出主意、提建议",
    "mailbox": "写给市领导的信",
    "debate": "对热点事项发表看法,审核后公开",
}
"""Kinds that can be posted, and what each is for; questionnaires are not posted by citizens."""

router = APIRouter(include_in_schema=False)
"""`/post` and `/post/similar`."""


@router.get("/post")
async def form(visit: Anyone, kind: str = "") -> Response:
    """The empty form."""
    return _form(visit, {"kind": kind} if kind in HINTS else {})


@router.post("/post")
async def post(visit: WithFiles) -> Response:
    """Offer what is similar, or send, and lead to the receipt."""
    site, typed, attached = visit.site, visit.form, visit.attached
    given = typed.given()
    if visit.refused:
        return _form(visit, given, 422, "有附件没有收下", {"files": ";".join(visit.refused)})
    if "edit" in typed:
        return _form(visit, given)
    body = post_body(given, [one.ticket for one in attached])
    # A file that was given once more has another ticket, and is the same file.
    sent = body | {"attachments": [one.name for one in attached]}
    before = receipts.sent_before(visit, sent)
    if before and "again" not in typed:
        return site.pages.render("sent_before.html", 409, number=before, given=given, attached=attached)
    if "send" not in typed and not receipts.sent_by_this_form(visit):
        seen = f"{typed.one('seen')} {typed.one('seen_before')}".split()
        offers = [each for each in await _similar(visit) if each["number"] not in seen]
        if offers:
            seen += [each["number"] for each in offers]
            return site.pages.render(
                "similar.html", given=given, offers=offers, seen=" ".join(seen), attached=attached
            )
    answer = await site.services.post("/v1/posts", body, typed.one("key"))
    if answer.ok:
        return receipts.lead_to(visit, answer.body, sent)
    if answer.kind == "idempotency-key-reused":
        sentence = "这份表单已经提交过。如果要另发一个帖子,请再次提交。"
        return _form(visit, given | {"key": uuid.uuid4().hex}, 409, sentence)
    problem, wrong = problems_of(answer.body, answer.sentence)
    # Tickets that are worth nothing any more are not shown again.
    return _form(visit, given, answer.status, problem, wrong, expired="files" in wrong)


@router.post("/post/similar")
async def similar(visit: Anyone) -> Response:
    """What is similar, as a part of the form."""
    offers = await _similar(visit)
    return HTMLResponse(visit.site.pages.html("similar_part.html", offers=offers))


def _form(
    visit: Visit,
    given: Mapping[str, str],
    status: int = 200,
    problem: str = "",
    wrong: Mapping[str, str] | None = None,
    expired: bool = False,
) -> Response:
    return visit.site.pages.render(
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
        attached=() if expired else visit.attached,
        files=visit.site.pages.profile.policy.attachments,
    )


async def _similar(visit: Visit) -> list[dict[str, Any]]:
    """Posts alike, best first; the text leaves the portal masked, as it would be published.

    No more is read of a text than could be compared: its normal form is made afterwards.
    """
    form = visit.form
    read = f"{form.one('title')[:COMPARED]} {form.one('text')[:COMPARED]}"
    text = mask(normal_form(read))[:COMPARED]
    if len(text) < LEAST:
        return []
    answer = await visit.site.services.offer("router", "/v1/similar", text=text)
    return [each for each in answer.get("posts", []) if each["score"] >= ALIKE_FROM][:OFFERED]
