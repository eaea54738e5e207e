"""Sealing: personal texts leave a request and a sealed box takes their place, before any rule sees it."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from chassis.store import Input
from chassis.vault import Keys, seal
from services.intake.core import requests as ask


class Seal:
    """Makes sealed boxes for a whole group of requests, with one look at the vault; a key belongs to a post."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    async def __call__(self, connection: Any, inputs: Sequence[Input]) -> Sequence[Input]:
        """The inputs, personal fields sealed; an erasure deletes the key in the same transaction."""
        posts = [
            subject
            for subject, given in inputs
            if isinstance(given, ask.Submit | ask.Asked) and given.personal
        ]
        keys = await self._keys.get_or_create(connection, posts) if posts else {}
        sealed: list[Input] = []
        for subject, given in inputs:
            if isinstance(given, ask.Submit | ask.Asked) and given.personal:
                box = seal(keys[subject], given.personal, subject)
                given = replace(given, sealed=box, personal={})
            elif isinstance(given, ask.Asked) and given.act == "erasure":
                await self._keys.erase(connection, subject)
            sealed.append((subject, given))
        return sealed
