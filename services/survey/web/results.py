"""Results: the published figures for anyone, as JSON and as a table for spreadsheets."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis.problem import HttpRefused
from chassis.web.conditional import with_etag
from chassis.web.described import described
from chassis.web.limits import client_of
from services.survey.core import answers, views
from services.survey.core.states import Survey
from services.survey.web.door import Door


def routes(router: APIRouter, door: Door) -> None:
    """Nothing is told before staff have published it."""

    @router.get(
        "/v1/surveys/{id}/result",
        summary="The published result.",
        openapi_extra=described(answer=answers.Result, refused=(409,)),
    )
    async def result(id: str, request: Request) -> Response:
        """Figures of every question, and the texts that are shown."""
        door.limits.check("reads", client_of(request))
        survey = await _counted(door, id)
        return with_etag(request, views.result(id, survey, await door.texts(id)))

    @router.get(
        "/v1/surveys/{id}/result.csv",
        summary="The published result for spreadsheets.",
        openapi_extra=described(media="text/csv", refused=(409,)),
    )
    async def table(id: str, request: Request) -> Response:
        """UTF-8 with a byte order mark; no cell is a formula."""
        door.limits.check("reads", client_of(request))
        survey = await _counted(door, id)
        return Response(
            views.table(survey, await door.texts(id)),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="survey-{id}.csv"'},
        )


async def _counted(door: Door, identity: str) -> Survey:
    """A survey whose result is published. Raises HttpRefused 404 or 409."""
    survey = await door.survey(identity)
    if survey.step != "counted":
        raise HttpRefused(409, "sealed", "结果尚未公布", "问卷结束并计票后公布结果。")
    return survey
