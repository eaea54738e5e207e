"""What masking costs: a usual post, and texts made to be costly, whose cost must grow no faster than their length."""

import time
from typing import Any, Final

from city.masking import mask

HOSTILE: Final = (
    "1",
    "13812345678.",
    "13812345678-",
    "a@",
    "a.",
    "oA1-",
    "1 9 ",
    "1 - ",
    "苏N12345",
    "(0527)",
    "+1 2 ",
    "4000 ",
    "一 ",
    "①1",
    "1\u0336",
    "车牌A1",
    "a@b.",
)
"""Each repeated to a long text: beginnings of what is masked, over and over, and never the end."""
SHORT: Final = 4_000
LONG: Final = 64_000
POST: Final = ("尊敬的领导您好，我们小区的物业长期不作为，楼道垃圾无人清理，电梯经常出故障。" * 9)[:300]
"""A post of 300 characters without a digit, as most are."""


def measure() -> dict[str, Any]:
    """Microseconds of a post that holds nothing to mask; the worst growth of the cost of a character.

    `growth_max` is the cost of a character of the long text over that of the short one: about 1 when the
    cost is linear, 16 when it is quadratic.
    """
    growths = {piece: _cost(piece, LONG) / _cost(piece, SHORT) for piece in HOSTILE}
    worst = max(growths, key=growths.__getitem__)
    return {
        "post_us": round(min(_seconds(POST) for _ in range(2000)) * 1e6, 1),
        "growth_max": round(growths[worst], 2),
        "growth_worst": worst,
    }


def _cost(piece: str, length: int) -> float:
    text = piece * (length // len(piece))
    return min(_seconds(text) for _ in range(3)) / len(text)


def _seconds(text: str) -> float:
    begun = time.perf_counter()
    mask(text)
    return time.perf_counter() - begun
