"""A service's FastAPI application, with the conventions that all services share."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from chassis import problem
from chassis.failures import HttpRefused, Refused
from chassis.metrics import Metrics
from chassis.web.probes import Probes
from chassis.web.probes import routes as probe_routes
from chassis.web.responses import Json, problem_response
from contracts.decision import FieldError


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
        return problem_response(HttpRefused(422, "invalid", problem.TITLES[422], errors=errors))

    @api.exception_handler(HTTPException)
    async def http(_: Request, failure: HTTPException) -> Response:
        return problem_response(problem.plain(failure.status_code))

    api.include_router(probe_routes(metrics, probes))
    return api
