"""How the cost of a function grows with its text, in processor time, so that a busy machine does not matter."""

import time
from collections.abc import Callable

TIMES = 4
"""How much longer the longer text is."""
MOST = 9.0
"""The cost of four times the text: 4 times when the cost is linear, 16 times when it is quadratic."""
LEAST = 0.002
"""Seconds below which a cost is not told from the noise of the clock."""


def growth(work: Callable[[str], object], piece: str, short: int = 4_000) -> float:
    """The cost for TIMES * `short` characters over that for `short`, each the least of several."""
    return max(_cost(work, piece, TIMES * short), LEAST) / max(_cost(work, piece, short), LEAST)


def _cost(work: Callable[[str], object], piece: str, length: int) -> float:
    text = (piece * (length // len(piece) + 1))[:length]
    costs = []
    for _ in range(4):
        begun = time.process_time()
        work(text)
        costs.append(time.process_time() - begun)
    return min(costs)
