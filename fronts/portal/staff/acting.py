"""What staff do to a case: each act of the table has its own address, and a reply is read once more before it goes."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from chassis.web.aside import aside
from city import normal
from fronts.portal.services import Answer
from fronts.portal.staff.acts import ACTS, BY_NAME, Act, reply
from fronts.portal.staff.case import Shown, findings, read_case, show_case
from fronts.portal.staff.promising import promised_in
from fronts.portal.staff.returning import return_page
from fronts.portal.staff.visits import Visit, visitor

BACK: Final = {"approvals": "/staff/approvals", "supervision": "/staff/supervision"}
"""Pages that hold forms of their own: where a form leads back to."""

router = APIRouter(include_in_schema=False)
"""`/staff/cases/{number}/preview`, and `/staff/cases/{number}/{act}` for every act."""


async def do(visit: Visit, act: Act, number: str, key: str, identity: str = "") -> Answer:
    """Do the act in the visitor's name."""
    codes = {unit.name: unit.code for unit in visit.profile.departments}
    body = act.body(visit.form.renamed("assisting", codes))
    if act.files and visit.attached:
        body["attachments"] = [one.ticket for one in visit.attached]
    path = "/v1/cases/{number}/" + act.path
    named = {"number": number} | ({"id": identity} if "{id}" in act.path else {})
    return await visit.act(path, body, f"{key[:32]}-{act.name}", **named)


@router.post("/staff/cases/{number}/preview")
async def preview(visit: Annotated[Visit, Depends(visitor("clerk", files=True))], number: str) -> Response:
    """A reply read once more, with its files and what a reader would object to."""
    case = await read_case(visit, number)
    if not BY_NAME["reply"].offered(visit.me.staff, case):
        return await show_case(
            visit, number, Shown(409, problem="现在不能拟写回复", given=visit.form.given())
        )
    written = visit.form.one("text").strip()
    kept = _kept(case, visit)
    given = {name: visit.form.one(name) for name in ("promised_day", "no_promise") if name in visit.form}
    going_on = Shown(acting="reply", given=given | {"text": written}, kept=tuple(kept))
    problem = "" if written else "回复不能为空"
    if problem or visit.refused:
        said = ";".join(filter(None, (problem, *visit.refused)))
        return await show_case(visit, number, replace(going_on, status=422, problem=said))
    if "edit" in visit.form:
        return await show_case(visit, number, going_on)
    body = reply(visit.form)
    settled = "promised_day" in body or "no_promise" in body
    promised = () if settled else await promised_in(written, visit.now(), visit.profile.working_time)
    return visit.render(
        "preview.html",
        case=case,
        text=written,
        public_text=await aside(lambda: visit.profile.published(normal.written(written)).texts[0]),
        given_files=visit.attached,
        kept=list(kept),
        files=[*kept.values(), *(one.name for one in visit.attached)],
        promised=promised,
        promised_day=body.get("promised_day") or next((one.day for one in promised), None),
        no_promise="no_promise" in body,
        today=visit.now().date().isoformat(),
        findings=await findings(case, written),
        key=visit.key,
    )


def _kept(case: dict[str, Any], visit: Visit) -> dict[str, str]:
    """Id and name of the files that were chosen of the draft that was sent back, and of the parts of assisting units."""
    written, chosen = [*case["written_parts"], *filter(None, [case["sent_back"]])], visit.form.all("kept")
    return {one["id"]: one["name"] for each in written for one in each["attachments"] if one["id"] in chosen}


def _page_of(act: Act) -> Callable[..., Awaitable[Response]]:
    """The handler of one act."""

    async def handle(
        visit: Annotated[Visit, Depends(visitor(*act.roles, files=act.files))], number: str
    ) -> Response:
        key = visit.key
        if act.objection and "sure" not in visit.form and (objection := act.objection(visit.form)):
            objected = Shown(422, problem=objection, acting=act.name, given=visit.form.given())
            return await show_case(visit, number, objected)
        if visit.refused:
            said, given = ";".join(visit.refused), visit.form.given()
            refused = Shown(422, problem=said, acting=act.name, given=given)
            return await show_case(visit, number, refused)
        answer = await do(visit, act, number, key, visit.form.one("id"))
        if answer.ok:
            own = "/staff/cases" if act.leaves else f"/staff/cases/{number}"
            back = BACK.get(visit.form.one("back"), own)
            return RedirectResponse(f"{back}?done={act.name}", 303)
        # Nobody knows whether what was not answered was done: the same key makes a repeat harmless.
        key = key if answer.status >= 500 else ""
        if act.name == "return":
            return await return_page(visit, number, visit.form.one("q"), answer.status, answer.sentence, key)
        shown = Shown(
            answer.status,
            problem=answer.sentence,
            acting=act.name,
            given=visit.form.given(),
            key=key,
        )
        return await show_case(visit, number, shown)

    return handle


for _act in ACTS:
    router.post(f"/staff/cases/{{number}}/{_act.name}")(_page_of(_act))
