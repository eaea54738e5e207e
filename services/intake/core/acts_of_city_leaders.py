"""The rows of the table of acts that are a city leader's: answers to letters in their names. Pure."""

from typing import Final

from services.intake.core import requests as ask
from services.intake.core.act import MAYOR, OPEN, Act, to_sign
from services.intake.core.concerns import answered_with_group
from services.intake.core.rules import mailbox

CITY_LEADERS: Final = (
    Act(
        "signature",
        "签发并公布",
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
