"""Bulletins 通报 at work: the supervisor drafts, edits and circulates, units object (对账), a leader issues."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from city.typed import case_number
from fronts.portal.citizens.bulletins import PAPERS, as_paper, shown_tables
from fronts.portal.staff.visits import Visit, visitor

LONGEST: Final = 2 * 1024 * 1024
"""Bytes of the form of the text: stats takes 400,000, of which a form makes three times as many."""
Anyone = Annotated[Visit, Depends(visitor())]
Supervisor = Annotated[Visit, Depends(visitor("supervisor"))]
Writer = Annotated[Visit, Depends(visitor("supervisor", most=LONGEST))]
Unit = Annotated[Visit, Depends(visitor("clerk", "leader"))]
Leader = Annotated[Visit, Depends(visitor("leader"))]

BLANK: Final = 2
"""Empty sections at the end of the form of the text."""
MOST: Final = 12
"""Sections of a bulletin."""

router = APIRouter(include_in_schema=False)
"""`/staff/bulletins` and what lies below it."""


@router.get("/staff/bulletins")
async def bulletins(visit: Anyone) -> Response:
    """Those the reader may see; the supervisor begins one here."""
    return await _listed(visit, 200, "")


@router.post("/staff/bulletins")
async def draft(visit: Supervisor) -> Response:
    """Have a period counted and written about, again where it is not issued yet."""
    body = {"period": visit.form.one("period").strip(), "corrects": visit.form.one("corrects").strip()}
    answer = await visit.act("/v1/bulletins", body, visit.key, "stats")
    if answer.ok:
        return RedirectResponse(f"/staff/bulletins/{answer.body['id']}", 303)
    if answer.status in (409, 422):
        return await _listed(visit, answer.status, answer.sentence)
    return visit.refuse(answer.status, answer.sentence)


@router.get("/staff/bulletins/{identity}")
async def bulletin(visit: Anyone, identity: str) -> Response:
    """A bulletin as it stands, with what the reader can do now."""
    return await _shown(visit, identity, 200, "")


@router.get("/staff/bulletins/{identity}/papers/{kind}")
async def paper(visit: Anyone, identity: str, kind: str) -> Response:
    """A draft, too, as it will be printed."""
    found = None
    if kind in PAPERS:
        path = "/v1/bulletins/{identity}/papers/{kind}"
        found = await visit.site.services.file("stats", path, visit.token, identity=identity, kind=kind)
    if found is None:
        return visit.refuse(404, "没有这份文件。")
    return as_paper(found, identity, kind)


@router.post("/staff/bulletins/{identity}/text")
async def text(visit: Writer, identity: str) -> Response:
    """The supervisor's text under the same figures."""
    return await _acted(visit, identity, "text", {"sections": sections(visit.form.given())})


@router.post("/staff/bulletins/{identity}/circulation")
async def circulation(visit: Supervisor, identity: str) -> Response:
    """Lay it before the units."""
    return await _acted(visit, identity, "circulation", {})


@router.post("/staff/bulletins/{identity}/objection")
async def objection(visit: Unit, identity: str) -> Response:
    """A unit says what is wrong about it."""
    typed = visit.form.one("cases").replace(",", " ").replace("、", " ").split()
    cases = [number for word in typed if (number := case_number(word))]
    body = {"text": visit.form.one("text"), "cases": cases}
    return await _acted(visit, identity, "objections", body)


@router.post("/staff/bulletins/{identity}/answer")
async def answer(visit: Supervisor, identity: str) -> Response:
    """The supervisor answers an objection."""
    body = {"upheld": visit.form.one("upheld") == "1", "text": visit.form.one("text")}
    chosen = visit.form.one("objection")
    return await _acted(visit, identity, "objections/{objection}/answer", body, objection=chosen)


@router.post("/staff/bulletins/{identity}/issue")
async def issue(visit: Leader, identity: str) -> Response:
    """A leader of the supervising unit issues it."""
    return await _acted(visit, identity, "issue", {})


def sections(typed: Mapping[str, str]) -> list[dict[str, str]]:
    """The text of the form; a section without a heading and without a text is left out."""
    found = [
        {name: typed.get(f"{name}-{n}", "").strip() for name in ("heading", "text")} for n in range(MOST)
    ]
    return [section for section in found if any(section.values())]


async def _acted(visit: Visit, identity: str, what: str, body: dict[str, Any], **named: str) -> Response:
    """Do it to a bulletin; `what` is the rest of the path, `named` are its parts."""
    path = "/v1/bulletins/{identity}/" + what
    done = await visit.act(path, body, visit.key, "stats", identity=identity, **named)
    if done.ok:
        return RedirectResponse(f"/staff/bulletins/{identity}", 303)
    if done.status in (409, 422):
        return await _shown(visit, identity, done.status, done.sentence)
    return visit.refuse(done.status, done.sentence)


async def _listed(visit: Visit, status: int, problem: str) -> Response:
    answer = await visit.read("stats", "/v1/bulletins")
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    return visit.render(
        "bulletins.html",
        status,
        bulletins=answer.body["bulletins"],
        typed=visit.form,
        problem=problem,
    )


async def _shown(visit: Visit, identity: str, status: int, problem: str) -> Response:
    """The page; after a refusal with what was typed."""
    answer = await visit.read("stats", "/v1/bulletins/{identity}", identity=identity)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    found = answer.body
    typed = sections(visit.form.given()) if problem else []
    return visit.render(
        "bulletin.html",
        status,
        bulletin=found,
        tables=shown_tables(found),
        own=_own(found),
        paper_kinds=tuple(PAPERS),
        blocks=_blocks(typed or found["sections"]),
        acts=acts(found, visit.me.role, visit.me.department, visit.profile.policy.bulletin.issuer),
        names={unit.code: unit.name for unit in visit.profile.departments},
        typed=visit.form,
        problem=problem,
    )


def acts(bulletin: Mapping[str, Any], role: str, department: str, issuer: str) -> tuple[str, ...]:
    """What somebody can do to a bulletin at its step; the service decides, the page shows no more than this."""
    step = bulletin["step"]
    if role == "supervisor":
        return {
            "drafted": ("text", "circulation"),
            "circulated": ("text", "answer"),
            "issued": ("correction",),
        }.get(step, ())
    if step == "circulated" and role in ("clerk", "leader"):
        return ("objection", "issue") if role == "leader" and department == issuer else ("objection",)
    return ()


def _own(bulletin: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The row of the reader's own unit, if it has one."""
    return next(
        (row for row in bulletin["units"] if bulletin["own"] and row["code"] == bulletin["own"]), None
    )


def _blocks(written: list[dict[str, str]]) -> list[dict[str, str]]:
    empty = {"heading": "", "text": ""}
    return [*written, *([empty] * min(BLANK, MOST - len(written)))]
