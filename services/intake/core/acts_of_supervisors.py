"""The rows of the table of acts that are the supervisor's: who answers, what is urged, shown and joined. Pure."""

from typing import Final

from services.intake.core import requests as ask
from services.intake.core.act import KNOWN, OPEN, SUPERVISOR, Act
from services.intake.core.rules import supervisor
from services.intake.core.steps import EVERY_STEP

SUPERVISORS: Final = (
    Act(
        "assignment",
        "选定承办单位",
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
        "专报市领导",
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
        "The supervisor holds, releases or hides a post; a hidden one is restored, or an appeal against its hiding refused.",
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
)
