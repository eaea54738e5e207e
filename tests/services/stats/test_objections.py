"""A unit objects to a draft of a bulletin: until when, and how often."""

from datetime import timedelta
from typing import Final

import pytest
from msgspec.structs import replace

from contracts.decision import Context, NotNow
from services.stats.core.bulletin.document import MOST_OBJECTIONS, Bulletin, Object, object_
from tests.services.stats.test_core import PROFILE, at

UNTIL: Final = at("2026-04-07T18:00")
CIRCULATED: Final = Bulletin("2026-03", "circulated", until=UNTIL)
OBJECTED: Final = Object("leader-1", "water", "不是三件")


def objected(bulletin: Bulletin, given: Object = OBJECTED, now: timedelta = timedelta(hours=-1)) -> Bulletin:
    return object_(bulletin, given, Context("s", "c", UNTIL + now, PROFILE)).state


def test_a_unit_objects_ten_times_and_no_more_and_another_unit_still_may() -> None:
    bulletin = CIRCULATED
    for _ in range(MOST_OBJECTIONS):
        bulletin = objected(bulletin)

    with pytest.raises(NotNow, match="异议太多"):
        objected(bulletin)
    assert len(objected(bulletin, replace(OBJECTED, department="housing")).objections) == MOST_OBJECTIONS + 1


def test_an_objection_is_taken_until_the_last_instant_and_not_after_it() -> None:
    assert len(objected(CIRCULATED, now=timedelta()).objections) == 1
    with pytest.raises(NotNow, match="对账时间已过"):
        objected(CIRCULATED, now=timedelta(microseconds=1))
