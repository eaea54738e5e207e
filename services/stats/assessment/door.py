"""Scores as people read them: all of them to the supervising office, its own to each unit; nothing that is tried is kept."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from fastapi import Request
from fastapi.responses import Response

from chassis import problem
from chassis.clock import Clock
from chassis.failures import HttpRefused
from chassis.tokens import Verifier, require
from chassis.web.conditional import with_etag
from chassis.web.limits import Limits
from city.periodic import Assessment
from city.policy import PolicyError
from city.profile import Profile
from services.stats.accountability.store import Records
from services.stats.assessment.answers import Before, Scores, UnitScore
from services.stats.bulletins.store import instants
from services.stats.core.assessment import Standing, standings
from services.stats.core.periods import Period
from services.stats.store import Figures

READERS: Final = ("supervisor", "leader", "clerk")
_CUT_OFF: Final = ("cut_off",)
_WEIGHT: Final = re.compile(r"([a-z_]{1,40}):([0-9]{1,6}(?:\.[0-9]{1,4})?)", re.ASCII)


@dataclass(frozen=True)
class Door:
    """Everything this part of the web side needs."""

    figures: Figures
    records: Records
    city: Callable[[], Profile]
    """The city as it is now: scores are by the weights in force."""
    clock: Clock
    verifier: Verifier
    limits: Limits

    async def scores(self, request: Request, period: str, weights: str) -> Response:
        """The scores of a period; with weights, what they would be by those."""
        staff = require(self.verifier.staff(request.headers.get("authorization")), *READERS)
        self.limits.check("figures", staff.person)
        if weights and staff.role != "supervisor":
            raise HttpRefused(403, "forbidden", problem.TITLES[403], "试算由督查员使用。")
        now, city = self.clock.now(), self.city()
        try:
            chosen = Period.read(period) if period else Period(now.year, 12, 0)
        except ValueError as failure:
            raise problem.wrong_field("period", "应为 2026、2026-H1、2026-Q1 或 2026-01") from failure
        in_force = city.policy.assessment
        rules = _tried(city, weights)
        by_unit = await self.figures.by_unit(chosen.first, chosen.until)
        blamed = await self.records.measures(*instants(chosen, city))
        codes = [unit.code for unit in city.departments]
        now_ranked = standings(codes, by_unit, blamed, rules)
        before = {one.unit: one for one in standings(codes, by_unit, blamed, in_force)} if weights else {}
        shown = [
            _shown(one, city, before.get(one.unit))
            for one in now_ranked
            if staff.role == "supervisor" or one.unit == staff.department
        ]
        answer = Scores(
            period=str(chosen),
            cut_off=now,
            policy=city.policy.version,
            rules=msgspec.to_builtins(rules),
            in_force=msgspec.to_builtins(in_force),
            ranked=sum(one.rank is not None for one in now_ranked),
            departments=shown,
        )
        content: dict[str, Any] = msgspec.structs.asdict(answer)
        return with_etag(request, content, unhashed=_CUT_OFF)


def _shown(one: Standing, city: Profile, before: Standing | None) -> UnitScore:
    return UnitScore(
        code=one.unit,
        name=city.department_name(one.unit),
        received=one.received,
        score=one.score,
        rank=one.rank,
        parts=one.parts,
        before=None if before is None else Before(before.score, before.rank),
    )


def _tried(city: Profile, weights: str) -> Assessment:
    """The weights in force with those that are named. Raises Refused 422 for what the policy would not take."""
    if not weights:
        return city.policy.assessment
    given: dict[str, float] = {}
    for one in weights.split(","):
        found = _WEIGHT.fullmatch(one)
        if found is None:
            raise problem.wrong_field("weights", "应为 on_time:40,reply:10 这样的项和数")
        number = float(found[2])
        given[found[1]] = int(number) if number.is_integer() else number
    try:
        return city.policy.changed({"assessment": given}).assessment
    except PolicyError as wrong:
        raise problem.wrong_field("weights", str(wrong)) from wrong
