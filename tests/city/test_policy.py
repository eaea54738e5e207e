"""Every number of the rules is checked, and a wrong one is named."""

import re
from datetime import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from city.policy import Policy, PolicyError, line_of, read_policy

FILE = Path(__file__).resolve().parents[2] / "cities" / "suqian" / "policy.toml"
TEXT = FILE.read_text(encoding="utf-8")
POLICY = read_policy(TEXT)


def wrong(text: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        read_policy(text)
    return [str(found) for found in caught.value.wrong]


def test_the_citys_policy_holds_the_published_defaults() -> None:
    assert [POLICY.kind(code).reply_days for code in ("consult", "complaint", "suggestion", "mailbox")] == [
        3
    ] * 4
    assert [POLICY.kind(code).clock for code in ("debate", "survey", "unknown")] == [False] * 3
    assert (POLICY.hours.morning_opens, POLICY.hours.closes) == (time(9), time(18))
    assert (POLICY.dispatch.working_days, POLICY.return_.working_days, POLICY.return_.before_meeting) == (
        0.5,
        1,
        2,
    )
    assert (POLICY.extension.at_most, POLICY.extension.working_days, POLICY.extension.long_works_days) == (
        3,
        3,
        180,
    )
    assert (POLICY.pause.working_days, POLICY.warning.share) == (5, 0.8)
    steps = POLICY.ladder
    assert (steps.remind, steps.leader, steps.supervisor, steps.bulletin) == (-1, 0, 1, 5)
    assert (POLICY.rating.days, POLICY.rating.satisfied_from) == (14, 4)
    assert (POLICY.reopen.days, POLICY.reopen.reply_days) == (15, 5)


def test_what_the_file_leaves_out_has_the_same_default() -> None:
    """But for what is the sample city's own: its kinds, its box on the map, what it pays for, and its mark on a 通报."""
    short = read_policy('[kinds.consult]\nname = "咨询"\n')
    parts = set(Policy.__struct_fields__) - {"kinds", "points", "quotas", "parking", "bulletin"}

    assert {part for part in parts if getattr(short, part) != getattr(POLICY, part)} == set()
    assert short.bulletin == replace(POLICY.bulletin, mark="问督")


def test_people_post_what_somebody_answers_or_looks_at_and_a_questionnaire_is_neither() -> None:
    assert list(POLICY.posted) == ["consult", "complaint", "suggestion", "mailbox", "debate"]
    assert "debate" not in POLICY.changed({"kinds": {"debate": {"moderated": False}}}).posted


def test_a_rule_that_opens_records_is_switched_off_by_nought() -> None:
    assert POLICY.changed({"accountability": {"overdue": 0}}).accountability.overdue == 0


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (("share = 0.8", "share = 1.5"), "[warning] share: 应为大于 0、小于 1的数,实为 1.5"),
        (("at_most = 3", 'at_most = "3"'), "[extension] at_most: 应为 1 到 20 的整数,实为 '3'"),
        (("at_most = 3", "at_most = 0"), "[extension] at_most: 应为 1 到 20 的整数,实为 0"),
        (("at_most = 3", "at_mots = 3"), "at_mots: 没有这一项"),
        (("clock = true", "clock = 1"), "[kinds.consult] clock: 应为 true 或 false,实为 1"),
        (('closes = "18:00"', 'closes = "evening"'), "[hours] closes: 应为 HH:MM 的时刻"),
        (
            ('morning_opens = "09:00"', 'morning_opens = "13:00"'),
            "[hours] closes: 上下班时间应按一天的先后排列",
        ),
        (('closes = "18:00"', 'closes = "18:00:30"'), "[hours] closes: 上下班时间应为整分钟"),
        (("bulletin = 5", "bulletin = 0"), "[ladder] remind: 催办阶梯应逐级向后"),
        (("[pause]", "[pauze]"), "[] pauze: 政策没有这一节"),
        (("[pause]", "[pause"), "不是 TOML"),
        (('name = "咨询"', ""), "[kinds.consult] name: 缺少这一项"),
    ],
)
def test_a_wrong_number_is_named_by_its_key(changed: tuple[str, str], reason: str) -> None:
    found = wrong(TEXT.replace(*changed))

    assert any(reason in text for text in found), found


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert (
        len(
            wrong(
                TEXT.replace("share = 0.8", "share = 8").replace("satisfied_from = 4", "satisfied_from = 6")
            )
        )
        == 2
    )


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (("warning", "share"), "share = 0.8"),
        (("kinds", "debate", "clock"), "clock = false"),
        (("kinds", "debate"), "[kinds.debate]"),
        (("pause", "unknown"), "[pause]"),
    ],
)
def test_a_key_is_found_on_its_line(path: tuple[str, ...], content: str) -> None:
    assert TEXT.splitlines()[line_of(TEXT, path) - 1] == content


@pytest.mark.parametrize(
    "part",
    [
        {"kinds": {"consult": {"reply_days": 5}}},
        {"kinds.consult": {"reply_days": 5}},
    ],
)
def test_a_part_is_changed_and_the_rest_is_kept(part: dict[str, dict[str, object]]) -> None:
    changed = POLICY.changed(part)

    assert changed.kind("consult").reply_days == 5
    assert changed.kind("consult").name == "咨询"
    assert changed.kind("complaint") == POLICY.kind("complaint")
    assert changed.version != POLICY.version


@pytest.mark.parametrize(
    "part",
    [
        {"extension": {"at_most": 0}},
        {"extension": {"unheard": 1}},
        {"unheard": {"at_most": 1}},
        {"extension.more": {"at_most": 1}},
        {"extension": 3},
        {"kinds": {"consult": 3}},
    ],
)
def test_a_wrong_part_changes_nothing_and_says_so(part: dict[str, dict[str, object]]) -> None:
    with pytest.raises(PolicyError):
        POLICY.changed(part)


def test_the_version_does_not_follow_the_order_of_the_kinds_in_the_file() -> None:
    tables = re.split(r"(?m)^(?=\[)", TEXT)
    kinds = [table for table in tables if table.startswith("[kinds.")]
    others = [table for table in tables if not table.startswith("[kinds.")]
    turned = read_policy("".join([*others, *reversed(kinds)]))

    assert list(turned.kinds) == list(reversed(POLICY.kinds))
    assert turned.version == POLICY.version


def test_the_version_follows_the_numbers() -> None:
    assert read_policy(TEXT + "\n# a remark\n").version == POLICY.version
    assert isinstance(POLICY, Policy)
