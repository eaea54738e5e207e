"""What if: the same facts under other rules, against a month that was worked by hand."""

from dataclasses import replace as replaced
from datetime import date
from typing import Any

import pytest

from city.profile import Profile
from contracts.decision import Invalid
from contracts.facts import Fact
from contracts.replies import ExtensionRequested
from services.deadline.core.case import Case
from services.deadline.core.other_rules import OtherRules, changes, dating, may_ask, months, otherwise
from services.deadline.core.whatif import LISTED, Difference, Tally, compare, granted
from tests.services.deadline.desk import given
from tests.services.deadline.facts import (
    PROFILE,
    assigned,
    at,
    extended,
    grouped,
    published,
    received,
    reopened,
    ungrouped,
)
from tests.services.deadline.month import NOW, a_month, case


def asked(**fields: Any) -> OtherRules:
    return OtherRules(**{"since": "2026-03", "until": "2026-03"} | fields)


def two_days() -> Profile:
    return otherwise(PROFILE, asked(policy={"kinds.complaint": {"reply_days": 2}}))


def difference(cases: list[Case], after: Profile) -> Difference:
    tally = Tally(PROFILE)
    tally.add(compare(cases, PROFILE, after, NOW))
    return tally.difference()


def test_a_month_worked_by_hand() -> None:
    city, housing, water = difference(a_month(), two_days()).lines

    assert (city.cases, housing.cases, water.cases) == (7, 2, 5)
    # Answered or overdue: all but the open one; under two days that, too.
    assert (city.judged_before, city.judged_after) == (6, 7)
    assert (city.late_before, city.late_after) == (2, 4)
    assert (city.rate_before, city.rate_after) == (pytest.approx(4 / 6), pytest.approx(3 / 7))
    assert (water.rate_before, water.rate_after) == (pytest.approx(4 / 5), pytest.approx(3 / 5))
    assert (housing.rate_before, housing.rate_after) == (0.0, 0.0)
    assert (city.bulletin_before, city.bulletin_after) == (1, 1)
    # The six complaints move a day towards us, the consultation stays.
    assert (city.earlier, city.later) == (6, 0)
    assert (city.second, city.second_late_before, city.second_late_after) == (1, 1, 1)
    assert (city.turned_late, city.turned_in_time) == (2, 0)
    assert city.newly_late == ("SQ260302-000002", "SQ260330-000005")


def test_who_is_judged_otherwise_is_named_by_unit_with_both_dates() -> None:
    changed = difference(a_month(), two_days()).changed

    assert {unit: [one.number for one in found] for unit, found in changed.items()} == {
        "water": ["SQ260302-000002"],
        "housing": ["SQ260330-000005"],
    }
    (one,) = changed["water"]
    assert (one.before.due, one.after.due) == (at("2026-03-05T18:00"), at("2026-03-04T18:00"))


def test_of_many_that_turn_late_five_are_named_and_all_are_counted() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"), published("2026-03-05T10:00"))

    city = difference([desk.case] * 6, two_days()).lines[0]

    assert (city.turned_late, len(city.newly_late)) == (6, 5)


@pytest.mark.parametrize(("kind", "clock"), [("debate", True), ("complaint", False)])
def test_what_carries_a_clock_under_one_of_the_two_rules_alone_is_compared_with_nothing(
    kind: str, clock: bool
) -> None:
    after = otherwise(PROFILE, asked(policy={f"kinds.{kind}": {"clock": clock}}))
    desk = given(received("2026-03-02T10:00", kind), assigned("2026-03-02T10:00"))

    assert difference([desk.case], after).lines[0].cases == 0


def test_a_day_off_gives_everybody_who_waits_over_it_a_day_more() -> None:
    after = otherwise(PROFILE, asked(days_off=(date(2026, 3, 4),)))

    city = difference(a_month(), after).lines[0]

    # The one of the fourth day turns in time; the second handling of 9 March does not span it.
    assert (city.late_before, city.late_after, city.turned_in_time) == (2, 1, 1)
    assert city.no_longer_late == ("SQ260302-000003",)
    assert (city.second_late_before, city.second_late_after) == (1, 1)


def test_the_first_handling_of_who_left_its_group_after_reopening_was_answered_by_the_lead() -> None:
    desk = given(
        received("2026-03-02T10:00"),
        assigned("2026-03-02T10:00"),
        grouped("2026-03-02T11:00"),
        published("2026-03-03T10:00", lead="other", group="g1"),
        reopened("2026-03-04T10:00"),
        ungrouped("2026-03-04T11:00"),
        published("2026-03-10T10:00", handling=2),
    )

    first, second = compare([desk.case], PROFILE, two_days(), NOW)

    assert (first.before.stopped, first.before.late) == (at("2026-03-03T10:00"), False)
    assert (second.handling, second.before.stopped) == (2, at("2026-03-10T10:00"))


def test_a_saturday_that_is_worked_counts() -> None:
    after = otherwise(PROFILE, asked(working_days=(date(2026, 3, 7),)))
    late = case("SQ1", "2026-03-06T10:00", published("2026-03-11T11:00"))

    (one,) = compare([late], PROFILE, after, NOW)

    assert (one.before.due, one.after.due) == (at("2026-03-11T18:00"), at("2026-03-10T18:00"))
    assert one.changed


def test_another_closing_hour_ends_the_day_of_each_deadline() -> None:
    after = otherwise(PROFILE, asked(policy={"hours": {"closes": "17:00"}}))
    at_half_past_five = case("SQ1", "2026-03-02T10:00", published("2026-03-05T17:30"))

    (one,) = compare([at_half_past_five], PROFILE, after, NOW)

    assert (one.before.late, one.after.late) == (False, True)


@pytest.mark.parametrize("instant", ["2026-03-12T10:00", "2026-03-09T10:00"], ids=["later", "at once"])
def test_a_request_is_judged_by_the_handling_in_which_it_was_made(instant: str) -> None:
    """One made in the instant of the reopening is of the second handling: of the first it would come too late."""
    later = ExtensionRequested(
        at=at(instant),
        extension="e1",
        reason="备件",
        new_date=date(2026, 3, 18),
        progress="已勘察",
        department="water",
        by="c1",
    )
    facts = (
        received("2026-03-02T10:00"),
        assigned("2026-03-02T10:00"),
        published("2026-03-03T11:00"),
        reopened("2026-03-09T10:00"),
        later,
        extended("2026-03-12T15:00", "2026-03-18"),
    )
    wanted = given(*facts).case

    # Due 16 March after five working days: two more are within three, and not within one.
    short = otherwise(PROFILE, asked(policy={"extension": {"working_days": 1}}))
    assert len(granted(wanted, PROFILE).extensions) == 1
    assert granted(wanted, short).extensions == ()


@pytest.mark.parametrize(("at_most", "kept"), [(3, ["e1", "e2"]), (2, ["e1", "e2"]), (1, ["e1"])])
def test_so_many_extensions_are_granted_as_the_other_rules_allow_a_case(
    at_most: int, kept: list[str]
) -> None:
    facts: list[Fact] = [received("2026-03-02T10:00"), assigned("2026-03-02T10:00")]
    for extension, day, new_date in (("e1", 3, 9), ("e2", 9, 12)):
        facts += [
            ExtensionRequested(
                at=at(f"2026-03-{day:02}T10:00"),
                extension=extension,
                reason="备件",
                new_date=date(2026, 3, new_date),
                progress="已勘察",
                department="water",
                by="c1",
            ),
            extended(f"2026-03-{day:02}T11:00", f"2026-03-{new_date:02}", extension),
        ]
    others = otherwise(PROFILE, asked(policy={"extension": {"at_most": at_most}})) if at_most < 3 else PROFILE

    assert [one.id for one in granted(given(*facts).case, others).extensions] == kept


def test_an_extension_whose_request_is_not_remembered_stays() -> None:
    none = otherwise(PROFILE, asked(policy={"extension": {"working_days": 1}}))
    old = given(
        received("2026-03-02T10:00"),
        assigned("2026-03-02T10:00"),
        extended("2026-03-04T15:00", "2026-03-09"),
    ).case

    assert granted(old, none) == old


def test_a_request_for_time_moves_no_clock_and_says_nothing() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))
    request = ExtensionRequested(
        at=at("2026-03-03T10:00"),
        extension="e1",
        reason="备件",
        new_date=date(2026, 3, 9),
        progress="已勘察",
        department="water",
        by="c1",
    )

    assert desk.hear(request) == []
    assert [(one.id, one.at) for one in desk.case.requests] == [("e1", at("2026-03-03T10:00"))]


def test_very_many_changed_cases_are_counted_and_a_hundred_kept() -> None:
    many = [
        case(f"SQ260302-{n:06}", "2026-03-02T10:00", published("2026-03-05T11:00"))
        for n in range(LISTED + 20)
    ]

    found = difference(many, two_days())

    assert found.lines[0].turned_late == LISTED + 20
    assert len(found.changed["water"]) == LISTED


def test_what_is_changed_is_told_number_by_number() -> None:
    after = otherwise(
        PROFILE, asked(policy={"kinds.complaint": {"reply_days": 2}, "hours": {"closes": "17:30"}})
    )

    assert [(one.table, one.key, one.before, one.after) for one in changes(PROFILE, after)] == [
        ("kinds.complaint", "reply_days", "3", "2"),
        ("hours", "closes", "18:00", "17:30"),
    ]
    assert dating(after)["hours"]["closes"] == "17:30"


def test_the_days_of_a_what_if_publish_no_year() -> None:
    after = otherwise(PROFILE, asked(days_off=(date(2026, 3, 4),)))

    assert after.calendar.horizon == PROFILE.calendar.horizon
    assert PROFILE.calendar.works(date(2026, 3, 4)), "the city itself is as it was"


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"policy": {"kinds.complaint": {"reply_days": 0}}}, "policy.kinds.complaint.reply_days", "1 到 30"),
        ({"policy": {"kinds.complaint": {"reply_days": "x"}}}, "policy.kinds.complaint.reply_days", "整数"),
        ({"policy": {"extension": {"at_most": 99}}}, "policy.extension.at_most", "1 到 20"),
        ({"policy": {"extension": {"days": 2}}}, "policy.extension.days", "没有这一项"),
        ({"policy": {"hours": {"closes": "25:00"}}}, "policy.hours.closes", "HH:MM"),
        ({"policy": {"hours": {"closes": "11:00"}}}, "policy.hours.closes", "先后"),
        ({"policy": {"ladder": {"bulletin": -2}}}, "policy.ladder.remind", "逐级"),
        ({"policy": {"rates": {"posts": 1}}}, "policy.rates", "不影响期限"),
        ({"policy": {"kinds.foo": {"reply_days": 2}}}, "policy.kinds.foo.name", "缺少"),
        ({"days_off": (date(2026, 3, 7),)}, "days_off", "周末"),
        ({"days_off": (date(2026, 10, 1),)}, "days_off", "国庆"),
        ({"working_days": (date(2026, 3, 4),)}, "working_days", "本来就是工作日"),
        ({"days_off": (date(1, 1, 1),)}, "days_off", "年份"),
    ],
)
def test_what_cannot_be_tried_is_told_beside_its_field(
    fields: dict[str, Any], field: str, reason: str
) -> None:
    with pytest.raises(Invalid) as refused:
        otherwise(PROFILE, asked(**fields))

    assert [error.field for error in refused.value.errors] == [field]
    assert reason in refused.value.errors[0].reason


def test_the_rules_in_force_are_no_what_if() -> None:
    for same in ({}, {"policy": {"kinds.complaint": {"reply_days": 3}}}, {"policy": {"kinds.complaint": {}}}):
        with pytest.raises(Invalid, match="没有改动"):
            otherwise(PROFILE, asked(**same))


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        ("2026-3", "2026-03", "since"),
        ("2026-03", "2026-13", "until"),
        ("2026-04", "2026-03", "since"),
        ("2025-03", "2026-03", "since"),
        ("2026-03", "2026-05", "until"),
        ("２０２６-03", "2026-03", "since"),
    ],
)
def test_months_that_cannot_be_read_are_told(since: str, until: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        months(asked(since=since, until=until), NOW.date())

    assert [error.field for error in refused.value.errors] == [field]


def test_months_are_whole() -> None:
    assert months(asked(since="2025-05", until="2026-04"), NOW.date()) == (
        date(2025, 5, 1),
        date(2026, 5, 1),
    )
    assert months(asked(since="2025-12", until="2025-12"), NOW.date())[1] == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("role", "unit", "may"),
    [
        ("supervisor", "supervision", True),
        ("supervisor", "housing", True),
        ("leader", "supervision", True),
        ("leader", "housing", False),
        ("clerk", "supervision", False),
        ("mayor", "supervision", False),
        ("operator", "supervision", False),
    ],
)
def test_the_supervising_office_may_ask(role: str, unit: str, may: bool) -> None:
    assert may_ask(role, unit, PROFILE) is may


def test_of_another_city_the_unit_that_issues_its_bulletins_may_ask() -> None:
    other = replaced(PROFILE, policy=PROFILE.policy.changed({"bulletin": {"issuer": "housing"}}))

    assert may_ask("leader", "housing", other)
    assert not may_ask("leader", "supervision", other)
