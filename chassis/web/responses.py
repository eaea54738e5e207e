"""Responses: JSON as it is written, and what a person is told about a failure."""

from typing import Any

import msgspec
import structlog
from fastapi.responses import Response

from chassis import problem
from chassis.failures import STORAGE_ERRORS
from chassis.web.asgi import Send, answer
from contracts.decision import Refused

_log = structlog.get_logger()
_encoder = msgspec.json.Encoder()


class Json(Response):
    """JSON as it is written: UTF-8, no escapes."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Encode with msgspec: structs, dates and bytes included."""
        return content if isinstance(content, bytes) else _encoder.encode(content)


def problem_response(refused: Refused) -> Response:
    """The response of a problem document."""
    response = Response(problem.document(refused), problem.status_of(refused), media_type=problem.MEDIA_TYPE)
    for name, value in problem.headers(refused)[1:]:
        response.headers[name.decode()] = value.decode()
    return response


async def answer_problem(send: Send, refused: Refused) -> int:
    """Send a problem document."""
    return await answer(send, problem.status_of(refused), problem.document(refused), problem.headers(refused))


def as_refused(failure: Exception) -> Refused:
    """What a person is told about a failure."""
    if isinstance(failure, Refused):
        return failure
    if isinstance(failure, STORAGE_ERRORS):
        return problem.not_stored()
    _log.error("request failed", reason=repr(failure), exc_info=failure)
    return problem.plain(500)
