"""The table of acts: every act on a case, who may do it, at which steps, what is filled in, and its rule. Pure.

Routes, refusals, `allowed`, the OpenAPI text and the engine's table of rules follow from it.
An act has one word: the table's `name`, the rule's function, `allowed` and the glossary use it.
"""

from typing import Any, Final

from contracts.decision import Decision, Forbidden, NotFound, NotNow
from services.intake.core import moderation
from services.intake.core import requests as ask
from services.intake.core.act import (
    ANSWERED,
    ASSISTANT,
    AUTHOR,
    CLERK,
    KNOWN,
    LEADER,
    MAYOR,
    NEIGHBOUR,
    OPEN,
    SUPERVISOR,
    Act,
    Answer,
    drafted,
    extension_id,
    reply_id,
    supports,
    undrafted,
    waits_for_more_time,
)
from services.intake.core.answers import Standing
from services.intake.core.case import EVERY_STEP, STATUS_NAMES, Case
from services.intake.core.concerns import answered_with_group
from services.intake.core.rules import citizen, supervisor, unit
from services.intake.core.rules.saying import Here
from services.intake.core.visibility import visible

ACTS: Final = (
    # citizens
    Act(
        "follow-up",
        "追问",
        "follow-ups",
        AUTHOR,
        KNOWN,
        ask.TextOnly,
        citizen.follow_up,
        "The citizen adds something.",
        sealed=True,
        example={"text": "今晚仍然不亮。"},
    ),
    Act(
        "answer",
        "补充说明",
        "answers",
        AUTHOR,
        ("asked",),
        ask.TextOnly,
        citizen.answer,
        "The citizen answers the open question.",
        when=lambda case: case.question_open is not None,
        sealed=True,
        example={"text": "在路口东北角,编号 17 的灯杆。"},
    ),
    Act(
        "rating",
        "评价",
        "ratings",
        AUTHOR,
        ("replied",),
        ask.Grade,
        citizen.rating,
        "The citizen grades the published reply.",
        example={"grade": 5, "text": "很快就修好了。"},
    ),
    Act(
        "reopening",
        "重新办理",
        "reopenings",
        AUTHOR,
        ANSWERED,
        ask.ReasonOnly,
        citizen.reopening,
        "The citizen asks for a second handling.",
        example={"reason": "修好两天后又坏了。"},
    ),
    Act(
        "withdrawal",
        "撤回",
        "withdrawal",
        AUTHOR,
        ("received", "assigned", "accepted", "asked"),
        ask.Nothing,
        citizen.withdrawal,
        "The citizen takes the post back.",
    ),
    Act(
        "erasure",
        "删除个人信息",
        "erasure",
        AUTHOR,
        EVERY_STEP,
        ask.Nothing,
        citizen.erasure,
        "What the author gave with this post is forgotten.",
        offered=False,
    ),
    Act(
        "support",
        "支持",
        "supports",
        NEIGHBOUR,
        KNOWN,
        ask.Voice,
        citizen.support,
        "A neighbour supports the post.",
        when=lambda case: "support" in visible(case, "anyone"),
        answer=supports,
    ),
    # the holding unit's clerk
    Act(
        "acceptance",
        "受理",
        "acceptance",
        CLERK,
        ("assigned", "reopened"),
        ask.Nothing,
        unit.acceptance,
        "The clerk takes the case on.",
    ),
    Act(
        "question",
        "询问网民",
        "questions",
        CLERK,
        ("accepted",),
        ask.TextOnly,
        unit.question,
        "The clerk asks the citizen; the clock pauses.",
        example={"text": "请问是哪一根灯杆?"},
    ),
    Act(
        "reply",
        "拟写回复",
        "replies",
        CLERK,
        ("accepted",),
        ask.TextOnly,
        unit.reply,
        "The clerk lays a reply before the leader.",
        when=undrafted,
        answer=reply_id,
        example={"text": "路灯已于今日修复,感谢您的反映。"},
    ),
    Act(
        "extension",
        "申请延期",
        "extensions",
        CLERK,
        ("accepted",),
        ask.Extension,
        unit.extension,
        "The clerk asks for more time.",
        when=lambda case: case.extension_asked is None,
        answer=extension_id,
        example={"reason": "需要订购配件", "new_date": "2026-03-10", "progress": "配件已订购,三日内到货。"},
    ),
    Act(
        "return",
        "退回",
        "returns",
        CLERK,
        ("assigned", "accepted"),
        ask.Return,
        unit.return_,
        "The clerk says it is not theirs.",
        when=undrafted,
        example={"duty_item": "urban-management-01", "reason": "此事属城管职责。"},
    ),
    # a clerk of a unit that assists
    Act(
        "part",
        "填写协办意见",
        "parts",
        ASSISTANT,
        OPEN,
        ask.TextOnly,
        unit.part,
        "The clerk of an assisting unit writes its part.",
        when=lambda case: bool(case.assisting and case.department),
        example={"text": "供电线路正常,故障在灯具。"},
    ),
    # the holding unit's leader
    Act(
        "approval",
        "审批回复",
        "replies/{id}/approval",
        LEADER,
        OPEN,
        ask.Nothing,
        unit.approval,
        "The leader approves; the reply is published.",
        when=drafted,
        concerns=answered_with_group,
    ),
    Act(
        "reply-return",
        "退回修改",
        "replies/{id}/return",
        LEADER,
        OPEN,
        ask.Remark,
        unit.reply_return,
        "The leader sends the draft back.",
        when=drafted,
        example={"remark": "请写明修复时间。"},
    ),
    Act(
        "extension-approval",
        "批准延期",
        "extensions/{id}/approval",
        LEADER,
        OPEN,
        ask.Nothing,
        unit.extension_approval,
        "The leader grants more time.",
        when=waits_for_more_time,
    ),
    Act(
        "extension-refusal",
        "不批准延期",
        "extensions/{id}/refusal",
        LEADER,
        OPEN,
        ask.Remark,
        unit.extension_refusal,
        "The leader refuses more time.",
        when=waits_for_more_time,
        example={"remark": "配件已有库存,请按期办结。"},
    ),
    # the supervisor
    Act(
        "assignment",
        "交办",
        "assignment",
        SUPERVISOR,
        OPEN,
        ask.Assignment,
        supervisor.assignment,
        "The supervisor decides who answers.",
        example={"department": "urban-management", "reason": "路灯由城管维护。"},
    ),
    Act(
        "ruling",
        "交办会裁定",
        "ruling",
        SUPERVISOR,
        OPEN,
        ask.Ruling,
        supervisor.ruling,
        "The assignment meeting has ruled.",
        example={"lead": "urban-management", "assisting": ["housing"], "reason": "交办会裁定由城管牵头。"},
    ),
    Act(
        "special-report",
        "专报",
        "special-report",
        SUPERVISOR,
        OPEN,
        ask.TextOnly,
        supervisor.special_report,
        "The supervisor takes the case to the city leaders.",
        example={"text": "同类问题一月内出现五次,报请协调。"},
    ),
    Act(
        "urging",
        "催办",
        "urgings",
        SUPERVISOR,
        OPEN,
        ask.TextOnly,
        supervisor.urging,
        "The supervisor urges the unit.",
        example={"text": "请尽快答复。"},
    ),
    Act(
        "moderation",
        "审核",
        "moderation",
        SUPERVISOR,
        (*KNOWN, "hidden"),
        ask.Moderation,
        supervisor.moderation,
        "The supervisor holds, releases or hides a post.",
        example={"action": "hide", "reason": "含有他人隐私。"},
    ),
    Act(
        "group",
        "并案",
        "",
        SUPERVISOR,
        KNOWN,
        ask.Grouped,
        supervisor.group,
        "The supervisor joins posts that are one matter.",
    ),
    Act(
        "ungroup",
        "取消并案",
        "",
        SUPERVISOR,
        EVERY_STEP,
        ask.Nothing,
        supervisor.ungroup,
        "The supervisor takes a post out of its group.",
        when=lambda case: case.group is not None,
    ),
    # a city leader
    Act(
        "instruction",
        "批示",
        "instructions",
        MAYOR,
        KNOWN,
        ask.TextOnly,
        supervisor.instruction,
        "A city leader writes an instruction.",
        example={"text": "请城管局本周内办结。"},
    ),
)

ACT: Final = {act.name: act for act in ACTS}


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
    try:
        return act.rule(case, asked, context)
    except NotNow as refused:
        if refused.allowed is None:
            refused.allowed = tuple(other for other in allowed(case) if other != act.name)
        raise


def permit(act: Act, case: Case, actor: ask.Actor) -> None:
    """Raises NotFound, Forbidden or NotNow where the table does not let this actor act on this case now."""
    if not case.exists:
        raise NotFound("not-found", "没有找到", "没有这个编号的帖子。")
    if actor.role != act.who.role:
        raise Forbidden("forbidden", "没有此项权限", f"此操作需要以下角色之一:{act.who.role}。")
    if act.who.units == "holding" and actor.department != case.department:
        raise Forbidden("not-own-case", "不是本单位承办的帖子", "只能办理由本单位承办的帖子。")
    if act.who.units == "assisting" and (
        actor.department not in case.assisting or actor.department == case.department
    ):
        raise Forbidden("not-assisting", "不是本帖的协办单位", "协办意见由协办单位填写。")
    if not possible(act, case):
        now = allowed(case)
        names = "、".join(ACT[name].chinese for name in now) or "无"
        raise NotNow("wrong-step", f"现在不能{act.chinese}", f"目前可以:{names}。", allowed=now)


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
