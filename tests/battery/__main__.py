"""Plays the faults on a real stack and prints what does not hold: `make battery FAULTS=…`.

python -m tests.battery                        all of them, one after the other, about half an hour
python -m tests.battery kills storm            these
python -m tests.battery kills --seed 12        with other victims, texts and acts
"""

import argparse
import asyncio
import contextlib
import logging
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlsplit

from tests.battery.crowd import Crowd, Wish
from tests.battery.faults import FAULTS
from tests.battery.history import contradictions, log_of
from tests.battery.scene import Fault, Impossible, Scene
from tests.battery.wire import Wire, wire
from tests.postgres import server
from tests.stack import Stack, running
from wenzheng.ending import end_in_order

MORNING = "2026-03-02T09:00@1"
"""City time at the start: a Monday, so that offices are open whenever the battery is played."""
REST_SECONDS = 300.0
"""Within which all must have come to rest after a fault."""


@dataclass
class Verdict:
    """What came of one fault."""

    fault: Fault
    done: Counter[str] = field(default_factory=Counter)
    posts: int = 0
    results: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    rest: float = 0.0
    """Seconds until nothing waited any more."""
    wrong: list[str] = field(default_factory=list)
    impossible: str = ""

    def tell(self) -> None:
        """A line, and one for each thing that does not hold."""
        if self.impossible:
            print(f"{self.fault.name:<16} not played: {self.impossible}", flush=True)
            return
        what = ", ".join(f"{times} {word}" for word, times in self.results.most_common())
        print(
            f"{self.fault.name:<16} {self.posts} posts; {what}; {sum(self.done.values())} blows; "
            f"longest wait for an answer {self.slowest:.1f} s, at rest after {self.rest:.0f} s; "
            f"{len(self.wrong)} violations",
            flush=True,
        )
        for sentence in self.wrong[:10]:
            print(f"    {sentence[:1000]}", flush=True)


async def played(
    fault: Fault, stack: Stack, seed: int, seconds: float, rate: float, held: Wire | None
) -> Verdict:
    """One fault while people use the stack; then rest, the audit, and the crowd's answers against the log."""
    verdict = Verdict(fault)
    scene = Scene(stack, Random(f"{fault.name} {seed}"), seconds, held)
    crowd = Crowd(stack, seed, fault.name)
    try:
        living = asyncio.create_task(crowd.live(seconds, rate))
        try:
            await fault.play(scene)
        except Impossible as problem:
            verdict.impossible = str(problem)
        await living
    finally:
        await crowd.close()
    began = time.monotonic()
    try:
        await asyncio.to_thread(stack.quiet, REST_SECONDS)
    except AssertionError as problem:
        scene.wrong.append(f"it did not come to rest: {problem}")
    verdict.rest = time.monotonic() - began
    verdict.done, verdict.posts, verdict.slowest = scene.done, len(crowd.posted), crowd.slowest
    verdict.results = Counter(one.result for one in crowd.wishes)
    verdict.wrong = [*scene.wrong, *crowd.unforeseen, *_numbers(crowd.posted, crowd.wishes)]
    verdict.wrong += _audited(await asyncio.to_thread(stack.violated), scene.strangers)
    verdict.wrong += contradictions(crowd.wishes, await log_of(stack.bus()))
    return verdict


def _numbers(posted: list[str], wishes: list[Wish]) -> Iterator[str]:
    yield from (f"{number} was given {times} times" for number, times in Counter(posted).items() if times > 1)
    lost = sum(one.act == "submit" and one.result == "unknown" for one in wishes)
    if lost:
        yield f"{lost} posts were never answered"


def _audited(rows: list[dict[str, Any]], strangers: set[str]) -> Iterator[str]:
    """What the audit found; that it finds what was slipped into the log is as it should be."""
    if strangers and not rows:
        yield "the audit did not notice the records that no service wrote"
    for row in rows:
        theirs = all(any(subject in example for subject in strangers) for example in row["examples"])
        if not (theirs and row["violations"] <= len(strangers)):
            yield str(row)


@contextlib.contextmanager
def _stacks(network: bool) -> Iterator[tuple[Stack, Wire | None]]:
    """A stack with two instances of everything; its database beyond a wire where the fault needs one."""
    if not network:
        with running(workers=2, clock=MORNING) as stack:
            yield stack, None
        return
    with server() as dsn, wire(urlsplit(dsn).port or 0) as held:
        beyond = dsn.replace(f":{urlsplit(dsn).port}/", f":{held.port}/")
        with running(workers=2, clock=MORNING, settings={"WENZHENG_DATABASE": beyond}) as stack:
            yield stack, held


def main() -> int:
    """The command; returns 1 when a fault broke something."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("faults", nargs="*", choices=[[], *(fault.name for fault in FAULTS)])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=4.0, help="posts a second")
    asked = parser.parse_args()
    end_in_order()
    # A broker that is away is what is being tried: its clients need not tell.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    chosen = [fault for fault in FAULTS if not asked.faults or fault.name in asked.faults]
    verdicts = []
    for network in (False, True):
        faults = [fault for fault in chosen if fault.network == network]
        if not faults:
            continue
        with _stacks(network) as (stack, held):
            for fault in faults:
                verdicts.append(
                    asyncio.run(played(fault, stack, asked.seed, asked.seconds, asked.rate, held))
                )
                verdicts[-1].tell()
    violations = sum(len(verdict.wrong) for verdict in verdicts)
    print(f"seed {asked.seed}: {len(verdicts)} faults, {violations} violations")
    return int(violations > 0)


if __name__ == "__main__":
    sys.exit(main())
