"""Trees of modules, for tests that read code."""

import ast
import gc
from collections.abc import Iterator
from functools import cache


@cache
def parsed(text: str) -> ast.Module:
    """The tree of a module. No garbage is looked for meanwhile: `tests/conftest.py` says why."""
    gc.disable()
    try:
        return ast.parse(text)
    finally:
        gc.enable()


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """All statements of a tree, wherever they stand, and what holds them: a tenth of its nodes."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for name in ("body", "orelse", "handlers", "finalbody", "cases"):
            held = getattr(node, name, None)
            if isinstance(held, list):  # an expression may have one of that name, too
                waiting += held
