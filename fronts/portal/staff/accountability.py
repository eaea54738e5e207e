"""问责 records at work: opened by rule or by a supervisor, answered by those concerned, found, appealed, closed."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from city.typed import case_number
from fronts.portal.staff.visits import Visit, visitor

Reader = Annotated[Visit, Depends(visitor("clerk", "leader", "supervisor", "auditor"))]
Supervisor = Annotated[Visit, Depends(visitor("supervisor"))]
Concerned = Annotated[Visit, Depends(visitor("clerk", "leader"))]

STATES: Final = {"open": "未结案", "closed": "已结案", "all": "全部"}
MEASURES: Final = {
    "reminder": "口头提醒",
    "self-criticism": "书面检查",
    "talk": "约谈",
    "circular": "通报批评",
    "referral": "移交",
}
"""From the lightest to the heaviest."""
OUTCOMES: Final = {"upheld": "维持", "lightened": "减轻", "revoked": "撤销"}

router = APIRouter(include_in_schema=False)
"""`/staff/accountability` and what lies below it."""


@router.get("/staff/accountability")
async def records(visit: Reader, state: str = "open", department: str = "") -> Response:
    """Those the reader is shown; a supervisor opens one here."""
    return await _listed(visit, 200, "", state, department)


@router.post("/staff/accountability")
async def opening(visit: Supervisor) -> Response:
    """The supervisor opens a record of a unit."""
    form = visit.form
    body = {"department": form.one("unit"), "cases": numbers(form.one("cases")), "text": form.one("text")}
    answer = await visit.act("/v1/accountability", body, visit.key, "stats")
    if answer.ok:
        return RedirectResponse(f"/staff/accountability/{answer.body['id']}", 303)
    if answer.status in (409, 422):
        return await _listed(visit, answer.status, answer.sentence, "open", "")
    return visit.refuse(answer.status, answer.sentence)


@router.get("/staff/accountability/{identity}")
async def record(visit: Reader, identity: str) -> Response:
    """A record as it stands, with what the reader can do now."""
    return await _shown(visit, identity, 200, "")


@router.post("/staff/accountability/{identity}/person")
async def person(visit: Supervisor, identity: str) -> Response:
    """The supervisor names the person concerned."""
    return await _acted(visit, identity, "person", {"person": visit.form.one("person").strip()})


@router.post("/staff/accountability/{identity}/statement")
async def statement(visit: Concerned, identity: str) -> Response:
    """Those concerned state."""
    return await _acted(visit, identity, "statement", _words(visit))


@router.post("/staff/accountability/{identity}/finding")
async def finding(visit: Supervisor, identity: str) -> Response:
    """The supervisor finds; the measure that is chosen says whether anybody is to blame."""
    measure = visit.form.one("measure")
    body = {"responsible": bool(measure), "text": visit.form.one("text"), "measure": measure}
    return await _acted(visit, identity, "finding", body)


@router.post("/staff/accountability/{identity}/appeal")
async def appeal(visit: Concerned, identity: str) -> Response:
    """Those concerned appeal."""
    return await _acted(visit, identity, "appeal", _words(visit))


@router.post("/staff/accountability/{identity}/decision")
async def decision(visit: Supervisor, identity: str) -> Response:
    """Another supervisor decides: the choice is an outcome, or the lighter measure."""
    chosen = visit.form.one("outcome")
    outcome, measure = ("lightened", chosen) if chosen in MEASURES else (chosen, "")
    body = {"outcome": outcome, "text": visit.form.one("text"), "measure": measure}
    return await _acted(visit, identity, "decision", body)


@router.post("/staff/accountability/{identity}/closing")
async def closing(visit: Supervisor, identity: str) -> Response:
    """The supervisor closes the record."""
    return await _acted(visit, identity, "closing", {"text": visit.form.one("text")})


def numbers(typed: str) -> list[str]:
    """The numbers of cases in a field that takes several."""
    words = re.split(r"[\s,;、\uff0c\uff1b]+", typed)
    return [number for word in words if (number := case_number(word))]


def choices(found: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """What a decision on the appeals may be: a measure is only lightened."""
    finding = found["finding"]
    if finding is None or not finding["measure"]:
        return ()
    if found["withdrawn_at"]:
        return [("revoked", "撤销,不采取措施")]
    lighter = list(MEASURES)[: list(MEASURES).index(finding["measure"])]
    return [
        ("upheld", f"维持({finding['measure_name']})"),
        *((measure, f"减轻为{MEASURES[measure]}") for measure in reversed(lighter)),
        ("revoked", "撤销,不采取措施"),
    ]


def _words(visit: Visit) -> dict[str, Any]:
    return {"text": visit.form.one("text"), "cases": numbers(visit.form.one("cases"))}


async def _acted(visit: Visit, identity: str, act: str, body: dict[str, Any]) -> Response:
    done = await visit.act(
        "/v1/accountability/{identity}/{act}", body, visit.key, "stats", identity=identity, act=act
    )
    if done.ok:
        return RedirectResponse(f"/staff/accountability/{identity}", 303)
    if done.status in (409, 422):
        return await _shown(visit, identity, done.status, done.sentence, act)
    return visit.refuse(done.status, done.sentence)


async def _listed(visit: Visit, status: int, problem: str, state: str, department: str) -> Response:
    chosen = state if state in STATES else "open"
    known = department if department in visit.profile.department else ""
    answer = await visit.read("stats", "/v1/accountability", state=chosen, department=known)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    return visit.render(
        "accountability.html",
        status,
        records=answer.body["records"],
        left_off=answer.body["left_off"],
        state=chosen,
        states=STATES,
        department=known,
        units=[(unit.code, unit.name) for unit in visit.profile.departments],
        typed=visit.form,
        problem=problem,
    )


async def _shown(visit: Visit, identity: str, status: int, problem: str, act: str = "") -> Response:
    """The page; after a refusal with what was typed for the act."""
    answer = await visit.read("stats", "/v1/accountability/{identity}", identity=identity)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    found = answer.body
    return visit.render(
        "record.html",
        status,
        record=found,
        person=await _named(visit, found["person"]),
        staff=await _staff_of(visit, found) if "person" in found["allowed"] else (),
        measures=MEASURES,
        choices=choices(found),
        refused=act,
        typed=visit.form,
        problem=problem,
    )


async def _named(visit: Visit, person: str) -> str:
    """Name and staff id of somebody; the id alone where there is no such account any more."""
    account = await visit.site.store.account(person) if person else None
    return person if account is None else f"{account.name}({person})"


async def _staff_of(visit: Visit, found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Staff ids and names of the unit concerned, to choose from."""
    return [
        (account.person, account.name)
        for account in await visit.site.accounts.listed()
        if account.department == found["department"] and account.role in ("clerk", "leader")
    ]
