"""Trees of modules, for tests that read code."""

import ast
import gc
from functools import cache


@cache
def parsed(text: str) -> ast.Module:
    """The tree of a module. No garbage is looked for meanwhile: `tests/conftest.py` says why."""
    gc.disable()
    try:
        return ast.parse(text)
    finally:
        gc.enable()
