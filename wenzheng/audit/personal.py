"""I8: nothing personal stands outside the sealed boxes: not on the log, not in log files, not in metrics."""

import asyncio
import re
from pathlib import Path
from typing import Final

import httpx2

from city.masking import find_personal
from contracts.topics import TOPICS
from wenzheng.audit.row import Invariant
from wenzheng.audit.snapshot import Part

_SEALED: Final = re.compile(rb'"sealed(?:_contact|_text)?":"[^"]*"')


class NothingPersonal(Invariant):
    """Everything that may be read by those who hold no key."""

    name = "I8"
    sentence = "密封之外无个人信息 nothing personal outside sealed boxes"

    async def part(self, part: Part) -> None:
        """The records of the log, readable or not."""
        for topic in TOPICS:
            for logged in part.log[topic.name]:
                self.row.checked += 1
                if logged.raw.value is not None:
                    text = _SEALED.sub(b"", logged.raw.value).decode("utf-8", "replace")
                    self._search(text, f"{topic.name}@{logged.offset}")

    async def whole(self) -> None:
        """Log files and metrics."""
        for path in sorted(self.snapshot.home.logs.glob("*.log")):
            await asyncio.to_thread(self._search_file, path)
        async with httpx2.AsyncClient(timeout=10) as http:
            for part in self.snapshot.state["parts"]:
                if not part["address"].startswith("http"):
                    continue
                if part["name"].split("-")[0] in ("gateway", "portal"):
                    continue
                try:
                    text = (await http.get(f"{part['address']}/metrics")).text
                except httpx2.HTTPError:
                    continue
                self.row.checked += 1
                for line in text.splitlines():
                    # Values are numbers of the machine; people could only be in names and labels.
                    self._search(line.rpartition(" ")[0], f"metrics of {part['name']}")

    def _search_file(self, path: Path) -> None:
        with path.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                self.row.checked += 1
                self._search(line, f"{path.name}:{number}")

    def _search(self, text: str, where: str) -> None:
        for span in find_personal(text, self.snapshot.profile.public_contacts):
            if span.kind in ("phone", "id", "openid"):
                self.row.fail(f"{where}: {span.kind} at {span.start}")
