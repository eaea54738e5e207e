"""For all tests: a database server and a stack to share, no deadline for an example, no garbage looked for while modules are compiled.

CPython before 3.11.8 and 3.12.2 counts the depth of two syntax trees in one place (gh-106905). Where garbage is found
while a tree is built, and its end is told with a traceback, that builds a tree of its own, and the module's ends with
`SystemError: AST constructor recursion depth mismatch`.
"""

import gc
from collections.abc import Generator, Iterator

import pytest
from hypothesis import settings

from tests.postgres import server
from tests.stack import Stack, running

# How long an example takes says how busy the machine is.
settings.register_profile("wenzheng", deadline=None)
settings.load_profile("wenzheng")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    return (yield from _without_looking())


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish() -> Generator[None, object, object]:
    return (yield from _without_looking())


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
    with running() as started:
        yield started
