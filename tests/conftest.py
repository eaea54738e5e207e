"""For all tests: a database server and a stack to share, long files first, no deadline for an example, plain tracebacks.

While modules are compiled, no garbage is looked for; and what they made is never looked at again: it stays until the end,
and going through all of it again and again was a fifth of what the small tests cost.

CPython before 3.11.8 and 3.12.2 counts the depth of two syntax trees in one place (gh-106905). Where garbage is found
while a tree is built, and its end is told with a traceback, that builds a tree of its own, and the module's ends with
`SystemError: AST constructor recursion depth mismatch`.
"""

import gc
import os
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest
import structlog
from fastapi.dependencies import models as dependencies
from hypothesis import settings

from tests.marks import may_be_chosen, of_the_file
from tests.postgres import server
from tests.stack import Stack, running

# How long an example takes says how busy the machine is.
settings.register_profile("wenzheng", deadline=None)
settings.load_profile("wenzheng")

# httpx2 asks at every request to an application in this process for a package that knows of trio. Where it is not there it
# is looked for in every folder again, which was a seventh of such a request.
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]

# A failure that is logged is told as the services tell it. Drawn in colours with all that its functions held, as is usual
# where nothing else is said, each takes most of a second.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)


PROCESSOR: Final = "processor"
BEGUN: Final = pytest.StashKey[float]()
FOR_A_SMALL_ONE: Final = 1.5
"""Seconds of processor: more than ten times what a test has that is not `medium`, since the first of a process imports and compiles,
too, and a busy machine is slower."""
RANK: Final = pytest.StashKey[tuple[bool, int]]()
SLOW, REAL, MEDIUM, SMALL = range(4)

_shared: Final = ExitStack()
"""The stack that the tests of this process share, while it runs."""

_remembered: Final = [found for found in vars(dependencies).values() if hasattr(found, "cache_clear")]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    return (yield from _without_looking())


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish() -> Generator[None, object, object]:
    return (yield from _without_looking())


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A file whose tests `-m` leaves out is not imported."""
    expression = config.option.markexpr
    if not expression or collection_path.suffix != ".py" or not collection_path.is_file():
        return None
    marks = of_the_file(collection_path.read_text(encoding="utf-8"))
    return None if may_be_chosen(expression, marks) else True


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a test under several seeds `make check` runs the first.

    Files that share the stack begin, for it is ended after them; and of these and of the others those that take long, so
    that of two processes that share the files none ends minutes after the other."""
    first: dict[str, int] = {}
    for item in items:
        case = getattr(item, "callspec", None)
        if case is not None and "seed" in case.params:
            test, seed = item.nodeid.partition("[")[0], case.params["seed"]
            if first.setdefault(test, seed) != seed:
                item.add_marker(pytest.mark.medium)
    rank: dict[Path, tuple[bool, int]] = {}
    for item in items:
        rank[item.path] = min(_rank(item), rank.get(item.path, (True, SMALL)))
    items.sort(key=lambda item: rank[item.path])
    for item in items:
        item.stash[RANK] = rank[item.path]


def _rank(item: pytest.Item) -> tuple[bool, int]:
    """Whether it does without the shared stack, and what it needs otherwise."""
    sizes = {"slow": SLOW, "real": REAL, "medium": MEDIUM}
    needs = min((size for mark, size in sizes.items() if item.get_closest_marker(mark)), default=SMALL)
    return "stack" not in getattr(item, "fixturenames", ()), needs


def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[BEGUN] = _processor()
    _end_what_is_shared(item)


def _processor() -> float:
    """Seconds of processor that this process and those it has waited for have used."""
    return sum(os.times()[:4])


def _end_what_is_shared(item: pytest.Item) -> None:
    """Once other files have begun, none that needs the stack comes any more: idle, it takes a quarter of a core."""
    without, _ = item.stash.get(RANK, (False, SLOW))
    if without:
        _shared.close()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    item.user_properties.append((PROCESSOR, round(_processor() - item.stash.get(BEGUN, _processor()), 2)))
    _forget()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Where small tests alone were wanted, those that are not small are told."""
    if "not medium" not in config.option.markexpr:
        return
    told = [report for reports in terminalreporter.stats.values() for report in reports]
    used = {
        report.nodeid: dict(report.user_properties)[PROCESSOR]
        for report in told
        if getattr(report, "when", "") == "teardown" and report.user_properties
    }
    for name, seconds in sorted(used.items(), key=lambda one: -one[1]):
        if seconds > FOR_A_SMALL_ONE:
            terminalreporter.write_line(f"{seconds:.1f} s of processor, mark it medium: {name}")


def _forget() -> None:
    """FastAPI remembers what kind of function thousands of dependencies are, and so every application that a test builds:
    20 MB each, 4 GB in a process at the end."""
    for remembered in _remembered:
        remembered.cache_clear()


def pytest_collection_finish() -> None:
    gc.freeze()


def _without_looking() -> Generator[None, object, object]:
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.fixture(scope="session")
def dsn() -> Iterator[str]:
    """A database server for all tests of one process; each makes a database or a schema of its own on it."""
    with server() as started:
        yield started


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A running stack for all tests of one process: it takes most of a minute to start.

    Others have posted on it before, so a test looks for what it brought itself, and leaves every part running as it was.
    """
    with _shared:
        yield _shared.enter_context(running())
