"""What is to be compared, as it goes to the child process and comes back."""

from collections.abc import Awaitable, Callable
from dataclasses import replace as replaced
from datetime import date, datetime, tzinfo

from msgspec import Struct

from city.calendar import Calendar, Day
from city.policy import Policy
from city.profile import Profile
from services.deadline.core.case import Case
from services.deadline.core.whatif import Difference


class Rules(Struct, frozen=True):
    """What dates a case, and may differ from the folder of the city."""

    policy: Policy
    days: tuple[Day, ...]
    years: tuple[int, ...]

    @staticmethod
    def of(profile: Profile) -> "Rules":
        """Those of a city."""
        return Rules(profile.policy, tuple(profile.calendar.days.values()), profile.calendar.years)

    def on(self, profile: Profile) -> Profile:
        """The city under them."""
        return replaced(profile, policy=self.policy, calendar=Calendar(self.days, self.years))


class Task(Struct, frozen=True):
    """Which cases are compared under which rules, and as of when."""

    before: Rules
    after: Rules
    first: date
    """Cases received from this day on …"""
    until: date
    """… and before this one."""
    now: datetime
    """City time at which open cases are judged."""

    def concerns(self, case: Case, zone: tzinfo) -> bool:
        """Whether a case was received in these months."""
        at = case.received_at
        return at is not None and self.first <= at.astimezone(zone).date() < self.until


class Progress(Struct, frozen=True, tag="progress"):
    """How far a run has come, in cases."""

    done: int
    of: int


class Done(Struct, frozen=True, tag="done"):
    """A run's end."""

    difference: Difference


Told = Callable[[Progress], None]
Work = Callable[[Task, Told], Awaitable[Difference]]
"""Compares; tells meanwhile how far it has come."""
