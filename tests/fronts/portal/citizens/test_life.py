"""A case's line of life and the calendar of its days, from what the services say."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from city.profile import Profile
from fronts.portal.citizens import due_calendar, life
from fronts.portal.citizens.following import talk
from fronts.portal.pages import Pages

PROFILE = Profile.load(Path(__file__).resolve().parents[4] / "cities" / "suqian")
POLICY = PROFILE.policy
PAGES = Pages(PROFILE)


def case(status: str, *said: str, **fields: Any) -> dict[str, Any]:
    history = [
        {"kind": kind, "at": f"2026-03-0{n}T10:00:00+08:00", "text": ""} for n, kind in enumerate(said, 1)
    ]
    return {
        "status": status,
        "status_name": "已撤回",
        "history": history,
        "received_at": "2026-03-01T10:00:00+08:00",
        "kind": "complaint",
        "text": "水管坏了。",
        "replies": [],
        "department_name": "市水务集团",
        "overdue": False,
    } | fields


def states(found: list[life.Step]) -> dict[str, str]:
    return {step.name: step.state for step in found}


def test_the_line_shows_what_is_behind_what_is_now_and_what_comes() -> None:
    found = life.line(case("accepted", "received", "assigned", "accepted"), POLICY)

    assert states(found) == {"受理": "done", "交办": "done", "办理": "now", "答复": "later", "评价": "later"}
    assert [step.at[:10] for step in found] == ["2026-03-01", "2026-03-02", "2026-03-03", "", ""]


def test_a_question_is_a_step_of_its_own_while_it_is_open() -> None:
    found = life.line(case("asked", "received", "assigned", "accepted", "asked"), POLICY)

    assert states(found)["等您补充"] == "now"
    assert [step.name for step in found].index("等您补充") == 3


def test_a_reopened_case_goes_on_behind_its_first_reply() -> None:
    found = life.line(
        case("reopened", "received", "assigned", "accepted", "replied", "rated", "reopened"), POLICY
    )

    assert states(found) == {
        "受理": "done",
        "交办": "done",
        "办理": "done",
        "答复": "done",
        "重新办理": "now",
        "再次答复": "later",
        "评价": "later",
    }


AGAIN = ("received", "assigned", "accepted", "replied", "reopened")


@pytest.mark.parametrize(
    ("status", "said", "now"),
    [
        ("assigned", AGAIN, "重新办理"),
        ("accepted", (*AGAIN, "accepted"), "重新办理"),
        ("asked", (*AGAIN, "accepted", "asked"), "等您补充"),
        ("replied", (*AGAIN, "accepted", "replied"), "再次答复"),
    ],
)
def test_a_second_handling_stays_one_on_the_line_until_it_is_done(
    status: str, said: tuple[str, ...], now: str
) -> None:
    found = life.line(case(status, *said), POLICY)

    names = [step.name for step in found]
    at = {step.name: step.at[:10] for step in found}
    assert states(found)[now] == "now"
    assert names[-3:] == (
        ["等您补充", "再次答复", "评价"] if now == "等您补充" else ["重新办理", "再次答复", "评价"]
    )
    assert {states(found)[name] for name in names[: names.index("重新办理")]} == {"done"}
    assert (at["办理"], at["答复"], at["重新办理"]) == ("2026-03-03", "2026-03-04", "2026-03-05")
    assert at["再次答复"] == ("2026-03-07" if status == "replied" else "")


def test_a_second_handling_that_was_rated_is_done() -> None:
    found = life.line(case("rated", *AGAIN, "accepted", "replied", "rated"), POLICY)

    assert {step.state for step in found} == {"done"}
    assert [step.name for step in found][-3:] == ["重新办理", "再次答复", "评价"]


def test_a_clock_that_stopped_tells_nothing_of_a_handling_that_goes_on() -> None:
    stopped = deadline(stopped="2026-02-24T10:00:00+08:00", in_time=True, due="2026-02-25T18:00:00+08:00")
    open_again = case("reopened", *AGAIN, due=None)

    course = life.course(open_again, stopped, POLICY, date(2026, 2, 25))
    assert course["deadline"] is None
    assert "2026年2月25日" not in course["next"]
    done = life.course(case("replied", *AGAIN[:4], due=None), stopped, POLICY, date(2026, 2, 25))
    assert done["deadline"] == stopped


def test_a_hidden_case_says_why_and_since_when() -> None:
    hidden = case("hidden", "received", status_name="已屏蔽")
    hidden["history"] += [
        {"kind": "moderated", "at": "2026-03-03T10:00:00+08:00", "text": "已屏蔽:疑似广告"},
        {"kind": "appealed", "at": "2026-03-04T10:00:00+08:00", "text": "网民申诉:不是广告"},
    ]

    assert life.line(hidden, POLICY)[-1] == ("已屏蔽", "now", "2026-03-03T10:00:00+08:00")
    assert life.following(hidden, "", POLICY) == "此帖不再显示。已屏蔽:疑似广告。"
    assert life.following(case("hidden"), "", POLICY) == "此帖不再显示。", "others are not told why"


@pytest.mark.parametrize("status", ["withdrawn", "hidden"])
def test_a_clock_that_was_stopped_without_an_answer_says_no_answer_in_time(status: str) -> None:
    stopped = deadline(stopped="2026-02-24T10:00:00+08:00", in_time=True)
    stopped |= {"provisional": False, "extensions": [], "lines": []}
    ended = case(status, "received", due=None, paused=False)
    template = PAGES._templates.from_string(
        '{% import "parts.html" as parts with context %}{{ parts.deadline_days(deadline, [], [], 1, case) }}'
    )

    assert "按时答复" not in template.render(deadline=stopped, case=ended)
    assert "不再计时" in template.render(deadline=stopped, case=ended)
    assert "按时答复" in template.render(deadline=stopped, case=ended | {"status": "replied"})


def test_a_rated_case_is_done_and_a_withdrawn_one_ends_there() -> None:
    assert {step.state for step in life.line(case("rated", "received"), POLICY)} == {"done"}
    assert states(life.line(case("withdrawn", "received", "withdrawn"), POLICY)) == {
        "受理": "done",
        "已撤回": "now",
    }


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("received", "职责清单"),
        ("assigned", "由该单位受理"),
        ("accepted", "2026年3月5日 18:00 前答复"),
        ("asked", f"{POLICY.pause.working_days} 个工作日"),
        ("replied", f"{POLICY.reopen.days} 天内申请重新办理"),
        ("rated", "感谢"),
        ("reopened", "重新办理"),
        ("withdrawn", "不再办理"),
        ("hidden", "不再显示"),
    ],
)
def test_what_is_next_is_said_at_every_step(status: str, said: str) -> None:
    assert said in life.following(case(status), "2026-03-05T18:00:00+08:00", POLICY)


def test_a_debate_is_looked_through_and_shown_and_asks_nobody() -> None:
    held = case("received", "received", kind="debate", text="")
    released = case("received", "received", kind="debate")

    assert states(life.line(held, POLICY)) == {"受理": "done", "审核": "now", "公开": "later"}
    assert {step.state for step in life.line(released, POLICY)} == {"done"}
    assert "审核后公开" in life.following(held, "", POLICY)
    assert "供大家评议" in life.following(released, "", POLICY)


def test_an_overdue_case_says_so() -> None:
    assert "已超过期限" in life.following(case("accepted", overdue=True), "", POLICY)


def deadline(**fields: Any) -> dict[str, Any]:
    """Received on 13 February 2026, before 春节: due on the 25th."""
    off = {date(2026, 2, day): "春节" for day in range(15, 24)}
    counted = []
    number = 0
    for day in [date(2026, 2, n) for n in range(14, 26)]:
        counts = day not in off
        number += counts
        counted.append(
            {
                "day": day.isoformat(),
                "counts": counts,
                "reason": f"第{number}个工作日" if counts else off[day],
            }
        )
    return {
        "start": "2026-02-13T16:00:00+08:00",
        "due": "2026-02-25T18:00:00+08:00",
        "first_due": "2026-02-25T18:00:00+08:00",
        "counted": counted,
        "pauses": [],
        "stopped": None,
    } | fields


def marks(given: dict[str, Any], today: str = "2026-02-14") -> dict[str, tuple[str, ...]]:
    weeks = due_calendar.weeks(given, date.fromisoformat(today))
    return {cell.day.isoformat(): cell.marks for week in weeks for cell in week if cell.marks}


def test_the_calendar_says_of_every_day_whether_it_counts_and_why() -> None:
    weeks = due_calendar.weeks(deadline(), date(2026, 2, 14))

    assert [len(week) for week in weeks] == [7, 7, 7]
    assert weeks[0][0].day.weekday() == 0
    found = marks(deadline())
    assert found["2026-02-13"] == ("收到",)
    assert found["2026-02-14"] == ("调休上班", "第1天", "今天"), "a Saturday that is worked"
    assert found["2026-02-17"] == ("春节", "不计")
    assert found["2026-02-25"] == ("第3天", "到期")
    looks = {cell.day: cell.look for week in weeks for cell in week}
    assert looks[date(2026, 2, 12)] == looks[date(2026, 2, 26)] == "outside"


def test_a_moved_due_date_leaves_a_mark_on_the_first_one_and_a_pause_on_its_days() -> None:
    moved = deadline(
        due="2026-02-27T18:00:00+08:00",
        pauses=[{"from": "2026-02-24T10:00:00+08:00", "to": "2026-02-26T10:00:00+08:00"}],
    )

    found = marks(moved)
    assert "原到期" in found["2026-02-25"]
    assert found["2026-02-27"] == ("到期",)
    assert [day for day, said in found.items() if "暂停" in said] == [
        "2026-02-24",
        "2026-02-25",
        "2026-02-26",
    ]


def test_a_long_span_and_a_kind_without_a_clock_have_no_calendar() -> None:
    assert due_calendar.weeks(deadline(due="2026-08-25T18:00:00+08:00"), date(2026, 2, 14)) == []
    assert due_calendar.weeks({"clock": None, "reason": "此类帖子不计时限"}, date(2026, 2, 14)) == []


@pytest.mark.parametrize(
    ("today", "left"), [("2026-02-13", 3), ("2026-02-14", 3), ("2026-02-15", 2), ("2026-02-25", 1)]
)
def test_working_days_left_are_those_that_count(today: str, left: int) -> None:
    assert due_calendar.days_left(deadline(), date.fromisoformat(today)) == left


def test_no_days_are_left_to_tell_of_a_clock_that_stopped_moved_or_ran_out() -> None:
    today = date(2026, 2, 14)
    assert due_calendar.days_left(deadline(stopped="2026-02-14T10:00:00+08:00"), today) is None
    assert due_calendar.days_left(deadline(due="2026-02-27T18:00:00+08:00"), today) is None
    assert due_calendar.days_left(deadline(), date(2026, 3, 1)) is None


def test_what_was_said_stands_in_order_of_time() -> None:
    def minute(n: int) -> str:
        return f"2026-03-02T10:0{n}:00+08:00"

    found = talk(
        {
            "department_name": "市水务集团",
            "questions": [
                {
                    "at": minute(1),
                    "text": "哪里?",
                    "answered_at": minute(3),
                    "answer": "这里。",
                    "attachments": [],
                }
            ],
            "follow_ups": [
                {"at": minute(2), "text": "还有。", "answer": "", "answered_at": None, "attachments": []}
            ],
            "replies": [
                {
                    "at": minute(4),
                    "text": "好。",
                    "department_name": "市水务集团",
                    "in_name_of": "",
                    "attachments": [],
                    "promise": None,
                }
            ],
            "ratings": [{"at": minute(5), "grade": 5, "text": "", "solved": "no"}],
        }
    )

    assert [one["text"] for one in found] == ["哪里?", "还有。", "这里。", "好。", ""]
    assert [one["who"] for one in found] == ["unit", "citizen", "citizen", "unit", "citizen"]
    assert found[-1]["what"] == "您的评价:非常满意、未解决"
