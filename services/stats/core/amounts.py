"""The amounts that are shown: each is a sum of measures, named and defined here once."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

Measures = Mapping[str, int]
"""Measure to its count, summed over the cells of a unit, a day, a period or the city."""


def added(measures: Measures, names: tuple[str, ...]) -> int:
    """The sum of what is counted under these names."""
    return sum(measures.get(name, 0) for name in names)


class Amount(Struct, frozen=True):
    """A number of something."""

    code: str
    """Its name in the interfaces."""
    name: str
    """Its Chinese name."""
    measures: tuple[str, ...]
    """The cells that are added up."""
    meaning: str

    def of(self, measures: Measures) -> int:
        """The number."""
        return added(measures, self.measures)


AMOUNTS: Final = (
    Amount("received", "受理", ("received",), "计时且未撤回、未屏蔽的主题,按受理日计"),
    Amount("replied", "已回复", ("replied",), "其中已有公开答复的"),
    Amount(
        "replies_given", "当日答复", ("replies_given",), "期内公开的答复,不论何时受理;其余各项都按受理日计"
    ),
    Amount(
        "first_words",
        "初步回复",
        ("first_word:given",),
        "其中承办单位已有初步回复或公开答复的,以先到的为准;转办的,只算所计入单位的;重新办理中的不算;各帖都有响应等项的时段入通报",
    ),
    Amount("responses_asked", "应响应", ("response:asked",), "受理的;自有此项起计数,各帖都有的时段入通报"),
    Amount(
        "responses",
        "响应",
        ("response:given",),
        "其中所计入的单位已确认受理或已有公开答复的",
    ),
    Amount("on_time", "按时回复", ("on_time",), "首次答复不晚于当时有效期限的"),
    Amount("open", "未回复", ("open", "overdue"), "还没有公开答复的,含超期"),
    Amount("overdue", "超期未复", ("overdue",), "期限已过而没有公开答复的"),
    Amount("rated", "已评价", ("rated",), "网民评过分的;多次评价以最后一次为准"),
    Amount("asked", "应评价", ("replied",), "每个公开答复都请网民评价"),
    Amount("satisfied", "满意", ("satisfied",), "最后一次评价为非常满意或满意的"),
    Amount("solved_asked", "应答解决", ("replied",), "每个公开答复在请网民评价时都问是否解决"),
    Amount(
        "solved_told",
        "答解决",
        ("solved_told",),
        "评价时答了是否解决的,可以不答;多次评价以最后一次为准,最后一次没有答的不算",
    ),
    Amount("solved", "已解决", ("solved",), "其中答已解决的"),
    Amount("partly_solved", "部分解决", ("partly_solved",), "其中答部分解决的"),
    Amount("unsolved", "未解决", ("unsolved",), "其中答未解决的"),
    Amount("extensions", "延期", ("extensions",), "批准的延期次数"),
    Amount("promises", "承诺办结", ("promises",), "公开答复中承诺了办结日期的,每个答复计一次"),
    Amount("promises_kept", "承诺已兑现", ("promises_kept",), "其中不晚于承诺日期登记办结的"),
    Amount(
        "broken_promises",
        "承诺未兑现",
        ("broken", "promises_broken"),
        "延期时承诺的日期已过而没有答复的次数,加上答复中承诺的日期已过而没有登记办结的次数",
    ),
    Amount("returns", "退回", ("returns",), "单位提出“不属本单位职责”的次数,计在提出的单位"),
    Amount(
        "sent_back",
        "答复退回",
        ("quality:sent_back",),
        "分管领导审阅时退回重写的答复次数,计在承办单位;自有考核起计数,不入通报",
    ),
    Amount(
        "dispatches_in_time",
        "按时交办",
        ("dispatch:in_time",),
        "在交办时限内有了单位的;自有此项起计数,各帖都有的时段入通报",
    ),
    Amount(
        "late_dispatches",
        "交办超时",
        ("dispatch:late",),
        "等人选定单位、到交办时限还没有单位的;自有此项起计数,各帖都有的时段入通报",
    ),
    Amount(
        "meetings",
        "交办会",
        ("meeting:called",),
        "提请交办会的次数;自有此项起计数,各帖都有的时段入通报",
    ),
    Amount(
        "meetings_in_time",
        "交办会按时",
        ("meeting:in_time",),
        "其中在时限内裁定的,或在时限内已由人另行交办的",
    ),
    Amount(
        "instructions",
        "批示",
        ("instruction:given",),
        "须反馈的市领导批示,计在网帖所计入的单位;自有此项起计数,不入通报",
    ),
    Amount(
        "instructions_in_time",
        "批示按时反馈",
        ("instruction:in_time",),
        "其中已反馈而从未超期的",
    ),
    Amount(
        "instructions_late",
        "批示超期",
        ("instruction:late",),
        "其中到反馈期限没有反馈的,不论后来是否反馈",
    ),
    Amount("reopened", "重新办理", ("reopened",), "网民不满意而申请重新办理的主题"),
    Amount("instant_closings", "即时办结", ("instant",), "受理后不到 10 分钟就答复的:快得少见,单独列出"),
    Amount("second_replied", "二次已复", ("second_replied",), "重新办理后又有答复的"),
    Amount("second_on_time", "二次按时", ("second_on_time",), "其中按时的"),
    Amount("second_overdue", "二次超期", ("second_overdue",), "重新办理已超期而没有答复的"),
    Amount("follow_ups", "追问", ("follow_ups",), "网民对未撤回、未屏蔽的主题追加的追问,按主题的受理日计"),
    Amount(
        "follow_ups_answered",
        "已答追问",
        ("follow_ups_answered",),
        "其中单位单独答复的,或随后的公开答复一并答复的",
    ),
    Amount("adopted", "采纳", ("suggestion:adopted",), "承办单位采纳的建议;多次登记以最后一次为准"),
    Amount("partly_adopted", "部分采纳", ("suggestion:partly",), "部分采纳的建议"),
    Amount("not_adopted", "未采纳", ("suggestion:declined",), "说明理由而未采纳的建议"),
    Amount(
        "followed_through",
        "已落实",
        ("followed_through",),
        "采纳或部分采纳的建议中登记过落实情况的,每件计一次",
    ),
    Amount("threads", "主题", ("threads",), "全部网帖,含撤回的和不计时的"),
    Amount("messages", "总帖", ("messages",), "主题、追问、补充和公开答复之和"),
)
