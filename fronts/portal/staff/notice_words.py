"""Notices in the operator's words: channels, audiences, kinds, why one waits or failed, and a channel's month. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

STATES: Final = {"waiting": "待发送", "failed": "发送失败", "sent": "已发送"}
CHANNELS: Final = {"wechat": "微信", "sms": "短信", "mail": "邮件", "robot": "群机器人"}
AUDIENCES: Final = {
    "citizen": "网民",
    "clerk": "承办人",
    "leader": "分管领导",
    "supervisor": "督查",
    "mayor": "市领导",
}
KINDS: Final[Mapping[str, str]] = {
    "answer-to-approve": "对话回答待审核",
    "answered": "网民已补充",
    "appeal": "问责申诉",
    "appeal-decided": "申诉决定",
    "asked": "请网民补充",
    "assigned": "交办",
    "assisting": "请协办",
    "corrected": "整改反馈",
    "correction-judged": "整改结论",
    "correction-near": "整改临期",
    "correction-overdue": "整改逾期",
    "correction-returned": "整改退回",
    "escalated": "催办升级",
    "extended": "延期告知",
    "extension-approved": "延期获批",
    "extension-refused": "延期未获批",
    "finding": "问责认定",
    "first-word": "初步回复",
    "follow-up-answered": "追问答复",
    "followed-through": "建议落实",
    "followed-up": "网民追问",
    "grounds-restored": "问责事由恢复",
    "grounds-withdrawn": "问责事由撤回",
    "grouped": "并案",
    "held": "待人工交办",
    "hidden": "不予公开",
    "hiding-appealed": "网民申诉",
    "hiding-upheld": "申诉未获支持",
    "inspected": "督查发现问题",
    "instruction-accepted": "批示办结",
    "instruction-near": "批示临期",
    "instruction-overdue": "批示超期",
    "instruction-overdue-withdrawn": "批示超期更正",
    "instruction-published": "批示公开",
    "instruction-reported": "批示反馈",
    "instruction-sent-back": "批示反馈退回",
    "instructed": "领导批示",
    "letter": "领导信箱来信",
    "meeting": "交办会",
    "meeting-late": "交办会逾期",
    "miss-withdrawn": "超期更正",
    "missed": "超期",
    "moved": "已转走",
    "near": "即将到期",
    "news-decided": "关注的建议有采纳结论",
    "news-followed-through": "关注的建议有落实",
    "news-grouped": "关注的帖子并案",
    "news-hidden": "关注的帖子不再公开",
    "news-promise": "关注的帖子承诺办结",
    "news-reopened": "关注的帖子重新办理",
    "news-replied": "关注的帖子已回复",
    "news-restored": "关注的帖子恢复公开",
    "news-withdrawn": "关注的帖子已撤回",
    "part-written": "协办意见",
    "person-named": "问责责任人",
    "post-held": "暂不公开",
    "post-released": "审核通过",
    "promise-broken": "承诺未兑现",
    "promise-reported": "承诺已办结",
    "reply-promise-near": "承诺将到期",
    "reply-promise-broken": "承诺逾期",
    "reply-promise-break-withdrawn": "承诺逾期更正",
    "rated": "不满意评价",
    "reassigned": "转办",
    "record-closed": "问责结案",
    "record-opened": "问责立案",
    "redated": "期限调整",
    "remind": "到期提醒",
    "reopened": "重新办理",
    "replied": "已回复",
    "restored": "恢复办理",
    "resumed": "恢复计时",
    "return-refused": "退回未获同意",
    "sent-back": "退回修改",
    "special-report": "专报",
    "statement": "问责陈述",
    "suggestion-decided": "采纳情况",
    "thanked": "网民感谢",
    "to-answer": "对话答问",
    "to-approve": "待审批",
    "to-sign": "待签发",
    "to-follow-through": "建议待落实",
    "to-moderate": "待审核",
    "topic": "热点",
    "undispatched": "交办超时",
    "ungrouped": "取消并案",
    "urged": "督查催办",
    "withdrawn": "网民撤回",
}
"""A notice's kind to what it is called; a test compares it with notifier's table."""

_REASONS: Final = (
    ("isv.BUSINESS_LIMIT_CONTROL", "对同一号码发送过于频繁"),
    ("isv.AMOUNT_NOT_ENOUGH", "短信余额不足"),
    ("isv.OUT_OF_SERVICE", "短信业务停机"),
    ("isv.MOBILE_NUMBER_ILLEGAL", "号码不合规"),
    ("isp.", "短信服务商系统错误"),
    ("Throttling", "请求过于频繁,服务商限流"),
    ("SignatureDoesNotMatch", "短信签名校验不通过,请检查密钥"),
    ("errcode 45009", "每分钟条数已满"),
    ("errcode 45011", "请求过于频繁"),
    ("errcode -1", "服务商繁忙"),
    ("no access token", "未取得微信凭证,请检查密钥"),
    ("Connect", "连接不上服务商"),
    ("PoolTimeout", "连接不上服务商"),
    ("ReadTimeout", "服务商没有应答,可能已送达"),
    ("slow", "服务商应答太慢,稍后再试"),
    ("HTTP 429", "请求过于频繁"),
    ("HTTP 5", "服务商暂时不可用"),
    ("HTTP", "没有收到服务商的应答,可能已送达"),
    ("ReadError", "连接中断,可能已送达"),
    ("RemoteProtocolError", "连接中断,可能已送达"),
    ("no address", "本单位选的号码或邮箱打不开,请重新验证"),
    ("isv.DAY_LIMIT_CONTROL", "当日条数已满"),
    ("SMTPServerDisconnected", "连接中断,可能已送达"),
    ("421", "邮件服务器暂时不可用"),
    ("452", "邮件服务器空间已满"),
    ("SMTP", "邮件服务器没有受理"),
    ("mail address", "邮箱地址不合规"),
    ("phone", "号码不合规"),
    ("openid", "微信标识不合规"),
    ("erased", "网民已注销个人信息,或不再关注"),
    ("failed:user block", "微信回执:对方拒收"),
    ("user block", "微信回执:对方拒收"),
    ("failed", "微信回执:未送达"),
    ("5.1.", "退信:没有这个邮箱"),
    ("5.2.2", "退信:对方邮箱已满"),
    ("4.2.2", "退信:对方邮箱已满"),
    ("5.", "退信:对方邮件服务器不收"),
    ("4.", "退信:对方邮件服务器一直没有收下"),
    ("bounced", "退信,没有说明原因"),
)
"""How a channel's own word begins, and what an operator reads before it."""


def why(notice: Mapping[str, Any]) -> str:
    """Why a notice waits or failed, with the channel's own word in brackets; empty for one that arrived at once."""
    reason = str(notice["reason"])
    words = next((words for begins, words in _REASONS if reason.startswith(begins)), "")
    said = f"{words}({reason})" if words else reason
    if notice["state"] in ("sent", "failed"):
        repeated = "曾重发" if notice["repeated"] else ""
        return ";".join(part for part in (said, repeated) if part)
    if not notice["attempts"]:
        if notice.get("hourly") and not notice["repeated"]:
            return "等整点汇总"
        return "排队中" if not notice["repeated"] else "排队重发"
    return f"第 {notice['attempts']} 次未成:{said or '正在发送'}"


def month_rows(months: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each channel's month with every number, and the share of what was agreed that is used; None without a quota."""
    rows = []
    for month in months:
        sent, quota = int(month.get("sent", 0)), int(month["quota"])
        charged = sent + int(month.get("extra", 0))
        rows.append(
            {
                "month": month["month"],
                "channel": month["channel"],
                "sent": sent,
                "failed": int(month.get("failed", 0)),
                "suppressed": int(month.get("suppressed", 0)),
                "charged": charged,
                "to_followers": int(month.get("to_followers", 0)),
                "cost": f"{month['cost']:.2f}",
                "quota": quota,
                "used": charged / quota if quota else None,
            }
        )
    return rows
