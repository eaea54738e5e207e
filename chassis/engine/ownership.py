"""What an instance owns: partitions, how far each of them stands, and the city as each knows it."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.engine.city import CityView, view_of
from chassis.failures import STORAGE_ERRORS, ConnectionLost, Superseded
from chassis.service import Service
from chassis.store import Position, Remembered
from contracts.identity import city_subject


class Ownership:
    """The partitions of one instance, as the database has them; what it decides is for these alone."""

    def __init__(self, service: Service[Any, Any], instance: str) -> None:
        self.service = service
        self.instance = instance
        self.positions: dict[int, dict[str, int]] = {}
        """Owned partition to topic to next offset, as committed."""
        self.cities: dict[int, CityView] = {}
        """Owned partition to the city as it knows it."""
        self.changes = 0
        """Grows by one whenever partitions are taken over or let go."""

    @property
    def partitions(self) -> list[int]:
        """The partitions owned now."""
        return sorted(self.positions)

    def newest(self) -> CityView | None:
        """The city as the partition knows it that has learnt most; None while nothing is owned."""
        return max(self.cities.values(), key=lambda view: view.amendments, default=None)

    def nothing(self) -> None:
        """Own nothing until the next assignment."""
        self.changes += 1
        self.positions, self.cities = {}, {}

    async def know(self, stored: Mapping[int, Position], rows: Mapping[str, Remembered]) -> None:
        """Own these partitions, with positions and cities as they are stored. Raises ConnectionLost.

        Positions stored for topics that are no longer heard are left as they are.
        """
        await self.prepare([fact for row in rows.values() for fact in row.state.facts])
        self.cities = {p: view_of(self.service, rows, city_subject(p)) for p in stored}
        self.positions = {
            p: {topic.name: position.offsets.get(topic.name, 0) for topic in self.service.hears}
            for p, position in stored.items()
        }

    async def prepare(self, facts: Sequence[Any]) -> None:
        """What folding facts about the city needs, fetched before any transaction. Raises ConnectionLost."""
        prepare = self.service.city.prepare
        if prepare is None:
            return
        try:
            for fact in facts:
                await prepare(fact)
        except STORAGE_ERRORS as problem:
            raise ConnectionLost(f"{type(problem).__name__}: {problem}", undone=True, away=True) from problem

    def check(self, stored: Mapping[int, Position]) -> None:
        """Raises Superseded when the rows name another owner, or other offsets than this instance has committed."""
        for partition, position in stored.items():
            known = self.positions[partition]
            if position.owner != self.instance or any(
                position.offsets.get(t, 0) != o for t, o in known.items()
            ):
                raise Superseded(f"{self.service.name} partition {partition} belongs to {position.owner}")

    def check_owner(self, stored: Mapping[int, Position]) -> None:
        """Raises Superseded when the rows name another owner; what this one has committed is read from them."""
        for partition, position in stored.items():
            if position.owner != self.instance:
                raise Superseded(f"{self.service.name} partition {partition} belongs to {position.owner}")
