"""What a reply promises by a day, recognised so that its clerk can be asked."""

from datetime import date, datetime

import pytest

from city.profile import Profile
from city.promises import LONGEST, Promise, promises
from tests.city.cost import MOST, growth
from tests.services.intake.door import CITY

TIME = Profile.load(CITY).working_time
MONDAY = datetime(2026, 3, 2, 10, tzinfo=TIME.zone)


def found_in(text: str, now: datetime = MONDAY) -> tuple[Promise, ...]:
    return promises(text, now, TIME)


def day(text: str) -> date:
    found = found_in(text)
    assert len(found) == 1, [one.words for one in found]
    return found[0].day


@pytest.mark.parametrize(
    ("text", "promised"),
    [
        ("经现场查看,我局将于6月30日前完成人行道维修。", date(2026, 6, 30)),
        ("我局承诺在2026年6月30日之前全部更换。", date(2026, 6, 30)),
        ("该工程预计6月底完成。", date(2026, 6, 30)),
        ("预计2027年2月完工通车", date(2027, 2, 28)),
        ("计划于明年3月中旬开工", date(2027, 3, 20)),
        ("已责成施工单位于3月15日前整改到位。", date(2026, 3, 15)),
        ("力争年底前投入使用", date(2026, 12, 31)),
        ("将在本月底前清理完毕", date(2026, 3, 31)),
        ("确保下周内修复", date(2026, 3, 15)),
        ("本周内完成更换", date(2026, 3, 8)),
        ("我们将在7天内给您答复", date(2026, 3, 9)),
        ("两个月内完成改造", date(2026, 5, 2)),
        ("将于2026-04-01前恢复供水", date(2026, 4, 1)),
        ("预计明天修好", date(2026, 3, 3)),
        ("十二月前全部完成", date(2026, 12, 31)),
        ("将于3个工作日内办结", date(2026, 3, 5)),
        ("将于二十五个工作日内办结", date(2026, 4, 7)),
    ],
)
def test_a_promise_is_found_with_the_last_day_of_what_it_names(text: str, promised: date) -> None:
    assert day(text) == promised


@pytest.mark.parametrize(
    "text",
    [
        "路灯已于2月28日修复,感谢您的反映。",
        "该路段已于2026年3月1日完成维修。",
        "原计划于2025年12月底前完成。",
        "我局高度重视,将进一步加强管理,尽快处理。",
        "请您于3月10日前携带身份证到窗口办理。",
        "新规将于4月1日起施行。",
        "养老金每月15日前发放。",
        "根据3月5日前提交的材料办理。",
        "联系电话:0527-84368123,工作时间9:00至12:00。",
        "申请人应当在30日内答复。",
        "依据《条例》第6条,编号17的灯杆已更换。",
        "",
    ],
)
def test_what_is_done_asked_ruled_or_undated_promises_nothing(text: str) -> None:
    assert found_in(text) == ()


def test_a_month_long_past_is_next_years() -> None:
    found = found_in("预计1月15日完成", datetime(2026, 12, 20, 10, tzinfo=TIME.zone))

    assert [one.day for one in found] == [date(2027, 1, 15)]


def test_each_promise_of_a_reply_is_found_in_order_and_shortened() -> None:
    found = found_in("路面将于3月20日前修复;路灯预计4月完成" + "吧" * 80)

    assert [one.day for one in found] == [date(2026, 3, 20), date(2026, 4, 30)]
    assert (found[0].words, len(found[1].words)) == ("路面将于3月20日前修复", LONGEST)


@pytest.mark.parametrize(
    "piece", ["将于", "1月", "3天内", "已于1月", "将1月底至", "请1月1日前", "2026-1-1", "三", "1", "规定1月"]
)
def test_the_cost_grows_no_faster_than_the_text(piece: str) -> None:
    assert growth(found_in, piece, 2_000) < MOST
