"""What the bench of figures brings into the tables of stats is what stats' own rules count, and the log gives it again."""

from datetime import date
from pathlib import Path

import pytest

from city.profile import Profile
from services.stats.core.figures import BEFORE_THE_REPLY, total
from services.stats.core.periods import Period
from services.stats.store import PostgresFigures
from tests.postgres import migrated
from wenzheng.bench.figures import logged, pasts, recounted, write, year_of
from wenzheng.stack.home import ROOT

PROFILE = Profile.load(ROOT / "cities" / "suqian")
CASES = 2_000


def test_posts_are_spread_over_the_year_the_units_and_the_kinds() -> None:
    found = list(pasts(PROFILE, CASES))

    assert {past.at.month for past in found} == set(range(1, 13))
    assert {past.unit for past in found} == {unit.code for unit in PROFILE.departments}
    assert len({past.kind for past in found}) == 4
    assert len({past.number for past in found}) == len({past.subject for past in found}) == CASES
    halves = [one.subject for n in range(2) for one in pasts(PROFILE, CASES, n, 2)]
    assert sorted(halves) == sorted(one.subject for one in found), "two writers share them"


@pytest.mark.real
async def test_what_was_written_is_what_was_lived_and_the_log_gives_a_month_again(
    dsn: str, tmp_path: Path
) -> None:
    year = year_of(PROFILE)
    period = Period(year, 1, 5)
    async with migrated(dsn, "stats") as (own, pool):
        for first in range(2):
            assert await write(own, PROFILE, CASES, first, 2) == CASES // 2
        figures = PostgresFigures(pool)
        whole = total((await figures.by_unit(date(year, 1, 1), date(year + 1, 1, 1))).values())
        june = await figures.by_unit(period.first, period.until)
        kept = await pool.fetchrow(
            "select count(*) as cases, count(*) filter (where outcome = 'replied') as replied from subject"
        )

    ends = await logged(PROFILE, CASES, tmp_path / "log")
    again = (await recounted(tmp_path / "log", PROFILE, period, ends)).figures

    answered = sum(past.minutes > 0 for past in pasts(PROFILE, CASES))
    assert (whole["received"], whole["replied"]) == (CASES, answered)
    assert (kept["cases"], kept["replied"]) == (CASES, answered)
    assert again.city.measures == {
        name: count
        for name, count in sorted(total(june.values()).items())
        if count and (":" not in name or name in BEFORE_THE_REPLY)
    }
