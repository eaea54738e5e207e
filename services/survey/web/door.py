"""What every call of survey needs: who asks, which survey is meant, and the desk that decides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from fastapi import Request
from fastapi.responses import Response

from chassis import problem
from chassis.blind import new_signing_key
from chassis.clock import Clock
from chassis.engine.desk import Desk
from chassis.tokens import Staff, Verifier, require
from chassis.vault import unseal
from chassis.web.keyed import hand_in, of_staff
from chassis.web.limits import Limits
from city.profile import Profile
from services.survey.core.states import Survey
from services.survey.core.tally import Opened, Text, texts_of
from services.survey.entitlement import Entitlements
from services.survey.store import Surveys

SUPERVISOR: Final = "supervisor"
"""The role that asks the city."""
BOX: Final = "answers"
"""The one field of a ballot's box."""
REMEMBERED: Final = 8
"""Surveys whose texts are kept opened; a result is read often and changes rarely."""

encode: Final = msgspec.json.Encoder().encode
_opened: Final = msgspec.json.Decoder(Opened)


@dataclass
class Door:
    """Everything the web side needs."""

    profile: Profile
    desk: Desk
    clock: Clock
    surveys: Surveys
    entitlements: Entitlements
    verifier: Verifier
    limits: Limits
    real_now: Callable[[], datetime] = lambda: datetime.now(UTC)
    """Passes end in real time, however city time runs."""
    new_keys: Callable[[], tuple[bytes, bytes]] = new_signing_key
    """Makes the pair that signs a survey's tokens, private and public."""
    _texts: dict[str, list[Text]] = field(default_factory=dict)

    def supervisor(self, request: Request) -> Staff:
        """The member of staff who asks. Raises HttpRefused 401 or 403."""
        staff = require(self.verifier.staff(request.headers.get("authorization")), SUPERVISOR)
        self.limits.check("acts", staff.person)
        return staff

    def is_staff(self, request: Request) -> bool:
        """Whether a token came with the request. Raises HttpRefused 401 or 403 for one that is not enough."""
        return "authorization" in request.headers and bool(self.supervisor(request))

    async def survey(self, identity: str, staff: bool = False) -> Survey:
        """A survey; drafts for staff only. Raises HttpRefused 404."""
        found = await self.surveys.one(identity)
        if found is None or (found.step == "draft" and not staff):
            raise problem.plain(404, "没有这份问卷。")
        return found

    async def act(
        self,
        request: Request,
        staff: Staff,
        body: bytes,
        inputs: Sequence[tuple[str, Any]],
        answer: Callable[[Survey], object],
    ) -> Response:
        """Hand an act of staff to the desk; 202 with what `answer` makes of the survey as it is now."""

        def told(answers: list[object]) -> bytes:
            survey = answers[0]
            assert isinstance(survey, Survey)
            return encode(answer(survey))

        return await hand_in(self.desk, request, of_staff(staff.person), body, inputs, told)

    async def opened(self, identity: str) -> list[tuple[str, Opened]]:
        """Every ballot of a closed survey, opened."""
        keys = await self.surveys.keys(identity)
        assert keys is not None, "only a published survey is opened"
        return [
            (subject, open_box(keys[1], subject, box))
            for subject, box in await self.surveys.ballots(identity)
        ]

    async def texts(self, identity: str) -> list[Text]:
        """What was written into a closed survey; it does not change any more."""
        if identity not in self._texts:
            if len(self._texts) >= REMEMBERED:
                del self._texts[next(iter(self._texts))]
            self._texts[identity] = texts_of(await self.opened(identity))
        return self._texts[identity]


def open_box(key: bytes, ballot: str, box: bytes) -> Opened:
    """The answers of a ballot. Raises ValueError when key, ballot and box do not belong together."""
    return _opened.decode(unseal(key, box, ballot)[BOX])
