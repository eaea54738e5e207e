"""Hours in the league: a time beyond the last step of stats is told as more than the step before."""

from fronts.portal.staff.league import BEYOND, LONGEST, LONGEST_OTHER, hours_told
from services.stats.core.course import HOUR_BUCKETS
from services.stats.core.figures import exceeded


def test_a_median_within_the_steps_is_its_number_and_none_is_a_dash() -> None:
    assert [hours_told("median_hours", hours) for hours in (0.5, 252.0, None)] == ["0.5", "252", "—"]


def test_a_median_beyond_the_last_step_is_more_than_what_stats_says_was_exceeded() -> None:
    assert HOUR_BUCKETS[-1] == BEYOND
    assert exceeded("response_hours", BEYOND) == LONGEST["response_hours"]
    assert exceeded("hours", BEYOND) == LONGEST_OTHER
    assert hours_told("response_hours", BEYOND) == ">240"
    assert hours_told("p90_hours", BEYOND) == ">1434"
