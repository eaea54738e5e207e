"""What `make check` and `make test` run: nothing falls out of both, and what is passed over unread holds no test that was wanted."""

import ast
import re
import subprocess
import sys
import tomllib
from itertools import product
from pathlib import Path

import pytest
from _pytest.mark.expression import Expression

from tests.marks import may_be_chosen, of_the_file
from tests.parsing import parsed
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
MARKS = [
    line.partition(":")[0]
    for line in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"][
        "markers"
    ]
]
SMALL = "not real and not slow and not medium"


def recipe(target: str) -> str:
    """What a target of the Makefile runs, and the targets that it makes."""
    makefile = (ROOT / "Makefile").read_text()
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)*)", makefile, re.MULTILINE)
    assert found is not None
    made = re.findall(r"\$\(MAKE\) [^;&\n]*?((?: (?!-)[\w-]+)+) &&", found[1])
    return found[1] + "".join(recipe(one) for names in made for one in names.split())


def chosen(target: str) -> list[str]:
    """The choices by marks of a target, one for each call of pytest."""
    return [
        quoted or word
        for quoted, word in re.findall(r'(?:pytest|side_by_side) .*-m (?:"([^"]+)"|(\w+))', recipe(target))
    ]


def wanted(expression: str, marks: frozenset[str]) -> bool:
    return Expression.compile(expression).evaluate(lambda name, /, **_: name in marks)


def test_make_test_runs_a_test_whatever_its_marks() -> None:
    parts = chosen("test")

    assert len(parts) == 3
    for having in product((False, True), repeat=len(MARKS)):
        marks = frozenset(mark for mark, has in zip(MARKS, having, strict=True) if has)
        assert any(wanted(part, marks) for part in parts), sorted(marks)


def test_make_check_leaves_out_what_is_marked_so_and_nothing_else() -> None:
    assert chosen("check") == [SMALL]
    assert wanted(SMALL, frozenset())
    assert {mark for mark in MARKS if not wanted(SMALL, frozenset({mark}))} == {"real", "slow", "medium"}


def test_what_needs_a_browser_or_the_machine_to_itself_needs_broker_and_database() -> None:
    """So that `make check` leaves it out; where these stand and run, `test_documents.py` looks at."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        marks = of_the_file(path.read_text())
        assert "real" in marks or not marks & {"browser", "alone"}, path


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("pytestmark = pytest.mark.real\n", {"real"}),
        ("pytestmark = [pytest.mark.real, pytest.mark.slow]\n\n\n@pytest.mark.medium\n", {"real", "slow"}),
        ("pytestmark = [\n    pytest.mark.real,\n    pytest.mark.slow,\n]\nX = [pytest.mark.medium]\n", {"real", "slow"}),
        ("@pytest.mark.slow\ndef test_it() -> None: ...\n", set()),
        ('pytestmark = pytest.mark.parametrize("x", [1, pytest.param(2, marks=pytest.mark.slow)])\n', set()),
        ("if True:\n    pytestmark = pytest.mark.slow\n", set()),
    ],
)  # fmt: skip
def test_the_marks_of_a_file_are_read_from_its_text(text: str, marks: set[str]) -> None:
    assert of_the_file(text) == marks


def test_every_mark_that_is_read_from_the_text_of_a_file_is_one_of_all_its_tests() -> None:
    for path in (ROOT / "tests").rglob("test_*.py"):
        text = path.read_text()
        if not of_the_file(text):
            continue
        [marked] = [
            node.value
            for node in parsed(text).body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
        ]
        one_by_one = marked.elts if isinstance(marked, ast.List) else [marked]
        names = {ast.unparse(mark).partition("(")[0].removeprefix("pytest.mark.") for mark in one_by_one}
        assert names >= of_the_file(text), path


@pytest.mark.parametrize(
    ("expression", "marks", "may"),
    [
        ("not slow", {"slow"}, False),
        ("not slow", {"real"}, True),
        ("slow", set(), True),
        ("slow and not real", {"real"}, False),
        ("slow or browser", {"real"}, True),
        (SMALL, {"medium"}, False),
        ("", {"slow"}, True),
        ("not slow(why='x')", {"slow"}, True),
    ],
)
def test_a_file_is_passed_over_where_no_other_mark_could_bring_its_tests_in(
    expression: str, marks: set[str], may: bool
) -> None:
    assert may_be_chosen(expression, frozenset(marks)) is may


@pytest.mark.medium
def test_a_file_is_passed_over_unread_and_of_seeds_the_first_is_small(tmp_path: Path) -> None:
    (tmp_path / "test_broken.py").write_text(
        "import pytest\npytestmark = pytest.mark.medium\nraise SystemError\n"
    )
    (tmp_path / "test_mixed.py").write_text(
        "import pytest\n\n\n@pytest.mark.medium\ndef test_dear(): ...\n\n\ndef test_cheap(): ...\n\n\n"
        '@pytest.mark.parametrize("who", "ab")\n@pytest.mark.parametrize("seed", range(3, 6))\n'
        "def test_drawn(seed, who): ...\n"
    )
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-c", str(ROOT / "pyproject.toml")]
    done = subprocess.run(
        [*command, "--rootdir", str(tmp_path), "--collect-only", "-q", "-m", SMALL, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )

    named = [line for line in done.stdout.splitlines() if "::" in line]
    assert named == [
        "test_mixed.py::test_cheap",
        "test_mixed.py::test_drawn[3-a]",
        "test_mixed.py::test_drawn[3-b]",
    ], done.stdout + done.stderr
