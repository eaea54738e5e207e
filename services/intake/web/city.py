"""Changes of the city: what an operator sends is said to every partition at once."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis.web.bodies import decode_body, read_body
from chassis.web.described import described
from chassis.web.keyed import of_staff
from contracts.identity import PARTITIONS, city_subject
from services.intake import bodies
from services.intake.core import requests as ask
from services.intake.core.answers import CityChanged
from services.intake.core.city import CHANGES, OPERATOR, Change
from services.intake.web import examples
from services.intake.web.door import Door


def routes(router: APIRouter, door: Door) -> None:
    """A route for each change of the table."""
    for change in CHANGES:
        _route(router, door, change)


def _route(router: APIRouter, door: Door, change: Change) -> None:
    @router.post(
        f"/v1/city/{change.name}",
        status_code=202,
        summary=change.sentence,
        name=change.name,
        openapi_extra=described(
            body=change.body, who="staff", answer=CityChanged, example=examples.CHANGES[change.name]
        ),
    )
    async def handle(request: Request) -> Response:
        """Change the city from now on, in every partition."""
        actor = door.actor(request, OPERATOR)
        door.limits.check("acts", actor.person)
        raw = await read_body(request)
        body, _ = bodies.cleaned(decode_body(raw, change.body), door.profile.published)
        at = door.clock.now()
        fact = change.fact(body, actor, at, door.profile)
        inputs = [(city_subject(partition), ask.Publish(fact, at)) for partition in range(PARTITIONS)]
        return await door.hand_in(
            request, inputs, of_staff(actor.person), raw, lambda _: CityChanged(published=change.name, at=at)
        )
