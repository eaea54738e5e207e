"""What deadline answers of other rules, shape by shape; the OpenAPI schemas follow from these."""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from services.deadline.core.other_rules import ChangedNumber, Tables
from services.deadline.core.whatif import Compared, Line


class WhatIfLine(Struct, kw_only=True):
    """What changes for one unit; the first line is the whole city. First handlings, where nothing else is said."""

    department: str
    name: str
    cases: int
    on_time_rate_before: float | None
    """Answered in time / (answered + overdue); null where there is none."""
    on_time_rate_after: float | None
    late_before: int
    late_after: int
    bulletin_before: int
    """Overdue for as many days as a bulletin names cases."""
    bulletin_after: int
    earlier: int
    later: int
    second: int
    second_late_before: int
    second_late_after: int
    turned_late: int
    """Handlings, the first and later ones, that were in time and would be late."""
    turned_in_time: int


class WhatIfHead(Struct, kw_only=True):
    """A what-if, and how far it is. It is kept in memory alone, and by one process."""

    id: str
    by: str
    at: datetime
    state: Literal["waiting", "running", "done", "cancelled", "failed"]
    place: int
    """Runs that come before it."""
    done: int
    of: int
    """Cases, as far as they are known."""
    since: str
    until: str
    changes: list[ChangedNumber]
    days_off: tuple[date, ...]
    working_days: tuple[date, ...]


class WhatIf(WhatIfHead, kw_only=True):
    """A what-if with what came of it; null before its end."""

    lines: list[WhatIfLine] | None


class WhatIfs(Struct):
    """The rules in force, and the runs that are known, the newest first."""

    rules: Tables
    """Tables of the policy that date cases."""
    horizon: date
    """The last published day of the calendar."""
    runs: list[WhatIfHead]


class ChangedCase(Struct, kw_only=True):
    """A case that is judged otherwise under the other rules: dates and numbers, no word of it."""

    number: str
    handling: int
    due_before: datetime
    due_after: datetime
    stopped: datetime | None
    late_before: bool
    late_after: bool


class ChangedCases(Struct, kw_only=True):
    """The changed cases of a unit; of very many the first hundred."""

    id: str
    department: str
    name: str
    cases: list[ChangedCase]
    left_out: int


def line_shown(line: Line) -> WhatIfLine:
    """A line with its shares."""
    names = [name for name in WhatIfLine.__struct_fields__ if not name.startswith("on_time_rate")]
    return WhatIfLine(
        on_time_rate_before=line.rate_before,
        on_time_rate_after=line.rate_after,
        **{name: getattr(line, name) for name in names},
    )


def case_shown(one: Compared) -> ChangedCase:
    """A changed case."""
    return ChangedCase(
        number=one.number,
        handling=one.handling,
        due_before=one.before.due,
        due_after=one.after.due,
        stopped=one.before.stopped,
        late_before=one.before.late,
        late_after=one.after.late,
    )
