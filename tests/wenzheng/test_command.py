"""The command as a person uses it: good input, bad input, and sentences instead of stack traces."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.command import ROOT, command
from wenzheng.stack.home import Home

pytestmark = pytest.mark.medium


def wenzheng(*arguments: str, given: str = "", home: Path | None = None) -> subprocess.CompletedProcess[str]:
    settings = {} if home is None else {"WENZHENG_HOME": str(home)}
    return command(*arguments, settings=settings, given=given)


CHECKS = [
    ("2011-01-28", "2011-02-01"),
    ("2011-04-01", "2011-04-07"),
    ("2022-12-30", "2023-01-05"),
    ("2024-02-09", "2024-02-20"),
    ("2024-04-03", "2024-04-09"),
    ("2024-10-12", "2024-10-16"),
    ("2025-09-26", "2025-09-30"),
    ("2025-09-30", "2025-10-11"),
    ("2026-02-13", "2026-02-25"),
    ("2026-09-20", "2026-09-23"),
]


def test_due_answers_one_line_for_each_line_beginning_with_the_date() -> None:
    done = wenzheng("due", "-", given="\n".join(received for received, _ in CHECKS) + "\n")

    assert [line.split()[0] for line in done.stdout.splitlines()] == [due for _, due in CHECKS]
    assert done.returncode == 0


def test_due_takes_instants_with_and_without_a_zone() -> None:
    done = wenzheng("due", "2026-02-13", "2026-02-13T23:00", "2026-02-13T20:00:00+00:00")

    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        "2026-02-25",
        "2026-02-25",
        "2026-02-26",
    ]


def test_due_reads_a_list_as_a_spreadsheet_saves_it() -> None:
    done = wenzheng("due", "-", given="\ufeff2026-02-13\r\n2026-09-20\r\n")

    assert [line.split()[0] for line in done.stdout.splitlines()] == ["2026-02-25", "2026-09-23"]
    assert done.returncode == 0


@pytest.mark.parametrize("hours", ["nan", "inf", "0", "-1", "24.1"])
def test_a_token_is_for_a_day_at_most(hours: str) -> None:
    done = wenzheng("token", "--person", "c1", "--department", "water", "--role", "clerk", "--hours", hours)

    assert done.returncode == 1
    assert "24" in done.stderr
    assert "Traceback" not in done.stderr


def test_due_names_a_bad_line_and_goes_on() -> None:
    done = wenzheng("due", "-", given="2026-02-13\nyesterday\n2026-09-20\n")

    assert [line.split()[0] for line in done.stdout.splitlines()] == ["2026-02-25", "-", "2026-09-23"]
    assert "2" in done.stderr
    assert done.returncode == 1


def test_due_explains_the_days_one_by_one() -> None:
    done = wenzheng("due", "2025-09-30", "--explain")

    assert "10月1日 周三 国庆节 不计" in done.stdout
    assert "10月11日 周六 调休上班 第3个工作日" in done.stdout


def test_the_shipped_profile_has_nothing_wrong_with_it() -> None:
    assert wenzheng("city", "check", "cities/suqian").returncode == 0


def test_a_token_is_for_a_unit_of_the_city_whose_stack_it_is(tmp_path: Path) -> None:
    home, city = Home(tmp_path / "home"), tmp_path / "city"
    home.prepare()
    shutil.copytree(ROOT / "cities" / "suqian", city)
    units = city / "departments.csv"
    units.write_text(units.read_text("utf-8").replace("\nsupervision,", "\ncity-hotline,", 1), "utf-8")
    asked = ("token", "--person", "c1", "--role", "clerk", "--department")

    ours = wenzheng(*asked, "city-hotline", home=home.data)
    home.write_state({"city": str(city)})
    theirs = wenzheng(*asked, "city-hotline", home=home.data)

    assert (ours.returncode, theirs.returncode) == (1, 0), theirs.stderr
    assert "没有单位 city-hotline" in ours.stderr
    assert theirs.stdout.count(".") == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("down",),
        ("audit",),
        ("parked", "list"),
        ("replay", "nothing.jsonl"),
        ("token", "--person", "p", "--department", "d", "--role", "king"),
    ],
)
def test_without_a_stack_or_with_bad_words_there_is_a_sentence_and_no_stack_trace(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    done = wenzheng(*arguments, home=tmp_path)

    assert done.returncode == 1
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_a_profile_with_mistakes_is_complained_of_line_by_line(tmp_path: Path) -> None:
    for name in ("policy.toml", "departments.csv", "divisions.csv", "calendar.csv"):
        (tmp_path / name).write_bytes((ROOT / "cities" / "suqian" / name).read_bytes())
    (tmp_path / "duties.csv").write_text(
        "code,department,name,words,basis,level\nx-1,nobody,名,词,依据,municipal\n"
    )

    done = wenzheng("city", "check", str(tmp_path))

    assert done.returncode == 1
    assert "duties.csv:2:" in done.stdout


def test_words_that_notifier_would_not_say_are_complained_of_with_the_profile(tmp_path: Path) -> None:
    city = tmp_path / "city"
    shutil.copytree(ROOT / "cities" / "suqian", city)
    (city / "notices.toml").write_text('[texts.citizen]\nreplied = "您的帖子已回复"\n', encoding="utf-8")

    done = wenzheng("city", "check", str(city))

    assert done.returncode == 1
    assert "notices.toml:2: replied:缺少 {number},请写进去" in done.stdout
