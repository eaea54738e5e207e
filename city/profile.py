"""A city's profile: the folder another city would replace, read once, checked line by line."""

from dataclasses import dataclass, field
from dataclasses import replace as replaced
from datetime import date, time, tzinfo
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

from city.calendar import Calendar, Day
from city.files import Complaint
from city.notice_words import NoticeWords
from city.policy import Policy
from city.public_contacts import PublicContacts, public_contacts
from city.publication import Published, published
from city.reading import Reader
from city.tiles import Tile
from city.units import CityLeader, Department, Division, Duty, PublicContact, ReplyTemplate
from city.words import WordLists
from city.working_time import WorkingTime, working_time
from contracts.city_facts import CalendarPublished, PolicyChanged
from contracts.facts import Fact

__all__ = ["Complaint", "Department", "Division", "Duty", "Profile", "ProfileError", "check"]


class ProfileError(ValueError):
    """A profile that cannot be used; `complaints` says everything that is wrong with its form."""

    def __init__(self, complaints: tuple[Complaint, ...]) -> None:
        more = f"(共 {len(complaints)} 处)" if len(complaints) > 1 else ""
        super().__init__(f"{complaints[0]}{more}")
        self.complaints = complaints


@dataclass(frozen=True)
class Profile:
    """A city as its rules know it. A value: amending it gives another one."""

    name: str
    number_prefix: str
    zone: tzinfo
    policy: Policy
    calendar: Calendar
    departments: tuple[Department, ...]
    duties: tuple[Duty, ...]
    divisions: tuple[Division, ...]
    words: WordLists
    reply_templates: tuple[ReplyTemplate, ...] = ()
    listed_contacts: tuple[PublicContact, ...] = ()
    """Telephones, mail addresses and places of the units that anybody may read."""
    leaders: tuple[CityLeader, ...] = ()
    """Leaders of the city to whom letters may be written."""
    tiles: tuple[Tile, ...] = ()
    """Where the areas lie on the map; without them none is drawn."""
    notice_words: NoticeWords = field(default_factory=NoticeWords)
    """Its own words of notices, and its templates at the providers."""
    department: dict[str, Department] = field(init=False, repr=False, compare=False)
    """Units by code."""
    duty: dict[str, Duty] = field(init=False, repr=False, compare=False)
    """Duty items by code."""
    working_time: WorkingTime = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "department", {unit.code: unit for unit in self.departments})
        object.__setattr__(self, "duty", {duty.code: duty for duty in self.duties})
        object.__setattr__(self, "working_time", working_time(self.calendar, self.policy.hours, self.zone))

    @cached_property
    def version(self) -> str:
        """A short hash of everything that influences decisions."""
        parts = (
            self.name,
            self.number_prefix,
            str(self.zone),
            self.policy.version,
            self.calendar.version,
            self.words.version,
            self.departments,
            self.duties,
            self.divisions,
        )
        return blake2b(repr(parts).encode(), digest_size=5).hexdigest()

    @cached_property
    def public_contacts(self) -> PublicContacts:
        """What masking leaves in every text, and the audit does not count as personal."""
        return public_contacts(self.listed_contacts)

    def published(self, *texts: str) -> Published:
        """Texts that are shown one below the other, made fit to be read by all, and judged by the word lists."""
        return published(texts, self.words, self.public_contacts)

    def department_name(self, code: str) -> str:
        """The Chinese name of a unit, or its code when the profile does not know it."""
        unit = self.department.get(code)
        return code if unit is None else unit.name

    def leader_name(self, code: str) -> str:
        """The office of a city leader, or the code when the profile does not know it."""
        return next((leader.name for leader in self.leaders if leader.code == code), code)

    def is_leader(self, code: str, person: str) -> bool:
        """Whether a city leader's account is that leader's; where the profile names none, any of them is."""
        found = next((leader for leader in self.leaders if leader.code == code), None)
        return found is not None and found.account in ("", person)

    def templates_of(self, unit: str) -> tuple[ReplyTemplate, ...]:
        """The beginnings of replies a unit may start from, its own first."""
        fitting = (one for one in self.reply_templates if one.department in ("", unit))
        return tuple(sorted(fitting, key=lambda one: one.department == ""))

    def amended(self, fact: Fact) -> "Profile":
        """The profile after a fact about the city; one that is wrong or concerns others changes nothing.

        Facts are checked by intake before they are said; a fold must not raise.
        """
        try:
            match fact:
                case CalendarPublished():
                    return replaced(self, calendar=self.calendar.with_year(fact.year, _days(fact)))
                case PolicyChanged():
                    return replaced(self, policy=self.policy.changed(fact.part))
        except (ValueError, OverflowError):
            pass
        return self

    @staticmethod
    def load(directory: Path | str) -> "Profile":
        """The profile of a folder; raises ProfileError when a file cannot be read as what it must be."""
        reader = Reader(Path(directory))
        if reader.complaints or reader.policy is None:
            raise ProfileError(tuple(reader.complaints))
        return Profile(
            name=reader.name,
            number_prefix=reader.number_prefix,
            zone=reader.zone,
            policy=reader.policy,
            calendar=reader.calendar,
            departments=reader.departments(),
            duties=reader.duties(),
            divisions=reader.divisions(),
            words=reader.words,
            reply_templates=reader.reply_templates(),
            listed_contacts=reader.public_contacts(),
            leaders=reader.leaders(),
            tiles=reader.tiles(),
            notice_words=reader.notice_words,
        )


def check(directory: Path | str, today: date | None = None) -> list[Complaint]:
    """Everything that is wrong with a profile, file by file, line by line; empty when nothing is.

    With `today`, also whether the calendar still reaches it.
    """
    reader = Reader(Path(directory))
    reader.examine(today)
    return sorted(set(reader.complaints), key=lambda found: (found.file, found.line, found.reason))


def _days(fact: CalendarPublished) -> list[Day]:
    return [
        Day(
            day.day,
            day.name,
            day.is_off_day,
            fact.notice,
            time.fromisoformat(day.closing) if day.closing else None,
        )
        for day in fact.days
    ]
