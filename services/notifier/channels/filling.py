"""What stands in the fields of a provider's template when a notice goes out: the city says which place goes where."""

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Final, NamedTuple

from city.templates import FIELD_LENGTH, PLACE, TEXT, Template
from services.notifier.channels import CHINA
from services.notifier.core.wording import shortened
from services.notifier.outgoing import Outgoing

NOTHING: Final = "-"
"""Stands in a field for which there is nothing: providers refuse one that is empty."""


class InCity(NamedTuple):
    """How a city names its units, and by which clock it lives."""

    zone: tzinfo = CHINA
    unit_name: Callable[[str], str] = str


def places_of(outgoing: Outgoing, city: InCity, link: str = "", stop: str = "") -> dict[str, str]:
    """What stands in each place for one notice."""
    notice = outgoing.notice
    return {
        "text": notice.text,
        "number": outgoing.number,
        "unit": city.unit_name(notice.department) if notice.department else "",
        "time": f"{notice.at.astimezone(city.zone):%Y年%m月%d日 %H:%M}" if notice.at else "",
        "link": link,
        "stop": stop and f"退订 {stop}",
    }


def filled(template: Template, places: Mapping[str, str]) -> dict[str, str]:
    """Every field with its value; words between two blanks that come to nothing leave no blank behind."""
    return {name: _value(value, places) or NOTHING for name, value in template.fields}


def spread(template: Template, places: Mapping[str, str]) -> dict[str, str]:
    """Of WeChat: the words go over their fields in order, so many characters each; what does not fit shows as an ellipsis."""
    text = shortened(places["text"], template.text_fields * FIELD_LENGTH)
    parts = [text[begin : begin + FIELD_LENGTH] for begin in range(0, len(text), FIELD_LENGTH)]
    others = filled(template, places)
    of_text = [name for name, value in template.fields if value == TEXT]
    taken = dict(zip(of_text, parts, strict=False))
    return {
        name: taken.get(name, NOTHING) if value == TEXT else shortened(others[name], FIELD_LENGTH)
        for name, value in template.fields
    }


def _value(value: str, places: Mapping[str, str]) -> str:
    words = (PLACE.sub(lambda place: places[place[1]], word) for word in value.split(" "))
    return " ".join(word for word in words if word)
