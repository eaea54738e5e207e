"""The table of acts: every act on a case, who may do it, at which steps, what is filled in, and its rule. Pure.

Routes, refusals, `allowed`, the OpenAPI text and the engine's table of rules follow from it.
An act has one word: the table's `name`, the rule's function, `allowed` and the glossary use it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from contracts.decision import Decision, Forbidden, NotFound, NotNow
from services.intake.core import requests as ask
from services.intake.core.case import EVERY_STEP, STATUS_NAMES, Case, Step
from services.intake.core.rules import citizen, supervisor, unit
from services.intake.core.rules.saying import Here
from services.intake.core.visibility import visible

Answer = dict[str, Any]


@dataclass(frozen=True)
class Who:
    """Who may do an act."""

    role: str
    """`author`: with the query code; `neighbour`: anyone; else a role of staff."""
    units: Literal["any", "holding", "assisting"] = "any"
    """Which units' people may."""
    sentence: str = ""


AUTHOR: Final = Who("author", sentence="the author, with the query code")
NEIGHBOUR: Final = Who("neighbour", sentence="anyone, once")
CLERK: Final = Who("clerk", "holding", "a clerk of the holding unit")
ASSISTANT: Final = Who("clerk", "assisting", "a clerk of an assisting unit")
LEADER: Final = Who("leader", "holding", "a leader of the holding unit")
SUPERVISOR: Final = Who("supervisor", sentence="a supervisor")
MAYOR: Final = Who("mayor", sentence="a city leader")


def standing(case: Case) -> Answer:
    """Number, status and what is possible next."""
    return {
        "number": case.number,
        "status": case.step,
        "status_name": STATUS_NAMES[case.step],
        "allowed": allowed(case),
    }


def _reply_id(case: Case) -> Answer:
    assert case.draft is not None
    return {"number": case.number, "reply_id": case.draft.id}


def _extension_id(case: Case) -> Answer:
    return {"number": case.number, "extension_id": case.extensions[-1].id}


def _supports(case: Case) -> Answer:
    return {"number": case.number, "supports": case.supports}


@dataclass(frozen=True)
class Act:
    """One act on a case."""

    name: str
    """Its word; the rule's function has the same."""
    chinese: str
    path: str
    """Below `/v1/posts/{number}/` for citizens, `/v1/cases/{number}/` for staff; empty: a route of its own."""
    who: Who
    steps: tuple[Step, ...]
    """The steps at which it is possible."""
    body: type[ask.Body]
    rule: Callable[[Case, Any, Here], Decision[Case]]
    sentence: str
    """What it is, for readers of the interface."""
    when: Callable[[Case], bool] = lambda case: True
    """What must hold beside the step."""
    answer: Callable[[Case], Answer] = standing
    """What the person is answered, from the case as it is afterwards."""
    sealed: bool = False
    """Its text is kept in a sealed box as well, as it was written."""
    offered: bool = True
    """Named in `allowed`. A right that holds at every step is not."""

    @property
    def public(self) -> bool:
        """Whether citizens do it."""
        return self.who in (AUTHOR, NEIGHBOUR)

    @property
    def description(self) -> str:
        """For the OpenAPI document: who may, and when."""
        steps = "at every step" if self.steps == EVERY_STEP else f"at {', '.join(self.steps)}"
        return f"{self.chinese} (`{self.name}`). By {self.who.sentence}, {steps}."


HELD: Final[tuple[Step, ...]] = ("assigned", "accepted", "asked", "reopened")
"""A unit has it and must still answer."""
OPEN: Final[tuple[Step, ...]] = ("received", *HELD)
"""Somebody must still answer."""
ANSWERED: Final[tuple[Step, ...]] = ("replied", "rated")
KNOWN: Final = (*OPEN, *ANSWERED)
"""Neither withdrawn nor hidden."""


def _drafted(case: Case) -> bool:
    return case.draft is not None


def _undrafted(case: Case) -> bool:
    return case.draft is None


def _waits_for_more_time(case: Case) -> bool:
    return case.extension_asked is not None


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
        answer=_supports,
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
        when=_undrafted,
        answer=_reply_id,
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
        answer=_extension_id,
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
        when=_undrafted,
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
        when=_drafted,
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
        when=_drafted,
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
        when=_waits_for_more_time,
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
        when=_waits_for_more_time,
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
    ),
    Act(
        "urging",
        "催办",
        "urgings",
        SUPERVISOR,
        HELD,
        ask.TextOnly,
        supervisor.urging,
        "The supervisor urges the unit.",
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
        (*HELD, *ANSWERED),
        ask.TextOnly,
        supervisor.instruction,
        "A city leader writes an instruction.",
    ),
)

ACT: Final = {act.name: act for act in ACTS}


def decide(case: Case, asked: ask.Asked[Any], context: Here) -> Decision[Case]:
    """The act's rule, once the table lets it through; whoever is refused for now learns what is possible instead."""
    act = ACT[asked.act]
    permit(act, case, asked.actor)
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
