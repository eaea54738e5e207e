"""What people type on a telephone is understood as they type it: with the colons and commas of a Chinese keyboard."""

import pytest

from fronts.wechat.core.words import added_in, grade_in, number_in, solved_in

COLON, COMMA = "\uff1a", "\uff0c"
NUMBER = "SQ260302-000001"


@pytest.mark.parametrize(
    ("typed", "grade"),
    [
        ("5", (5, "")),
        ("５分", (5, "")),
        ("评价 5 办得好", (5, "办得好")),
        (f"评价{COLON}5{COMMA}办得好", (5, "办得好")),
        (f"打分{COLON}4星", (4, "")),
        ("非常满意", (5, "")),
        ("6", (0, "")),
        ("5号楼没有水", (0, "")),
    ],
)
def test_a_grade_is_read_as_it_is_typed(typed: str, grade: tuple[int, str]) -> None:
    assert grade_in(typed) == grade


@pytest.mark.parametrize(
    ("typed", "solved"),
    [
        ("已解决", ("yes", "")),
        (f"部分解决{COMMA}还差一盏", ("partly", "还差一盏")),
        ("未解决 又坏了", ("no", "又坏了")),
        ("已解决了一半", ("", "已解决了一半")),
        ("办得好", ("", "办得好")),
        ("", ("", "")),
    ],
)
def test_what_follows_a_grade_may_say_whether_the_matter_is_solved(
    typed: str, solved: tuple[str, str]
) -> None:
    assert solved_in(typed) == solved


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (NUMBER, NUMBER),
        (f"查{NUMBER}", NUMBER),
        (f"查询{COLON}{NUMBER}", NUMBER),
        ("查 sq 260302 000001", NUMBER),
        ("查无此人", ""),
        (f"{NUMBER} 怎么还没有回复", ""),
    ],
)
def test_a_number_is_read_as_it_is_typed(typed: str, number: str) -> None:
    assert number_in(typed) == number


@pytest.mark.parametrize("between", [" ", ":", COLON, COMMA, "\n"])
def test_what_is_added_begins_after_whatever_mark_people_put(between: str) -> None:
    assert added_in(f"补充{between}灯还是不亮") == ("answer", "灯还是不亮")
    assert added_in(f"追问{between}什么时候修?") == ("follow-up", "什么时候修?")
    assert added_in("补充材料在哪里交") == ("", "")
