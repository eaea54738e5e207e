"""The rows of the table of acts about city leaders' instructions: given, followed by the unit, judged. Pure."""

from typing import Final

from services.intake.core import requests as ask
from services.intake.core.act import KNOWN, MAYOR, UNIT, Act
from services.intake.core.case import Case
from services.intake.core.rules import instructions


def _unread(case: Case) -> bool:
    return any(one.state == "given" for one in case.instructions_waiting)


def _not_in_hand(case: Case) -> bool:
    return any(one.state != "in_hand" for one in case.instructions_waiting)


def _unreported(case: Case) -> bool:
    return bool(case.instructions_waiting)


def _reported(case: Case) -> bool:
    return any(one.state == "reported" for one in case.instructions)


INSTRUCTIONS: Final = (
    Act(
        "instruction",
        "批示",
        "instructions",
        MAYOR,
        KNOWN,
        ask.Instruction,
        instructions.instruction,
        "A city leader writes an instruction, for staff or for everybody; the unit reports back on it.",
        example={"text": "请城管局本周内办结。", "published": True, "due_day": "2026-03-06"},
    ),
    Act(
        "instruction-reading",
        "签收批示",
        "instructions/{id}/reading",
        UNIT,
        KNOWN,
        ask.Nothing,
        instructions.instruction_reading,
        "The unit takes note of an instruction.",
        when=_unread,
    ),
    Act(
        "instruction-in-hand",
        "着手办理批示",
        "instructions/{id}/in-hand",
        UNIT,
        KNOWN,
        ask.Nothing,
        instructions.instruction_in_hand,
        "The unit works on an instruction.",
        when=_not_in_hand,
    ),
    Act(
        "instruction-report",
        "反馈批示",
        "instructions/{id}/reports",
        UNIT,
        KNOWN,
        ask.TextOnly,
        instructions.instruction_report,
        "The unit reports back on an instruction; its clock stops.",
        when=_unreported,
        example={"text": "十二根灯杆已全部修复。"},
    ),
    Act(
        "instruction-acceptance",
        "认可反馈",
        "instructions/{id}/acceptance",
        MAYOR,
        KNOWN,
        ask.Nothing,
        instructions.instruction_acceptance,
        "The instructing leader is content with the report.",
        when=_reported,
    ),
    Act(
        "instruction-return",
        "退回反馈",
        "instructions/{id}/return",
        MAYOR,
        KNOWN,
        ask.SentBack,
        instructions.instruction_return,
        "The instructing leader sends the report back.",
        when=_reported,
        example={"remark": "请说明原因和今后的措施。", "due_day": "2026-03-09"},
    ),
)
