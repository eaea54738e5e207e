"""What requests to stats begin with: who asks, may they, and what is meant by what they call things."""

from collections.abc import Callable

from fastapi import Request

from chassis import problem
from chassis.tokens import Staff, Verifier, require
from chassis.web.bodies import BODY_LIMIT, read_body
from chassis.web.limits import Limits
from city import named
from city.profile import Profile
from contracts.decision import NotNow


async def asked(
    request: Request, verifier: Verifier, limits: Limits, *roles: str, most: int = BODY_LIMIT
) -> tuple[Staff, bytes]:
    """Who asks, in one of the roles, and the body of at most so many bytes. Raises Refused 401, 403, 413 or 429."""
    staff = require(verifier.staff(request.headers.get("authorization")), *roles)
    limits.check("acts", staff.person)
    return staff, await read_body(request, most)


def complete(parked: int) -> None:
    """What is drawn or counted now can be drawn or counted again from the log. Raises Refused where a record is parked."""
    if parked:
        raise NotNow(
            "records-parked",
            "数据暂不完整",
            f"有 {parked} 条消息被搁置,所说的事尚未计入。请先请系统运维人员处理搁置的消息,再试。",
        )


def code_of(look_up: Callable[[Profile, str], str], city: Profile, field: str, called: str) -> str:
    """The code of what a field calls by code or name; empty for nothing. Raises Refused 422, which names what there is."""
    try:
        return look_up(city, called)
    except named.NotNamed as unknown:
        raise problem.wrong_field(field, str(unknown)) from unknown
