"""The city as a partition knows it: the facts about the whole city, folded in their order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chassis.service import Service
from chassis.store import Remembered


@dataclass
class CityView:
    """A city as one partition knows it, and how many facts made it."""

    city: Any
    amendments: int = 0
    earlier: tuple[Any, ...] = ()
    """The city after 0, 1, 2 … facts, up to the one before the last."""

    def amended(self, city: Any) -> "CityView":
        """With one more fact."""
        return CityView(city, self.amendments + 1, (*self.earlier, self.city))

    def at(self, amendments: int) -> Any:
        """The city after that many facts; the newest when it knows no more."""
        return self.earlier[amendments] if amendments < len(self.earlier) else self.city


def view_of(service: Service[Any, Any], remembered: Mapping[str, Remembered], subject: str) -> CityView:
    """The city as the stored facts of `subject` make it."""
    row = remembered.get(subject)
    if row is None:
        return CityView(service.city.initial)
    view = CityView(service.city.initial)
    for fact in row.state.facts:
        view = view.amended(service.city.fold(view.city, fact))
    return view
