"""The kept answers in memory."""

from collections.abc import Sequence
from typing import Any

from chassis.engine.answers import IdempotencyKey, Kept


class MemoryAnswers:
    """The twin of the kept answers."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], Kept] = {}

    async def find(self, connection: Any, keys: Sequence[IdempotencyKey]) -> dict[IdempotencyKey, Kept]:
        return {
            key: self._kept[(key.caller, key.path, key.key)]
            for key in keys
            if (key.caller, key.path, key.key) in self._kept
        }

    async def keep(self, connection: Any, answered: Sequence[tuple[IdempotencyKey, bytes]]) -> bool:
        for key, answer in answered:
            self._kept[(key.caller, key.path, key.key)] = Kept(key.body_hash, answer)
        return True
