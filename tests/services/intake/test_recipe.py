"""The recipe of CONTRIBUTING for an act: in a copy, one more act is done at the door, and at most eight files differ."""

import filecmp
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("contracts", "city", "chassis", "services", "fronts", "wenzheng", "cities", "tests")
MOST = 8

FACT = '''
class NoteWritten(Fact, frozen=True, kw_only=True, tag="note.written.v1"):
    """The clerk noted something for colleagues."""

    text: str
    by: str


CaseFact = (
    NoteWritten
    | CaseAccepted
'''
RULE = '''
def note(case: Case, asked: ask.Asked[ask.TextOnly], context: Here) -> Decision[Case]:
    """The clerk notes something for colleagues."""
    text, by = asked.body.text, asked.actor.person
    fact = NoteWritten(at=context.now, text=text, by=by)
    return say(case, fact, "noted", f"备注:{text}", public=False, by=by)


# -- inside ---
'''
LINE = """ACTS: Final = (
    Act(
        "note",
        "备注",
        "notes",
        CLERK,
        OPEN,
        ask.TextOnly,
        unit.note,
        "The clerk notes something for colleagues.",
        example={"text": "已电话联系。"},
    ),
"""
TRY = """
import asyncio
from msgspec.structs import replace
from chassis.clock import HandClock
from chassis.store import Outcome
from tests.services.intake.door import Intake, at

async def main():
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as intake:
        number = (await intake.post()).json()["number"]
        subject = await intake.door.subject(number)
        early = await intake.staff("clerk", "housing", f"cases/{number}/notes", {"text": "x"})
        async with intake.store.transaction() as transaction:
            [kept] = (await transaction.load([subject], lock=True)).values()
            kept.state = replace(kept.state, step="accepted", department="housing")
            await transaction.save(Outcome(changed=[kept]))
        done = await intake.staff("clerk", "housing", f"cases/{number}/notes", {"text": "电话 13812345678。"})
        leader = await intake.staff("leader", "housing", f"cases/{number}/notes", {"text": "x"})
        case = (await intake.staff_get("clerk", "housing", f"cases/{number}")).json()
        document = (await intake.http.get("/openapi.json")).json()
    print(early.status_code, done.status_code, leader.status_code)
    print("note" in case["allowed"], case["history"][-1]["text"])
    print(document["paths"]["/v1/cases/{number}/notes"]["post"]["summary"])

asyncio.run(main())
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def _run(copy: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": "."},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _differing(left: Path, right: Path) -> list[str]:
    names: list[str] = []
    compared = filecmp.dircmp(left, right, ignore=["__pycache__"])
    pending = [(Path(), compared)]
    while pending:
        folder, level = pending.pop()
        names += [str(folder / name) for name in (*level.diff_files, *level.right_only)]
        pending += [(folder / name, below) for name, below in level.subdirs.items()]
    return names


@pytest.mark.slow
def test_one_more_act_is_a_fact_a_rule_and_a_line(copy: Path) -> None:
    rules = copy / "services/intake/core/rules/unit.py"
    _edit(copy / "contracts/replies.py", "CaseFact = (\n    CaseAccepted\n", FACT.lstrip())
    _edit(copy / "contracts/examples.py", "    CaseAccepted,\n", "    CaseAccepted,\n    NoteWritten,\n")
    _edit(
        copy / "contracts/examples.py",
        "    CaseAccepted(",
        '    NoteWritten(at=_at(14, 9), text="已电话联系。", by="clerk-1"),\n    CaseAccepted(',
    )
    _edit(rules, "    CaseAccepted,\n", "    CaseAccepted,\n    NoteWritten,\n")
    _edit(rules, "# -- inside ---", RULE.strip() + "-")
    _edit(copy / "services/intake/core/acts.py", "ACTS: Final = (\n", LINE)

    _run(copy, "-m", "wenzheng.tools.publish_contracts")

    assert _run(copy, "-c", TRY).splitlines() == [
        "403 202 403",
        "True 备注:电话 ***********。",
        "The clerk notes something for colleagues.",
    ]
    differing = [name for package in PACKAGES for name in _differing(ROOT / package, copy / package)]
    assert len(differing) <= MOST, differing
