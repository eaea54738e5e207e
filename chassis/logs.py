"""Logs: one JSON object a line, UTF-8 as it is, personal data masked last."""

import logging
import sys
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog

SELDOM_SECONDS = 10.0
"""A line of a library that comes again within so many seconds is counted, and not written."""
KINDS = 500
"""Kinds of lines that are remembered."""


class Seldom(logging.Filter):
    """Of a library's line that comes again and again one in ten seconds, with the number of those between.

    While the broker is away, its client writes some 85 lines a second, 16 kB (measured 2026-11-30): of five listeners 7 GB a
    day. A full disk would be the next thing to go wrong.
    """

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[tuple[str, int, str], tuple[float, int]] = {}
        """Logger, level and text before its arguments to when it was last written, and how many were left out since."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written; one that stands for others says for how many."""
        kind = record.name, record.levelno, str(record.msg)
        at, left_out = self._told.get(kind, (-SELDOM_SECONDS, 0))
        if 0 <= record.created - at < SELDOM_SECONDS:
            self._told[kind] = at, left_out + 1
            return False
        if kind not in self._told and len(self._told) >= KINDS:
            self._told.clear()
        self._told[kind] = record.created, 0
        if left_out:
            record.msg, record.args = f"{record.getMessage()} ({left_out} more of these)", None
        return True


def configure(mask: Callable[[str], str], instance: str) -> None:
    """Write JSON lines to standard output, every text masked by `mask`; libraries' warnings included, few of a kind."""

    def masked(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {key: mask(value) if isinstance(value, str) else value for key, value in entry.items()}

    def named(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        entry["instance"] = instance
        return entry

    shared: list[Any] = [
        named,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    last: list[Any] = [masked, structlog.processors.JSONRenderer(ensure_ascii=False)]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    handler.addFilter(Seldom())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
