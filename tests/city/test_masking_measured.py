"""How much of what is personal is found, and how much of what is found is personal, on 2,237 labelled lines."""

import pytest

from city.masking import find_personal
from tests.city.lines import Line, lines


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
