"""The comparison in a child process that gives way to everybody: the clock's own process neither reads nor counts for it."""

import asyncio
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import msgspec

from city.profile import Profile
from services.deadline.core.case import Case
from services.deadline.core.whatif import Difference, Tally, compare
from services.deadline.whatif.task import Done, Progress, Task, Told

LONGEST_LINE: Final = 16 * 1024 * 1024
"""Bytes of the answer: a hundred cases of each of a hundred units are two million."""
AT_ONCE: Final = 50
"""Cases between which the twin in memory lets others have their turn."""

Given = tuple[str, str, Task]
"""What the child is given: DSN, folder of the city, task. Not as arguments, which anybody on the machine can read."""

_encode: Final = msgspec.json.Encoder().encode
_answer: Final = msgspec.json.Decoder(Progress | Done).decode


class Child:
    """Has tasks done by `python -m services.deadline.whatif`, each by a process of its own."""

    def __init__(self, dsn: str, city: Path) -> None:
        self._dsn = dsn
        self._city = city

    async def __call__(self, task: Task, told: Told) -> Difference:
        """The difference. Whoever is cancelled meanwhile takes the child with it. Raises RuntimeError where it failed."""
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "services.deadline.whatif"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LONGEST_LINE,
        )
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(_encode((self._dsn, str(self._city), task)))
            child.stdin.close()
            async for line in child.stdout:
                said = _answer(line)
                if isinstance(said, Done):
                    return said.difference
                told(said)
            raise RuntimeError(f"the child ended with {await child.wait()}")
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()


class MemoryChild:
    """The twin: compares in this process, a few cases at a time."""

    def __init__(self, cases: Callable[[], Iterable[Case]], profile: Profile) -> None:
        self._cases = cases
        self._profile = profile

    async def __call__(self, task: Task, told: Told) -> Difference:
        before, after = task.before.on(self._profile), task.after.on(self._profile)
        wanted = (case for case in self._cases() if task.concerns(case, before.zone))
        cases = sorted(wanted, key=lambda case: case.number)
        tally = Tally(before)
        for start in range(0, len(cases), AT_ONCE):
            told(Progress(start, len(cases)))
            await asyncio.sleep(0)
            tally.add(compare(cases[start : start + AT_ONCE], before, after, task.now))
        return tally.difference()
