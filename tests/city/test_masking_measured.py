"""How much of what is personal is found, and how much of what is found is personal, on 2,237 labelled lines."""

import random

import pytest

from city.masking import find_personal
from city.names import PATTERNS, Held
from city.sight import see
from tests.city.lines import Line, lines

pytestmark = pytest.mark.medium


def missed(line: Line) -> int:
    """Personal parts of a line of which a letter or digit can still be read."""
    starred = {place for span in find_personal(line.text) for place in range(span.start, span.end)}
    return sum(
        any(line.text[place].isalnum() and place not in starred for place in range(start, end))
        for start, end in line.personal
    )


def wrong(line: Line) -> int:
    """Spans found in a line that touch nothing personal."""
    return sum(
        not any(span.start < end and start < span.end for start, end in line.personal)
        for span in find_personal(line.text)
    )


@pytest.mark.parametrize("seed", [20261127, 1, 2])
def test_nearly_all_that_is_personal_is_found_and_nearly_nothing_else(seed: int) -> None:
    written = lines(seed)

    personal = sum(len(line.personal) for line in written)
    found = personal - sum(map(missed, written))
    others = sum(map(wrong, written))
    recall, precision = found / personal, found / (found + others)
    print(f"\n{len(written)} lines: recall {recall:.4f}, precision {precision:.4f}")

    assert len(written) >= 2_000
    assert recall >= 0.998
    assert precision >= 0.998


@pytest.mark.parametrize("seed", [20261127, 1])
def test_no_pattern_is_left_out_where_it_would_have_found_something(seed: int) -> None:
    """What a reading must hold for a pattern to be tried is asked first; here all are tried, on shuffled pieces, too."""
    written = [line.text for line in lines(seed)]
    pieces = [piece for text in written for piece in text.replace(",", " ").split()]
    random.Random(seed).shuffle(pieces)
    readings = [
        see(text).plain
        for text in (*written, *("".join(pieces[n : n + 3]) for n in range(0, len(pieces), 3)))
    ]

    overlooked = [
        (plain, pattern.pattern)
        for plain in readings
        for _, needs, pattern, accepts in PATTERNS
        if not needs(Held(plain))
        and any(accepts(match.group(match.lastindex or 0)) for match in pattern.finditer(plain))
    ]

    assert overlooked == []
