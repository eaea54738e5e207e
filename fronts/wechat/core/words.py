"""The words of the conversation: what people may type, what they are told, and how much of it one answer holds. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from city.normal import normal_form
from city.typed import case_number
from fronts.wechat.core.conversation import City, Conversation

ANSWER_BYTES: Final = 2000
"""Of UTF-8 in one answer; WeChat takes 2,048."""
GRADES: Final = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
"""好差评 GB/T 39735."""
SOLVED_NAMES: Final = {"yes": "已解决", "partly": "部分解决", "no": "未解决"}
"""What a citizen says of the matter itself."""

COMMANDS: Final[Mapping[str, str]] = {
    "发帖": "post",
    "我要发帖": "post",
    "我要问政": "post",
    "问政": "post",
    "我的": "mine",
    "我的帖子": "mine",
    "查": "find",
    "查询": "find",
    "查进度": "find",
    "进度": "find",
    "绑定": "bind",
    "绑定手机": "bind",
    "绑定手机号": "bind",
    "解绑": "unbind",
    "解除绑定": "unbind",
    "取消": "cancel",
    "继续": "go on",
    "更多": "more",
    "菜单": "help",
    "帮助": "help",
    "?": "help",
    "？": "help",
}
"""Words to what they ask for, at any time."""
MENU: Final[Mapping[str, str]] = {"post": "我要发帖", "mine": "我的帖子", "bind": "绑定手机"}
"""Key of a button of the account's menu to its name: at most four characters, of at most three buttons."""

HELP: Final = (
    "您可以回复:\n"
    "“发帖” 反映问题、咨询、建议\n"
    "“我的” 看您的全部帖子\n"
    "“查”加编号 看一件帖子办到哪里,如:查 {prefix}260302-000001\n"
    "“关注”加编号 别人的帖子您也遇到了\n"
    "“绑定” 用手机验证码绑定\n"
    "“取消” 放弃正在做的事"
)
WELCOME: Final = "欢迎使用{city}网络问政。有问必答:三个工作日内回复。\n{help}"
DRAFT_WAITS: Final = "\n(您有一份没有提交的草稿,回复“发帖”接着写。)"
MORE: Final = "\n……(回复“继续”接着看)"
LATER: Final = "系统繁忙,请稍后再试。"
NO_PICTURES: Final = "暂时不能随帖附图片,请用文字说明:什么地方、什么时候、什么情况。"
NO_FILMS: Final = "视频不能随帖提交,请发图片,或用文字说明:什么地方、什么时候、什么情况。"
NO_SPEECH: Final = "暂时听不懂语音,请用文字发送。"
NOT_READ: Final = "暂时看不懂这类消息,请用文字发送。"
HOW_TO_STOP: Final = (
    "要停止接收一个帖子的进展,请点开我们发给您的进展通知,在页面上点“不再接收这个帖子的通知”并确认。"
    "此后不再通知您,您的关注仍计在人数里。"
)
NUMBER_WANTED: Final = "请回复“查”加编号,如:查 {prefix}260302-000001。不记得编号,请回复“我的”。"

_AROUND: Final = re.compile(r"^[\s“”\"']+|[\s“”\"'。.!！,\uff0c]+$")
_BETWEEN: Final = " \n\t\u3000:\uff1a,\uff0c\u3002"
"""What people put between a word and what follows it: blanks, colons and commas of both widths, a full stop."""
_FIND: Final = re.compile(r"[A-Za-z]{1,4}[0-9OoIl]{6}[-—–_]?[0-9OoIl]{6,9}")
_NUMBER: Final = re.compile(r"[A-Z]{1,4}[0-9]{6}-[0-9]{6,9}")
_GRADE: Final = re.compile(rf"([1-5])\s*[分星]?(?:[{_BETWEEN}]+(.*))?", re.DOTALL)
_SOLVED: Final = re.compile(rf"({'|'.join(SOLVED_NAMES.values())})(?:[{_BETWEEN}]+(.*))?", re.DOTALL)
ADDED: Final[Mapping[str, str]] = {"补充": "answer", "追问": "follow-up", "申诉": "appeal"}
"""How what is said on an own case begins, and the act that it is."""
_ADD: Final = re.compile(rf"({'|'.join(ADDED)})[{_BETWEEN}]+(.+)", re.DOTALL)


def folded(text: str) -> str:
    """A word as it is compared with those that are known: without blanks, quotation marks and marks at its end."""
    return _AROUND.sub("", normal_form(text))


def command(text: str) -> str:
    """What a text asks for at any time; empty when it is no such word."""
    return COMMANDS.get(folded(text), "")


def _after(text: str, *words: str) -> str:
    """What follows the first of these words that a text begins with; a text that begins with none, as it is."""
    begun = next((word for word in words if text.startswith(word)), "")
    return text[len(begun) :].lstrip(_BETWEEN) if begun else text


def number_in(text: str) -> str:
    """The number of the case that a text asks for, with or without 查; empty for another text."""
    typed = _after("".join(text.split()).strip("“”。"), "查询", "查")
    number = case_number(typed) if _FIND.fullmatch(typed) else ""
    return number if _NUMBER.fullmatch(number) else ""


def followed_in(text: str) -> str | None:
    """The number behind 关注, empty for the word alone; None for another text."""
    typed = "".join(text.split()).strip("“”。")
    if not typed.startswith("关注"):
        return None
    rest = _after(typed, "关注")
    return (number_in(rest) or None) if rest else ""


def wants_to_stop(text: str) -> bool:
    """Whether a text asks to hear no more of a post: 取消关注 or 退订, alone or with a number."""
    typed = "".join(text.split()).strip("“”。")
    word = next((word for word in ("取消关注", "不再关注", "退订") if typed.startswith(word)), "")
    rest = _after(typed, word) if word else ""
    return bool(word) and (not rest or bool(number_in(rest)))


def grade_in(text: str) -> tuple[int, str]:
    """Grade and words of a rating: `5`, `评价 5 办得好`, `非常满意`; grade 0 for what is none."""
    match = _GRADE.fullmatch(_after(normal_form(text).strip(), "评价", "打分"))
    if match is not None:
        return int(match[1]), (match[2] or "").strip()
    named = {name: grade for grade, name in GRADES.items()}
    return named.get(folded(text).removeprefix("评价").strip(), 0), ""


def solved_in(text: str) -> tuple[str, str]:
    """What the words of a rating begin with of the matter itself (`已解决 修得好`), and the rest; empty where nothing."""
    match = _SOLVED.fullmatch(text)
    if match is None:
        return "", text
    return next(code for code, name in SOLVED_NAMES.items() if name == match[1]), (match[2] or "").strip()


def added_in(text: str) -> tuple[str, str]:
    """The act and the words of `补充 …`, `追问 …` and `申诉 …`; both empty for another text."""
    match = _ADD.fullmatch(text.strip())
    if match is None:
        return "", ""
    return ADDED[match[1]], match[2].strip()


def choice_in(text: str, most: int) -> int:
    """The number that was chosen from a list, from 1; 0 for what is none of it."""
    typed = folded(text)
    return int(typed) if typed.isascii() and typed.isdecimal() and 0 < int(typed[:4]) <= most else 0


def instant(iso: str, city: City) -> str:
    """An instant in city time, as people write it."""
    at = datetime.fromisoformat(iso).astimezone(city.profile.zone)
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def divided(text: str) -> tuple[str, str]:
    """What fits in one answer, and the rest; what comes first ends at a line or a sentence where it can."""
    if len(text.encode()) <= ANSWER_BYTES:
        return text, ""
    room = ANSWER_BYTES - len(MORE.encode())
    cut = len(text.encode()[:room].decode(errors="ignore"))
    for mark in ("\n", "。", ";", ","):
        found = text.rfind(mark, cut // 2, cut)
        if found > 0:
            cut = found + 1
            break
    return text[:cut].rstrip() + MORE, text[cut:].lstrip("\n")


def help_text(city: City) -> str:
    """What can be said."""
    return HELP.format(prefix=city.profile.number_prefix)


def draft_waits(state: Conversation) -> str:
    """A reminder of the draft that was begun; empty without one."""
    return DRAFT_WAITS if state.draft is not None and state.draft.kind else ""
