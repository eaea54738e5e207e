"""Has papers made by a child process, one at a time: fonts and libraries take 110 MB that the service does not keep."""

import asyncio
import hashlib
import sys
from collections import OrderedDict
from typing import Final

import msgspec

from chassis.giving_way import run_child
from chassis.problem import HttpRefused
from services.stats.bulletins.papers.paper import Paper

KINDS: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
KEPT: Final = 12
"""Papers that are kept in memory, a tenth of a megabyte each."""
SECONDS: Final = 60.0
"""Real time after which a paper is given up."""

_encode: Final = msgspec.json.Encoder().encode


class Press:
    """Makes each paper once."""

    def __init__(self) -> None:
        self._one = asyncio.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    async def make(self, kind: str, paper: Paper) -> bytes:
        """The bytes of a paper. Raises Refused 503 when it does not get done in time."""
        content = _encode(paper)
        key = f"{kind}:{hashlib.blake2b(content, digest_size=16).hexdigest()}"
        async with self._one:
            if key not in self._kept:
                self._kept[key] = await self._child(kind, content)
                if len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            return self._kept[key]

    @staticmethod
    async def _child(kind: str, content: bytes) -> bytes:
        command = sys.executable, "-m", "services.stats.bulletins.papers", kind
        try:
            code, data = await run_child(*command, data=content, seconds=SECONDS)
        except TimeoutError as late:
            raise HttpRefused(503, "paper-late", "文件没有及时做好,请稍后再试", retry_after=60) from late
        if code or not data:
            raise RuntimeError(f"the maker of {kind} ended with {code}")
        return data
