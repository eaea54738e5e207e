"""What if: the same facts under other rules."""

from datetime import date, datetime
from pathlib import Path

import pytest

from city.profile import Profile
from contracts.assignments import PostAssigned
from contracts.facts import Fact
from contracts.posts import PostReceived
from contracts.replies import ExtensionApproved, ExtensionRequested, ReplyPublished
from services.deadline.core.whatif import Compared, Tally
from wenzheng.stack.home import Trouble
from wenzheng.whatif import Told, compared, other_rules

PROFILE = Profile.load(Path(__file__).resolve().parents[2] / "cities" / "suqian")
NOW = datetime(2026, 4, 1, 9, 0, tzinfo=PROFILE.zone)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PROFILE.zone)


def received(when: str = "2026-03-02T10:00", number: str = "SQ1") -> list[Fact]:
    return [
        PostReceived(at=at(when), number=number, kind="complaint", title="路灯", text="不亮", citizen="c"),
        PostAssigned(
            at=at(when),
            number=number,
            department="transport",
            duty_item="",
            reasons=(),
            confidence=1,
            rule_version="r",
        ),
    ]


def published(when: str) -> Fact:
    return ReplyPublished(at=at(when), reply="r1", text="已修", department="transport", by="c1")


def extended(requested: str, approved: str, new_date: str, extension: str) -> list[Fact]:
    more = {
        "extension": extension,
        "reason": "备件",
        "new_date": date.fromisoformat(new_date),
        "progress": "已勘察",
        "department": "transport",
    }
    return [
        ExtensionRequested(at=at(requested), by="c1", **more),  # type: ignore[arg-type]
        ExtensionApproved(at=at(approved), by="l1", **more),  # type: ignore[arg-type]
    ]


def rules(tmp_path: Path, policy: str) -> Profile:
    file = tmp_path / "policy.toml"
    file.write_text(policy, encoding="utf-8")
    return other_rules(PROFILE, file, None)


def one(facts: list[Fact], after: Profile) -> Compared:
    (found,) = compared({"p": Told(facts)}, PROFILE, after, NOW)
    return found


def test_two_days_instead_of_three_make_an_answer_on_the_third_late(tmp_path: Path) -> None:
    after = rules(tmp_path, "[kinds.complaint]\nreply_days = 2\n")

    # Monday; due Thursday 5 March under three days, Wednesday under two.
    found = one([*received(), published("2026-03-05T11:00")], after)

    assert (found.before.due, found.after.due) == (at("2026-03-05T18:00"), at("2026-03-04T18:00"))
    assert (found.before.late, found.after.late) == (False, True)
    assert found.department == "transport"


def test_the_same_rules_change_nothing(tmp_path: Path) -> None:
    after = rules(tmp_path, "[kinds.complaint]\nreply_days = 3\n")

    found = one([*received(), published("2026-03-06T11:00")], after)

    assert found.before == found.after
    assert found.before.late


def test_an_extension_the_other_rules_would_not_have_allowed_is_left_out(tmp_path: Path) -> None:
    after = rules(tmp_path, "[extension]\nat_most = 1\n")
    facts = [
        *received(),
        *extended("2026-03-04T10:00", "2026-03-04T15:00", "2026-03-09", "e1"),
        *extended("2026-03-06T10:00", "2026-03-06T15:00", "2026-03-11", "e2"),
        published("2026-03-11T10:00"),
    ]

    found = one(facts, after)

    assert (found.before.due, found.before.late) == (at("2026-03-11T18:00"), False)
    assert (found.after.due, found.after.late) == (at("2026-03-09T18:00"), True)


def test_a_day_off_in_the_other_calendar_moves_the_due_date(tmp_path: Path) -> None:
    calendar = tmp_path / "local.csv"
    calendar.write_text("date,name,is_off_day\n2026-03-04,市庆,1\n", encoding="utf-8")
    after = other_rules(PROFILE, None, calendar)

    found = one([*received(), published("2026-03-06T11:00")], after)

    assert (found.before.late, found.after.late) == (True, False)
    assert found.after.due == at("2026-03-06T18:00")


def test_an_open_case_climbs_as_far_as_today_has_let_it() -> None:
    found = one(received(), PROFILE)

    assert found.before.stopped is None
    assert (found.before.late, found.before.level) == (True, "bulletin")


def test_the_summary_names_who_changes_and_adds_up(tmp_path: Path) -> None:
    after = rules(tmp_path, "[kinds.complaint]\nreply_days = 2\n")
    told = {
        "p": Told([*received(), published("2026-03-05T11:00")]),
        "q": Told([*received(number="SQ2"), published("2026-03-03T11:00")]),
        "old": Told([*received("2025-03-03T10:00", "SQ3"), published("2025-03-04T11:00")]),
    }

    tally = Tally(PROFILE)
    tally.add(compared(told, PROFILE, after, NOW, since=date(2026, 1, 1)))
    city, unit = tally.difference().lines

    assert (city.cases, city.late_before, city.late_after, city.earlier) == (2, 0, 1, 2)
    assert unit.newly_late == ("SQ1",)
    assert unit.name == PROFILE.department_name("transport")


def test_a_wrong_policy_is_told_key_by_key(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="reply_days"):
        rules(tmp_path, "[kinds.complaint]\nreply_days = -2\n")
