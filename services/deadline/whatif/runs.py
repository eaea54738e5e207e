"""Runs of what-if: one at a time in a process, a short queue, one open run for each person; kept in memory alone."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

import structlog

from chassis.problem import HttpRefused
from contracts.decision import Forbidden, NotFound, NotNow
from services.deadline.core.other_rules import ChangedNumber, OtherRules
from services.deadline.core.whatif import Difference
from services.deadline.whatif.task import Progress, Task, Work

MOST_WAITING: Final = 3
"""Runs that wait behind the one at work."""
KEPT: Final = 12
"""Runs that are kept after their end, the newest."""
SECONDS: Final = 600.0
"""Real time after which a run is given up."""
RETRY_SECONDS: Final = 60
"""When to come again where too many wait."""

State = Literal["waiting", "running", "done", "cancelled", "failed"]
OPEN: Final = ("waiting", "running")

_log = structlog.get_logger()


@dataclass
class Run:
    """Somebody's question, and how far its answer is."""

    id: str
    person: str
    at: datetime
    """City time of the question; open cases are judged as of then."""
    asked: OtherRules
    changes: Sequence[ChangedNumber]
    task: Task
    state: State = "waiting"
    progress: Progress = field(default_factory=lambda: Progress(0, 0))
    difference: Difference | None = None

    def told(self, progress: Progress) -> None:
        """Keep how far the comparison has come."""
        self.progress = progress


class Runs:
    """Those of one process. A run ends with its process; nothing of it is stored."""

    def __init__(self, work: Work, seconds: float = SECONDS) -> None:
        self._work = work
        self._seconds = seconds
        self._runs: dict[str, Run] = {}
        self._working: asyncio.Task[Difference] | None = None
        self._draining: asyncio.Task[None] | None = None

    def all(self) -> list[Run]:
        """Every run that is known, the newest first."""
        return list(reversed(self._runs.values()))

    def find(self, identity: str) -> Run:
        """A run. Raises NotFound."""
        run = self._runs.get(identity)
        if run is None:
            raise NotFound("no-run", "没有这次试算", "试算结果不保存:系统重启后,或新的试算多了,请重新试算。")
        return run

    def place(self, run: Run) -> int:
        """How many runs come before it; 0 when it is at work or over."""
        before = [one for one in self._runs.values() if one.state in OPEN]
        return before.index(run) if run.state == "waiting" else 0

    def start(self, run: Run) -> None:
        """Let it wait for its turn. Raises NotNow while the person has another, Refused 503 when too many wait."""
        open_ones = [one for one in self._runs.values() if one.state in OPEN]
        if any(one.person == run.person for one in open_ones):
            raise NotNow("run-open", "您还有一次试算没有结束", "请等它算完,或先取消。")
        if len(open_ones) > MOST_WAITING:
            raise HttpRefused(
                503, "runs-waiting", "排队的试算太多", "请稍后再试。", retry_after=RETRY_SECONDS
            )
        over = [one.id for one in self._runs.values() if one.state not in OPEN]
        for identity in over[: max(0, len(over) - KEPT + 1)]:
            del self._runs[identity]
        self._runs[run.id] = run
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain())

    def cancel(self, identity: str, person: str) -> Run:
        """End one's own run. Raises NotFound, Forbidden for another's; one that is over stays as it is."""
        run = self.find(identity)
        if run.person != person:
            raise Forbidden("not-own-run", "不是您的试算", "试算由提出的人取消。")
        if run.state == "running" and self._working is not None:
            self._working.cancel()
        if run.state in OPEN:
            run.state = "cancelled"
        return run

    async def close(self) -> None:
        """End everything."""
        if self._draining is not None:
            self._draining.cancel()
            await asyncio.gather(self._draining, return_exceptions=True)

    async def _drain(self) -> None:
        while (run := next((one for one in self._runs.values() if one.state == "waiting"), None)) is not None:
            run.state = "running"
            self._working = asyncio.create_task(self._done(run))
            try:
                async with asyncio.timeout(self._seconds):
                    run.difference = await self._working
                run.state = "done"
            except asyncio.CancelledError:
                if not _is(run, "cancelled"):
                    raise
            except TimeoutError:
                run.state = "failed"
                _log.warning("a what-if was given up", seconds=self._seconds)
            except Exception as failure:
                run.state = "failed"
                _log.error("a what-if failed", exc_info=failure)

    async def _done(self, run: Run) -> Difference:
        return await self._work(run.task, run.told)


def _is(run: Run, state: State) -> bool:
    """Whether it is so by now: others change a run while one waits for it."""
    return run.state == state
