"""I8: nothing personal stands outside the sealed boxes: not on the log, not in tables, log files or metrics."""

import asyncio
from pathlib import Path

import httpx2

from contracts.topics import TOPICS
from wenzheng.audit.eyes import personal
from wenzheng.audit.row import Invariant
from wenzheng.audit.snapshot import Part
from wenzheng.stack.home import SERVICES


class NothingPersonal(Invariant):
    """Everything that may be read by those who hold no key."""

    name = "I8"
    sentence = "密封之外无个人信息 nothing personal outside sealed boxes"

    async def part(self, part: Part) -> None:
        """The records of the log, readable or not."""
        for topic in TOPICS:
            for logged in part.log[topic.name]:
                where = f"{topic.name}/{part.partition}@{logged.offset}"
                for written in (logged.raw.key, logged.raw.value):
                    self._search((written or b"").decode("utf-8", "replace"), where)

    async def whole(self) -> None:
        """Tables, log files and metrics."""
        for service in SERVICES:
            await self._table(f"select subject, remembered as text from {service}.subject", service)
            await self._table(
                f"select subject, convert_to(reason, 'UTF8') as text from {service}.waiting", service
            )
        await self._table(
            "select subject, convert_to(text || ' ' || reason, 'UTF8') as text from notifier.notice", "notice"
        )
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
                for line in text.splitlines():
                    # Values are numbers of the machine; people could only be in names and labels.
                    self._search(line.rpartition(" ")[0], f"metrics of {part['name']}")

    async def _table(self, query: str, name: str) -> None:
        async for row in self.snapshot.connection.cursor(query):
            self._search(row["text"].decode("utf-8", "replace"), f"{name} {row['subject']}")

    def _search_file(self, path: Path) -> None:
        with path.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                self._search(line, f"{path.name}:{number}")

    def _search(self, text: str, where: str) -> None:
        self.row.checked += 1
        profile = self.snapshot.profile
        for kind in personal(text, profile.number_prefix, profile.public_contacts):
            self.row.fail(f"{where}: {kind}")
