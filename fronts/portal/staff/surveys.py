"""A supervisor's surveys: written, looked at as people will see it, published, ended, its texts judged, its result published."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from fronts.portal.staff.visits import Visit, visitor

Supervisor = Annotated[Visit, Depends(visitor("supervisor"))]

STATES: Final = {
    "draft": "草稿",
    "open": "进行中",
    "ended": "已截止,待结束",
    "closed": "已结束,待公布",
    "counted": "已公布结果",
}
KINDS: Final = {"single": "单选", "multiple": "多选", "scale": "量表", "text": "填空"}
ACTS: Final = {"publication": "publication", "closing": "closing", "result": "result", "texts": "texts"}
"""What can be done to a survey, and the last part of its address at the service."""
STANDINGS: Final = {"held": "待审核", "shown": "展示", "hidden": "不展示"}
"""Of what people wrote, in the order in which it is looked through."""
TEXTS: Final = 50
"""Texts on a page."""
PROVEN: Final = "proven"
"""Who may answer, as the form offers it first: once for each telephone number that was proved."""
BLANK: Final = 3
"""Empty questions at the end of the form; saving the draft gives as many more."""
MOST: Final = 40
"""Questions that a form holds: eleven fields each stay below what a form may have."""

_NEW: Final = {
    "id": "",
    "title": "",
    "intro": "",
    "audience": "phone",
    "proven": True,
    "invitations": 0,
    "review_of": 0,
}

router = APIRouter(include_in_schema=False)
"""`/staff/surveys` and what lies below it."""


@router.get("/staff/surveys")
async def surveys(visit: Supervisor) -> Response:
    """All surveys, drafts too."""
    answer = await visit.read("survey", "/v1/surveys")
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    return visit.render("surveys.html", surveys=answer.body["surveys"], states=STATES)


@router.post("/staff/surveys")
async def create(visit: Supervisor) -> Response:
    """A new draft."""
    return await _save(visit, "/v1/surveys")


@router.get("/staff/surveys/new")
async def empty(visit: Supervisor) -> Response:
    """The empty form."""
    return _form(visit, {})


@router.get("/staff/surveys/{number}")
async def survey(visit: Supervisor, number: str, texts: str = "", cursor: str = "") -> Response:
    """A survey as it stands, with what can be done now; a draft as people will see it, and its form.

    `texts`: the standing of those that are looked through; what waits for somebody comes first.
    """
    answer = await visit.read("survey", "/v1/surveys/{number}", number=number)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    if answer.body["state"] == "draft":
        return _form(visit, answer.body)
    written: dict[str, Any] = {}
    standing, further = texts, ""
    if answer.body["state"] in ("closed", "counted"):
        written, standing, further = await _texts(visit, number, texts, cursor)
    titles = {question["id"]: question["title"] for question in answer.body["questions"]}
    return visit.render(
        "survey.html",
        survey=answer.body,
        states=STATES,
        written=written,
        standings=STANDINGS,
        standing=standing,
        further=further,
        titles=titles,
    )


async def _texts(visit: Visit, number: str, standing: str, cursor: str) -> tuple[dict[str, Any], str, str]:
    """A page of what people wrote, its standing, and the cursor of the next page."""
    path = "/v1/surveys/{number}/texts"
    asked = {"number": number, "cursor": cursor, "limit": str(TEXTS)}
    chosen = standing if standing in STANDINGS else "held"
    found = await visit.read("survey", path, standing=chosen, **asked)
    if standing not in STANDINGS and found.ok and not found.body["held"]:
        chosen = "shown"
        found = await visit.read("survey", path, standing=chosen, **asked)
    return (found.body if found.ok else {}), chosen, found.cursor


@router.post("/staff/surveys/{number}/draft")
async def revise(visit: Supervisor, number: str) -> Response:
    """A draft written anew."""
    return await _save(visit, "/v1/surveys/{number}/draft", number=number)


@router.post("/staff/surveys/{number}/act")
async def act(visit: Supervisor, number: str) -> Response:
    """Publish it, end it, judge a text, publish the result."""
    what = ACTS.get(visit.form.one("act"), "result")
    body: dict[str, Any] = {}
    if what in ("closing", "texts"):
        body["reason"] = visit.form.one("reason")
    if what == "texts":
        body |= {name: visit.form.one(name) for name in ("ballot", "question")}
        body["shown"] = visit.form.one("shown") == "1"
    path = "/v1/surveys/{number}/{what}"
    answer = await visit.act(path, body, visit.key, "survey", number=number, what=what)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    seen = visit.form.one("seen")
    query = f"?texts={seen}" if what == "texts" and seen in STANDINGS else ""
    return RedirectResponse(f"/staff/surveys/{number}{query}", 303)


@router.get("/staff/surveys/{number}/invitations")
async def invitations(visit: Supervisor, number: str) -> Response:
    """The codes, one a line, to be printed."""
    found = await visit.site.services.file(
        "survey", "/v1/surveys/{number}/invitations", visit.token, number=number
    )
    if found is None:
        return visit.refuse(404, "没有这份问卷。")
    headers = {"Content-Disposition": 'attachment; filename="invitations.csv"'}
    return Response(found, media_type="text/csv; charset=utf-8", headers=headers)


def drafted(form: Mapping[str, str]) -> dict[str, Any]:
    """What was typed as the service wants it; questions without a title are left out, the others numbered in their order."""
    places = [n for n in range(MOST) if form.get(f"title-{n}", "").strip()]
    ids = {n + 1: f"q{number}" for number, n in enumerate(places, 1)}
    units = [line.strip() for line in form.get("units", "").splitlines() if line.strip()]
    return {
        "title": form.get("title", ""),
        "intro": form.get("intro", ""),
        "audience": "invited" if form.get("audience", "") == "invited" else "phone",
        "proven": form.get("audience", "") in ("", PROVEN),
        # Browsers leave out the seconds.
        "ends": re.sub(r"(T\d\d:\d\d)$", r"\1:00", form.get("ends", "")),
        "invitations": _number(form.get("invitations", "")),
        "review_of": _number(form.get("review_of", "")),
        "questions": [
            *(_question(form, n, ids) for n in places),
            *(_graded(n, unit) for n, unit in enumerate(units, 1)),
        ],
    }


def _graded(n: int, unit: str) -> dict[str, Any]:
    """The question of a review (政行风评议) that grades a unit; nobody must answer it."""
    return {
        "id": f"u{n}",
        "kind": "scale",
        "title": f"您对{unit}的政风行风满意吗?",
        "required": False,
        "steps": 5,
        "low": "很不满意",
        "high": "很满意",
        "unit": unit,
    }


def _question(form: Mapping[str, str], n: int, ids: Mapping[int, str]) -> dict[str, Any]:
    kind = form.get(f"kind-{n}", "") or "single"
    made: dict[str, Any] = {
        "id": ids[n + 1],
        "kind": kind,
        "title": form.get(f"title-{n}", ""),
        "required": f"optional-{n}" not in form,
    }
    if kind in ("single", "multiple"):
        made["options"] = [line.strip() for line in form.get(f"options-{n}", "").splitlines() if line.strip()]
        made["other"] = f"other-{n}" in form
    if kind == "multiple":
        made["most"] = _number(form.get(f"most-{n}", ""))
    if kind == "scale":
        made |= {"steps": _number(form.get(f"steps-{n}", "")) or 5}
        made |= {name: form.get(f"{name}-{n}", "") for name in ("low", "high")}
    before = _number(form.get(f"if-{n}", ""))
    if before:
        choices = [int(found) - 1 for found in re.findall(r"[0-9]{1,2}", form.get(f"choices-{n}", ""))]
        made["only_if"] = {"question": ids.get(before, f"?{before}"), "choices": choices}
    return made


async def _save(visit: Visit, path: str, **named: str) -> Response:
    body = drafted(visit.form.given())
    answer = await visit.act(path, body, visit.key, "survey", **named)
    if answer.ok:
        return RedirectResponse(f"/staff/surveys/{answer.body['id']}", 303)
    if answer.status not in (409, 422):
        return visit.refuse(answer.status, answer.sentence)
    known = path.split("/")[3] if path.endswith("/draft") else ""
    sentence = re.sub(r"questions\.(\d+)\.", lambda found: f"第 {int(found[1]) + 1} 题 ", answer.sentence)
    return _form(visit, body | {"id": known}, answer.status, sentence)


def _form(visit: Visit, survey: Mapping[str, Any], status: int = 200, problem: str = "") -> Response:
    every = list(survey.get("questions", []))
    questions = [question for question in every if not question.get("unit")]
    names = {unit.code: unit.name for unit in visit.profile.departments}
    units = [names.get(question["unit"], question["unit"]) for question in every if question.get("unit")]
    ends = str(survey.get("ends", ""))
    if ends and not problem:
        ends = datetime.fromisoformat(ends).astimezone(visit.profile.zone).strftime("%Y-%m-%dT%H:%M")
    return visit.render(
        "survey_form.html",
        status,
        survey=_NEW | dict(survey),
        ends=ends,
        questions=every,
        units=units,
        blocks=[*questions, *([{}] * min(BLANK, MOST - len(questions)))],
        places={question["id"]: n for n, question in enumerate(questions, 1)},
        question_kinds=KINDS,
        problem=problem,
        typed=visit.form,
    )


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text.strip()) else 0
