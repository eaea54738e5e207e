"""From a row of the table and a fact to the words of a notice. Pure."""

from datetime import date, datetime
from typing import Any, Final
from unicodedata import category

from city.profile import Profile
from services.notifier.core.case import Case

NUMBER: Final = "{number}"
"""Where the post's number stands in a text; it may be known later than the rest."""

TITLE_LENGTH: Final = 20
"""Characters of a title that staff read in a notice."""

STAFF_LENGTH: Final = 50
CITIZEN_LENGTH: Final = 200
"""Characters of what somebody wrote that a notice repeats; the whole stands on the page."""


def one_line(text: str) -> str:
    """On one line, without control characters and without those that turn the direction of reading.

    A line break would make a line of its own in a unit's digest, written by whoever wrote the text.
    """
    if not text.isprintable():
        text = "".join(map(_plain, text))
    return " ".join(text.split())


def words(text: str, case: Case, fact: Any, city: Profile, longest: int) -> tuple[str, str]:
    """What stands before the number and what after it.

    What people wrote is put in once and never looked at again: a clerk who types `{number}` or `{unit}` reads
    just that. Raises AttributeError for a name that neither fact nor case has.
    """
    before, _, after = text.partition(NUMBER)
    values = _Values(case, fact, city, longest)
    return before.format_map(values), after.format_map(values)


class _Values(dict[str, str]):
    """The names of a text, looked up when they are met."""

    def __init__(self, case: Case, fact: Any, city: Profile, longest: int) -> None:
        super().__init__()
        self._case = case
        self._fact = fact
        self._city = city
        self._longest = longest

    def __missing__(self, name: str) -> str:
        if name == "unit":
            return self._city.department_name(getattr(self._fact, "department", "") or self._case.department)
        value = getattr(self._fact, name) if hasattr(self._fact, name) else getattr(self._case, name)
        match value:
            case bool():
                return "(暂定)" if value else ""
            case datetime():
                at = value.astimezone(self._city.zone)
                return f"{at.month}月{at.day}日{at:%H:%M}"
            case date():
                return f"{value.month}月{value.day}日"
            case _:
                return shortened(one_line(str(value)), self._longest)


def shortened(text: str, longest: int) -> str:
    """At most so many characters; what is left out shows as an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


_JOINERS: Final = "\u200c\u200d"
"""Part of emoji and of some scripts' words."""


def _plain(character: str) -> str:
    match category(character):
        case "Cc" | "Zl" | "Zp" | "Zs":
            return " "
        case "Cf" if character not in _JOINERS:
            return ""
        case _:
            return character
