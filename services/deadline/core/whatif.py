"""What if: cases under other rules. The facts stay, their consequences change. Pure; the command and the page count by it.

What people did is taken as it happened: receipts, questions, replies, requests for more time. What
followed from the rules is computed again: which requests would have been granted, when each answer
would have been due, who would have been late, and how far the ladder would have been climbed.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from city.profile import Profile
from services.deadline.core.case import Case, Extension, Requested
from services.deadline.core.clock import clock

LEVELS: Final = ("leader", "supervisor", "bulletin")
"""Steps of the ladder above the clerk, in the order in which they are climbed."""
EXAMPLES: Final = 5
"""Numbers of changed cases that a line names."""
LISTED: Final = 100
"""Changed cases of a unit that are kept one by one; the rest are counted."""


class Outcome(Struct, frozen=True):
    """How a handling stands under one set of rules."""

    due: datetime
    stopped: datetime | None
    late: bool
    """Answered after the due instant, or not answered and the instant is past."""
    level: str
    """The highest step of the ladder reached; empty when none was."""

    @property
    def judged(self) -> bool:
        """Whether it counts in the on-time rate (按时率): answered, or overdue."""
        return self.stopped is not None or self.late


class Compared(Struct, frozen=True):
    """One handling of a case under the rules as they are and under the others."""

    number: str
    department: str
    """The unit whose reply stopped the clock, else the holder."""
    handling: int
    """1 the first; from 2 on after the citizen reopened the case."""
    before: Outcome
    after: Outcome

    @property
    def changed(self) -> bool:
        """Whether it is judged otherwise: late, or in time, where it was not."""
        return self.before.late != self.after.late


def outcome(case: Case, profile: Profile, now: datetime, number: int) -> Outcome | None:
    """How the handling of this number stands at `now`; None when it carries no clock."""
    made = clock(case, profile, number)
    if made is None:
        return None
    until = made.stop or now
    ladder, level = profile.policy.ladder, ""
    for name, days in zip(LEVELS, (ladder.leader, ladder.supervisor, ladder.bulletin), strict=True):
        reached = made.due if days == 0 else profile.working_time.add_days(made.due, days)
        level = name if reached < until else level
    return Outcome(made.due, made.stop, until > made.due, level)


def granted(case: Case, profile: Profile) -> Case:
    """The case with only those extensions that these rules would have let the unit ask for.

    The limits are intake's: asked before the due instant, at most so many a case, each so many working days
    beyond the due date then in force, flagged long works so many calendar days from receipt. An extension
    whose request is not remembered stays as it was.
    """
    requests = {request.id: request for request in case.requests}
    kept: tuple[Extension, ...] = ()
    for extension in case.extensions:
        request = requests.get(extension.id)
        if request is None or _grants(replace(case, extensions=kept), extension, request, profile):
            kept = (*kept, extension)
    return replace(case, extensions=kept)


def _grants(case: Case, extension: Extension, request: Requested, profile: Profile) -> bool:
    """Whether one more extension may be asked for; of the handling in which it was."""
    limits = profile.policy.extension
    then = replace(case, reopened=tuple(at for at in case.reopened if at <= request.at))
    made = clock(then, profile)
    if made is None or case.received_at is None:
        return True
    if request.long_works:
        latest = (case.received_at + timedelta(days=limits.long_works_days)).date()
    else:
        latest = profile.working_time.add_days(made.due, limits.working_days).date()
    few = len(case.extensions) < limits.at_most
    return request.at <= made.due and few and made.due.date() < extension.new_date <= latest


def compare(cases: Iterable[Case], before: Profile, after: Profile, now: datetime) -> Iterator[Compared]:
    """Each handling of every case that counts, under both sets of rules: it carries a clock in both, and was neither
    withdrawn nor hidden (as in the figures)."""
    for case in cases:
        if case.received_at is None or case.left is not None:
            continue
        others = granted(case, after)
        for number in range(1, len(case.reopened) + 2):
            was = outcome(case, before, now, number)
            would_be = outcome(others, after, now, number)
            if was is None or would_be is None:
                continue
            made = clock(case, before, number)
            department = (made.department if made is not None else "") or case.department
            yield Compared(case.number, department, number, was, would_be)


class Line(Struct):
    """What changes for one unit, or for the whole city. First handlings, where nothing else is said."""

    department: str
    name: str
    cases: int = 0
    judged_before: int = 0
    """Answered, or overdue: the whole of the on-time rate."""
    judged_after: int = 0
    late_before: int = 0
    late_after: int = 0
    bulletin_before: int = 0
    """Cases that reached the last step of the ladder."""
    bulletin_after: int = 0
    earlier: int = 0
    """Cases due earlier than they were."""
    later: int = 0
    second: int = 0
    """Second handlings; each further one is counted as well."""
    second_late_before: int = 0
    second_late_after: int = 0
    turned_late: int = 0
    """Handlings in time as it was, late under the other rules; the first and later ones."""
    turned_in_time: int = 0
    newly_late: tuple[str, ...] = ()
    """Numbers of up to five cases that turned late."""
    no_longer_late: tuple[str, ...] = ()

    def add(self, one: Compared) -> None:
        """Count a handling."""
        if one.handling == 1:
            self.cases += 1
            self.judged_before += one.before.judged
            self.judged_after += one.after.judged
            self.late_before += one.before.late
            self.late_after += one.after.late
            self.bulletin_before += one.before.level == LEVELS[-1]
            self.bulletin_after += one.after.level == LEVELS[-1]
            self.earlier += one.after.due < one.before.due
            self.later += one.after.due > one.before.due
        else:
            self.second += 1
            self.second_late_before += one.before.late
            self.second_late_after += one.after.late
        if one.changed and one.after.late:
            self.turned_late += 1
            self.newly_late = (*self.newly_late, one.number)[:EXAMPLES]
        elif one.changed:
            self.turned_in_time += 1
            self.no_longer_late = (*self.no_longer_late, one.number)[:EXAMPLES]

    @property
    def rate_before(self) -> float | None:
        """The on-time rate (按时率) as it was; None without a case that counts in it."""
        return _share(self.judged_before - self.late_before, self.judged_before)

    @property
    def rate_after(self) -> float | None:
        """The on-time rate under the other rules."""
        return _share(self.judged_after - self.late_after, self.judged_after)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


class Difference(Struct, frozen=True):
    """What comes of it: by unit, and the cases that are judged otherwise."""

    lines: list[Line]
    """The whole city first, then each unit of which something was compared, by code."""
    changed: dict[str, list[Compared]]
    """Unit to its changed cases, a hundred at most."""


class Tally:
    """Counts what is compared, as it comes."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._city = Line("", "全市")
        self._lines: dict[str, Line] = {}
        self._changed: dict[str, list[Compared]] = {}

    def add(self, compared: Iterable[Compared]) -> None:
        """Count handlings."""
        for one in compared:
            self._city.add(one)
            line = self._lines.get(one.department)
            if line is None:
                name = self._profile.department_name(one.department) if one.department else "待交办"
                line = self._lines[one.department] = Line(one.department, name)
            line.add(one)
            if one.changed:
                kept = self._changed.setdefault(one.department, [])
                if len(kept) < LISTED:
                    kept.append(one)

    def difference(self) -> Difference:
        """What has come of it so far."""
        return Difference([self._city, *(self._lines[code] for code in sorted(self._lines))], self._changed)
