"""What router tells: why a post was given to a unit, which posts are alike, what many are about; and the models it keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Annotated, Final, Protocol

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from chassis import problem
from chassis.clock import Clock
from chassis.problem import HttpRefused
from chassis.tokens import Verifier, require
from chassis.web.bodies import read_file
from chassis.web.described import described
from chassis.web.limits import Limits, client_of
from chassis.web.responses import Json
from chassis.web.routing import new_router
from city.normal import normal_form
from city.profile import Profile
from services.router.core.answers import (
    AlikePost,
    AlikePosts,
    Assignment,
    ModelKept,
    ModelList,
    StandingTopic,
    StandingTopics,
)
from services.router.core.case import Case
from services.router.core.learning.model import MOST_BYTES, Damaged, Model
from services.router.core.topics.city_posts import CityPosts, Shown
from services.router.core.topics.similar import Alike
from services.router.core.topics.talk import Talk, told_of
from services.router.core.topics.window import Found
from services.router.store import Models, Topics

MOST_ALIKE: Final = 10
DECIDED_ALIKE: Final = 3
LONGEST_QUERY: Final = 2_000
"""Characters of a text that is compared; a longer one is cut."""
TOPICS_SHOWN: Final = 50
FILE: Final = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
"""The body of a model file in the public description."""
SAYS_SOMETHING: Final = Query(
    json_schema_extra={
        "pattern": r"[^\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
    }
)
"""A text of spaces alone says nothing."""
EVIDENCE_SHOWN: Final = 30
"""Newest posts of a topic that are listed."""


class Cases(Protocol):
    """Looks cases up, by number or by post ids."""

    async def case(self, number: str) -> Case | None: ...

    async def cases(self, posts: Sequence[str]) -> Mapping[str, Case]: ...


@dataclass
class Door:
    """Everything the web side needs."""

    profile: Profile
    cases: Cases
    models: Models
    topics: Topics
    posts: CityPosts
    verifier: Verifier
    clock: Clock
    rate_limits: bool = False

    def __post_init__(self) -> None:
        self.limits = Limits(self.profile.policy.rates, self.rate_limits)

    def check(self, request: Request) -> None:
        """Raises Refused 429 when a client asks too often."""
        self.limits.check("reads", client_of(request))

    async def alike(self, text: str, limit: int) -> list[AlikePost]:
        """The public posts most like a text, and how each stands."""
        return await self._standing(
            self.posts.alike(normal_form(text[:LONGEST_QUERY])[:LONGEST_QUERY], limit)
        )

    async def decided_alike(self, number: str, public_only: bool) -> list[AlikePost]:
        """Posts like this one that have a unit: how the city decided before. A unit is shown public ones only."""
        alike = self.posts.like(number, 2 * DECIDED_ALIKE)
        found = await self._standing([pair for pair in alike if pair[1].visible or not public_only])
        return [one for one in found if one["department"]][:DECIDED_ALIKE]

    async def _standing(self, found: Sequence[tuple[Alike, Shown]]) -> list[AlikePost]:
        cases = await self.cases.cases([one.key for one, _ in found]) if found else {}
        return [self._alike(one, shown, cases.get(one.key)) for one, shown in found]

    def _alike(self, one: Alike, shown: Shown, case: Case | None) -> AlikePost:
        unit = case.department if case is not None else ""
        return {
            "number": shown.number,
            "title": shown.title,
            "score": round(one.score, 3),
            "state": "answered" if case is not None and case.answered else "open",
            "supports": case.supports if case is not None else 0,
            "department": unit,
            "department_name": self.profile.department_name(unit) if unit else "",
            "received_at": shown.received_at,
        }

    async def standing(self) -> list[StandingTopic]:
        """The topics that were told of and still stand, the largest first.

        Words, place and reason are those of the posts that anyone may see now, not those that were told: a post
        that is hidden takes its words with it.
        """
        now = self.clock.now()
        told = await self.topics.told(now - timedelta(hours=2 * self.posts.numbers.window_hours))
        named = told_of(told, self.posts.standing(now))
        known = [(told[name], found) for name, found in named if name in told]
        known.sort(key=lambda pair: (-len(pair[1].posts), pair[0].topic))
        return [self._topic(talk, found) for talk, found in known[:TOPICS_SHOWN]]

    def _topic(self, talk: Talk, found: Found) -> StandingTopic:
        areas = {division.area_code: division.area for division in self.profile.divisions}
        shown = [post for key in found.posts if (post := self.posts.shown(key)) is not None]
        return {
            "topic": talk.topic,
            "words": found.words,
            "area": found.area,
            "area_name": areas.get(found.area, ""),
            "place": found.place,
            "size": len(found.posts),
            "growth": found.growth,
            "why": found.why,
            "first_at": talk.found_at,
            "last_at": talk.grown_at,
            "posts": [{"number": one.number, "title": one.title} for one in shown[-EVIDENCE_SHOWN:]],
        }


def routes(door: Door) -> APIRouter:
    """`GET /v1/assignments/{number}`, `/v1/similar`, `/v1/topics`, `/v1/models`; `PUT /v1/models/{checksum}`."""
    router = new_router()
    _told(router, door)
    _models(router, door)
    return router


def _told(router: APIRouter, door: Door) -> None:
    @router.get("/v1/similar", openapi_extra=described(answer=AlikePosts))
    async def similar(request: Request, text: Annotated[str, SAYS_SOMETHING], limit: int = 5) -> Response:
        """Public posts that say nearly the same, best first: answered ones to read, open ones to support."""
        door.check(request)
        if not text.strip():
            raise problem.wrong_field("text", "不能为空")
        return Json(AlikePosts(posts=await door.alike(text, max(1, min(limit, MOST_ALIKE)))))

    @router.get("/v1/topics", openapi_extra=described(answer=StandingTopics))
    async def topics(request: Request) -> Response:
        """What many people have posted about within the window, the largest first, with their posts."""
        door.check(request)
        return Json(StandingTopics(as_of=door.clock.now(), topics=await door.standing()))

    @router.get("/v1/assignments/{number}", openapi_extra=described(who="staff", answer=Assignment))
    async def assignment(number: str, request: Request) -> Response:
        """Every decision on the case with reasons, confidence, rule and model version."""
        staff = door.verifier.staff(request.headers.get("authorization"))
        require(staff, "clerk", "leader", "supervisor", "mayor", "operator")
        case = await door.cases.case(number)
        if case is None:
            raise problem.plain(404, "没有这个编号的帖子。")
        of_unit = staff.role in ("clerk", "leader")
        # Whose case it was reads no more of it than anyone else: what is decided afterwards is another unit's.
        if of_unit and staff.department not in (case.department, *case.assisting):
            raise HttpRefused(403, "not-own-case", "不是本单位承办的帖子")
        return Json(
            Assignment(
                number=number,
                department=case.department,
                assisting=case.assisting,
                held=case.held,
                meeting=case.meeting,
                decisions=case.decided,
                returns=case.returned,
                similar=await door.decided_alike(number, public_only=of_unit),
            )
        )


def _models(router: APIRouter, door: Door) -> None:
    models, verifier = door.models, door.verifier

    @router.get("/v1/models", openapi_extra=described(who="staff", answer=ModelList))
    async def listed(request: Request) -> Response:
        """The model files stored, and every change-over so far."""
        require(verifier.staff(request.headers.get("authorization")), "operator", "supervisor")
        return Json(ModelList(models=await models.listed(), activated=await models.activated()))

    @router.get(
        "/v1/models/{checksum}", openapi_extra=described(who="staff", media="application/octet-stream")
    )
    async def file(checksum: str, request: Request) -> Response:
        """A model file as it was stored."""
        require(verifier.staff(request.headers.get("authorization")), "operator")
        data = await models.read(checksum)
        if data is None:
            raise problem.plain(404, "没有这个模型。")
        return Response(data, media_type="application/octet-stream")

    @router.put(
        "/v1/models/{checksum}",
        status_code=201,
        openapi_extra=described(who="staff", answer=ModelKept) | FILE,
    )
    async def keep(checksum: str, request: Request) -> Response:
        """Store a model file under its SHA-256; it judges nothing before intake says that it is activated."""
        staff = require(verifier.staff(request.headers.get("authorization")), "operator")
        data = await read_file(request, MOST_BYTES)
        if sha256(data).hexdigest() != checksum:
            raise problem.wrong_field("checksum", "与文件内容不符")
        try:
            classes = Model.load(data).classes
        except Damaged as damaged:
            raise problem.wrong_field("file", str(damaged)) from damaged
        if unknown := [label for label in classes if label not in door.profile.department]:
            raise problem.wrong_field("classes", f"不是单位代码:{'、'.join(unknown[:5])}")
        model = await models.keep(data, staff.person)
        return Json(ModelKept(checksum=checksum, version=model.version, threshold=model.threshold), 201)
