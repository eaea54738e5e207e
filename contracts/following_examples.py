"""Examples of who follows a post; part of `EXAMPLES`."""

from datetime import datetime, timedelta, timezone
from typing import Final

from contracts.posts import FollowerJoined, FollowerLeft

_CITY_TIME: Final = timezone(timedelta(hours=8))

FOLLOWING_EXAMPLES: Final = (
    FollowerJoined(
        at=datetime(2026, 2, 14, 10, 0, tzinfo=_CITY_TIME),
        follower="F3VW9S8S1X8B5NDF",
        channels=("sms",),
        sealed_contact=b"\x00sealed box\xff",
    ),
    FollowerLeft(at=datetime(2026, 2, 15, 10, 0, tzinfo=_CITY_TIME), follower="F3VW9S8S1X8B5NDF"),
)
