"""Examples of a post that nobody has in time, and of a meeting that does not rule in time; part of `EXAMPLES`."""

from datetime import datetime, timedelta, timezone
from typing import Final

from contracts.deadlines import DispatchLate, DispatchLateWithdrawn, MeetingLate, MeetingLateWithdrawn

_CITY_TIME: Final = timezone(timedelta(hours=8))
_DISPATCHED_BY: Final = datetime(2026, 2, 9, 16, 0, tzinfo=_CITY_TIME)
_RULED_BY: Final = datetime(2026, 2, 16, 16, 0, tzinfo=_CITY_TIME)
_HEARD_LATE: Final = timedelta(minutes=5)

DISPATCH_EXAMPLES: Final = (
    DispatchLate(at=_DISPATCHED_BY, due=_DISPATCHED_BY),
    DispatchLateWithdrawn(at=_DISPATCHED_BY + _HEARD_LATE, due=_DISPATCHED_BY),
    MeetingLate(at=_RULED_BY, until=_RULED_BY, department="urban-management"),
    MeetingLateWithdrawn(at=_RULED_BY + _HEARD_LATE, until=_RULED_BY, department="urban-management"),
)
