"""Each history of migrations is one line: two branches that each added the next revision would stop every start."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HISTORIES = sorted(
    path for part in ("services", "fronts") for path in (ROOT / part).glob("*/schema/versions")
)
_SAID = re.compile(r'^(revision|down_revision) = (?:"(\w+)"|None)$', re.MULTILINE)


@pytest.mark.parametrize("history", HISTORIES, ids=lambda path: path.parents[1].name)
def test_every_revision_follows_the_one_before_it_and_is_named_by_its_file(history: Path) -> None:
    before = ""
    for path in sorted(history.glob("[0-9]*.py")):
        said = dict(_SAID.findall(path.read_text(encoding="utf-8")))

        assert said == {"revision": path.name[:4], "down_revision": before}, path.name
        before = said["revision"]
