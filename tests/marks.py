"""What a choice by marks leaves out: whole files of tests are passed over unread, for importing them is most of their cost."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain, combinations

from _pytest.mark.expression import Expression

_OF_THE_FILE = re.compile(r"^pytestmark = (\[$.*?^\]|.*?$)", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"\bmark\.(\w+)")


def of_the_file(text: str) -> frozenset[str]:
    """The marks that every test of a file has. Those of single cases (`marks=`) are not the file's."""
    found = _OF_THE_FILE.search(text)
    return frozenset(_MARK.findall(found[1])) if found and "marks=" not in found[1] else frozenset()


@cache
def may_be_chosen(expression: str, marks: frozenset[str]) -> bool:
    """Whether `-m expression` may choose a test that has these marks and perhaps others."""
    if not expression or "=" in expression:  # a mark with arguments: only pytest knows
        return True
    chosen = Expression.compile(expression)
    others = sorted(set(re.findall(r"\w+", expression)) - marks - {"and", "or", "not"})
    return any(chosen.evaluate(lambda name, /, **_: name in marks | some) for some in _parts(others))


def _parts(names: list[str]) -> Iterator[frozenset[str]]:
    return map(frozenset, chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)))
