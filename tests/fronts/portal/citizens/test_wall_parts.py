"""The parts of the wall, from what stats and router say to HTML."""

import html
from pathlib import Path
from typing import Any

import pytest

from city.profile import Profile
from fronts.portal.citizens import wall
from fronts.portal.pages import Pages
from services.stats.core.figures import row
from tests.fronts.portal.injections import INJECTIONS

PROFILE = Profile.load(Path(__file__).resolve().parents[4] / "cities" / "suqian")


@pytest.fixture
def pages() -> Pages:
    return Pages(PROFILE)


def figures(**others: Any) -> dict[str, Any]:
    month = row({"received": 40, "replied": 30, "on_time": 29, "overdue": 2, "open": 8})
    return {
        "as_of": "2026-03-10T10:20:30+08:00",
        "today": row({"received": 3, "replies_given": 5}),
        "month": month,
        "all": month,
        "registered": 38,
        "areas": [{"area": "321302", "name": "宿城区", "received": 9, "replied": 7, "overdue": 1}],
        "oldest_overdue": [],
    } | others


def test_figures_fill_their_parts_with_the_instant_they_hold_for(pages: Pages) -> None:
    found = wall.parts(pages, "figures", figures())

    assert set(found) == {"clock", "numbers", "areas", "overdue", "source"}
    assert "2026年3月10日 10:20:30" in found["clock"]
    assert "<dt>今日受理</dt><dd>3</dd>" in found["numbers"]
    assert "<dt>今日回复</dt><dd>5</dd>" in found["numbers"]
    assert "75.0%" in found["numbers"]
    assert "<td>9</td><td>7</td><td>1</td>" in found["areas"]
    assert "没有超期" in found["overdue"]


def test_the_oldest_overdue_posts_say_for_how_many_days(pages: Pages) -> None:
    late = [
        {
            "number": "SQ1",
            "department": "water",
            "department_name": "市水务集团",
            "due": "2026-03-05T18:00:00+08:00",
        },
        {"number": "SQ2", "department": "", "department_name": "", "due": "2026-03-10T09:00:00+08:00"},
    ]

    found = wall.parts(pages, "figures", figures(oldest_overdue=late))["overdue"]

    assert "期限 2026年3月5日,已过 5 天" in found
    assert "待交办" in found
    assert "今日到期未复" in found


def test_the_ranking_says_in_words_and_figures_who_is_behind(pages: Pages) -> None:
    units = [
        {"name": "甲", "received": 10, "replied": 10, "reply_rate": 1.0, "overdue": 0},
        {"name": "乙", "received": 10, "replied": 7, "reply_rate": 0.7, "overdue": 3},
        {"name": "丙", "received": 0, "replied": 0, "reply_rate": None, "overdue": 0},
    ]

    found = wall.parts(pages, "ranking", {"month": "2026-03", "departments": units})["ranking"]

    assert "2026年3月各单位回复率" in found
    assert "7/10 超3" in found
    assert [line.split('"')[1] for line in found.splitlines() if line.startswith("<li")] == [
        "well",
        "late",
        "none",
    ]


@pytest.mark.parametrize("text", INJECTIONS)
def test_topics_are_text_on_the_wall(pages: Pages, text: str) -> None:
    topic = {"words": [text], "size": 3, "area_name": text, "place": text, "why": text}

    found = wall.parts(pages, "topics", {"topics": [topic]})["topics"]

    assert found.count(str(html.escape(text)).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")) == 4


def test_what_is_missing_or_unknown_changes_nothing_but_says_so(pages: Pages) -> None:
    assert wall.parts(pages, "days", {}) == {}
    assert wall.parts(pages, "something new", {"a": 1}) == {}
    assert wall.parts(pages, "away", {}) == {"source": "away"}
    assert "暂时没有数据" in wall.parts(pages, "topics", {})["topics"]
    assert "没有热点" in wall.parts(pages, "topics", {"topics": []})["topics"]
