"""What makes a questionnaire whole, which of its questions come up, and what is an answer to them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from contracts.decision import FieldError, Invalid
from contracts.surveys import Answer, Question, Questionnaire

MOST_QUESTIONS: Final = 50
MOST_OPTIONS: Final = 30
STEPS: Final = range(2, 11)
"""How many steps a scale may have."""
GRADES: Final = 5
"""Steps of a scale that grades a unit (五级, as 好差评 has them)."""
TEXT: Final = 2_000
"""Characters of a text answer, as a person counts them."""


def check(questionnaire: Questionnaire) -> None:
    """Raises Invalid, with every fault by its place, unless the questionnaire can be answered."""
    faults: list[FieldError] = []
    questions = questionnaire.questions
    if not 1 <= len(questions) <= MOST_QUESTIONS:
        faults.append(FieldError("questions", f"应有 1 到 {MOST_QUESTIONS} 题"))
    faults += [FieldError("review_of", why) for why in _faults_of_review(questionnaire)]
    if questionnaire.proven and questionnaire.audience != "phone":
        faults.append(FieldError("proven", "只有凭手机号码作答的问卷验证号码"))
    earlier: dict[str, Question] = {}
    for n, question in enumerate(questions):
        faults += [FieldError(f"questions.{n}.{field}", why) for field, why in _faults(question, earlier)]
        earlier[question.id] = question
    if faults:
        raise Invalid("invalid", "问卷还不完整", errors=tuple(faults))


def _faults_of_review(questionnaire: Questionnaire) -> Iterator[str]:
    """A review has consequences for units: each is graded once and alike, by people who were asked, and by none who must."""
    units = [question.unit for question in questionnaire.questions if question.unit]
    if not questionnaire.review_of:
        if units:
            yield "评议单位的问卷应写明评议哪一年"
        return
    if not units:
        yield "评议问卷至少评议一个单位"
    if len(set(units)) != len(units):
        yield "一份问卷对一个单位只评一次"
    if questionnaire.audience != "invited" and not questionnaire.proven:
        yield "评议问卷凭邀请码或经验证的手机号码作答:号码不验证,谁都可以多评"


def _faults(question: Question, earlier: Mapping[str, Question]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if not question.id:
        found.append(("id", "不能为空"))
    if question.id in earlier:
        found.append(("id", "编号重复"))
    if not question.title.strip():
        found.append(("title", "不能为空"))
    if question.kind in ("single", "multiple"):
        if not 2 <= places(question) <= MOST_OPTIONS:
            found.append(("options", f"应有 2 到 {MOST_OPTIONS} 个选项"))
        if len(set(question.options)) != len(question.options) or not all(map(str.strip, question.options)):
            found.append(("options", "选项不能为空或重复"))
        if not 0 <= question.most <= places(question):
            found.append(("most", "应不多于选项数,0 为不限"))
    elif question.options or question.other:
        found.append(("options", "只有单选和多选有选项"))
    if question.kind == "scale" and question.steps not in STEPS:
        found.append(("steps", f"应为 {STEPS[0]} 到 {STEPS[-1]}"))
    if question.unit and (question.kind, question.steps, question.required) != ("scale", GRADES, False):
        found.append(("unit", f"评议单位的题应为 {GRADES} 级量表,并且可以不答"))
    if question.only_if is not None:
        before = earlier.get(question.only_if.question)
        if before is None or before.kind not in ("single", "multiple"):
            found.append(("only_if", "只能取决于前面的单选或多选题"))
        elif not question.only_if.choices or not all(
            0 <= c < places(before) for c in question.only_if.choices
        ):
            found.append(("only_if", "没有这个选项"))
    return found


def places(question: Question) -> int:
    """How many choices there are, 其他 included."""
    return len(question.options) + question.other


def choices_of(question: Question) -> tuple[str, ...]:
    """The names of all choices."""
    return (*question.options, "其他") if question.other else question.options


def came_up(questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> list[Question]:
    """The questions that are asked of somebody who answers like this, in their order."""
    asked: dict[str, Question] = {}
    for question in questionnaire.questions:
        condition = question.only_if
        if condition is not None:
            given = answers.get(condition.question) if condition.question in asked else None
            if given is None or not set(given.choices) & set(condition.choices):
                continue
        asked[question.id] = question
    return list(asked.values())


def check_answers(questionnaire: Questionnaire, answers: Sequence[Answer]) -> None:
    """Raises Invalid, with every fault by its question, unless these are answers to what was asked."""
    given = {answer.question: answer for answer in answers}
    if len(given) != len(answers):
        raise Invalid("invalid", "填写的内容有问题", "同一题回答了两次。")
    asked = {question.id: question for question in came_up(questionnaire, given)}
    faults = [FieldError(extra, "这一题不需要回答") for extra in given if extra not in asked]
    for question in asked.values():
        why = _wrong(question, given.get(question.id, Answer(question.id)))
        if why:
            faults.append(FieldError(question.id, why))
    if faults:
        raise Invalid("invalid", "填写的内容有问题", errors=tuple(faults))


def is_answered(answer: Answer) -> bool:
    """Whether it says anything."""
    return bool(answer.choices or answer.value or answer.text)


def _wrong(question: Question, answer: Answer) -> str:
    """What is wrong with an answer to this question; empty when nothing is."""
    if not is_answered(answer):
        return "请回答这一题" if question.required else ""
    if question.kind in ("single", "multiple"):
        return _wrong_choices(question, answer)
    if answer.choices or (answer.value and answer.text):
        return "回答的形式不对"
    if question.kind == "scale":
        return "" if 1 <= answer.value <= question.steps else f"应为 1 到 {question.steps}"
    return "" if answer.text else "回答的形式不对"


def _wrong_choices(question: Question, answer: Answer) -> str:
    if answer.value or not answer.choices:
        return "请选择选项"
    if len(set(answer.choices)) != len(answer.choices) or not all(
        0 <= choice < places(question) for choice in answer.choices
    ):
        return "没有这个选项"
    most = 1 if question.kind == "single" else question.most or places(question)
    if len(answer.choices) > most:
        return f"最多选 {most} 项"
    chose_other = question.other and places(question) - 1 in answer.choices
    return "只有选了“其他”才能填写文字" if answer.text and not chose_other else ""
