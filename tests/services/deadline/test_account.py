"""The account of a clock: every line a person reads."""

from contracts.assignments import LeadNamed
from contracts.facts import Fact
from contracts.posts import PostHidden, PostRestored
from services.deadline.core.account import account
from tests.services.deadline.desk import given
from tests.services.deadline.facts import (
    PROFILE,
    answered,
    asked,
    assigned,
    at,
    extended,
    published,
    received,
)


def test_the_account_tells_the_clock_from_receipt_to_stop_in_order_of_time() -> None:
    desk = given(
        received("2026-09-29T10:00"),
        assigned("2026-09-29T10:20"),
        asked("2026-09-30T10:00"),
        answered("2026-10-08T11:00"),
        extended("2026-10-10T16:00", "2026-10-14"),
        published("2026-10-14T11:30"),
    )

    told = account(desk.case, PROFILE, at("2026-12-01T09:00"))

    water = PROFILE.department_name("water")
    assert told["lines"] == [
        "2026年9月29日 10:00 受理,计时开始",
        "9月30日 周三 第1个工作日",
        "10月1日 周四 国庆节 不计",
        "10月2日 周五 国庆节 不计",
        "10月3日 周六 国庆节 不计",
        "10月4日 周日 国庆节 不计",
        "10月5日 周一 国庆节 不计",
        "10月6日 周二 国庆节 不计",
        "10月7日 周三 国庆节 不计",
        "10月8日 周四 第2个工作日",
        "10月9日 周五 第3个工作日",
        "应于 2026年10月9日 18:00 前答复",
        "2026年9月30日 10:00 请网民补充,计时暂停",
        "2026年10月8日 11:00 网民已补充,计时恢复,期限为 2026年10月12日 18:00",
        "2026年10月10日 16:00 延期至 2026年10月14日 18:00,原因:备件;进展:已勘察",
        "2026年10月14日 11:30 已答复,按时,计时停止",
        "待交办用时 20 分",
        f"{water}用时 42 小时 10 分",
        "等待网民补充用时 8 小时 0 分",
    ]
    assert told["in_time"] is True


def test_a_kind_without_a_clock_says_so() -> None:
    desk = given(received("2026-03-02T10:00", "debate"))

    assert account(desk.case, PROFILE, at("2026-03-03T09:00"))["lines"] == ["此类帖子不计时限"]


def test_while_the_post_is_hidden_nobody_assists() -> None:
    helping = LeadNamed(at=at("2026-03-02T11:00"), lead="water", assisting=("gas",), reason="裁定")
    hidden = PostHidden(at=at("2026-03-02T15:00"), reason="广告", by="m")
    restored = PostRestored(at=at("2026-03-02T17:00"), reason="误判", by="m")
    facts = [received("2026-03-02T09:00"), assigned("2026-03-02T09:00"), helping, hidden, restored]

    told = account(given(*facts).case, PROFILE, at("2026-03-02T18:00"))

    assert [one["minutes"] for one in told["assisting"]] == [180]


def test_each_assisting_unit_has_its_own_time_beside_the_ledger() -> None:
    helping = LeadNamed(at=at("2026-03-02T11:00"), lead="water", assisting=("power", "gas"), reason="裁定")
    alone = LeadNamed(at=at("2026-03-03T10:00"), lead="water", assisting=("gas",), reason="裁定")
    facts = [
        received("2026-03-02T09:00"),
        assigned("2026-03-02T09:00"),
        helping,
        asked("2026-03-02T15:00"),
        answered("2026-03-02T17:00"),
        alone,
        published("2026-03-03T11:00"),
    ]

    for ordered in (facts, [*facts[3:5], *facts[:3], *facts[5:]]):
        told = account(given(*ordered).case, PROFILE, at("2026-03-10T09:00"))

        assert [(one["department"], one["minutes"]) for one in told["assisting"]] == [
            ("power", 60 + 60 + 60 + 60),
            ("gas", 60 + 60 + 60 + 120),
        ]
        assert told["lines"][-1] == f"{PROFILE.department_name('gas')}协办 5 小时 0 分"
        assert sum(one["minutes"] for one in told["held"]) == 9 * 60


def test_while_the_citizen_is_waited_for_it_says_until_when_and_not_that_the_wait_is_over() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"), asked("2026-03-03T10:00"))

    lines = account(desk.case, PROFILE, at("2026-03-04T09:00"))["lines"]

    assert "等待网民补充,最迟 2026年3月10日 18:00 恢复计时,届时期限为 2026年3月13日 18:00" in lines
    assert not any("等待期满" in line for line in lines)
    desk.until("2026-03-10T18:00")
    lines = account(desk.case, PROFILE, at("2026-03-11T09:00"))["lines"]
    assert "2026年3月10日 18:00 等待期满,计时恢复,期限为 2026年3月13日 18:00" in lines


def test_a_miss_and_a_broken_promise_are_told_until_they_are_withdrawn() -> None:
    desk = given(
        received("2026-03-02T10:00"), assigned("2026-03-02T10:00"), extended("2026-03-04T10:00", "2026-03-09")
    )
    desk.until("2026-03-09T18:00")
    told = {"2026年3月9日 18:00 承诺的日期未兑现", "2026年3月9日 18:00 到期未答复,已超期"}

    assert told <= set(account(desk.case, PROFILE, at("2026-03-10T09:00"))["lines"])

    desk.hear(published("2026-03-09T17:30"))

    assert not told & set(account(desk.case, PROFILE, at("2026-03-10T09:00"))["lines"])


WAITS = [received("2026-03-02T09:00"), assigned("2026-03-02T09:00"), asked("2026-03-03T10:00")]
"""Posted on Monday, due on Thursday; the citizen is asked on Tuesday and has until the Tuesday after."""
LATEST = "等待网民补充,最迟 2026年3月10日 18:00 恢复计时,届时期限为 2026年3月13日 18:00"


def lines(*facts: Fact, now: str) -> list[str]:
    return account(given(*facts).case, PROFILE, at(now))["lines"]


def test_while_the_citizen_is_waited_for_the_account_says_until_when_and_what_comes_then() -> None:
    assert LATEST in lines(*WAITS, now="2026-03-04T09:00")
    assert LATEST in lines(*WAITS, now="2026-03-10T17:59")


def test_of_a_wait_that_is_over_the_account_says_how_it_ended() -> None:
    over = lines(*WAITS, now="2026-03-10T18:00")
    assert LATEST not in over
    assert "2026年3月10日 18:00 等待期满,计时恢复,期限为 2026年3月13日 18:00" in over

    told = lines(*WAITS, answered("2026-03-04T10:00"), now="2026-03-04T11:00")
    assert not any("最迟" in line for line in told)
    assert any(line.startswith("2026年3月4日 10:00 网民已补充,计时恢复") for line in told)


def test_a_reply_given_while_the_citizen_was_waited_for_ends_the_wait_without_a_word_of_its_own() -> None:
    told = lines(*WAITS, published("2026-03-04T10:00"), now="2026-03-04T11:00")

    assert not any("最迟" in line or "计时恢复" in line for line in told)
    assert any(line.startswith("2026年3月4日 10:00 已答复") for line in told)


def test_the_account_says_of_each_extension_whether_its_promise_was_broken() -> None:
    desk = given(*WAITS[:2], extended("2026-03-04T10:00", "2026-03-09"))
    kept = account(desk.case, PROFILE, at("2026-03-09T17:00"))["extensions"]
    desk.until("2026-03-09T18:30")
    broken = account(desk.case, PROFILE, at("2026-03-09T18:30"))["extensions"]

    assert [one["promise_broken"] for one in kept] == [False]
    assert [one["promise_broken"] for one in broken] == [True]
