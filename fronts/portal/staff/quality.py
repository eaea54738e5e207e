"""What a reader would object to in a reply, said before it is sent. Advice, never a refusal. Pure.

Four faults the city's reports and the press name again and again: a question passed over, stock
phrases instead of an answer, "not ours" as an answer, and a promise without a date. A fifth is a
template's blank that nobody filled in.
"""

import re
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from chassis.web.aside import aside

Fault = Literal["question", "boilerplate", "not-ours", "promise", "blank"]

NAMES: Final[dict[Fault, str]] = {
    "question": "问题未答",
    "boilerplate": "套话",
    "not-ours": "推给他人",
    "promise": "承诺无日期",
    "blank": "空白未填",
}

SUBSTANCE: Final = 30
"""Chinese characters and digits that must be left once greetings and stock phrases are taken away."""
LEAST_SUBSTANCE: Final = 6
"""As many are enough for a first word, which is no answer: 已派人到现场."""
DATED_SUBSTANCE: Final = 12
"""As many are enough where they say when something was or will be done."""
TOUCHED: Final = 2
"""Pairs of characters a reply must share with a question to have touched on it."""

LOOKED_AT: Final = 10_000
"""Characters of a reply and of a post that are looked at: as many as either may have."""

_SENTENCE = re.compile(r"[^。！!？?；;\n]+[。！!？?；;]?")
_ASKS = re.compile(
    r"[？?]$|什么时候|何时|几时|多久|哪天|多少|为什么|为何|是否|能否|可否|能不能|有没有|是不是|怎么办|如何|在哪|吗"
)
_WHEN = re.compile(r"什么时候|何时|几时|多久|哪天")
_HOW_MUCH = re.compile(r"多少")
_ASKING_WORDS = re.compile(
    r"请问|什么时候|什么|何时|几时|多久|哪天|多少|为什么|为何|是否|能否|可否|能不能|有没有|是不是|怎么办|怎么|如何|在哪里|在哪|"
    r"[吗呢啊吧的了着我你您们他它这那]"
)
_NUMBER = "[0-9０-９一二三四五六七八九十百千两半]"
_DATE = re.compile(
    rf"{_NUMBER}{{1,8}}\s{{0,3}}(?:年|月|日|号|天|周|点|个?工作日|个?小时|个月)|[0-9]{{1,4}}[-/.][0-9]{{1,2}}|"
    r"今[天日]|明[天日]|当[天日]|[本下这]周|[本下]个?月|月底|年底|年内|季度|已(?:经)?(?:于|完成|修复|处理|解决|办结)"
)
_AMOUNT = re.compile(rf"{_NUMBER}|免费|不收费")
_PROMISE = re.compile(
    r"尽快|尽早|近期|早日|抓紧|适时|力争|争取|不日|待.{1,15}后|下一步|"
    r"将(?:会)?(?:继续|进一步|安排|组织|对|进行|加强|加大|积极|予以|协调|督促)"
)
_NOT_OURS = re.compile(
    r"不(?:属于?|在)(?:我|本)[^，。,;；]{0,10}(?:职责|职能|管辖|范围|权限)|"
    r"不归(?:我|本)[^，。,]{0,6}管|非(?:我|本)(?:局|单位|委|办|部门|公司)[^，。,]{0,6}(?:职责|职能|管辖)|"
    r"与(?:我|本)(?:局|单位|委|办|部门|公司)无关|"
    r"(?:请|建议)您?(?:直接)?(?:向|到|联系|咨询|找|拨打)[^。;；]{1,25}(?:反映|咨询|投诉|办理|联系|询问)"
)
_STOCK = re.compile(
    r"尊敬的(?:网友|市民)|(?:网友|市民|您)[,，]?[您你]好|[您你]好|"
    r"(?:非常)?感谢[您你]?(?:对[^。！!]{0,25})?的?(?:关注|支持|理解|信任|监督|来信|留言|反映|建议|参与)(?:[与和、及](?:关注|支持|理解|信任|监督))*|"
    r"[您你](?:反映|提出|咨询|所反映|留言)[^，。,]{0,25}(?:收悉|已收到|已知悉)|"
    r"(?:我|本)(?:局|委|办|单位|部门|公司)?(?:领导)?(?:非常|十分|对此)?(?:高度)?重视|高度重视|"
    r"认真(?:研究|核实|调查|对待|处理)|积极(?:协调|配合|推进|处理)|进一步(?:加强|加大|完善|提高)[^，。,]{0,15}|"
    r"立即(?:安排|组织)(?:人员)?|已(?:转|交)?(?:相关|有关)(?:部门|单位|科室|人员)(?:处理|办理|核实)?|"
    r"尽快(?:处理|解决|办理|核实|落实|回复|答复|给[您你]答复)|(?:已经)?核实处理|[您你]反映的(?:问题|情况)|"
    r"如有(?:疑问|问题|需要)[^。]{0,25}|特此(?:回复|答复)|祝[您你][^。！!]{0,12}|欢迎[^。]{0,20}监督"
)
_BLANK = re.compile(r"〔[^〔〕]*〕|\[\s*\]|【\s*】|(?<![XＸx×])[XＸx×]{2,}(?:年|月|日|路|局|元)|_{2,}")


@dataclass(frozen=True)
class Finding:
    """One objection and the words it is about."""

    fault: Fault
    sentence: str
    """What is wrong and what would be better."""
    excerpt: str

    @property
    def name(self) -> str:
        """The fault's Chinese name."""
        return NAMES[self.fault]


def check(reply: str, post: str) -> tuple[Finding, ...]:
    """The objections to a reply to a post, in the order of the reply; empty when there are none."""
    reply = reply.strip()
    if not reply:
        return ()
    findings: list[Finding] = []
    answer = _Answer(reply)
    for sentence in dict.fromkeys(_sentences(post)):
        if missing := _unanswered(sentence, answer):
            findings.append(Finding("question", missing, _short(sentence)))
    said = _STOCK.sub("", reply)
    if len(_substance(said)) < (DATED_SUBSTANCE if _DATE.search(said) else SUBSTANCE):
        findings.append(
            Finding(
                "boilerplate", "除客套话外几乎没有内容,请写明核实到什么、做了什么、结果如何", _short(reply)
            )
        )
    for sentence in _sentences(reply):
        if _NOT_OURS.search(sentence):
            findings.append(
                Finding(
                    "not-ours",
                    "不是本单位的事项应引职责清单申请退回,不能用回复了结",
                    _short(sentence),
                )
            )
        if _PROMISE.search(sentence) and not _DATE.search(sentence):
            findings.append(Finding("promise", "作出承诺须写明日期", _short(sentence)))
    for blank in _BLANK.finditer(reply):
        findings.append(Finding("blank", "模板中的空白还没有填写", _short(blank[0])))
    return tuple(dict.fromkeys(findings))


def says_nothing(word: str) -> bool:
    """Whether a first word (初步回复) holds nothing beside greetings and stock phrases; an empty one is refused elsewhere."""
    word = word[:LOOKED_AT]
    return bool(word.strip()) and len(_substance(_STOCK.sub("", word))) < LEAST_SUBSTANCE


class _Answer:
    """A reply, read once for all questions."""

    def __init__(self, reply: str) -> None:
        self.dated = bool(_DATE.search(reply))
        self.counted = bool(_AMOUNT.search(reply))
        self.pairs = {reply[at : at + 2] for at in range(len(reply) - 1)}


async def checked(reply: str, post: str) -> tuple[Finding, ...]:
    """`check`, aside from the event loop: a text at its limit may take longer than other people should wait."""
    return await aside(partial(check, reply[:LOOKED_AT], post[:LOOKED_AT]))


def _unanswered(sentence: str, answer: _Answer) -> str:
    """Why a sentence of the post is a question the reply passes over; empty when it is not."""
    if not _ASKS.search(sentence):
        return ""
    if _WHEN.search(sentence):
        return "" if answer.dated else "网民问了时间,回复没有写明"
    if _HOW_MUCH.search(sentence):
        return "" if answer.counted else "网民问了数量或金额,回复没有写明"
    words = _substance(_ASKING_WORDS.sub("", sentence))
    pairs = {words[at : at + 2] for at in range(len(words) - 1)}
    return "" if len(pairs & answer.pairs) >= min(TOUCHED, len(pairs)) else "网民的这个问题没有回应"


def _sentences(text: str) -> list[str]:
    return [sentence.strip() for sentence in _SENTENCE.findall(text) if sentence.strip()]


def _substance(text: str) -> str:
    return "".join(re.findall(r"[\u3400-\u9fffA-Za-z0-9]", text))


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else f"{flat[:59]}…"
