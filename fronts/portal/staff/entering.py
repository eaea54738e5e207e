"""Staff write a post down for a caller (代录), and hand over the receipt: with a mobile no query code is among it."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from fronts.portal.post_form import LABELS, TEXT_LIMIT, TITLE_LIMIT, post_body, problems_of
from fronts.portal.staff.visits import Visit, visitor

Clerk = Annotated[Visit, Depends(visitor("clerk", "supervisor"))]

ORIGINS: Final = {"telephone": "电话(12345)", "counter": "窗口", "letter": "来信", "dialogue": "对话"}
"""The ways by which a post comes that somebody writes down."""

router = APIRouter(include_in_schema=False)
"""`/staff/entry`."""


@router.get("/staff/entry")
async def form(visit: Clerk) -> Response:
    """The empty form."""
    return _form(visit, {})


@router.post("/staff/entry")
async def enter(visit: Clerk) -> Response:
    """Take the post in. Sent again under its key it is answered with the same receipt."""
    given, key = visit.form.given(), visit.key
    if "edit" in visit.form:
        given.pop("edit")
        return _form(visit, given)
    body = post_body(given) | {"origin": visit.form.one("origin")}
    answer = await visit.act("/v1/cases", body, key)
    if answer.ok:
        await _name_at_question(visit, str(answer.body["number"]), key)
        site = visit.site
        return visit.render(
            "entered.html", receipt=answer.body, address=f"{site.address}/follow", my=f"{site.address}/my"
        )
    if answer.status == 409:
        return _form(visit, given, 409, "这份表单已经提交过。如果要另录一件,请再次提交。")
    problem, wrong = problems_of(answer.body, answer.sentence)
    # Nobody knows whether what was not answered was done: the same key makes a repeat harmless.
    return _form(visit, given, answer.status, problem, wrong, key if answer.status >= 500 else "")


async def _name_at_question(visit: Visit, number: str, key: str) -> None:
    """Of a question that a dialogue left open: its page names the post from now on."""
    if "dialogue" in visit.form:
        path = "/v1/dialogues/{dialogue}/questions/{question}/post"
        asked = {name: visit.form.one(name) for name in ("dialogue", "question")}
        await visit.act(path, {"number": number}, key, "debate", **asked)


def _form(
    visit: Visit,
    given: Mapping[str, str],
    status: int = 200,
    problem: str = "",
    wrong: Mapping[str, str] | None = None,
    key: str = "",
) -> Response:
    return visit.render(
        "entry.html",
        status,
        given=given,
        problem=problem,
        wrong=wrong or {},
        labels={field: label for field, label, _ in LABELS.values()} | {"origin": "来源"},
        origins=ORIGINS,
        title_limit=TITLE_LIMIT,
        text_limit=TEXT_LIMIT,
        key=key,
    )
