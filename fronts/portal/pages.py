"""The pages: requests to templates; they work without JavaScript."""

import uuid
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from city.profile import Profile
from fronts.portal.services import Services

HERE = Path(__file__).parent
FORM_LIMIT = 64 * 1024

SECURITY = {
    "Content-Security-Policy": "default-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}

GRADES = ((5, "非常满意"), (4, "满意"), (3, "基本满意"), (2, "不满意"), (1, "非常不满意"))


def _percent(rate: float | None) -> str:
    return "—" if rate is None else f"{rate * 100:.1f}%"


def _minute(instant: str | None) -> str:
    return "" if not instant else f"{datetime.fromisoformat(instant):%Y年%m月%d日 %H:%M}"


class Pages:
    """Renders templates with what every page has."""

    def __init__(self, profile: Profile, services: Services) -> None:
        self.profile = profile
        self.services = services
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined
        )
        self._templates.filters["percent"] = _percent
        self._templates.filters["minute"] = _minute

    def render(self, name: str, status: int = 200, **values: Any) -> Response:
        """One page."""
        kinds = [(code, kind.name) for code, kind in self.profile.policy.kinds.items()]
        areas = list(dict.fromkeys((d.area_code, d.area) for d in self.profile.divisions))
        html = self._templates.get_template(name).render(
            city=self.profile.name, kinds=kinds, areas=areas, grades=GRADES, **values
        )
        return HTMLResponse(html, status, SECURITY)

    @staticmethod
    async def form(request: Request) -> dict[str, str]:
        """The fields of a form; a body that is too long is cut, which intake then refuses with a sentence."""
        body = (await request.body())[: FORM_LIMIT * 2]
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=50)
        return {name: values[0] for name, values in fields.items()}


def routes(pages: Pages) -> APIRouter:
    """`/`, `/post`, `/follow`."""
    router = APIRouter(include_in_schema=False)
    services = pages.services

    @router.get("/")
    async def front() -> Response:
        figures = await services.get("stats", "/v1/figures")
        answered = await services.get("intake", "/v1/posts", limit="10")
        return pages.render(
            "front.html",
            figures=figures.body if figures.ok else None,
            posts=answered.body["posts"] if answered.ok else [],
        )

    @router.get("/post")
    async def post_form() -> Response:
        return pages.render("post.html", key=uuid.uuid4().hex, problem="", given={})

    @router.post("/post")
    async def post(request: Request) -> Response:
        given = await pages.form(request)
        contact = {name: given[name] for name in ("name", "phone", "mail") if given.get(name)}
        body = {
            "kind": given.get("kind", ""),
            "title": given.get("title", ""),
            "text": given.get("text", ""),
            "area": given.get("area", ""),
            "place": given.get("place", ""),
            "public": "private" not in given,
            "hide_name": "hide_name" in given,
        } | ({"contact": contact} if contact else {})
        answer = await services.post("/v1/posts", body, given.get("key", ""))
        if not answer.ok:
            return pages.render(
                "post.html", answer.status, key=uuid.uuid4().hex, problem=answer.sentence, given=given
            )
        return pages.render("receipt.html", receipt=answer.body)

    @router.get("/follow")
    async def follow_form(number: str = "") -> Response:
        if not number:
            return pages.render("follow.html", number="", problem="")
        case = await services.get("intake", f"/v1/posts/{number}")
        if not case.ok:
            return pages.render("follow.html", case.status, number=number, problem=case.sentence)
        return await _case(number, "", case.body)

    @router.post("/follow")
    async def follow(request: Request) -> Response:
        given = await pages.form(request)
        number, code = given.get("number", "").strip().upper(), given.get("code", "").strip()
        problem = ""
        act = given.get("act", "")
        bodies: dict[str, dict[str, Any]] = {
            "answers": {"text": given.get("text", "")},
            "follow-ups": {"text": given.get("text", "")},
            "ratings": {"grade": int(given["grade"]) if given.get("grade", "").isdigit() else 0},
            "reopenings": {"reason": given.get("text", "")},
            "withdrawal": {},
        }
        if act in bodies:
            done = await services.post(f"/v1/posts/{number}/{act}", bodies[act], given.get("key", ""), code)
            problem = "" if done.ok else done.sentence
        case = await services.get("intake", f"/v1/posts/{number}", code)
        if not case.ok:
            return pages.render("follow.html", case.status, number=number, problem=case.sentence)
        return await _case(number, code, case.body, problem)

    async def _case(number: str, code: str, case: dict[str, Any], problem: str = "") -> Response:
        deadline = await services.get("deadline", f"/v1/deadlines/{number}")
        return pages.render(
            "case.html",
            case=case,
            code=code,
            key=uuid.uuid4().hex,
            problem=problem,
            deadline=deadline.body if deadline.ok else None,
        )

    return router
