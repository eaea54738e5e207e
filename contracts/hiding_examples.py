"""Examples of what becomes of a hidden post; part of `EXAMPLES`."""

from datetime import datetime, timedelta, timezone
from typing import Final

from contracts.posts import HidingAppealed, HidingUpheld, PostRestored

_CITY_TIME: Final = timezone(timedelta(hours=8))

HIDING_EXAMPLES: Final = (
    HidingAppealed(
        at=datetime(2026, 2, 13, 17, 0, tzinfo=_CITY_TIME), reason="写的是路灯,不是广告,请再看一看。"
    ),
    HidingUpheld(
        at=datetime(2026, 2, 13, 17, 30, tzinfo=_CITY_TIME), reason="文中有商家电话。", by="supervisor-2"
    ),
    PostRestored(at=datetime(2026, 2, 13, 17, 30, tzinfo=_CITY_TIME), reason="误判", by="supervisor-2"),
)
