"""The web side of every service: strict bodies, problem documents, probes, metrics; one raw ASGI layer."""

import asyncio
import base64
import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeVar

import asyncpg
import msgspec
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from chassis import problem
from chassis.failures import Refused
from chassis.metrics import Metrics
from contracts.decision import FieldError

_log = structlog.get_logger()
_encoder = msgspec.json.Encoder()

BODY_LIMIT = 64 * 1024
"""Bytes of a request body."""

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
T = TypeVar("T")

STORAGE_ERRORS = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)
"""What a database raises that is away, starting, stopping or full; TimeoutError is an OSError."""


class Json(Response):
    """JSON as it is written: UTF-8, no escapes."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Encode with msgspec: structs, dates and bytes included."""
        return content if isinstance(content, bytes) else _encoder.encode(content)


def problem_response(refused: Refused) -> Response:
    """The response of a problem document."""
    response = Response(problem.document(refused), refused.status, media_type=problem.MEDIA_TYPE)
    for name, value in problem.headers(refused)[1:]:
        response.headers[name.decode()] = value.decode()
    return response


def as_refused(failure: Exception) -> Refused:
    """What a person is told about a failure."""
    if isinstance(failure, Refused):
        return failure
    if isinstance(failure, STORAGE_ERRORS):
        return problem.not_stored()
    _log.error("request failed", reason=repr(failure), exc_info=failure)
    return problem.plain(500)


def decode_body(body: bytes, kind: type[T]) -> T:
    """The strict JSON body of a request; raises Refused 400 for what is no JSON, 422 for a wrong field.

    U+0000 and lone surrogates, which PostgreSQL refuses, are refused here with a clear sentence.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as failure:
        raise Refused(400, "not-utf8", "内容不是 UTF-8 文本") from failure
    if "\\u0000" in text or "\0" in text:
        raise Refused(400, "nul", "内容含有不能保存的字符", "请去掉空字符 U+0000。")
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as failure:
        field, reason = _field(str(failure))
        if field == "body" and reason.startswith("类型"):
            raise Refused(400, "not-json", "内容应是一个 JSON 对象", reason) from failure
        raise Refused(422, "invalid", problem.TITLES[422], errors=(FieldError(field, reason),)) from failure
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as failure:
        raise Refused(400, "not-json", "内容不是正确的 JSON", _sentence(failure)) from failure


def _sentence(failure: Exception) -> str:
    if isinstance(failure, RecursionError):
        return "嵌套太深。"
    text = str(failure)
    if "surrogate" in text:
        return "含有不完整的字符(孤立的代理码位)。"
    return text


def _field(text: str) -> tuple[str, str]:
    """msgspec says `Expected … - at `$.field``; people want the field and a Chinese reason."""
    reason, _, place = text.partition(" - at ")
    field = place.strip("`").removeprefix("$").lstrip(".") or "body"
    if "missing required field" in reason:
        name = reason.split("`")[1]
        return (f"{field}.{name}" if field != "body" else name), "必填"
    if "unknown field" in reason:
        return reason.split("`")[1], "没有这个字段"
    if "enum value" in reason or "Invalid value" in reason:
        return field, f"取值不在允许范围内({reason})"
    if "length" in reason:
        return field, f"长度不符({reason})"
    return field, f"类型或取值不对({reason})"


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The body, at most so many bytes (64 KiB where people write). Raises Refused 413."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > limit:
        raise problem.plain(413, f"每次提交最多 {limit // 1024} KiB。")
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise problem.plain(413, f"每次提交最多 {limit // 1024} KiB。")
        parts.append(part)
    return b"".join(parts)


def idempotency_key(value: str | None) -> str:
    """A checked `Idempotency-Key`: 1-64 visible ASCII characters. Raises Refused 400."""
    if not value:
        raise Refused(
            400, "idempotency-key-missing", "缺少 Idempotency-Key", "请为每次提交带上自己的 Idempotency-Key。"
        )
    if len(value) > 64 or not all("!" <= character <= "~" for character in value):
        raise Refused(400, "idempotency-key-wrong", "Idempotency-Key 不正确", "应为 1-64 个可见 ASCII 字符。")
    return value


class Cursor:
    """Opaque, tamper-evident keyset cursors."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def write(self, place: list[str]) -> str:
        """A cursor that names the last row shown."""
        body = _encoder.encode(place)
        return base64.urlsafe_b64encode(self._mac(body) + body).decode().rstrip("=")

    def read(self, cursor: str) -> list[str]:
        """The place a cursor names. Raises Refused 400."""
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            if not hmac.compare_digest(raw[:8], self._mac(raw[8:])):
                raise ValueError("mac")
            return msgspec.json.decode(raw[8:], type=list[str])
        except (ValueError, msgspec.DecodeError) as failure:
            raise Refused(400, "cursor", "翻页标记不正确", "请从第一页重新开始。") from failure

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:8]


def with_etag(request: Request, content: Any, **headers: str) -> Response:
    """A public read with its ETag; 304 when the reader has it already."""
    body = content if isinstance(content, bytes) else _encoder.encode(content)
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"etag": tag, **headers})
    return Json(body, headers={"etag": tag, **headers})


class RateLimit:
    """A token bucket per client; `per_minute` 0 switches it off."""

    def __init__(self, per_minute: int, remember: int = 10_000) -> None:
        self._rate = per_minute / 60
        self._burst = float(per_minute)
        self._remember = remember
        self._buckets: dict[str, tuple[float, float]] = {}

    def check(self, client: str) -> None:
        """Raises Refused 429 with Retry-After when the client's bucket is empty."""
        if not self._rate:
            return
        now = time.monotonic()
        level, at = self._buckets.get(client, (self._burst, now))
        level = min(self._burst, level + (now - at) * self._rate)
        if level < 1:
            raise Refused(429, "too-many", problem.TITLES[429], retry_after=int((1 - level) / self._rate) + 1)
        if len(self._buckets) >= self._remember:
            self._buckets.clear()
        self._buckets[client] = (level - 1, now)


class Probes:
    """What `/healthz` (alive: making progress) and `/readyz` ask."""

    def __init__(
        self,
        alive: Callable[[], str] = lambda: "",
        ready: Callable[[], Awaitable[str]] | None = None,
    ) -> None:
        self.alive = alive
        """Empty, or why the process makes no progress."""
        self.ready = ready
        """Empty, or why it cannot serve now."""


def create_api(name: str, sentence: str, metrics: Metrics, probes: Probes) -> FastAPI:
    """A FastAPI application with the conventions every service shares."""
    api = FastAPI(
        title=f"wenzheng {name}", description=sentence, version="1.0.0", default_response_class=Json
    )

    @api.exception_handler(Refused)
    async def refused(_: Request, failure: Refused) -> Response:
        return problem_response(failure)

    @api.exception_handler(RequestValidationError)
    async def invalid(_: Request, failure: RequestValidationError) -> Response:
        errors = tuple(
            FieldError(".".join(str(part) for part in error["loc"][1:]) or "body", str(error["msg"]))
            for error in failure.errors()
        )
        return problem_response(Refused(422, "invalid", problem.TITLES[422], errors=errors))

    @api.exception_handler(HTTPException)
    async def http(_: Request, failure: HTTPException) -> Response:
        return problem_response(problem.plain(failure.status_code))

    @api.get("/healthz", include_in_schema=False)
    async def healthz() -> Response:
        reason = probes.alive()
        return Json({"alive": not reason, "reason": reason}, 503 if reason else 200)

    @api.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        try:
            reason = await probes.ready() if probes.ready is not None else ""
        except STORAGE_ERRORS as failure:
            reason = f"storage: {failure}"
        return Json({"ready": not reason, "reason": reason}, 503 if reason else 200)

    @api.get("/metrics", include_in_schema=False)
    async def rendered() -> Response:
        body = await asyncio.to_thread(metrics.render)
        return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")

    return api


class Edge:
    """The outermost ASGI layer: hot routes first, then FastAPI; counts, times and never lets an error out."""

    def __init__(
        self,
        api: FastAPI,
        metrics: Metrics,
        hot: dict[tuple[str, str], Callable[[Scope, Receive, Send], Awaitable[int]]] | None = None,
    ) -> None:
        self._api = api
        self._metrics = metrics
        self._hot = hot or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. A hot route returns the status it answered with."""
        if scope["type"] != "http":
            await self._api(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500
        hot = self._hot.get((scope["method"], scope["path"]))
        route = scope["path"] if hot is not None else "-"
        answered = False

        async def watched(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], True
            await send(message)

        try:
            if hot is not None:
                status = await hot(scope, receive, watched)
            else:
                await self._api(scope, receive, watched)
        except Exception as failure:  # noqa: BLE001  the last stop: a person gets a sentence, the log the rest
            refused = as_refused(failure)
            if not answered:
                await answer_problem(watched, refused)
        finally:
            found = scope.get("route")
            route = str(getattr(found, "path", route))
            self._metrics.request(route, status, time.perf_counter() - started)


async def answer(
    send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]] | None = None
) -> int:
    """Send a whole response; returns its status."""
    start = [
        (b"content-length", str(len(body)).encode()),
        *(headers or [(b"content-type", b"application/json")]),
    ]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})
    return status


async def answer_problem(send: Send, refused: Refused) -> int:
    """Send a problem document."""
    return await answer(send, refused.status, problem.document(refused), problem.headers(refused))


async def raw_body(scope: Scope, receive: Receive) -> bytes:
    """The body on a hot route. Raises Refused 413."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise problem.plain(400, "连接中断。")
        part: bytes = message.get("body", b"")
        body += part
        if len(body) > BODY_LIMIT:
            raise problem.plain(413, "每次提交最多 64 KiB。")
        if not message.get("more_body"):
            return body
