"""The containers of `docker-compose.yml`, as far as the file alone tells."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]


def _containers() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return found


def test_what_a_container_writes_does_not_fill_the_disk() -> None:
    unbounded = [
        name
        for name, container in _containers()["services"].items()
        if "max-size" not in container.get("logging", {}).get("options", {})
    ]

    assert unbounded == []
