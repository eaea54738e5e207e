"""For all tests: no example has a deadline, and nothing is looked for as garbage while modules are compiled.

CPython before 3.11.8 and 3.12.2 counts the depth of two syntax trees in one place (gh-106905). Where garbage is found
while a tree is built, and its end is told with a traceback, that builds a tree of its own, and the module's ends with
`SystemError: AST constructor recursion depth mismatch`.
"""

import gc
from collections.abc import Generator

import pytest
from hypothesis import settings

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
