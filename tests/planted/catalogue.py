"""The catalogue of planted bugs: data, a file an area, each bug with the reason why a person would make it."""

import tomllib
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
BUGS: Final = Path(__file__).parent / "bugs"
AREAS: Final = ("engine", "clock", "routing", "notifier", "stats", "privacy", "audit", "doors", "city")


@dataclass(frozen=True)
class Bug:
    """One change of one place, of the sort a good engineer makes."""

    area: str
    file: str
    old: str
    new: str
    why: str
    """Why a person would write it so."""
    tests: tuple[str, ...]
    """The tests nearest to it: files, or files with a test's name behind `::`."""
    real: bool = False
    """Only tests on the real broker or database, or with a browser, can notice it."""
    survives: str = ""
    """Why no test notices it; empty where one must."""

    @property
    def name(self) -> str:
        """A short name that stays the same as long as the bug does."""
        return f"{self.area}-{blake2b(repr((self.file, self.old, self.new)).encode(), digest_size=4).hexdigest()}"

    def planted(self, text: str) -> str:
        """The text of its file with the bug in it. Raises Moved where its place is not there exactly once."""
        if text.count(self.old) != 1:
            raise Moved(
                f"{self.name}: its place stands {text.count(self.old)} times in {self.file}: {self.old!r}"
            )
        return text.replace(self.old, self.new)

    def plant(self, root: Path) -> None:
        """Write it into a copy of the tree. Raises Moved."""
        path = root / self.file
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(self.planted(text), encoding="utf-8")

    def pull_out(self, root: Path) -> None:
        """The file as it is in the tree."""
        (root / self.file).write_text((ROOT / self.file).read_text(encoding="utf-8"), encoding="utf-8")


class Moved(Exception):
    """The code in which a bug was to be planted has changed; the catalogue must follow."""


def bugs() -> list[Bug]:
    """The whole catalogue, area by area."""
    catalogue = []
    for area in AREAS:
        for entry in tomllib.loads((BUGS / f"{area}.toml").read_text(encoding="utf-8"))["bug"]:
            tests = tuple(entry.pop("tests"))
            catalogue.append(Bug(area=area, tests=tests, **entry))
    return catalogue
