"""How long to rest after a piece of work, so that the next one finds more to do at once."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """A rest in proportion to the work, within bounds.

    A batch of one record costs nearly as much as a batch of fifty. A rest lets records gather; it makes
    whoever waits for the next batch wait longer. So the bounds say who waits: nobody rests long where a
    person looks on, and nobody hurries where only a figure follows.
    """

    times: float
    """Rest this many times as long as the work took."""
    at_most: float
    """Seconds; the longest rest."""
    at_least: float = 0.0
    """Seconds; the shortest rest."""

    def rest(self, seconds: float) -> float:
        """Seconds to rest after work that took `seconds`."""
        return max(self.at_least, min(self.times * seconds, self.at_most))


PEOPLE_WAIT = Pace(times=3.0, at_most=0.1, at_least=0.03)
"""After a batch whose facts a person waits for, such as an assignment. A blink, in which two or three posts come."""

NOBODY_WAITS = Pace(times=3.0, at_most=0.5, at_least=0.4)
"""After a batch that only a history or a figure follows: half a second later is soon enough."""

A_PAGE_FOLLOWS = Pace(times=3.0, at_most=0.2, at_least=0.1)
"""After a batch that shows on a page somebody may be looking at, or that an act depends on: who holds a case, when it
is due. A unit's own system acts as soon as it hears of an assignment, and must find itself the holder."""
