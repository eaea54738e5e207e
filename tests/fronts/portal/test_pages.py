"""What every page has: instants in city time, and lines in order of time whatever the order they came in."""

import ast
import re
from pathlib import Path

from city.profile import Profile
from fronts.portal.pages import Pages, in_time
from fronts.portal.staff.standing import Standing
from tests.services.intake.door import CITY

PORTAL = Path(__file__).parents[3] / "fronts" / "portal"
PAGES = Pages(Profile.load(CITY))


def rendered(template: str, **values: object) -> str:
    return PAGES._templates.from_string(template).render(**values)


def test_an_instant_is_shown_in_city_time_whatever_its_offset() -> None:
    for instant in ("2026-03-02T18:00:00+08:00", "2026-03-02T10:00:00Z", "2026-03-02T11:00:00+01:00"):
        assert rendered("{{ at | minute }}", at=instant) == "2026年3月2日 18:00"


def test_a_day_is_the_days_of_the_city_and_a_date_stays_what_it_is() -> None:
    assert rendered("{{ at | day }}", at="2026-03-02T17:00:00Z") == "2026年3月3日"
    assert rendered("{{ at | day }}", at="2026-03-02") == "2026年3月2日"
    assert rendered("{{ at | day }}", at="") == ""


def test_how_an_instruction_stands_is_read_once() -> None:
    page = '{% import "staff/parts.html" as parts %}{% include "staff/case_instructions.html" %}'
    fields = ("published", "text", "read_at", "in_hand_at", "accepted_at", "at", "by", "due", "reports")
    one = dict.fromkeys(fields, "") | {"leader_name": "市领导", "state_name": "待审阅"}
    shown = {
        word: rendered(
            page,
            case={"special_reports": []},
            followed={"given": [one | {"standing": Standing("none", word, "")}]},
        ).count("待审阅")
        for word in ("待审阅", "充裕")
    }

    assert shown == {"待审阅": 1, "充裕": 1}


def test_lines_stand_in_order_of_time_whatever_the_order_and_offset_they_came_with() -> None:
    lines = [
        {"at": "2026-03-02T18:00:02+08:00", "text": "third"},
        {"at": "2026-03-02T10:00:01.5+00:00", "text": "second"},
        {"at": "2026-03-02T18:00:01+08:00", "text": "first"},
        {"at": "2026-03-02T10:00:02+00:00", "text": "fourth, as it came"},
    ]

    assert [line["text"] for line in in_time(lines)] == ["first", "second", "third", "fourth, as it came"]


def test_no_page_gives_a_value_the_name_of_what_every_page_has() -> None:
    """Python refuses two values of one name only when the page is asked for: `/staff/league` answered 500 for all."""
    taken = {*PAGES.everywhere, "look"}
    given = [
        f"{file.relative_to(PORTAL)}: {keyword.arg}"
        for file in sorted(PORTAL.rglob("*.py"))
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in ("render", "html")
        for keyword in call.keywords
        if keyword.arg in taken and file.name != "pages.py"
    ]

    assert not given


def test_a_day_is_read_on_every_page_as_a_day_is_written_in_chinese() -> None:
    bare = re.compile(r">[^<>\"]*\{\{ *[\w.]*(?:date|_day|done_on|\.day) *\}\}")
    found = [
        f"{path.name}: {match[0]}"
        for path in sorted((PORTAL / "templates").rglob("*.html"))
        for match in bare.finditer(path.read_text(encoding="utf-8"))
    ]

    assert found == [], "2026-03-02 is a program's day; `| day` makes 2026年3月2日 of it"
