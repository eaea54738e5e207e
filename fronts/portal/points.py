"""Where exactly it is, on pages: typed degrees as numbers, and a point as its author and the holding unit read it. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from city.points import DATUM_NAMES, Points, degrees_of

LONGEST: Final = 20
"""Characters of typed degrees that are handed on, where they are no number: enough for intake to refuse."""
_DEGREES: Final = re.compile(r"(?:东经|北纬|[EN])? ?(-?\d{1,3}(?:\.\d{1,20})?) ?[°度]? ?[EN]?", re.IGNORECASE)


def point_of(typed: Mapping[str, str]) -> dict[str, Any]:
    """The point of a form as intake wants it; empty where nothing was typed."""
    degrees: dict[str, Any] = {name: _degrees(typed.get(name, "")) for name in ("longitude", "latitude")}
    given = {name: value for name, value in degrees.items() if value != ""}
    if given and typed.get("datum"):
        given["datum"] = typed["datum"]
    street = typed.get("street_address", "").strip()
    return given | ({"street_address": street} if street else {})


def _degrees(typed: str) -> float | str:
    """What was typed for degrees, in any width, with `°` or 东经 about it; as it is where that is no number."""
    plain = unicodedata.normalize("NFKC", typed[: 4 * LONGEST]).strip()
    found = _DEGREES.fullmatch(" ".join(plain.split()))
    return float(found[1]) if found else plain[:LONGEST]


def shown(point: Mapping[str, Any] | None, city: Points) -> dict[str, str]:
    """The street, the degrees in words, what they are counted from, and the address of a map; empty without a point."""
    if point is None:
        return {}
    told = {"street_address": str(point["street_address"]), "degrees": "", "datum": "", "link": ""}
    longitude, latitude, datum = point["longitude"], point["latitude"], str(point["datum"])
    if longitude is None or latitude is None:
        return told
    east, north = "东经" if longitude >= 0 else "西经", "北纬" if latitude >= 0 else "南纬"
    degrees = f"{east} {degrees_of(abs(longitude))}°,{north} {degrees_of(abs(latitude))}°"
    link = city.link_to(longitude, latitude, datum)
    return told | {"degrees": degrees, "datum": DATUM_NAMES.get(datum, datum), "link": link}
