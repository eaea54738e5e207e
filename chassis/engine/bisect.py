"""Finds the input whose data the database refuses, so that its neighbours are handled all the same."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog

from chassis.engine.asks import Ask
from chassis.engine.blame import REFUSED_DATA
from chassis.engine.records import Read

_log = structlog.get_logger()

Commit = Callable[[Sequence[Read], Sequence[Ask]], Awaitable[tuple[Any, Sequence[Read]]]]
"""Commits the first of these records and all of these asks; returns what it did, and the records left undecided."""

REFUSED = "the database refuses its data"


async def bisect(commit: Commit, reads: Sequence[Read], asks: Sequence[Ask], problem: Exception) -> None:
    """Halve a batch that the database refused until the culprit stands alone.

    A record is then parked; who asked gets the error. Raises `problem` where the batch holds neither.
    """
    if len(reads) + len(asks) <= 1:
        await _alone(commit, reads, asks, problem)
        return
    if reads and asks:
        parts: list[tuple[Sequence[Read], Sequence[Ask]]] = [(reads, ()), ((), asks)]
    elif reads:
        half = len(reads) // 2
        parts = [(reads[:half], ()), (reads[half:], ())]
    else:
        half = len(asks) // 2
        parts = [((), asks[:half]), ((), asks[half:])]
    for records, askers in parts:
        undecided: Sequence[Read] = records
        try:
            while undecided or askers:
                _, undecided = await commit(undecided, askers)
                askers = ()
        except REFUSED_DATA as again:
            await bisect(commit, undecided, askers, again)


async def _alone(commit: Commit, reads: Sequence[Read], asks: Sequence[Ask], problem: Exception) -> None:
    if reads:
        refused = reads[0]
        _log.error(
            "the database refuses an event; parked",
            topic=refused.incoming.topic,
            offset=refused.incoming.offset,
        )
        await commit([Read(refused.incoming, refused.subject, refused.seq, None, REFUSED)], ())
    elif asks:
        asks[0].answer(problem)
    else:
        raise problem
