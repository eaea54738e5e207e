"""The import laws bite: a planted violation of each makes the check fail."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("contracts", "city", "chassis", "services", "fronts", "wenzheng", "wenzheng_client")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path) -> int:
    command = [str(ROOT / ".venv" / "bin" / "lint-imports"), "--no-cache"]
    environment = {"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False).returncode


@pytest.mark.slow
def test_the_code_as_it_is_keeps_them(copy: Path) -> None:
    assert lint(copy) == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("contracts/facts.py", "import city.profile"),
        ("wenzheng_client/words.py", "import contracts.decision"),
        ("city/policy.py", "import chassis.store"),
        ("chassis/store.py", "import city.policy"),
        ("chassis/store.py", "import services.router.app"),
        ("services/router/app.py", "import services.deadline.app"),
        ("services/stats/app.py", "import fronts.portal.pages"),
        ("services/deadline/core/clock.py", "import asyncpg"),
        ("services/router/core/case.py", "import chassis.clock"),
        ("fronts/portal/pages.py", "import services.intake.app"),
        ("fronts/portal/pages.py", "import wenzheng.audit"),
        ("fronts/wechat/desk.py", "import fronts.portal.services"),
        ("fronts/wechat/core/hearing.py", "import chassis.clock"),
    ],
)
def test_a_planted_violation_fails(copy: Path, file: str, line: str) -> None:
    path = copy / file
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")

    assert lint(copy) != 0
