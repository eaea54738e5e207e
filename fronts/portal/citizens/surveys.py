"""Surveys: which there are, answering one, and what came out.

Who may answer is asked on one page and the answers on the next; the second form holds a token and nobody's name. The pages
need no scripts, so the token is hidden from the signer here and not in the browser: nothing of it is kept or logged.
"""

import base64
import binascii
import re
import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import Response

from chassis.blind import blind, unblind
from chassis.web.aside import aside
from fronts.portal.citizens import mine
from fronts.portal.visits import Anyone, Visit

STATES: Final = {
    "draft": "草稿",
    "open": "进行中",
    "ended": "已截止",
    "closed": "计票中",
    "counted": "已公布结果",
}
"""A survey's state to what people read."""
SURVEY: Final = "/v1/surveys/{identity}"
"""One of them, at the service."""
TEXTS: Final = 200
"""Texts of a question on the page of the result; all of them are in the table that one can take along."""
_SEED: Final = re.compile(r"[0-9a-f]{64}")
_PLACE: Final = re.compile(r"[0-9]{1,4}")
"""Of a choice, or a step of a scale."""

router = APIRouter(include_in_schema=False)
"""`/surveys`, `/my/surveys` and what lies below them."""


@router.get("/surveys")
async def surveys(visit: Anyone) -> Response:
    """All that are published."""
    answer = await visit.site.services.get("survey", "/v1/surveys")
    return visit.site.pages.render(
        "surveys.html",
        200 if answer.ok else answer.status,
        surveys=answer.body["surveys"] if answer.ok else [],
        states=STATES,
        problem="" if answer.ok else answer.sentence,
    )


@router.get("/surveys/{identity}")
async def survey(visit: Anyone, identity: str) -> Response:
    """What it is about, and the way in."""
    answer = await visit.site.services.get("survey", SURVEY, identity=identity)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    return _entrance(visit, answer.body, secrets.token_hex(32))


@router.get("/my/surveys/{identity}")
async def proven(visit: Anyone, identity: str) -> Response:
    """The way in for who has proved a telephone number; who has not is asked to."""
    answer = await visit.site.services.get("survey", SURVEY, identity=identity)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    given = await _pass(visit, identity)
    if isinstance(given, Response):
        return given
    return _entrance(visit, answer.body, secrets.token_hex(32), signed=True)


@router.post("/surveys/{identity}/questions")
async def questions(visit: Anyone, identity: str) -> Response:
    """Whoever may answer gets a token and the questions; the same form sent again gets the same token."""
    return await _begun(visit, identity, visit.form.one("entitled_by").strip())


@router.post("/my/surveys/{identity}/questions")
async def questions_of_proven(visit: Anyone, identity: str) -> Response:
    """As `questions`, for who has proved a number. The answers go where the browser does not send the session along."""
    given = await _pass(visit, identity)
    if isinstance(given, Response):
        return given
    return await _begun(visit, identity, given, signed=True)


async def _pass(visit: Visit, identity: str) -> str | Response:
    return await mine.pass_for(visit, identity, f"/my/surveys/{identity}", "没有这份问卷。")


async def _begun(visit: Visit, identity: str, entitled_by: str, signed: bool = False) -> Response:
    """The questions, for whoever is entitled by this; else the entrance and why not."""
    typed = visit.form
    answer = await visit.site.services.get("survey", SURVEY, identity=identity)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    seed = typed.one("seed") if _SEED.fullmatch(typed.one("seed")) else secrets.token_hex(32)
    if answer.body["state"] != "open":
        return _entrance(visit, answer.body, seed, signed=signed)
    public = str(answer.body["public_key"]).encode()
    hidden = await aside(partial(blind, public, bytes.fromhex(seed)))
    body = {"entitled_by": entitled_by, "blinded": _text(hidden.blinded)}
    given = await visit.site.services.ask("survey", SURVEY + "/tokens", body, identity=identity)
    if not given.ok:
        errors = given.body.get("errors", [])
        sentence = errors[0]["reason"] if errors else given.sentence
        return _entrance(visit, answer.body, seed, given.status, sentence, signed)
    signature = await aside(partial(unblind, public, hidden, base64.b64decode(given.body["signature"])))
    entitled = {"token": _text(hidden.token), "signature": _text(signature)}
    return _questions(visit, answer.body, entitled)


@router.post("/surveys/{identity}/answers")
async def answers(visit: Anyone, identity: str) -> Response:
    """The answers are sent with the token alone."""
    typed = visit.form
    answer = await visit.site.services.get("survey", SURVEY, identity=identity)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    entitled = {name: typed.one(name) for name in ("token", "signature")}
    if not all(map(_is_base64, entitled.values())):
        return visit.refuse(400, "凭证不完整,请从问卷首页重新开始。")
    body = {**entitled, "answers": given_answers(visit, answer.body["questions"])}
    cast = await visit.site.services.ask("survey", SURVEY + "/ballots", body, identity=identity)
    if cast.ok or cast.kind == "already-counted":
        return visit.site.pages.render("survey_sent.html", survey=answer.body, again=not cast.ok)
    wrong = {error["field"]: error["reason"] for error in cast.body.get("errors", [])}
    return _questions(visit, answer.body, entitled, cast.status, cast.body.get("title", ""), wrong)


@router.get("/surveys/{identity}/result")
async def result(visit: Anyone, identity: str) -> Response:
    """Figures, charts and texts."""
    answer = await visit.site.services.get("survey", SURVEY + "/result", identity=identity)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    return visit.site.pages.render("survey_result.html", result=answer.body, most=TEXTS)


@router.get("/surveys/{identity}/result.csv")
async def table(visit: Anyone, identity: str) -> Response:
    """The same for spreadsheets."""
    found = await visit.site.services.file("survey", SURVEY + "/result.csv", identity=identity)
    if found is None:
        return visit.refuse(404, "结果尚未公布。")
    headers = {"Content-Disposition": f'attachment; filename="survey-{identity}.csv"'}
    return Response(found, media_type="text/csv; charset=utf-8", headers=headers)


def given_answers(visit: Visit, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was filled in, as the service wants it; questions that do not come up are left out."""
    typed, found = visit.form, dict[str, dict[str, Any]]()
    for question in asked:
        condition = question.get("only_if")
        if condition is not None:
            before = found.get(condition["question"], {}).get("choices", [])
            if not set(before) & set(condition["choices"]):
                continue
        name = question["id"]
        chosen = [int(value) for value in typed.all(f"c-{name}") if _PLACE.fullmatch(value)]
        written = typed.one(f"t-{name}").strip()
        made: dict[str, Any] = {"question": name}
        if question["kind"] == "scale":
            made |= {"value": chosen[0]} if chosen else {}
        elif question["kind"] != "text":
            made |= {"choices": sorted(set(chosen))} if chosen else {}
        made |= {"text": written} if written else {}
        if len(made) > 1:
            found[name] = made
    return list(found.values())


def _entrance(
    visit: Visit,
    survey: Mapping[str, Any],
    seed: str,
    status: int = 200,
    problem: str = "",
    signed: bool = False,
) -> Response:
    return visit.site.pages.render(
        "survey.html", status, survey=survey, seed=seed, states=STATES, problem=problem, signed=signed
    )


def _questions(
    visit: Visit,
    survey: Mapping[str, Any],
    entitled: Mapping[str, str],
    status: int = 200,
    problem: str = "",
    wrong: Mapping[str, str] | None = None,
) -> Response:
    return visit.site.pages.render(
        "survey_questions.html",
        status,
        survey=survey,
        entitled=entitled,
        typed=visit.form,
        problem=problem,
        wrong=wrong or {},
    )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return False
