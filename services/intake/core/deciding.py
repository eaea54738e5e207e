"""Whether the table of acts lets somebody do something now, and what comes of it. Pure."""

from typing import Any, Final

from contracts.decision import Decision, Forbidden, NotFound, NotNow
from contracts.roles import lacking
from services.intake.core import moderation
from services.intake.core import requests as ask
from services.intake.core.act import AUTHOR, Act, Answer
from services.intake.core.acts import ACT, ACTS
from services.intake.core.answers import Standing
from services.intake.core.case import Case
from services.intake.core.names import STATUS_NAMES
from services.intake.core.rules.saying import Here, wrong_field


def answer_of(act: Act, case: Case) -> Answer:
    """What the person who did it is answered."""
    return standing(case) if act.answer is None else act.answer(case)


def decide(case: Case, asked: ask.Asked[Any], context: Here) -> Decision[Case]:
    """The act's rule, once the table lets it through; whoever is refused for now learns what is possible instead."""
    act = ACT[asked.act]
    permit(act, case, asked.actor)
    if act.who is AUTHOR:
        # What an author adds is read by the unit, not published, so held words need nobody to look first.
        moderation.judge(context.city, *ask.texts_of(asked.body))
    if case.erased and asked.files.attachments:
        # Their box was sealed before the erasure, under a key that is gone: nobody could open them.
        raise wrong_field("attachments", "个人信息已删除,不能再附文件")
    try:
        return act.rule(case, asked, context)
    except NotNow as refused:
        if refused.allowed is None:
            refused.allowed = tuple(other for other in allowed(case) if other != act.name)
        raise


_NOT_OF_ITS_UNIT: Final = {
    "holding": ("not-own-case", "不是本单位承办的帖子", "只能办理由本单位承办的帖子。"),
    "assisting": ("not-assisting", "不是本帖的协办单位", "协办意见由协办单位填写。"),
}
"""What somebody of another unit is told, by whose act it is."""


def permit(act: Act, case: Case, actor: ask.Actor) -> None:
    """Raises NotFound, Forbidden or NotNow where the table does not let this actor act on this case now."""
    if not case.exists:
        raise NotFound("not-found", "没有找到", "没有这个编号的帖子。")
    if actor.role not in act.who.roles:
        raise Forbidden("forbidden", "没有此项权限", lacking(act.who.roles))
    if not _of_its_unit(act, case, actor):
        raise Forbidden(*_NOT_OF_ITS_UNIT[act.who.units])
    if not possible(act, case):
        now = allowed(case)
        own = [
            ACT[name].chinese
            for name in now
            if actor.role in ACT[name].who.roles and _of_its_unit(ACT[name], case, actor)
        ]
        said = f"目前可以:{'、'.join(own)}。" if own else "目前没有您可以办理的事项。"
        raise NotNow("wrong-step", f"现在不能{act.chinese}", said, allowed=now)


def _of_its_unit(act: Act, case: Case, actor: ask.Actor) -> bool:
    """Whether the actor is of a unit whose act this is."""
    holding = actor.department == case.department
    match act.who.units:
        case "holding":
            return holding
        case "assisting":
            return actor.department in case.assisting and not holding
    return True


def possible(act: Act, case: Case) -> bool:
    """Whether anyone may do it now."""
    return case.step in act.steps and act.when(case)


def allowed(case: Case) -> tuple[str, ...]:
    """The acts possible now, whoever does them."""
    return tuple(act.name for act in ACTS if act.offered and possible(act, case))


def standing(case: Case) -> Standing:
    """Number, status and what is possible next."""
    return {
        "number": case.number,
        "status": case.step,
        "status_name": STATUS_NAMES[case.step],
        "allowed": allowed(case),
    }
