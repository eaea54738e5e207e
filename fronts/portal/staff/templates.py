"""Beginnings of replies a clerk may start from; every blank 〔…〕 must be filled in before it is sent."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Template:
    """A named text."""

    code: str
    name: str
    text: str


TEMPLATES: Final = (
    Template(
        "done",
        "已办结",
        "您好!您反映的〔事项〕,我单位于〔日期〕派〔谁〕到〔地点〕核实,情况是〔核实到的情况〕。"
        "〔日期〕已〔采取的措施〕,现在〔结果〕。联系电话:〔电话〕。",
    ),
    Template(
        "dated",
        "正在办理,有完成日期",
        "您好!您反映的〔事项〕,经〔日期〕现场核实,情况是〔核实到的情况〕。"
        "目前已〔进展〕,将于〔年月日〕前完成〔结果〕,由〔责任人〕负责。联系电话:〔电话〕。",
    ),
    Template(
        "policy",
        "政策解答",
        "您好!您咨询的〔问题〕,依据〔文件名称及条款〕,〔答复〕。"
        "办理地点:〔地点〕;时间:〔时间〕;需带材料:〔材料〕。联系电话:〔电话〕。",
    ),
    Template(
        "cannot",
        "不能办理及理由",
        "您好!您提出的〔事项〕,依据〔文件名称及条款〕,目前不能办理,理由是〔理由〕。"
        "您可以〔可行的途径〕。联系电话:〔电话〕。",
    ),
)


def template(code: str) -> str:
    """The text of a template; empty for an unknown code."""
    return next((one.text for one in TEMPLATES if one.code == code), "")
