"""What a reply promises by a day: looked for before it goes to the leader, and how it stands afterwards. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from chassis.web.aside import aside
from city.promises import Promise, promises
from city.working_time import WorkingTime


async def promised_in(reply: str, now: datetime, time: WorkingTime) -> tuple[Promise, ...]:
    """`promises`, aside from the event loop: a text at its limit may take longer than other people should wait."""
    return await aside(partial(promises, reply, now, time))


def waiting(case: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The replies of a case whose promise is not reported done."""
    return [one for one in case["replies"] if one["promise"] and one["promise"]["reported_at"] is None]
