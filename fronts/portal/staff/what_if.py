"""What-if 规则试算: the supervising office changes numbers or days in a form and sees what last months would have been."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from fronts.portal.staff import what_if_form as form
from fronts.portal.staff.visits import Visit, visitor

Office = Annotated[Visit, Depends(visitor("supervisor", "leader"))]
"""Leaders of other units are refused by the service."""

OPEN: Final = ("waiting", "running")
MONTHS: Final = 3
"""Months before the present one that the form offers."""

router = APIRouter(include_in_schema=False)
"""`/staff/what-if` and what lies below it."""


@router.get("/staff/what-if")
async def what_if(visit: Office) -> Response:
    """The rules in force in a form, and the runs that are known."""
    return await _form(visit)


@router.post("/staff/what-if")
async def start(visit: Office) -> Response:
    """Have it compared."""
    known = await visit.read("deadline", "/v1/what-ifs")
    if not known.ok:
        return visit.refuse(known.status, known.sentence)
    body = form.asked(visit.form.given(), known.body["rules"])
    answer = await visit.act("/v1/what-ifs", body, "what-if", "deadline")
    if answer.ok:
        return RedirectResponse(f"/staff/what-if/{answer.body['id']}", 303)
    if answer.status in (409, 422, 503):
        errors = answer.body.get("errors", [])
        problem = str(answer.body.get("title", "")) if errors else answer.sentence
        return await _form(visit, answer.status, problem, body, errors)
    return visit.refuse(answer.status, answer.sentence)


@router.get("/staff/what-if/{identity}")
async def run(visit: Office, identity: str) -> Response:
    """How far it is, and what came of it.

    Until its end the page asks again by itself: by htmx where scripts run, else as a whole, unless `?still=1`.
    """
    answer = await visit.read("deadline", "/v1/what-ifs/{identity}", identity=identity)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    known = await visit.read("deadline", "/v1/what-ifs")
    if not known.ok:
        return visit.refuse(known.status, known.sentence)
    found = answer.body
    lines = found["lines"] or []
    response = visit.render(
        "what_if_run.html",
        run=found,
        states=form.STATES,
        changes=list(form.changes(found, known.body["rules"])),
        whole=lines[0] if lines else None,
        units=form.ordered(lines[1:]),
        bars=form.bars(lines[1:]),
        points=form.points,
        open=found["state"] in OPEN,
        still=visit.request.query_params.get("still") == "1",
        own=found["by"] == visit.me.person,
    )
    if visit.request.headers.get("hx-request") and found["state"] not in OPEN:
        response.headers["HX-Refresh"] = "true"
    return response


@router.get("/staff/what-if/{identity}/cases")
async def cases(visit: Office, identity: str, department: str = "") -> Response:
    """The cases of a unit that would be judged otherwise."""
    path = "/v1/what-ifs/{identity}/cases"
    answer = await visit.read("deadline", path, identity=identity, department=department)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    return visit.render("what_if_cases.html", found=answer.body)


@router.post("/staff/what-if/{identity}/cancellation")
async def cancellation(visit: Office, identity: str) -> Response:
    """End one's own."""
    path = "/v1/what-ifs/{identity}/cancellation"
    answer = await visit.act(path, {}, "what-if", "deadline", identity=identity)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    return RedirectResponse(f"/staff/what-if/{identity}", 303)


async def _form(
    visit: Visit,
    status: int = 200,
    problem: str = "",
    body: Mapping[str, Any] | None = None,
    errors: Sequence[Mapping[str, str]] = (),
) -> Response:
    """The form; after a refusal with what was typed, and each reason beside its field in the `body` that was sent."""
    known = await visit.read("deadline", "/v1/what-ifs")
    if not known.ok:
        return visit.refuse(known.status, known.sentence)
    rules = known.body["rules"]
    wrong = form.wrong(errors, body or {}, rules)
    response = visit.render(
        "what_if.html",
        status,
        groups=form.fields(rules),
        day_fields=form.DAYS,
        months=form.MONTHS,
        values=_values(visit.form.given(), visit.now()),
        wrong=wrong,
        labels={name: form.label_of(name, rules) for name in wrong},
        problem=problem,
        runs=[one | {"told": list(form.changes(one, rules))} for one in known.body["runs"]],
        states=form.STATES,
        horizon=known.body["horizon"],
    )
    if status == 503:
        response.headers["Retry-After"] = "60"
    return response


def _values(typed: dict[str, str], now: datetime) -> dict[str, str]:
    """What stands in the form: what was typed, else the months before the present one."""
    last = date(now.year, now.month, 1) - timedelta(days=1)
    first = last
    for _ in range(MONTHS - 1):
        first = date(first.year, first.month, 1) - timedelta(days=1)
    return {"since": f"{first:%Y-%m}", "until": f"{last:%Y-%m}"} | typed
