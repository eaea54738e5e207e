"""A city's own words of notices: which there can be, and what each must and must not hold. Pure.

A city may use the places that the product's own words of that notice have, and no other: a fact holds more than its reader may know, who a
robot's group is nobody knows, and what anybody wrote is repeated only where the table says so.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from city.files import Complaint
from city.notice_words import FILE, FOLLOWER
from city.profile import Profile
from city.templates import FIELD_LENGTH, PLACE
from services.notifier.core.inboxes import SIZES
from services.notifier.core.table import TOLD
from services.notifier.core.table_of_followers import FOLLOWERS_TOLD

OWN_TEXTS: Final[Mapping[tuple[str, str], str]] = {
    (row.audience, row.name): row.text for row in chain.from_iterable(TOLD.values())
} | {(FOLLOWER, news.kind): news.text for news in FOLLOWERS_TOLD.values()}
"""The product's own words, by audience and name: everything that a city can say in words of its own."""

NEEDED: Final = frozenset(
    (
        # What it is about: the link to the case is the channel's, and so is where the number is not said a hint only.
        *("number", "lead_number", "record", "case", "title"),
        # By when, whether that is certain, and why: people go by it, and some of it is their right.
        *("due", "due_day", "until", "new_date", "day", "begins", "provisional", "reason", "why"),
    )
)
"""Places that stand in a city's words where they stand in the product's own."""

_DATE, _DAY_AND_HOUR = len("03月05日"), len("03月05日18:00")
WIDTHS: Final = {
    **dict.fromkeys(("due", "until", "begins"), _DAY_AND_HOUR),
    **dict.fromkeys(("due_day", "new_date", "day", "done_on"), _DATE),
    "provisional": len("(暂定)"),
    "waiting": 4,
}
"""Characters of what stands in a place, at most; what people wrote is shortened and counts as nothing."""


def unfit(city: Profile) -> tuple[Complaint, ...]:
    """Everything that is wrong with a city's own words, each with what would be right."""
    return tuple(
        Complaint(FILE, words.line, f"{name}:{reason}")
        for (audience, name), words in city.notice_words.texts.items()
        for reason in _unfit(city, audience, name, words.text)
    )


def _unfit(city: Profile, audience: str, name: str, text: str) -> Iterator[str]:
    own = OWN_TEXTS.get((audience, name))
    if own is None:
        yield _no_such(audience, name)
        return
    places, used = PLACE.findall(own), PLACE.findall(text)
    may_be = f"可以写的是 {_listed(places)}" if places else "这条通知里没有位置"
    for place in dict.fromkeys(used):
        if place not in places:
            yield f"没有 {{{place}}} 这个位置,{may_be};姓名、电话等个人信息不得写进通知"
        elif used.count(place) > 1:
            yield f"{{{place}}} 只能写一次,请去掉多余的"
    missing = [place for place in dict.fromkeys(places) if place in NEEDED and place not in used]
    if missing:
        yield f"缺少 {_listed(missing)},请写进去:收到的人要知道是哪一件、到什么时候、为什么"
    words = PLACE.sub("字", text)
    if city.published(words).texts != (words,):
        yield "有电话、证件号之类的个人信息或不宜公开的词,请去掉;单位的电话请先列入 public-contacts.csv"
    most = _room(city, audience)
    length = len(PLACE.sub("", text)) + sum(_width(city, place) for place in used)
    if length > most:
        yield f"太长:填好后有 {length} 个字,至多 {most} 个,请缩短"


def _no_such(audience: str, name: str) -> str:
    """What can be said to this audience, or to whom this can be said."""
    others = [other for other, named in OWN_TEXTS if named == name]
    if others:
        return f"不通知 {audience},请写在 {'、'.join(f'[texts.{other}]' for other in others)} 下"
    listed = [named for other, named in OWN_TEXTS if other == audience]
    near = [named for named in listed if named.startswith(name.partition("-")[0])]
    return f"{audience} 没有这种通知,可以写的是 {'、'.join(near or listed)}"


def _room(city: Profile, audience: str) -> int:
    """Characters that every channel of this audience shows: the fields of WeChat's, or a line of a unit's digest."""
    if audience in ("citizen", FOLLOWER):
        return city.notice_words.room * FIELD_LENGTH
    return SIZES["robot"].words


def _width(city: Profile, place: str) -> int:
    """At most so many characters stand in this place, apart from what people wrote."""
    match place:
        case "number" | "lead_number" | "case" | "record":
            return len(city.number_prefix) + len("260302-000001")
        case "unit":
            return max((len(unit.name) for unit in city.departments), default=0)
        case _:
            return WIDTHS.get(place, 0)


def _listed(places: list[str]) -> str:
    return "、".join(f"{{{place}}}" for place in dict.fromkeys(places))
