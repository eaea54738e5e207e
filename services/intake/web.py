"""The door for people: requests become inputs on the desk, answers become responses. No rule lives here."""

import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis import problem
from chassis.clock import Clock
from chassis.engine.answers import IdempotencyKey
from chassis.engine.desk import Desk
from chassis.failures import HttpRefused
from chassis.identity import uuid7
from chassis.tokens import Verifier, require
from chassis.vault import Keys, Secrets, unseal
from chassis.web.asgi import Receive, Scope, Send, answer
from chassis.web.bodies import decode_body, raw_body, read_body
from chassis.web.conditional import with_etag
from chassis.web.cursors import Cursor
from chassis.web.headers import idempotency_key
from chassis.web.limits import RateLimit
from chassis.web.responses import Json, answer_problem, as_refused
from city.masking import mask
from city.profile import Profile
from contracts.identity import PARTITIONS, city_subject, derived
from services.intake import bodies
from services.intake.acts import ACTS, CITIZEN_ACTS, city_facts
from services.intake.core import requests as ask
from services.intake.core import views
from services.intake.core.case import STATUS_NAMES, Case
from services.intake.store import STATES, Cases, Numbers, Query, ReadLog, listed_at

_encode = msgspec.json.Encoder().encode
_receipt = msgspec.msgpack.Encoder()
_read_receipt = msgspec.msgpack.Decoder(tuple[str, str])


_CHANNELS = (("openid", "wechat"), ("phone", "sms"), ("mail", "mail"))
"""Field of the contact to the channel that reaches it, best first."""


@dataclass
class Door:
    """Everything the web side needs."""

    profile: Profile
    desk: Desk
    clock: Clock
    cases: Cases
    numbers: Numbers
    keys: Keys
    read_log: ReadLog
    secrets: Secrets
    verifier: Verifier
    connection: Callable[[], Any] = lambda: None
    """The pool, for reading keys; None in memory."""
    rate_limits: bool = False
    post_limit: RateLimit = field(init=False)
    support_limit: RateLimit = field(init=False)
    read_limit: RateLimit = field(init=False)

    def __post_init__(self) -> None:
        rates = self.profile.policy.rates
        on = self.rate_limits
        self.post_limit = RateLimit(rates.posts if on else 0)
        self.support_limit = RateLimit(rates.supports if on else 0)
        self.read_limit = RateLimit(rates.reads if on else 0)
        self.cursor = Cursor(self.secrets.cursor)

    # -- the hot route ------------------------------------------------------------------------

    async def post(self, scope: Scope, receive: Receive, send: Send) -> int:
        """`POST /v1/posts`, as raw ASGI: half the cost of the framework's way."""
        try:
            headers = dict(scope["headers"])
            client = (scope.get("client") or ("-",))[0]
            self.post_limit.check(client)
            key = idempotency_key(headers.get(b"idempotency-key", b"").decode("latin-1"))
            body = await raw_body(scope, receive)
            post = decode_body(body, bodies.Post)
            subject, request = await self._submit(post)
            kept = await self.desk.submit(
                [(subject, request)],
                cause=uuid7(),
                encode=lambda _: _receipt.encode((subject, request.number)),
                idempotency=IdempotencyKey(_caller(client, key), "/v1/posts", key, _hash(body)),
            )
            subject, number = _read_receipt.decode(kept)
        except Exception as failure:  # noqa: BLE001  every failure becomes a problem document
            return await answer_problem(send, as_refused(failure))
        receipt = {
            "number": number,
            "query_code": self.secrets.query_code(subject),
            "links": {"self": f"/v1/posts/{number}", "deadline": f"/v1/deadlines/{number}"},
        }
        location = [(b"content-type", b"application/json"), (b"location", f"/v1/posts/{number}".encode())]
        return await answer(send, 202, _encode(receipt), location)

    @staticmethod
    def post_schema() -> dict[str, Any]:
        """The OpenAPI description of the hot route's body."""
        return _schema(bodies.Post)

    async def _submit(self, post: bodies.Post) -> tuple[str, ask.Submit]:
        personal = bodies.personal_of(post)
        title, text = mask(personal["title"]), mask(personal["text"])
        verdict = self.profile.words.judge(f"{title}\n{text}")
        if verdict.outcome == "block":
            raise HttpRefused(
                422, "blocked", "内容含有不能发布的词语", f"请修改后再提交:{'、'.join(verdict.found)}"
            )
        if post.area and all(division.area_code != post.area for division in self.profile.divisions):
            raise problem.wrong_field("area", "没有这个区县")
        subject = uuid7()
        identity = personal.get("phone") or personal.get("openid")
        drawn = await self.numbers.draw()
        request = ask.Submit(
            number=f"{self.profile.number_prefix}{self.clock.now():%y%m%d}-{drawn:06d}",
            kind=post.kind,
            title=title,
            text=text,
            area=post.area,
            place=mask(personal.get("place", "")),
            public=post.public,
            hide_name=post.hide_name,
            citizen=self.secrets.citizen(identity) if identity else subject,
            personal=personal,
            channels=tuple(channel for field, channel in _CHANNELS if field in personal),
            hold=f"需人工查看:{'、'.join(verdict.found)}" if verdict.outcome == "hold" else "",
        )
        return subject, request

    # -- everything else ----------------------------------------------------------------------

    async def act(
        self,
        request: Request,
        inputs: Sequence[tuple[str, Any]],
        caller: str,
        body: bytes,
        encode: Callable[[list[object]], bytes],
    ) -> Response:
        """Hand the inputs of a request to the desk; 202 with what the encoder says."""
        key = idempotency_key(request.headers.get("idempotency-key"))
        named = IdempotencyKey(caller, request.url.path, key, _hash(body))
        kept = await self.desk.submit(inputs, uuid7(), encode, named)
        return Json(kept, 202)

    async def subject(self, number: str) -> str:
        """The post id of a number. Raises Refused 404."""
        found = await self.cases.subject(number)
        if found is None:
            raise problem.plain(404, "没有这个编号的帖子。")
        return found

    async def case(self, number: str) -> tuple[str, Case]:
        """Post id and case of a number. Raises Refused 404."""
        found = await self.cases.case(number)
        if found is None:
            raise problem.plain(404, "没有这个编号的帖子。")
        return found

    def actor(self, request: Request, *roles: str) -> ask.Actor:
        """The member of staff who asks, in one of the roles. Raises Refused 401 or 403."""
        found = require(self.verifier.staff(request.headers.get("authorization")), *roles)
        return ask.Actor(found.person, found.department, found.role)

    def is_own(self, request: Request, subject: str) -> bool:
        """Whether the request carries the post's query code. Raises Refused 403 for a wrong one."""
        code = request.headers.get("x-query-code")
        if code is None:
            return False
        if not hmac.compare_digest(code.strip().upper().encode(), self.secrets.query_code(subject).encode()):
            raise HttpRefused(403, "wrong-code", "查询码不正确", "请核对受理时给出的查询码。")
        return True

    async def personal(self, subject: str, case: Case) -> dict[str, str]:
        """What is in the case's sealed box; nothing once the citizen was erased."""
        if not case.sealed:
            return {}
        keys = await self.keys.get(self.connection(), [case.citizen])
        key = keys.get(case.citizen)
        if key is None:
            return {}
        try:
            return unseal(key, case.sealed, subject)
        except ValueError:
            return {}


def _hash(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def _standing(answers: list[object]) -> bytes:
    """Number, status and what is possible next, of the first case the request concerned."""
    case = answers[0]
    assert isinstance(case, Case)
    return _encode(
        {
            "number": case.number,
            "status": case.step,
            "status_name": STATUS_NAMES[case.step],
            "allowed": case.allowed(),
        }
    )


def _client(request: Request) -> str:
    return request.client.host if request.client is not None else "-"


_UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")


def _caller(client: str, key: str) -> str:
    """Whose an idempotency key is that nobody signed: a UUID is its bearer's own, whose address may have changed
    between a lost answer and the repeat; any other key may be a stranger's, too, and is the address's."""
    return "bearer" if _UUID.fullmatch(key) else client


def routes(door: Door) -> APIRouter:
    """All of intake's calls but the hot one."""
    router = APIRouter()
    # Routes are tried in their order: what is read most comes first.
    _reads(router, door)
    _citizens(router, door)
    _staff(router, door)
    _supervisor(router, door)
    return router


def _schema(body: type[Any]) -> dict[str, Any]:
    """The OpenAPI description of a body that the framework does not read itself."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": _inline(body)}}}}


def _inline(body: type[Any]) -> dict[str, Any]:
    schema = msgspec.json.schema(body)
    found = schema.get("$defs", {}).get(body.__name__, schema)
    return {key: value for key, value in found.items() if key != "$ref"}


def _citizens(router: APIRouter, door: Door) -> None:
    """Acts with the query code, and support without."""
    for act in CITIZEN_ACTS:

        async def handle(number: str, request: Request, act: Any = act) -> Response:
            subject = await door.subject(number)
            if not door.is_own(request, subject):
                raise HttpRefused(401, "code-missing", "需要查询码", "请在 X-Query-Code 中带上查询码。")
            raw = await read_body(request)
            body = decode_body(raw or b"{}", act.body)
            found = await door.cases.case(number)
            citizen = found[1].citizen if found is not None else subject
            inputs = [(subject, act.make(body, citizen))]
            if act.path == "erasure":
                others = await door.cases.of_citizen(citizen)
                inputs += [
                    (other, ask.Erase(citizen))
                    for other, case in others
                    if other != subject and not case.erased
                ]
            return await door.act(request, inputs, f"code:{subject}", raw, _standing)

        router.post(
            f"/v1/posts/{{number}}/{act.path}",
            status_code=202,
            summary=act.sentence,
            openapi_extra=_schema(act.body),
        )(handle)

    @router.post("/v1/posts/{number}/supports", status_code=202, summary="A neighbour supports the post.")
    async def support(number: str, request: Request) -> Response:
        client = _client(request)
        door.support_limit.check(client)
        subject = await door.subject(number)
        raw = await read_body(request)
        contact = decode_body(raw or b"{}", bodies.Contact)
        identity = bodies.phone_of(contact.phone) or contact.openid
        key = request.headers.get("idempotency-key", "")
        caller = _caller(client, key)
        supporter = door.secrets.citizen(identity or f"{caller}/{key}")

        def count(answers: list[object]) -> bytes:
            case = answers[0]
            assert isinstance(case, Case)
            return _encode({"number": case.number, "supports": len(case.supporters)})

        return await door.act(request, [(subject, ask.Support(supporter))], f"neighbour:{caller}", raw, count)


def _staff(router: APIRouter, door: Door) -> None:
    """Acts of clerk, leader, supervisor and mayor on one case."""
    for act in ACTS:

        async def handle(number: str, request: Request, act: Any = act) -> Response:
            actor = door.actor(request, *act.roles)
            subject, case = await door.case(number)
            raw = await read_body(request)
            body = decode_body(raw or b"{}", act.body)
            inputs = [(subject, act.make(body, actor, request.path_params))]
            if (
                act.whole_group
                and case.group is not None
                and case.group.lead == subject
                and case.draft is not None
            ):
                answered = ask.Answered(
                    subject, case.draft.id, case.draft.text, case.department, case.draft.by
                )
                inputs += [(member, answered) for member in case.group.members if member != subject]

            def encode(answers: list[object]) -> bytes:
                if act.answer:
                    return _encode({"number": number, act.answer: answers[0]})
                return _standing(answers)

            return await door.act(request, inputs, f"staff:{actor.person}", raw, encode)

        router.post(
            f"/v1/cases/{{number}}/{act.path}",
            status_code=202,
            summary=act.sentence,
            openapi_extra=_schema(act.body),
        )(handle)


def _supervisor(router: APIRouter, door: Door) -> None:
    """Groups and the city itself."""

    @router.post("/v1/groups", status_code=202, openapi_extra=_schema(bodies.GroupBody))
    async def group(request: Request) -> Response:
        """Put posts into one group; each keeps its clock, the lead's reply answers them all."""
        actor = door.actor(request, "supervisor")
        raw = await read_body(request)
        body = decode_body(raw, bodies.GroupBody)
        if body.lead not in body.numbers or len(set(body.numbers)) != len(body.numbers):
            raise problem.wrong_field("lead", "应是 numbers 之一,编号不能重复")
        subjects = [await door.subject(number) for number in body.numbers]
        lead = subjects[body.numbers.index(body.lead)]
        identity = derived(uuid7(), "group")
        join = ask.Join(actor, identity, lead, body.lead, tuple(subjects))
        inputs = [(subject, join) for subject in sorted(subjects)]
        return await door.act(
            request,
            inputs,
            f"staff:{actor.person}",
            raw,
            lambda _: _encode({"group": identity, "lead": body.lead}),
        )

    @router.delete("/v1/groups/{group_id}/members/{number}", status_code=202)
    async def ungroup(group_id: str, number: str, request: Request) -> Response:
        """Take a post out of its group; it goes on as if it had never been in it."""
        actor = door.actor(request, "supervisor")
        subject = await door.subject(number)
        kept = await door.desk.submit([(subject, ask.Leave(actor, group_id))], uuid7(), _standing)
        return Json(kept, 202)

    for path, body_type in (
        ("calendar", bodies.CalendarBody),
        ("policy", bodies.PolicyBody),
        ("model", bodies.ModelBody),
    ):

        async def change(request: Request, path: str = path, body_type: Any = body_type) -> Response:
            """Change the city from now on, in every partition."""
            actor = door.actor(request, "operator")
            raw = await read_body(request)
            body = decode_body(raw, body_type)
            at = door.clock.now()
            fact = city_facts(path, body, actor, at, door.profile)
            inputs = [(city_subject(partition), ask.Publish(fact, at)) for partition in range(PARTITIONS)]
            return await door.act(
                request,
                inputs,
                f"staff:{actor.person}",
                raw,
                lambda _: _encode({"published": path, "at": at}),
            )

        router.post(f"/v1/city/{path}", status_code=202, openapi_extra=_schema(body_type))(change)


def _reads(router: APIRouter, door: Door) -> None:
    """What can be looked up."""

    @router.get("/v1/posts/{number}")
    async def post(number: str, request: Request) -> Response:
        """The public view; with the query code, all of one's own case."""
        door.read_limit.check(_client(request))
        subject, case = await door.case(number)
        if door.is_own(request, subject):
            return with_etag(request, views.own(case, door.profile, await door.personal(subject, case)))
        return with_etag(request, views.public(case, door.profile))

    @router.get("/v1/posts")
    async def posts(
        request: Request,
        kind: str = "",
        area: str = "",
        department: str = "",
        q: str = "",
        cursor: str = "",
        limit: int = 20,
    ) -> Response:
        """Public posts that are answered or ask nobody for an answer, newest first; `kind`: one, or several with commas."""
        door.read_limit.check(_client(request))
        query = Query(
            unit=department,
            kind=kind,
            area=area,
            words=q.strip()[:50],
            public=True,
            after=_after(door, cursor),
            limit=max(1, min(limit, 100)),
        )
        found = await door.cases.page(query)
        rows = [
            {
                **views.summary(case, door.profile),
                "text": case.text,
                "replies": [r.text for r in case.replies],
                "answered_at": case.replies[-1].at if case.replies else None,
            }
            for case in found
        ]
        headers = {}
        if len(found) == query.limit:
            last = found[-1]
            at = listed_at(last)
            assert at is not None
            place = door.cursor.write([at.isoformat(), last.number])
            headers["Link"] = f'<{request.url.include_query_params(cursor=place)}>; rel="next"'
        return with_etag(request, {"posts": rows}, **headers)

    @router.get("/v1/cases")
    async def cases(
        request: Request,
        department: str = "",
        state: str = "open",
        kind: str = "",
        area: str = "",
        q: str = "",
        sort: str = "due",
        cursor: str = "",
        limit: int = 50,
    ) -> Response:
        """Cases in one's scope, by due date."""
        actor = door.actor(request, "clerk", "leader", "supervisor", "mayor")
        if state not in STATES:
            raise problem.wrong_field("state", f"应为 {'、'.join(STATES)} 之一")
        if sort != "due":
            raise problem.wrong_field("sort", "只能按 due 排列")
        unit = actor.department if actor.role in ("clerk", "leader") else department
        if actor.role in ("clerk", "leader") and department not in ("", unit):
            raise HttpRefused(403, "not-own-case", "只能查看本单位的帖子")
        query = Query(
            unit=unit,
            state=state,
            kind=kind,
            area=area,
            words=q.strip()[:50],
            after=_after(door, cursor),
            limit=max(1, min(limit, 100)),
        )
        found = await door.cases.page(query)
        headers = {}
        if len(found) == query.limit:
            last = found[-1]
            place = last.due or last.received_at
            assert place is not None
            written = door.cursor.write([place.isoformat(), last.number])
            headers["Link"] = f'<{request.url.include_query_params(cursor=written)}>; rel="next"'
        rows = [
            {
                **views.summary(case, door.profile),
                "held": case.held,
                "to_approve": case.draft is not None or case.extension_asked is not None,
                "returned": any(r.state == "asked" for r in case.returns),
                "level": case.level,
                "allowed": case.allowed(),
            }
            for case in found
        ]
        return Json({"cases": rows}, headers=headers)

    @router.get("/v1/cases/{number}")
    async def case(number: str, request: Request) -> Response:
        """Everything on one case; the contact is opened for the holding unit, and the opening is logged."""
        actor = door.actor(request, "clerk", "leader", "supervisor", "mayor")
        subject, found = await door.case(number)
        if not _in_scope(actor, found):
            raise HttpRefused(403, "not-own-case", "不是本单位承办的帖子", "只能查看由本单位承办的帖子。")
        personal: dict[str, str] = {}
        if actor.department == found.department and actor.role in ("clerk", "leader"):
            await door.read_log.note(actor, subject)
            personal = await door.personal(subject, found)
        view = views.staff(found, door.profile, personal)
        if found.group is not None:
            members = await door.cases.of_group(found.group)
            seen = [member for member in members if _in_scope(actor, member)]
            view["group"] = views.group(found.group, seen, door.profile) | {"size": len(members)}
        return Json(view)


def _in_scope(actor: ask.Actor, case: Case) -> bool:
    """A unit sees what it holds or assists with; the supervisor and the city leaders see all."""
    own = actor.department in (case.department, *case.assisting)
    return own or actor.role not in ("clerk", "leader")


def _after(door: Door, cursor: str) -> tuple[str, str] | None:
    if not cursor:
        return None
    place = door.cursor.read(cursor)
    return place[0], place[1]
