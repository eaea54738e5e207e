"""What arrived at the gateway: an append-only file, folded into counts per notice."""

import json
import time
from pathlib import Path
from typing import Any


class Arrivals:
    """Every arrival, in order; `counts` says how often each notice id arrived with an effect."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Telephones, in the clear: a provider's own.
        path.touch(mode=0o600)
        path.chmod(0o600)
        self._path = path
        self._rows: list[dict[str, Any]] = []
        self.counts: dict[str, int] = {}
        known = path.read_text(encoding="utf-8")
        for line in known.splitlines():
            try:
                self._remember(json.loads(line))
            except ValueError:
                continue  # a line cut off by a kill
        self._file = path.open("a", encoding="utf-8")
        if known and not known.endswith("\n"):
            # What arrives next is no part of it.
            self._file.write("\n")

    def add(self, channel: str, recipient: str, text: str, notices: list[str]) -> None:
        """A message arrived; it may carry several notices."""
        row = {
            "at": time.time(),
            "channel": channel,
            "recipient": recipient,
            "text": text,
            "notices": notices,
        }
        self._file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._file.flush()
        self._remember(row)

    def has(self, notice: str) -> bool:
        """Whether a notice arrived before."""
        return notice in self.counts

    def since(self, index: int, limit: int = 5000) -> list[dict[str, Any]]:
        """Arrivals from a position on."""
        return self._rows[index : index + limit]

    def newest(self, limit: int = 100) -> list[dict[str, Any]]:
        """The newest first."""
        return self._rows[: -limit - 1 : -1]

    def __len__(self) -> int:
        return len(self._rows)

    def _remember(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        for notice in row["notices"]:
            self.counts[notice] = self.counts.get(notice, 0) + 1
