"""Topic `city`: facts about no post, written once to every partition (subject `city:<partition>`). Writer: intake."""

from datetime import date

from msgspec import Struct

from contracts.facts import Fact


class CalendarDay(Struct, frozen=True, gc=False, omit_defaults=True):
    """A day that differs from Monday-to-Friday."""

    day: date
    name: str
    is_off_day: bool
    closing: str = ""
    """Closing hour `HH:MM` where it differs, for half days."""


class CalendarPublished(Fact, frozen=True, kw_only=True, tag="city.calendar-published.v1"):
    """The State Council's (or the city's own) notice for a year was loaded; open cases are dated again."""

    year: int
    days: tuple[CalendarDay, ...]
    notice: str = ""
    by: str = ""


class PolicyChanged(Fact, frozen=True, kw_only=True, tag="city.policy-changed.v1"):
    """A part of the policy has new numbers from now on."""

    part: dict[str, dict[str, float | int | str | bool]]
    """Table name to its changed keys, as in the profile's `policy.toml`."""
    reason: str = ""
    by: str = ""


class ModelActivated(Fact, frozen=True, kw_only=True, tag="city.model-activated.v1"):
    """From here on in this partition the router decides with this model."""

    model_version: str
    checksum: str
    threshold: float
    by: str = ""


CityFact = CalendarPublished | PolicyChanged | ModelActivated


class CityFacts(Struct, frozen=True):
    """What is remembered under a subject `city:<partition>`: the facts about the city, in order."""

    facts: tuple[CityFact, ...] = ()
