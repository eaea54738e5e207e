"""What makes a questionnaire whole, which of its questions come up, and what is an answer to them: at the edge of each limit."""

from datetime import UTC, datetime
from typing import Any, Final

import pytest

from contracts.decision import Invalid
from contracts.surveys import Answer, Condition, Question, Questionnaire
from services.survey.core.questionnaire import came_up, check, check_answers

ENDS: Final = datetime(2026, 3, 31, 18, tzinfo=UTC)
MANY: Final = tuple(f"选项{n}" for n in range(30))
TWO: Final = ("是", "否")


def asks(*questions: Question, **fields: Any) -> Questionnaire:
    return Questionnaire("标题", "", "phone", ENDS, questions, **fields)


def single(id: str = "q1", options: tuple[str, ...] = TWO, **fields: Any) -> Question:
    return Question(id, "single", "题", options, **fields)


def multiple(id: str = "q1", options: tuple[str, ...] = ("甲", "乙", "丙"), **fields: Any) -> Question:
    return Question(id, "multiple", "题", options, **fields)


def scale(id: str = "q1", **fields: Any) -> Question:
    return Question(id, "scale", "题", **fields)


def text(id: str = "q1", **fields: Any) -> Question:
    return Question(id, "text", "题", **fields)


def faults(questionnaire: Questionnaire) -> list[str]:
    """The fields for which it is refused; none where it can be answered."""
    try:
        check(questionnaire)
    except Invalid as refused:
        return [error.field for error in refused.errors]
    return []


def refused(questionnaire: Questionnaire, *answers: Answer) -> list[tuple[str, str]]:
    """The questions whose answers are refused, and why; none where these are answers."""
    try:
        check_answers(questionnaire, answers)
    except Invalid as wrong:
        return [(error.field, error.reason) for error in wrong.errors] or [("", wrong.detail)]
    return []


@pytest.mark.parametrize(
    "question",
    [
        single(options=TWO),
        single(options=MANY),
        single(options=("是",), other=True),
        multiple(most=0),
        multiple(most=3),
        multiple(options=TWO, other=True, most=3),
        scale(steps=2),
        scale(steps=10),
        text(),
    ],
    ids=str,
)
def test_what_stands_at_the_edge_of_a_limit_can_be_asked(question: Question) -> None:
    assert faults(asks(question)) == []


@pytest.mark.parametrize(
    ("question", "field"),
    [
        (single(options=("是",)), "options"),
        (single(options=("是", " ")), "options"),
        (single(options=(*MANY, "又一个")), "options"),
        (single(options=MANY, other=True), "options"),
        (multiple(most=4), "most"),
        (multiple(most=-1), "most"),
        (scale(steps=1), "steps"),
        (scale(steps=11), "steps"),
        (scale(options=TWO), "options"),
        (text(options=TWO), "options"),
        (text(other=True), "options"),
        (text(id=""), "id"),
    ],
    ids=str,
)
def test_what_goes_beyond_a_limit_is_refused_by_its_field_alone(question: Question, field: str) -> None:
    assert faults(asks(question)) == [f"questions.0.{field}"]


def test_a_questionnaire_asks_something_at_most_fifty_times_and_each_under_a_name_of_its_own() -> None:
    fifty = [text(f"q{n}") for n in range(50)]

    assert faults(asks(*fifty)) == []
    assert faults(asks(*fifty, text("q50"))) == ["questions"]
    assert faults(asks()) == ["questions"]
    assert faults(asks(text("q1"), text("q2"), text("q1"))) == ["questions.2.id"]


@pytest.mark.parametrize("before", [single(options=("甲", "乙")), multiple(options=("甲", "乙"))], ids=str)
@pytest.mark.parametrize(
    ("choices", "allowed"), [((0,), True), ((0, 1), True), ((), False), ((2,), False), ((1, 2), False)]
)
def test_a_question_depends_on_choices_that_there_are(
    before: Question, choices: tuple[int, ...], allowed: bool
) -> None:
    dependent = text("q2", only_if=Condition("q1", choices))

    assert faults(asks(before, dependent)) == ([] if allowed else ["questions.1.only_if"])


@pytest.mark.parametrize("before", [scale(), text()], ids=str)
def test_a_question_depends_on_choices_alone(before: Question) -> None:
    dependent = text("q2", only_if=Condition("q1", (0,)))

    assert faults(asks(before, dependent)) == ["questions.1.only_if"]


@pytest.mark.parametrize(
    "asked", ["q0", "q2", "q3"], ids=["one that there is not", "itself", "one that comes later"]
)
def test_a_question_depends_on_an_earlier_one(asked: str) -> None:
    questions = (single("q1"), single("q2", only_if=Condition(asked, (0,))), single("q3"))

    assert faults(asks(*questions)) == ["questions.1.only_if"]


def test_a_question_depends_on_the_words_of_ones_own_as_on_any_choice() -> None:
    dependent = text("q2", only_if=Condition("q1", (2,)))

    assert faults(asks(single(other=True), dependent)) == []
    assert faults(asks(single(other=False), dependent)) == ["questions.1.only_if"]


def test_what_depends_on_a_question_that_did_not_come_up_does_not_come_up_either() -> None:
    form = asks(
        single("q1"), single("q2", only_if=Condition("q1", (0,))), text("q3", only_if=Condition("q2", (1,)))
    )

    def up(**given: int) -> list[str]:
        answers = {id: Answer(id, (choice,)) for id, choice in given.items()}
        return [question.id for question in came_up(form, answers)]

    assert up() == ["q1"]
    assert up(q1=0) == ["q1", "q2"]
    assert up(q1=0, q2=0) == ["q1", "q2"]
    assert up(q1=0, q2=1) == ["q1", "q2", "q3"]
    assert up(q1=1, q2=1) == ["q1"], "what is said to a question that nobody asked leads nowhere"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (single(), Answer("q1", (1,))),
        (single(other=True), Answer("q1", (2,), text="都不是")),
        (single(other=True), Answer("q1", (2,))),
        (multiple(), Answer("q1", (0, 1, 2))),
        (multiple(most=2), Answer("q1", (0, 2))),
        (multiple(other=True), Answer("q1", (0, 3), text="丁")),
        (scale(steps=2), Answer("q1", value=1)),
        (scale(steps=2), Answer("q1", value=2)),
        (text(), Answer("q1", text="字")),
        (text(required=False), Answer("q1")),
        (single(required=False), Answer("q1")),
    ],
    ids=str,
)
def test_an_answer_at_the_edge_is_taken(question: Question, answer: Answer) -> None:
    assert refused(asks(question), answer) == []


@pytest.mark.parametrize(
    ("question", "answer", "why"),
    [
        (single(), Answer("q1", (0, 1)), "最多选 1 项"),
        (single(), Answer("q1", (2,)), "没有这个选项"),
        (single(), Answer("q1", (-1,)), "没有这个选项"),
        (single(), Answer("q1", (0,), value=1), "请选择选项"),
        (single(), Answer("q1", text="字"), "请选择选项"),
        (single(), Answer("q1", (0,), text="字"), "只有选了“其他”才能填写文字"),
        (multiple(other=True), Answer("q1", (0,), text="字"), "只有选了“其他”才能填写文字"),
        (multiple(), Answer("q1", (2,), text="字"), "只有选了“其他”才能填写文字"),
        (multiple(), Answer("q1", (1, 1)), "没有这个选项"),
        (multiple(most=2), Answer("q1", (0, 1, 2)), "最多选 2 项"),
        (scale(), Answer("q1", value=6), "应为 1 到 5"),
        (scale(), Answer("q1", value=-1), "应为 1 到 5"),
        (scale(), Answer("q1", text="字"), "应为 1 到 5"),
        (scale(), Answer("q1", value=3, text="字"), "回答的形式不对"),
        (scale(), Answer("q1", (0,), value=3), "回答的形式不对"),
        (text(), Answer("q1", (0,), text="字"), "回答的形式不对"),
        (text(), Answer("q1", value=1), "回答的形式不对"),
        (text(), Answer("q1", value=1, text="字"), "回答的形式不对"),
        (text(), Answer("q1"), "请回答这一题"),
    ],
    ids=str,
)
def test_what_is_no_answer_to_a_question_is_refused_with_the_reason(
    question: Question, answer: Answer, why: str
) -> None:
    assert refused(asks(question), answer) == [("q1", why)]


def test_every_question_that_comes_up_is_answered_once_and_no_other() -> None:
    form = asks(single("q1"), text("q2", only_if=Condition("q1", (0,))))
    yes, no, said = Answer("q1", (0,)), Answer("q1", (1,)), Answer("q2", text="字")

    assert refused(form, yes, said) == []
    assert refused(form, no) == []
    assert refused(form, yes) == [("q2", "请回答这一题")]
    assert refused(form, said) == [("q2", "这一题不需要回答"), ("q1", "请回答这一题")]
    assert refused(form, no, said) == [("q2", "这一题不需要回答")]
    assert refused(form, yes, said, said) == [("", "同一题回答了两次。")]
