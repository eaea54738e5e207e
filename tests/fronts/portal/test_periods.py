"""The periods that pages may ask figures of."""

from datetime import datetime

import pytest

from fronts.portal.periods import days_of, days_so_far, month_of, period_of

NOW = datetime(2026, 5, 20, 10)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025-12", "2025-12-01", "2025-12-31"),
        ("2026-Q1", "2026-01-01", "2026-03-31"),
        ("2025-Q4", "2025-10-01", "2025-12-31"),
        ("2025-H2", "2025-07-01", "2025-12-31"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("2026-05", "2026-05-01", "2026-05-20"),
        ("2026-H1", "2026-01-01", "2026-05-20"),
        ("2026-07", "2026-07-01", "2026-07-01"),
    ],
)
def test_a_period_has_its_days_as_far_as_it_has_gone(period: str, first: str, last: str) -> None:
    assert period_of(period) == period
    assert days_so_far(period, NOW) == {"from": first, "to": last}


@pytest.mark.parametrize("given", ["", "2026-13", "2026-00", "2026-Q5", "2026-H3", "26", "1999", "２０２６"])
def test_what_is_no_period_is_none(given: str) -> None:
    assert (period_of(given), month_of(given)) == ("", "")


def test_a_longer_period_is_no_month_and_a_month_has_all_its_days() -> None:
    assert (month_of("2026-Q1"), month_of("2026"), month_of("2026-03")) == ("", "", "2026-03")
    assert days_of("2026-07") == {"from": "2026-07-01", "to": "2026-07-31"}
