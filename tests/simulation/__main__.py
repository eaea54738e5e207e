"""Simulates the city under seeds and prints what does not hold: `make simulate SEEDS=…`.

python -m tests.simulation                     seeds 0 to 99
python -m tests.simulation 100-199             these seeds
python -m tests.simulation 7 --posts 40        one seed, fewer posts
python -m tests.simulation 0-199 --posts 5000 --faults 9 --seconds 3 --worked 0.01
                                              a million posts, of which one in a hundred is worked on
python -m tests.simulation 0-9 --bug zombie    with a bug of the engine planted whose name holds this word
"""

import argparse
import gc
import multiprocessing
import sys
import time
from collections import Counter
from functools import partial
from typing import Final

import structlog

from services.intake.core.acts import ACT
from tests.simulation.bugs import BUGS
from tests.simulation.plan import drawn
from tests.simulation.run import REST_SECONDS, Report, simulate
from tests.simulation.shrink import shrunk
from tests.simulation.world import Make, services

LONG_REST: Final = 10 * REST_SECONDS
"""Of ten thousand notices one loses its answers again and again, and is tried ever later."""
SHOWN: Final = 60
"""Most parts of a plan that are printed; the seed says them all."""


def main() -> int:
    """The command; returns 1 when a seed broke something."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("seeds", nargs="?", default="0-99")
    parser.add_argument("--posts", type=int, default=200)
    parser.add_argument("--faults", type=int, default=25)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--worked", type=float, default=1.0)
    parser.add_argument("--bug", default="")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    first, _, last = asked.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    sums: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    answers: Counter[tuple[str, str]] = Counter()
    spent = 0.0
    services()  # Put together once for all seeds, as what is frozen need not be looked through by each of them.
    gc.collect()
    gc.freeze()
    # Each seed in a process of its own: what a run leaves behind is gigabytes after a hundred of them.
    with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as apart:
        for report, seconds, shorter in apart.imap(partial(_lived, asked), seeds):
            spent += seconds
            _count(sums, report)
            hits += report.hits
            answers += report.answers
            if shorter is not None:
                _tell(report)
                _tell_plan(shorter)
    _tell_what_was_tried(hits, answers)
    print(
        f"{len(seeds)} seeds: {sums['posts']} posts, {sums['acts']} acts, {sums['records']} records, "
        f"{sums['kills']} kills of {sums['ends']} ends of processes, {sums['simulated']} simulated seconds "
        f"in {spent:.0f} s of one core ({1000 * spent / max(1, sums['posts']):.1f} ms a post); "
        f"{sums['violations']} violations in {sums['failed']} seeds"
    )
    return int(sums["failed"] > 0)


def _lived(asked: argparse.Namespace, seed: int) -> tuple[Report, float, Report | None]:
    """What came of a seed, the seconds of processor that it took, and where it broke something the shortest history found."""
    again = partial(simulate, make=_planted(asked.bug), rest=LONG_REST, digested=False)
    report = again(drawn(seed, asked.posts, asked.faults, asked.seconds, asked.worked))
    seconds = time.process_time()
    if not report.violations:
        return report, seconds, None
    # A run of thousands of posts takes ten seconds: of those there are fewer tries.
    tries = max(10, min(60, 60_000 // len(report.plan.visits)))
    return report, seconds, again(shrunk(report.plan, lambda other: bool(again(other).violations), tries))


def _planted(bug: str) -> Make | None:
    """How processes are put together with the bug whose name holds this word; nothing for none."""
    return next((BUGS[name] for name in BUGS if bug in name), None) if bug else None


def _count(sums: Counter[str], report: Report) -> None:
    sums["posts"] += report.posts
    sums["acts"] += report.acts
    sums["records"] += report.records
    sums["kills"] += report.ends["killed"]
    sums["ends"] += report.ends.total()
    sums["simulated"] += int(report.seconds)
    sums["violations"] += len(report.violations)
    sums["failed"] += bool(report.violations)


def _tell_what_was_tried(hits: Counter[str], answers: Counter[tuple[str, str]]) -> None:
    """How often each thing went wrong, and how often each act was taken and refused: what is 0 was not tried."""
    print("went wrong: " + ", ".join(f"{what} {times}" for what, times in sorted(hits.items())))
    acts = sorted({act for act, _ in answers} | ACT.keys())
    print(
        "taken/refused: "
        + ", ".join(f"{act} {answers[act, 'taken']}/{answers[act, 'refused']}" for act in acts)
    )


def _tell(report: Report) -> None:
    print(f"seed {report.plan.seed}: {len(report.violations)} violations", flush=True)
    for sentence in report.violations[:5]:
        print(f"  {sentence}")


def _tell_plan(report: Report) -> None:
    plan = report.plan
    print(f"  the shortest history found: {len(plan.visits)} posts, {len(plan.faults)} faults")
    parts = (*plan.faults, *plan.visits)
    for part in parts[:SHOWN]:
        print(f"    {part}")
    if len(parts) > SHOWN:
        print(f"    and {len(parts) - SHOWN} more")
    for sentence in report.violations[:3]:
        print(f"    -> {sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
