"""The sample of the demonstration: every kind, area and season, no text twice, each taken in and most of them routed right."""

import json
from collections import Counter
from datetime import datetime

import msgspec

from city.profile import Profile
from services.intake.bodies import Post, personal_of, point_of
from services.router.core.assigning.duty import DutyList, governing
from services.router.core.assigning.place import Gazetteer
from services.router.core.topics.similar import SimilarIndex
from wenzheng.posts_file import SAMPLE, read_posts
from wenzheng.stack.home import ROOT

PROFILE = Profile.load(ROOT / "cities" / "suqian")
DUTIES = DutyList(PROFILE.duties, PROFILE.departments, governing(PROFILE.departments, PROFILE.divisions))
PLACES = Gazetteer(PROFILE.divisions)
ROWS = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
NEARLY_EQUAL = 0.5
"""Of all pairs of characters, the share that both texts have."""
ROUTED_RIGHT = 0.95
"""Measured: 0.982 of those that ask a unit are given to the unit their writer thought of."""


def test_the_sample_has_posts_of_every_kind_area_and_season() -> None:
    policy = PROFILE.policy
    posted = {code for code, kind in policy.kinds.items() if kind.clock or kind.moderated}

    assert len(ROWS) >= 400
    assert {row["kind"] for row in ROWS} == posted
    assert {row["area"] for row in ROWS if "area" in row} == {each.area_code for each in PROFILE.divisions}
    assert {row["season"] for row in ROWS if "season" in row} == {"spring", "summer", "autumn", "winter"}
    assert min(Counter(row["kind"] for row in ROWS).values()) >= 15


def test_most_units_of_the_city_are_asked_something() -> None:
    asked = {row["unit"] for row in ROWS if "unit" in row}

    assert asked <= set(PROFILE.department)
    assert len(asked) >= 0.8 * len(PROFILE.departments)


def test_no_two_posts_of_the_sample_say_nearly_the_same() -> None:
    index, moment = SimilarIndex(), datetime.fromisoformat("2011-06-01T08:00:00+08:00")
    for row in ROWS:
        alike = index.find(f"{row['title']}\n{row['text']}", at_least=NEARLY_EQUAL)
        assert not alike, (row["title"], alike)
        index.add(row["title"], f"{row['title']}\n{row['text']}", moment)


def test_the_door_takes_every_post_of_the_sample_and_holds_none_for_a_word() -> None:
    for line in read_posts(SAMPLE):
        assert line.body is not None, line
        post = msgspec.convert(line.body, Post)
        given, point = personal_of(post), point_of(post, PROFILE.policy.points)
        assert bool(point) == ("point" in line.body), line
        assert PROFILE.published(given["title"], given["text"]).verdict.outcome == "pass", line


def test_a_telephone_written_into_a_text_of_the_sample_is_starred() -> None:
    starred = [row for row in ROWS if PROFILE.published(row["title"], row["text"]).texts[1] != row["text"]]

    assert len(starred) == 2
    assert all(number in str(starred) for number in ("13800000000", "13900000000"))


def test_the_router_gives_nearly_all_of_them_to_the_unit_they_were_written_for() -> None:
    wrong, sure = [], 0
    asked = [row for row in ROWS if "unit" in row]
    for row in asked:
        place = PLACES.recognise(f"{row['title']}\n{row['text']}", row.get("area", ""))
        best = DUTIES.score(row["title"], row["text"], place)
        sure += bool(best) and best[0].score >= PROFILE.policy.dispatch.automatic_confidence
        if not best or best[0].department != row["unit"]:
            wrong.append((row["title"], row["unit"], [each.department for each in best[:2]]))

    assert 1 - len(wrong) / len(asked) >= ROUTED_RIGHT, wrong
    assert sure / len(asked) >= ROUTED_RIGHT
    assert {row["kind"] for row in ROWS if "unit" not in row} == {"debate"}
