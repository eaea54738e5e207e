"""The inbox of a unit, and one case with everything about it and the forms that are possible now."""

import asyncio
import re
import uuid
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from chassis.web.responses import STORAGE_ERRORS
from city.masking import mask
from city.profile import Profile
from fronts.portal.services import Answer
from fronts.portal.staff import quality, reasons
from fronts.portal.staff.acts import ACTS, BY_NAME, DONE, Act
from fronts.portal.staff.desk import Desk, Turned, Visit, checked_number, guard
from fronts.portal.staff.lines import lines_of
from fronts.portal.staff.similar import similar
from fronts.portal.staff.standing import standing, standings
from fronts.portal.store import SpecialReport

PAGE: Final = 50
"""Cases on a page of the inbox."""
AT_ONCE: Final = 8
"""Acts of one bulk form sent at the same time."""
DUTIES_SHOWN: Final = 40

STATES: Final = (
    ("open", "在办"),
    ("assigned", "待受理"),
    ("accepted", "办理中"),
    ("asked", "待补充"),
    ("reopened", "重新办理"),
    ("to_approve", "待审批"),
    ("returned", "退回中"),
    ("overdue", "已超时"),
    ("replied", "已回复"),
    ("rated", "已评价"),
    ("all", "全部"),
)
BACK: Final = {"approvals": "/staff/approvals", "supervision": "/staff/supervision"}
"""Pages that hold forms of their own: where a form leads back to."""

NOTICE_STATES: Final = {
    "sent": "已送达",
    "failed": "未送达",
    "suppressed": "不发送",
    "waiting": "待发送",
    "pending": "待发送",
}
EXTENSION_STATES: Final = {"asked": "待审批", "approved": "已同意", "refused": "未同意"}
RETURN_STATES: Final = {
    "asked": "待裁定",
    "moved": "已改交",
    "refused": "不同意退回",
    "meeting": "提请交办会",
}

_KEY = re.compile(r"[0-9a-f]{32}")
_IDENTITY = re.compile(r"[0-9A-Za-z-]{1,64}")


def fresh_key() -> str:
    """What makes a repeated form harmless."""
    return uuid.uuid4().hex


def checked_key(key: str) -> str:
    """The key a form carries, or a fresh one for what is none."""
    return key if _KEY.fullmatch(key) else fresh_key()


def identity_of(text: str) -> str:
    """The id of a reply, an extension or a group; empty for what cannot be one."""
    return text if _IDENTITY.fullmatch(text) else ""


async def read_case(visit: Visit, number: str) -> dict[str, Any]:
    """The case as intake tells it. Raises Turned with what intake said."""
    if checked_number(number) != number:
        raise Turned(visit.refuse(404, "没有这个编号的帖子。"))
    answer = await visit.read("intake", f"/v1/cases/{number}")
    if not answer.ok:
        raise Turned(visit.refuse(answer.status, answer.sentence))
    return answer.body


async def do(visit: Visit, act: Act, number: str, key: str, identity: str = "") -> Answer:
    """Do the act in the visitor's name."""
    if checked_number(number) is None or ("{id}" in act.path and not identity_of(identity)):
        return Answer(404, {"title": "没有找到"})
    path = f"/v1/cases/{number}/{act.path.replace('{id}', identity)}"
    codes = {unit.name: unit.code for unit in visit.desk.pages.profile.departments}
    body = act.body(visit.form.renamed("assisting", codes))
    return await visit.act(path, body, f"{key[:32]}-{act.name}")


def with_standing(rows: list[dict[str, Any]], profile: Profile, now: datetime) -> list[dict[str, Any]]:
    """The rows of a list, each with how its time stands."""
    return [row | {"standing": one} for row, one in zip(rows, standings(rows, profile, now), strict=True)]


def routes(desk: Desk) -> APIRouter:
    """`/staff/cases` and below."""
    router = APIRouter(include_in_schema=False)
    profile = desk.pages.profile
    unit = guard(desk, "clerk", "leader")
    clerk = guard(desk, "clerk")
    anyone = guard(desk)

    # -- the inbox ------------------------------------------------------------------------------

    @router.get("/staff/cases")
    async def inbox(
        visit: Annotated[Visit, Depends(unit)],
        state: str = "open",
        kind: str = "",
        q: str = "",
        cursor: str = "",
        done: str = "",
    ) -> Response:
        return await inbox_page(visit, state, kind, q, cursor, done, [])

    async def inbox_page(
        visit: Visit, state: str, kind: str, q: str, cursor: str, done: str, problems: list[str]
    ) -> Response:
        state = state if state in dict(STATES) else "open"
        kind = kind if kind in profile.policy.kinds else ""
        answer = await visit.read(
            "intake", "/v1/cases", state=state, kind=kind, q=q[:50], cursor=cursor, limit=str(PAGE)
        )
        if not answer.ok:
            return visit.refuse(answer.status, answer.sentence)
        return visit.render(
            "inbox.html",
            409 if problems else 200,
            lines=lines_of(answer.body["cases"], visit.me, profile, desk.clock.now()),
            states=STATES,
            state=state,
            kind=kind,
            q=q[:50],
            next=answer.cursor,
            first=not cursor,
            done=DONE.get(done, ""),
            problems=problems,
            key=fresh_key(),
        )

    @router.post("/staff/cases/accept")
    async def accept_many(visit: Annotated[Visit, Depends(clerk)]) -> Response:
        form = visit.form
        numbers = [n for n in dict.fromkeys(form.all("number")) if checked_number(n)][:PAGE]
        key = checked_key(form.one("key"))
        gate = asyncio.Semaphore(AT_ONCE)

        async def accept(number: str) -> str:
            async with gate:
                path = f"/v1/cases/{number}/acceptance"
                answer = await visit.act(path, {}, f"{key[:24]}-{number}"[:64])
            return "" if answer.ok else f"{number}:{answer.sentence}"

        problems = [said for said in await asyncio.gather(*map(accept, numbers)) if said]
        if not numbers:
            problems = ["没有选择帖子"]
        if problems:
            return await inbox_page(visit, "open", "", "", "", "", problems)
        return RedirectResponse("/staff/cases?done=bulk", 303)

    @router.get("/staff/find")
    async def find(visit: Annotated[Visit, Depends(anyone)], number: str = "") -> Response:
        found = checked_number(number)
        if found is None:
            return visit.refuse(404, "没有这个编号的帖子。")
        return RedirectResponse(f"/staff/cases/{found}", 303)

    # -- one case -------------------------------------------------------------------------------

    @router.get("/staff/cases/{number}")
    async def case(
        visit: Annotated[Visit, Depends(anyone)], number: str, done: str = "", start: str = ""
    ) -> Response:
        return await case_page(visit, number, done=done, acting="reply" if start else "", start=start)

    async def case_page(
        visit: Visit,
        number: str,
        status: int = 200,
        done: str = "",
        problem: str = "",
        acting: str = "",
        given: dict[str, str] | None = None,
        key: str = "",
        start: str = "",
    ) -> Response:
        """`start`: what the reply begins with, a template's code or `parts` for what the assisting units wrote."""
        # First, and alone: who may not see the case learns nothing from the others either.
        found = await read_case(visit, number)
        assignment, deadline, notices, alike = await asyncio.gather(
            visit.read("router", f"/v1/assignments/{number}"),
            visit.read("deadline", f"/v1/deadlines/{number}"),
            visit.read("notifier", f"/v1/notices/{number}"),
            similar(desk.services, found),
        )
        decisions = reasons.decisions_of(assignment.body, profile) if assignment.ok else ()
        spoke = next((d.reasons for d in reversed(decisions) if d.reasons), ())
        if not spoke and decisions and decisions[-1].candidates:
            spoke = decisions[-1].candidates[0].reasons
        title, text = reasons.marked(found["title"], found["text"], spoke)
        offered = {act.name: act for act in ACTS if act.offered(visit.me, found)}
        draft = found["draft"]
        if start:
            given = {"text": _beginning(start, found, profile, visit.me.department)}
        return visit.render(
            "case.html",
            status,
            case=found,
            title=title,
            text=text,
            standing=standing(found, profile, desk.clock.now()),
            assignment=assignment.ok,
            decisions=decisions,
            held=_held(found, decisions),
            deadline=deadline.body if deadline.ok else None,
            notices=notices.body["notices"] if notices.ok else None,
            findings=quality.check(draft["text"], f"{found['title']}\n{found['text']}") if draft else (),
            asked=next((e for e in found["extensions"] if e["state"] == "asked"), None),
            offered=offered,
            alike=alike,
            templates=profile.templates_of(visit.me.department),
            unwritten=_unwritten(found, profile),
            units=profile.departments,
            names={unit.code: unit.name for unit in profile.departments},
            duties=profile.duty,
            notice_states=NOTICE_STATES,
            extension_states=EXTENSION_STATES,
            return_states=RETURN_STATES,
            done=DONE.get(done, ""),
            problem=problem,
            acting=acting,
            given=given or {},
            key=key or fresh_key(),
        )

    # -- a reply is read once more before it goes to the leader -----------------------------------

    @router.post("/staff/cases/{number}/preview")
    async def preview(visit: Annotated[Visit, Depends(clerk)], number: str) -> Response:
        found = await read_case(visit, number)
        if not BY_NAME["reply"].offered(visit.me, found):
            return await case_page(visit, number, 409, problem="现在不能回复", given=visit.form.given())
        written = visit.form.one("text").strip()
        if not written:
            return await case_page(visit, number, 422, problem="回复不能为空", acting="reply")
        if "edit" in visit.form:
            return await case_page(visit, number, acting="reply", given={"text": written})
        return visit.render(
            "preview.html",
            case=found,
            text=written,
            findings=quality.check(written, f"{found['title']}\n{found['text']}"),
            key=checked_key(visit.form.one("key")),
        )

    # -- a return names whose duty it is ----------------------------------------------------------

    @router.get("/staff/cases/{number}/return")
    async def return_form(visit: Annotated[Visit, Depends(clerk)], number: str, q: str = "") -> Response:
        return await return_page(visit, number, q)

    async def return_page(
        visit: Visit, number: str, q: str, status: int = 200, problem: str = "", key: str = ""
    ) -> Response:
        found = await read_case(visit, number)
        if not BY_NAME["return"].offered(visit.me, found):
            return visit.refuse(409, "现在不能退回。")
        words = q.strip()[:20]
        return visit.render(
            "return.html",
            status,
            case=found,
            q=words,
            duties=_duties(profile, visit.me.department, words, found["candidates"]),
            names={unit.code: unit.name for unit in profile.departments},
            problem=problem,
            given=visit.form.given(),
            key=key or fresh_key(),
        )

    # -- every act ----------------------------------------------------------------------------

    def act_route(act: Act) -> None:
        async def handle(visit: Annotated[Visit, Depends(guard(desk, act.role))], number: str) -> Response:
            key = checked_key(visit.form.one("key"))
            answer = await do(visit, act, number, key, visit.form.one("id"))
            problem = "" if answer.ok else answer.sentence
            status = answer.status
            if answer.ok and act.name == "special-report":
                try:
                    await note_report(visit, number)
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
            return await case_page(
                visit, number, status, problem=problem, acting=act.name, given=visit.form.given(), key=key
            )

        router.post(f"/staff/cases/{{number}}/{act.name}")(handle)

    async def note_report(visit: Visit, number: str) -> None:
        found = await read_case(visit, number)
        now = desk.clock.now()
        written = mask(visit.form.one("text").strip())
        await desk.store.report(SpecialReport(number, now, found["title"], written, visit.me.person))

    for each in ACTS:
        act_route(each)
    return router


def _held(case: dict[str, Any], decisions: tuple[reasons.Decision, ...]) -> tuple[reasons.Candidate, ...]:
    """The best three of a case that waits for a person."""
    if not case["held"]:
        return ()
    return next((d.candidates for d in reversed(decisions) if d.candidates), ())


def _beginning(start: str, case: dict[str, Any], profile: Profile, unit: str) -> str:
    """What a reply begins with: what the assisting units wrote, or a template; nothing for what is neither."""
    if start == "parts":
        return "\n".join(f"{one['department_name']}:{one['text']}" for one in case["written_parts"])
    return next((one.text for one in profile.templates_of(unit) if one.code == start), "")


def _unwritten(case: dict[str, Any], profile: Profile) -> list[str]:
    """Names of the units that assist and have not written their part yet."""
    written = {one["department"] for one in case["written_parts"]}
    return [profile.department_name(unit) for unit in case["assisting"] if unit not in written]


def _duties(
    profile: Profile, own: str, words: str, candidates: list[dict[str, Any]]
) -> list[tuple[str, str, str]]:
    """Duty items of other units as (code, item, unit): those that hold the words, or the router's candidates."""
    likely = [str(one.get("department", "")) for one in candidates]
    found = []
    for duty in profile.duties:
        if duty.department == own:
            continue
        unit = profile.department_name(duty.department)
        fits = words in duty.name or words in unit or any(words in each for each in duty.words)
        if fits if words else duty.department in likely:
            found.append((duty.code, duty.name, unit))
    return found[:DUTIES_SHOWN]
