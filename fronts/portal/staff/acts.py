"""The acts of staff on a case: whose they are, which form they have, what they become at intake."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from chassis.tokens import Staff
from fronts.portal.forms import Form
from fronts.portal.staff.quality import says_nothing


@dataclass(frozen=True)
class Act:
    """One act; its page is `/staff/cases/{number}/{name}`."""

    name: str
    """Its word, as in intake's `allowed`."""
    roles: tuple[str, ...]
    """Any of which may do it."""
    path: str
    """Below `/v1/cases/{number}/`; `{id}` is the reply or extension it concerns."""
    title: str
    """What it is called, as in intake's refusals."""
    done: str
    body: Callable[[Form], dict[str, Any]]
    assists: bool = False
    """It is done by a unit that assists, not by the one that holds the case."""
    files: bool = False
    """Its form may hold files; whoever does it adds their tickets to the body."""
    objection: Callable[[Form], str] | None = None
    """What a reader would object to, empty for nothing; said once, and sent all the same when it is sent `sure`."""
    leaves: bool = False
    """The case may be another unit's as soon as it is done, and closed to who did it: the inbox comes next."""

    def offered(self, me: Staff, case: dict[str, Any]) -> bool:
        """Whether a case's page has a form for it."""
        if self.assists:
            own = me.department in case["assisting"] and me.department != case["department"]
        else:
            own = me.role not in ("clerk", "leader") or case["department"] == me.department
        return me.role in self.roles and own and self.name in case["allowed"]


def _fields(*names: str) -> Callable[[Form], dict[str, Any]]:
    return lambda form: {name: form.one(name) for name in names}


def _assisting(form: Form, lead: str) -> list[str]:
    chosen = (code for code in form.all("assisting") if code and code != form.one(lead))
    return list(dict.fromkeys(chosen))


def _ruling(form: Form) -> dict[str, Any]:
    """The meeting's ruling; each `part` stands beside its unit, the lead's first."""
    body = _fields("lead", "reason")(form) | {"assisting": _assisting(form, "lead")}
    units = (form.one("lead"), *form.all("assisting"))
    parts = {unit: part for unit, part in zip(units, form.all("part")) if unit and part.strip()}
    return body | ({"parts": parts} if parts else {})


def _day(form: Form) -> dict[str, Any]:
    """The day on which a report is awaited; the policy's, where none was chosen."""
    return {"due_day": day} if (day := form.one("due_day")) else {}


def _instruction(form: Form) -> dict[str, Any]:
    return _fields("text")(form) | {"published": "published" in form} | _day(form)


def reply(form: Form) -> dict[str, Any]:
    """A reply, and the day of what it promises, or the word that it promises nothing; the word counts."""
    body: dict[str, Any] = _fields("text")(form) | ({"kept": kept} if (kept := form.all("kept")) else {})
    if "no_promise" in form:
        return body | {"no_promise": True}
    return body | ({"promised_day": day} if (day := form.one("promised_day")) else {})


def _empty_words(form: Form) -> str:
    said = says_nothing(form.one("text"))
    return "除客套话外没有内容,请写明正在做什么、何时有结果;仍要发出的,请勾选确认后再发。" if said else ""


def _extension(form: Form) -> dict[str, Any]:
    return _fields("reason", "new_date", "progress")(form) | {"long_works": "long_works" in form}


ACTS: Final = (
    Act("acceptance", ("clerk",), "acceptance", "受理", "已受理。", _fields()),
    Act(
        "first-word",
        ("clerk",),
        "first-words",
        "初步回复",
        "初步回复已公布并告知网民,期限照常计算。",
        _fields("text"),
        objection=_empty_words,
    ),
    Act("question", ("clerk",), "questions", "请网民补充", "已请网民补充,计时暂停。", _fields("text")),
    Act("reply", ("clerk",), "replies", "拟写回复", "回复已提交领导审阅。", reply, files=True),
    Act(
        "part",
        ("clerk",),
        "parts",
        "填写协办意见",
        "协办意见已送牵头单位。",
        _fields("text"),
        assists=True,
        files=True,
    ),
    Act(
        "promise-report",
        ("clerk", "leader"),
        "replies/{id}/promise-report",
        "登记承诺办结",
        "承诺已登记办结,并告知网民。",
        _fields("text"),
    ),
    Act("extension", ("clerk",), "extensions", "申请延期", "延期已提交领导审阅。", _extension),
    Act(
        "return",
        ("clerk",),
        "returns",
        "退回",
        "已申请退回。",
        _fields("duty_item", "reason"),
        leaves=True,
    ),
    Act(
        "approval",
        ("leader",),
        "replies/{id}/approval",
        "批准回复",
        "回复已批准;写给领导的信待其签发,其余已公布。",
        _fields(),
    ),
    Act(
        "reply-return",
        ("leader",),
        "replies/{id}/return",
        "退回修改",
        "回复已退回修改。",
        _fields("remark"),
    ),
    Act(
        "extension-approval",
        ("leader",),
        "extensions/{id}/approval",
        "同意延期",
        "已同意延期。",
        _fields(),
    ),
    Act(
        "extension-refusal",
        ("leader",),
        "extensions/{id}/refusal",
        "不同意延期",
        "已不同意延期。",
        _fields("remark"),
    ),
    Act(
        "adoption",
        ("leader",),
        "adoption",
        "登记采纳情况",
        "采纳情况已公布并告知建议人。",
        _fields("outcome", "reason"),
    ),
    Act(
        "follow-up-answer",
        ("clerk",),
        "follow-ups/{id}/answer",
        "答复追问",
        "追问已答复并告知网民。",
        _fields("text"),
    ),
    Act(
        "follow-through",
        ("clerk",),
        "follow-throughs",
        "登记落实情况",
        "落实情况已公布并告知建议人。",
        _fields("text", "done_on"),
    ),
    Act(
        "assignment",
        ("supervisor",),
        "assignment",
        "选定承办单位",
        "已选定承办单位。",
        lambda form: _fields("department", "reason")(form) | {"assisting": _assisting(form, "department")},
    ),
    Act(
        "ruling",
        ("supervisor",),
        "ruling",
        "交办会裁定",
        "裁定已登记。",
        _ruling,
    ),
    Act("urging", ("supervisor",), "urgings", "催办", "已催办。", _fields("text")),
    Act(
        "special-report",
        ("supervisor",),
        "special-report",
        "专报市领导",
        "已专报市领导。",
        _fields("text"),
    ),
    Act(
        "moderation",
        ("supervisor",),
        "moderation",
        "审核",
        "审核结果已登记。",
        _fields("action", "reason"),
    ),
    Act("instruction", ("mayor",), "instructions", "批示", "批示已送达。", _instruction),
    Act(
        "instruction-reading",
        ("clerk", "leader"),
        "instructions/{id}/reading",
        "签收批示",
        "批示已签收。",
        _fields(),
    ),
    Act(
        "instruction-in-hand",
        ("clerk", "leader"),
        "instructions/{id}/in-hand",
        "着手办理批示",
        "已登记为办理中。",
        _fields(),
    ),
    Act(
        "instruction-report",
        ("clerk", "leader"),
        "instructions/{id}/reports",
        "反馈批示",
        "已反馈作出批示的领导。",
        _fields("text"),
    ),
    Act(
        "instruction-acceptance",
        ("mayor",),
        "instructions/{id}/acceptance",
        "认可反馈",
        "反馈已认可,批示办结。",
        _fields(),
    ),
    Act(
        "instruction-return",
        ("mayor",),
        "instructions/{id}/return",
        "退回反馈",
        "反馈已退回承办单位。",
        lambda form: _fields("remark")(form) | _day(form),
    ),
    Act(
        "signature",
        ("mayor",),
        "replies/{id}/signature",
        "签发并公布",
        "回复已签发,以您的名义公布。",
        _fields(),
    ),
    Act(
        "signature-return",
        ("mayor",),
        "replies/{id}/signature-return",
        "退回重拟",
        "回复已退回重拟。",
        _fields("remark"),
    ),
)

BY_NAME: Final = {act.name: act for act in ACTS}
DONE: Final = {act.name: act.done for act in ACTS} | {
    "bulk": "所选事项已全部办理。",
    "group": "已并案。",
    "ungroup": "已取出,单独办理。",
}
