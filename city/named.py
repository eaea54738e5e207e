"""Units, areas, duty items and kinds of posts by what people call them: code or name. Pure.

No refusal without the remedy: what is not known is answered with what there is.
"""

from collections.abc import Mapping
from typing import Final

from city.normal import folded
from city.profile import Profile

MOST_NAMED: Final = 12
"""Of a longer list those are named that share most characters with what was asked, and how many there are in all."""
LONGEST: Final = 64
"""Characters of what was asked that are looked at."""


class NotNamed(ValueError):
    """Nothing is called so; the argument is a Chinese sentence that names what there is."""


def area(city: Profile, called: str) -> str:
    """The code of an area (区县), by code or name; empty for nothing. Raises NotNamed."""
    return _code(called, {division.area_code: division.area for division in city.divisions}, "区县")


def unit(city: Profile, called: str) -> str:
    """The code of a unit (单位), by code or name; empty for nothing. Raises NotNamed."""
    return _code(called, {unit.code: unit.name for unit in city.departments}, "单位")


def duty_item(city: Profile, called: str) -> str:
    """The code of a duty item (职责), by code or name; empty for nothing. Raises NotNamed."""
    return _code(called, {duty.code: duty.name for duty in city.duties}, "职责")


def kind(city: Profile, called: str) -> str:
    """The code of a kind of posts (帖子类型), by code or name; empty for nothing. Raises NotNamed."""
    return _code(called, {code: kind.name for code, kind in city.policy.kinds.items()}, "帖子类型")


def leader(city: Profile, called: str) -> str:
    """The code of a city leader (领导), by code or office; empty for nothing. Raises NotNamed."""
    return _code(called, {leader.code: leader.name for leader in city.leaders}, "领导")


def _code(called: str, names: Mapping[str, str], what: str) -> str:
    if called in names or not called:
        return called
    wanted = folded(called).strip()[:LONGEST]
    for code, name in names.items():
        if wanted in (code, folded(name)):
            return code
    shown = sorted(names, key=lambda code: -len(set(wanted) & set(code + folded(names[code]))))[:MOST_NAMED]
    listed = "、".join(f"{names[code]}({code})" for code in sorted(shown, key=list(names).index))
    more = f"等 {len(names)} 个" if len(names) > MOST_NAMED else ""
    raise NotNamed(f"没有这个{what},可以填:{listed}{more}")
