"""What a clerk reads is Chinese, and what is said of a reply is fair."""

import time
from typing import Final, get_args

import pytest

from contracts.assignments import AssignmentFact
from fronts.portal.staff import quality
from fronts.portal.staff.reasons import DECISIONS

POST = "实验小学门口的路灯坏了一周。什么时候能修好?"


def test_every_decision_of_the_router_has_its_words() -> None:
    assert set(DECISIONS) == {fact.__name__ for fact in get_args(AssignmentFact)}


@pytest.mark.parametrize(
    ("reply", "faults"),
    [
        ("您好!实验小学门口的三盏路灯已于昨天下午修复,电话 12319。", []),
        ("您好!路灯3月9日已修好,请您查看。", []),
        ("您好,您反映的问题我们已经核实处理,感谢您的关注与支持。", ["question", "boilerplate"]),
        ("您好!已经核实处理,感谢您3月2日的来信。", ["boilerplate"]),
        ("我局高度重视,将进一步加强管理,尽快处理。", ["question", "boilerplate", "promise"]),
    ],
)
def test_a_short_reply_that_says_what_was_done_and_when_is_no_stock_phrase(
    reply: str, faults: list[str]
) -> None:
    assert [finding.fault for finding in quality.check(reply, POST)] == faults


@pytest.mark.parametrize(
    ("word", "empty"),
    [
        ("已派人到现场,两日内答复。", False),
        ("您好!维修人员今日下午到场。", False),
        ("您好,您反映的问题已收悉,感谢您的关注与支持。", True),
        ("我局高度重视,将尽快处理。", True),
        ("已转相关部门处理。", True),
        ("  ", False),
    ],
)
def test_a_first_word_of_stock_phrases_alone_says_nothing(word: str, empty: bool) -> None:
    assert quality.says_nothing(word) is empty, "one that is empty is refused by intake"


HOSTILE: Final = (
    "1",
    "一",
    "X",
    "x",
    "〔",
    "【",
    "[ ",
    "_",
    "感谢",
    "感谢您对",
    "待",
    "将",
    "请向",
    "请",
    "何时?",
    "多少?",
    "路灯吗?",
    "年",
    "1 ",
    "不属于我",
    "您反映",
    "尊敬的",
    "关注与",
    "\n",
    " ",
    "0-",
    "12/",
    "答复",
    "已经于",
    "?",
    "。",
    "xX",
)
"""What a text is filled with up to its limit; each begins something that a pattern looks for."""


@pytest.mark.parametrize("filling", HOSTILE)
def test_no_text_at_its_limit_takes_longer_than_a_blink(filling: str) -> None:
    text = (filling * 10_000)[:10_000]
    started = time.process_time()

    quality.check(text, text)

    assert time.process_time() - started < 0.5
