"""Where the supervising office tries other rules: asked, watched, read, cancelled. Nothing is said on any topic."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis import problem
from chassis.clock import Clock
from chassis.identity import uuid7
from chassis.problem import HttpRefused
from chassis.tokens import Staff, Verifier, require
from chassis.web.bodies import decode_body, read_body
from chassis.web.described import described
from chassis.web.limits import Limits
from chassis.web.responses import Json
from chassis.web.routing import new_router
from city.profile import Profile
from services.deadline.core.answers_on_whatif import (
    ChangedCases,
    WhatIf,
    WhatIfHead,
    WhatIfs,
    case_shown,
    line_shown,
)
from services.deadline.core.other_rules import OtherRules, changes, dating, may_ask, months, otherwise
from services.deadline.whatif.runs import Run, Runs
from services.deadline.whatif.task import Rules, Task

EXAMPLE: Final = {
    "since": "2026-03",
    "until": "2026-03",
    "policy": {"kinds.complaint": {"reply_days": 2}},
    "days_off": ["2026-03-04"],
    "working_days": [],
}


@dataclass(frozen=True)
class Door:
    """Everything this part of the web side needs."""

    runs: Runs
    city: Callable[[], Profile]
    """The city as it is now: what is tried differs from that."""
    clock: Clock
    verifier: Verifier
    limits: Limits

    async def start(self, request: Request) -> Response:
        """Check what is asked, and let it wait for its turn."""
        staff, city = self._asked(request, "acts"), self.city()
        asked = decode_body(await read_body(request), OtherRules)
        now = self.clock.now()
        first, until = months(asked, now.date())
        other = otherwise(city, asked)
        task = Task(Rules.of(city), Rules.of(other), first, until, now)
        run = Run(str(uuid7()), staff.person, now, asked, changes(city, other), task)
        self.runs.start(run)
        return Json(self._head(run), 202)

    async def tried(self, request: Request) -> Response:
        """The rules in force, and every run that is known."""
        self._asked(request, "reads")
        city = self.city()
        runs = [self._head(run) for run in self.runs.all()]
        return Json(WhatIfs(dating(city), city.calendar.horizon, runs))

    async def one(self, request: Request, identity: str) -> Response:
        """A run as it stands, with its lines when it is done."""
        self._asked(request, "reads")
        run = self.runs.find(identity)
        lines = [line_shown(line) for line in run.difference.lines] if run.difference is not None else None
        return Json(WhatIf(**self._fields(run), lines=lines))

    async def cases(self, request: Request, identity: str, department: str) -> Response:
        """The cases of a unit that are judged otherwise."""
        self._asked(request, "reads")
        run = self.runs.find(identity)
        found = run.difference.lines[1:] if run.difference is not None else []
        line = next((line for line in found if line.department == department), None)
        if line is None or run.difference is None:
            raise problem.plain(404, "这次试算里没有这个单位。")
        changed = run.difference.changed.get(department, [])
        return Json(
            ChangedCases(
                id=run.id,
                department=department,
                name=line.name,
                cases=[case_shown(one) for one in changed],
                left_out=line.turned_late + line.turned_in_time - len(changed),
            )
        )

    async def cancel(self, request: Request, identity: str) -> Response:
        """End the caller's own run."""
        staff = self._asked(request, "acts")
        return Json(self._head(self.runs.cancel(identity, staff.person)), 202)

    def _asked(self, request: Request, limit: str) -> Staff:
        """Who asks, when they may. Raises Refused 401, 403, 429."""
        staff = self.verifier.staff(request.headers.get("authorization"))
        require(staff, "supervisor", "leader")
        if not may_ask(staff.role, staff.department, self.city()):
            raise HttpRefused(403, "forbidden", problem.TITLES[403], "规则试算由督查员和督查部门的领导使用。")
        self.limits.check(limit, staff.person)
        return staff

    def _head(self, run: Run) -> WhatIfHead:
        return WhatIfHead(**self._fields(run))

    def _fields(self, run: Run) -> dict[str, Any]:
        return {
            "id": run.id,
            "by": run.person,
            "at": run.at,
            "state": run.state,
            "place": self.runs.place(run),
            "done": run.progress.done,
            "of": run.progress.of,
            "since": run.asked.since,
            "until": run.asked.until,
            "changes": list(run.changes),
            "days_off": run.asked.days_off,
            "working_days": run.asked.working_days,
        }


def routes(door: Door) -> APIRouter:
    """`/v1/what-ifs` and what is below it."""
    router = new_router()

    @router.get("/v1/what-ifs", openapi_extra=described(who="staff", answer=WhatIfs))
    async def tried(request: Request) -> Response:
        """The rules in force that date cases, and the what-ifs that are known."""
        return await door.tried(request)

    @router.post(
        "/v1/what-ifs",
        status_code=202,
        openapi_extra=described(
            body=OtherRules, who="staff", answer=WhatIfHead, example=EXAMPLE, keyed=False, refused=(409,)
        ),
    )
    async def start(request: Request) -> Response:
        """Compare the cases of some months under the rules in force and under others. Nothing comes into force by it.

        One is compared at a time; each person has one at most that waits or is at work.
        """
        return await door.start(request)

    @router.get("/v1/what-ifs/{identity}", openapi_extra=described(who="staff", answer=WhatIf))
    async def one(identity: str, request: Request) -> Response:
        """How far it is, and in the end what would be different, by unit."""
        return await door.one(request, identity)

    @router.get("/v1/what-ifs/{identity}/cases", openapi_extra=described(who="staff", answer=ChangedCases))
    async def cases(identity: str, request: Request, department: str = "") -> Response:
        """The cases of a unit whose judgement would change; without `department`, those nobody had."""
        return await door.cases(request, identity, department)

    @router.post(
        "/v1/what-ifs/{identity}/cancellation",
        status_code=202,
        openapi_extra=described(who="staff", answer=WhatIfHead, keyed=False),
    )
    async def cancel(identity: str, request: Request) -> Response:
        """End the caller's own run."""
        return await door.cancel(request, identity)

    return router
