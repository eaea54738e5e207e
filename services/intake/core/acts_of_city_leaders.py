"""The rows of the table of acts that are a city leader's: instructions, and answers to letters. Pure."""

from typing import Final

from services.intake.core import requests as ask
from services.intake.core.act import KNOWN, MAYOR, OPEN, Act, to_sign
from services.intake.core.concerns import answered_with_group
from services.intake.core.rules import mailbox

CITY_LEADERS: Final = (
    Act(
        "instruction",
        "批示",
        "instructions",
        MAYOR,
        KNOWN,
        ask.Instruction,
        mailbox.instruction,
        "A city leader writes an instruction, for staff or for everybody.",
        example={"text": "请城管局本周内办结。", "published": True},
    ),
    Act(
        "signature",
        "签发",
        "replies/{id}/signature",
        MAYOR,
        OPEN,
        ask.Nothing,
        mailbox.signature,
        "The city leader to whom the letter was written signs the answer; it is published in that name.",
        when=to_sign,
        concerns=answered_with_group,
    ),
    Act(
        "signature-return",
        "退回重拟",
        "replies/{id}/signature-return",
        MAYOR,
        OPEN,
        ask.Remark,
        mailbox.signature_return,
        "The city leader sends the answer back to the unit.",
        when=to_sign,
        example={"remark": "请写明完成时间。"},
    ),
)
