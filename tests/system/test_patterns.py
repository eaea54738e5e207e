"""Every pattern of the house that meets what people write costs time linear in the text, whatever it holds."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest

from tests.city.cost import MOST, growth

PACKAGES = ("city", "chassis", "contracts", "fronts", "services")
PIECES = (
    *(
        "1",
        "a",
        "路",
        "A",
        " ",
        "\n",
        "_",
        "-",
        ".",
        "@",
        "/",
        "*",
        "#",
        "%",
        "+",
        "(",
        "（",
        "〔",
        "【",
        "x",
        "o",
    ),
    *(
        "[ ",
        "1-",
        "a-",
        "a.",
        "a@",
        "1 ",
        "1年",
        "oA1",
        "https://",
        "苏N1",
        "电话",
        "\u0301",
        "\u200b",
        "é",
        "😀",
        "①",
    ),
    *("待", "将", "请", "您", "感谢", "反映", "的", "与我", "不在我", "吗?", "。", "，"),
)
SHORT = {
    (
        "services.router.core.assigning.place",
        "_BEFORE_ROAD",
    ): "meets the name of a road, at most a dozen characters",
    ("city.contacts", "_DOMAIN"): "meets an address of at most 254 characters, from its beginning",
}
"""Patterns that meet short texts alone, and why."""


def _patterns() -> Iterator[tuple[str, str, re.Pattern[str]]]:
    """Module, name and pattern of everything compiled in a module, inside tuples as well."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if module.name.endswith("__main__") or ".versions" in module.name:
                continue
            for name, value in vars(importlib.import_module(module.name)).items():
                for pattern in _within(value):
                    if (module.name, name) not in SHORT:
                        yield module.name, name, pattern


def _within(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _within(part)


PATTERNS = {
    (pattern.pattern, pattern.flags): (module, name, pattern) for module, name, pattern in _patterns()
}


def test_the_patterns_of_the_house_are_met() -> None:
    assert len(PATTERNS) > 80


@pytest.mark.slow
@pytest.mark.parametrize(
    "pattern", [pytest.param(pattern, id=f"{module}.{name}") for module, name, pattern in PATTERNS.values()]
)
def test_a_pattern_costs_no_more_than_its_text(pattern: re.Pattern[str]) -> None:
    slow = {piece for piece in PIECES if growth(lambda text: pattern.sub("", text), piece, 1_500) > MOST}

    assert slow == set()
