"""What the audit tells of one invariant, and what every invariant is."""

from dataclasses import dataclass, field
from typing import ClassVar, Final

from wenzheng.audit.snapshot import Part, Snapshot

EXAMPLES: Final = 5
"""Violations of one invariant that are shown; all are counted."""


@dataclass
class Row:
    """One invariant's outcome."""

    name: str
    checked: int = 0
    violations: int = 0
    in_flight: int = 0
    """Committed and not yet published, or published and not yet heard: not a violation."""
    examples: list[str] = field(default_factory=list)

    def fail(self, example: str) -> None:
        """Count a violation; the first few are shown."""
        self.violations += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(example)


class Invariant:
    """One sentence that holds at every moment: checked a part of the city at a time, and once over the whole."""

    name: ClassVar[str]
    sentence: ClassVar[str]

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.row = Row(self.name)

    async def part(self, part: Part) -> None:
        """What can be told from the subjects of one part alone."""

    async def whole(self) -> None:
        """What can be told only after every part."""
