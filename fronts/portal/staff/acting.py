"""What staff do to a case: each act of the table has its own address, and a reply is read once more before it goes."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from chassis.web.responses import STORAGE_ERRORS
from city.normal import written
from fronts.portal.services import Answer
from fronts.portal.staff import quality
from fronts.portal.staff.acts import ACTS, BY_NAME, Act
from fronts.portal.staff.case import Shown, read_case, show_case
from fronts.portal.staff.keyed import checked_key, identity_of
from fronts.portal.staff.returning import return_page
from fronts.portal.staff.visits import Visit, visitor
from fronts.portal.store import SpecialReport
from fronts.portal.typed import number_of

BACK: Final = {"approvals": "/staff/approvals", "supervision": "/staff/supervision"}
"""Pages that hold forms of their own: where a form leads back to."""

router = APIRouter(include_in_schema=False)
"""`/staff/cases/{number}/preview`, and `/staff/cases/{number}/{act}` for every act."""


async def do(visit: Visit, act: Act, number: str, key: str, identity: str = "") -> Answer:
    """Do the act in the visitor's name."""
    if number_of(number) != number or ("{id}" in act.path and not identity_of(identity)):
        return Answer(404, {"title": "没有找到"})
    path = f"/v1/cases/{number}/{act.path.replace('{id}', identity)}"
    codes = {unit.name: unit.code for unit in visit.profile.departments}
    body = act.body(visit.form.renamed("assisting", codes))
    return await visit.act(path, body, f"{key[:32]}-{act.name}")


@router.post("/staff/cases/{number}/preview")
async def preview(visit: Annotated[Visit, Depends(visitor("clerk"))], number: str) -> Response:
    """A reply read once more, with what a reader would object to."""
    case = await read_case(visit, number)
    if not BY_NAME["reply"].offered(visit.me, case):
        return await show_case(visit, number, Shown(409, problem="现在不能回复", given=visit.form.given()))
    written = visit.form.one("text").strip()
    if not written:
        return await show_case(visit, number, Shown(422, problem="回复不能为空", acting="reply"))
    if "edit" in visit.form:
        return await show_case(visit, number, Shown(acting="reply", given={"text": written}))
    return visit.render(
        "preview.html",
        case=case,
        text=written,
        findings=await quality.checked(written, f"{case['title']}\n{case['text']}"),
        key=checked_key(visit.form.one("key")),
    )


def _page_of(act: Act) -> Callable[..., Awaitable[Response]]:
    """The handler of one act."""

    async def handle(visit: Annotated[Visit, Depends(visitor(act.role))], number: str) -> Response:
        key = checked_key(visit.form.one("key"))
        answer = await do(visit, act, number, key, visit.form.one("id"))
        problem, status = "" if answer.ok else answer.sentence, answer.status
        if answer.ok and act.name == "special-report":
            try:
                await _note_report(visit, number)
            except STORAGE_ERRORS:
                problem, status = "系统暂时不可用,请再提交一次", 503
        if not problem:
            own = "/staff/cases" if act.leaves else f"/staff/cases/{number}"
            back = BACK.get(visit.form.one("back"), own)
            return RedirectResponse(f"{back}?done={act.name}", 303)
        # Nobody knows whether what was not answered was done: the same key makes a repeat harmless.
        key = key if status >= 500 else ""
        if act.name == "return":
            return await return_page(visit, number, visit.form.one("q"), status, problem, key)
        shown = Shown(status, problem=problem, acting=act.name, given=visit.form.given(), key=key)
        return await show_case(visit, number, shown)

    return handle


async def _note_report(visit: Visit, number: str) -> None:
    case: dict[str, Any] = await read_case(visit, number)
    report = written(visit.form.one("text"))
    text = visit.site.pages.profile.published(report).texts[0]
    now = visit.now()
    await visit.site.store.report(SpecialReport(number, now, case["title"], text, visit.me.person))


for _act in ACTS:
    router.post(f"/staff/cases/{{number}}/{_act.name}")(_page_of(_act))
