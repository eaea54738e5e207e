"""Scores as people read them: all of them to the supervising office, its own to each unit; nothing that is tried is kept."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec
from fastapi import Request
from fastapi.responses import Response

from chassis import problem
from chassis.clock import Clock
from chassis.problem import HttpRefused
from chassis.tokens import Verifier, require
from chassis.web.conditional import with_etag
from chassis.web.limits import Limits
from city.periodic import Assessment
from city.policy import PolicyError
from city.profile import Profile
from services.stats.accountability.store import Records
from services.stats.assessment.answers import FrozenBy, Scores, unit_score
from services.stats.bulletins.store import Bulletins, instants
from services.stats.core.assessment import Standing, standings
from services.stats.core.bulletin import scoring
from services.stats.core.bulletin.freezing import with_reviews
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
    bulletins: Bulletins
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
        year = await self._frozen(chosen) or await self._live(chosen, city, now)
        rules = _tried(city, year.by, weights)
        ranked = year.reckon(rules) if weights else year.standings
        before = {one.unit: one for one in year.standings} if weights else {}
        answer = Scores(
            period=str(chosen),
            cut_off=year.cut_off,
            policy=year.policy,
            rules=msgspec.to_builtins(rules),
            in_force=msgspec.to_builtins(year.by),
            frozen=year.frozen,
            ranked=sum(one.rank is not None for one in ranked),
            departments=[
                unit_score(one, city, before.get(one.unit))
                for one in ranked
                if staff.role == "supervisor" or one.unit == staff.department
            ],
        )
        content: dict[str, Any] = msgspec.structs.asdict(answer)
        return with_etag(request, content, unhashed=_CUT_OFF)

    async def _frozen(self, period: Period) -> "_Reckoned | None":
        """A year as its last issued bulletin froze it; None while there is none, or only such as froze no scores."""
        for one in await self.bulletins.listed() if period.is_year else ():
            scores, figures, issued_at = one.scores, one.figures, one.issued_at
            if (
                one.period == str(period)
                and scores is not None
                and figures is not None
                and issued_at is not None
            ):
                return _Reckoned(
                    figures.cut_off,
                    scoring.weights_of(scores),
                    scores.policy,
                    scoring.as_frozen(scores, figures),
                    partial(scoring.tried, scores, figures),
                    FrozenBy(one.id, one.number, issued_at, one.corrects),
                )
        return None

    async def _live(self, period: Period, city: Profile, now: datetime) -> "_Reckoned":
        """What is known of a period now, by the weights in force."""
        by_unit = await self.figures.by_unit(period.first, period.until)
        if period.is_year:
            by_unit = with_reviews(by_unit, await self.figures.reviews(period.year))
        blamed = await self.records.measures(*instants(period, city), now)
        codes = [unit.code for unit in city.departments]
        by = city.policy.assessment

        def reckon(rules: Assessment) -> list[Standing]:
            return standings(codes, by_unit, blamed, rules)

        return _Reckoned(now, by, city.policy.version, reckon(by), reckon)


class _Reckoned(NamedTuple):
    """The scores of a period, and how other weights would have them."""

    cut_off: datetime
    by: Assessment
    policy: str
    standings: list[Standing]
    reckon: Callable[[Assessment], list[Standing]]
    frozen: FrozenBy | None = None


def _tried(city: Profile, by: Assessment, weights: str) -> Assessment:
    """The weights of a period with those that are named. Raises Refused 422 for what the policy would not take."""
    if not weights:
        return by
    given: dict[str, float] = msgspec.to_builtins(by)
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
