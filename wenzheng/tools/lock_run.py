"""Writes `requirements-run.lock`: of the lock, what the running system needs and the tests do not add. `--check` compares.

The image is built from it, so that no test tool lies in production.
"""

import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).resolve().parents[2]
LOCK: Final = ROOT / "requirements.lock"
RUN_LOCK: Final = ROOT / "requirements-run.lock"


def needed(wanted: Iterable[str]) -> set[str]:
    """The names of the packages that some requirements need, they themselves included."""
    names: set[str] = set()
    waiting = [Requirement(text) for text in wanted]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        fresh = {name, *(f"{name}[{extra}]" for extra in requirement.extras)} - names
        if not fresh:
            continue
        names |= fresh
        try:
            further = requires(requirement.name) or []
        except PackageNotFoundError:
            continue  # for another platform: the lock names it if anybody needs it
        for text in further:
            part = Requirement(text)
            extras = requirement.extras or {""}
            if part.marker is None or any(_wanted(part, extra) for extra in extras):
                waiting.append(part)
    return {name for name in names if "[" not in name}


def _wanted(part: Requirement, extra: str) -> bool:
    """Whether a package is needed on any machine the lock is for: by the marker, whatever the Python or platform."""
    text = str(part.marker)
    if "extra" not in text:
        return True
    return bool(part.marker and part.marker.evaluate({"extra": extra}))


def blocks(lock: str) -> dict[str, str]:
    """Name of a package to its lines in a lock."""
    parts = re.split(r"(?m)^(?=[A-Za-z0-9])", lock)
    return {canonicalize_name(re.split(r"[=\[; ]", part)[0]): part for part in parts if part.strip()}


def run_lock() -> str:
    """The lock of the running system."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = needed(project["dependencies"])
    return "".join(part for name, part in blocks(LOCK.read_text("utf-8")).items() if name in names)


def main() -> int:
    """Write it, or with `--check` say that it is stale and return 1."""
    content = run_lock()
    if "--check" not in sys.argv:
        RUN_LOCK.write_text(content, "utf-8")
    elif not RUN_LOCK.exists() or RUN_LOCK.read_text("utf-8") != content:
        print("stale: requirements-run.lock; run python -m wenzheng.tools.lock_run")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
