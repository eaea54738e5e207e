"""Examples of who follows a post, and of what becomes of a hidden one; part of `EXAMPLES`."""

from datetime import datetime, timedelta, timezone
from typing import Final

from contracts.posts import FollowerJoined, FollowerLeft, HidingAppealed, HidingUpheld, PostRestored

_CITY_TIME: Final = timezone(timedelta(hours=8))

FOLLOWING_EXAMPLES: Final = (
    FollowerJoined(
        at=datetime(2026, 2, 14, 10, 0, tzinfo=_CITY_TIME),
        follower="F3VW9S8S1X8B5NDF",
        channels=("sms",),
        sealed_contact=b"\x00sealed box\xff",
    ),
    FollowerLeft(at=datetime(2026, 2, 15, 10, 0, tzinfo=_CITY_TIME), follower="F3VW9S8S1X8B5NDF"),
    HidingAppealed(
        at=datetime(2026, 2, 13, 17, 0, tzinfo=_CITY_TIME), reason="写的是路灯,不是广告,请再看一看。"
    ),
    HidingUpheld(
        at=datetime(2026, 2, 13, 17, 30, tzinfo=_CITY_TIME), reason="文中有商家电话。", by="supervisor-2"
    ),
    PostRestored(at=datetime(2026, 2, 13, 17, 30, tzinfo=_CITY_TIME), reason="误判", by="supervisor-2"),
)
