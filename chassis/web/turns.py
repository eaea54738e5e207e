"""Whose turn it is: of work that waits for one thread, the smaller first, and who brought dear work waits for all others. Pure data.

Rests keep dear work from taking more than a share of the processors. But whoever sends one long text, as one person in twenty-five
does, should not rest for strangers who send sixty made to be dear: so a rest is long for those who brought dear work lately, and short
for everybody else.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

DEAR_SECONDS: Final = 0.006
"""Work that used more of a processor is followed by a rest."""
REST: Final = 3.0
"""How many times as long as dear work the rest is, for those who brought dear work lately: at most a quarter of one processor."""
SHORT_REST: Final = 1.0
"""The same for everybody else: whoever comes from ever new addresses gets at most half of one processor."""
LATELY: Final = 60.0
"""Seconds for which it is remembered who brought dear work: the limits of doors are by the minute, too."""
REMEMBERED: Final = 10_000
"""So many of them; then the one of longest ago is forgotten."""


class Piece(Struct, frozen=True, eq=False):
    """Work that waits."""

    size: int
    number: int
    who: str
    work: Callable[[], Any]
    done: Any
    """Who asked is told here."""


class Turns:
    """What waits, who brought dear work lately, and until when there is rest."""

    def __init__(self, rest: float = 0.0) -> None:
        """`rest`: of `REST`; 0.0, where the cost of the work is known and nobody has to rest."""
        self._rest = rest
        self._waiting: list[Piece] = []
        self._came = 0
        self._dear: OrderedDict[str, float] = OrderedDict()
        """Who brought dear work, and until when that is remembered."""
        self._short_until = self._long_until = 0.0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, size: int, who: str, work: Callable[[], Any], done: Any) -> None:
        """Somebody's work waits."""
        self._came += 1
        self._waiting.append(Piece(size, self._came, who, work, done))

    def take(self, now: float) -> Piece | float | None:
        """The piece whose turn it is; else the seconds until there is one; None when nothing waits."""
        if not self._waiting:
            return None
        others = [piece for piece in self._waiting if self._dear.get(piece.who, 0.0) <= now]
        until, ready = (self._short_until, others) if others else (self._long_until, self._waiting)
        if until > now:
            return until - now
        piece = min(ready, key=lambda piece: (piece.size, piece.number))
        self._waiting.remove(piece)
        return piece

    def took(self, piece: Piece, seconds: float, now: float) -> None:
        """The piece was done, and used so much of a processor."""
        if not self._rest or seconds <= DEAR_SECONDS:
            return
        self._short_until = max(self._short_until, now + SHORT_REST * seconds)
        self._long_until = max(self._long_until, now + self._rest * seconds)
        self._dear[piece.who] = now + LATELY
        self._dear.move_to_end(piece.who)
        if len(self._dear) > REMEMBERED:
            self._dear.popitem(last=False)
