"""People's own posts and single cases: listed, read, rated, added to. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from contracts.identity import derived
from fronts.wechat.core import proving, words
from fronts.wechat.core.conversation import (
    Act,
    City,
    Conversation,
    ListPosts,
    Look,
    Message,
    Outcome,
    Step,
    Support,
)
from fronts.wechat.core.tickets import anew, sent_with

_TITLE: Final = 16
"""Characters of a title in the list."""
_DONE: Final[Mapping[str, str]] = {
    "rating": "已评价,谢谢。",
    "answer": "已补充,承办单位会继续办理。",
    "follow-up": "已追问,承办单位会看到。",
    "appeal": "已申诉,督查会再看一次,结果会告诉您。",
}
"""The acts that can be done here, and what is said when they are."""
_ADDRESS: Final[Mapping[str, str]] = {
    "rating": "ratings",
    "answer": "answers",
    "follow-up": "follow-ups",
    "appeal": "appeal",
}
_WITH_PICTURES: Final = ("answer", "follow-up")
_HOW: Final[Mapping[str, str]] = {
    "answer": "请补充:回复“补充”空格加内容;要附图片,先把图片发来。",
    "follow-up": "要追问:回复“追问”空格加内容;要附图片,先把图片发来。",
    "appeal": "认为不该屏蔽,回复“申诉”空格加理由,由督查再看一次;每次屏蔽可以申诉一次。",
}
"""How what has words of one's own is said."""
_OF_MODERATION: Final[Mapping[str, str]] = {"moderated": "【审核】", "appealed": "【您的申诉】"}
"""Kinds of lines of the history that the author reads here: why the post was held or hidden, and what was said to it."""
FIRST_READ = "请先回复“查”加编号,打开要办的帖子。"


def mine(state: Conversation) -> Step:
    """The list of one's own posts."""
    if not state.token:
        return proving.wanted(state, "mine", "看您的帖子要先绑定手机号。")
    return Step(state, call=ListPosts(state.token))


def more(state: Conversation) -> Step:
    """The rest of the list."""
    if not state.cursor:
        return Step(state, "没有更多了。")
    return Step(state, call=ListPosts(state.token, state.cursor))


def listed(state: Conversation, outcome: Outcome) -> Step:
    """What the telephone's posts are."""
    if outcome.status == 401:
        return proving.wanted(state, "mine", proving.EXPIRED)
    if not outcome.ok:
        return Step(state, outcome.sentence)
    posts = outcome.body["posts"]
    if not posts:
        return Step(replace(state, stage="idle"), f"您还没有发过帖子。回复“发帖”开始。{_told(state)}")
    lines = [f"{n} {_line(post)}" for n, post in enumerate(posts, 1)]
    further = "回复“更多”看其余的。" if outcome.cursor else ""
    numbers = tuple(post["number"] for post in posts)
    follows = replace(state, stage="list", listed=numbers, cursor=outcome.cursor)
    return Step(follows, "\n".join([*lines, f"回复前面的数字看这件帖子。{further}{_told(state)}"]))


def _line(post: Mapping[str, Any]) -> str:
    title = post["title"]
    shown = title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…"
    waits = ",待您补充" if post["paused"] else ",可评价" if "rating" in post["allowed"] else ""
    return f"{post['number']} {shown}({post['status_name']}{waits})"


def _told(state: Conversation) -> str:
    """How many notices the person still agreed to."""
    return f"\n微信进展通知还可收 {state.consents} 条。" if state.consents else ""


def chosen(state: Conversation, text: str) -> Step | None:
    """A digit of the list; None for another text."""
    place = words.choice_in(text, len(state.listed))
    return look(state, state.listed[place - 1]) if place else None


def look(state: Conversation, number: str) -> Step:
    """Read a case."""
    return Step(state, call=Look(number, state.token))


def read(state: Conversation, asked: Look, outcome: Outcome, city: City) -> Step:
    """How a case stands, with everything that was answered."""
    if outcome.status == 401:
        return Step(replace(state, token="", stage="idle"), f"{proving.EXPIRED}请回复“绑定”。")
    if outcome.status == 404:
        return Step(state, f"没有编号为 {asked.number} 的帖子,请核对。")
    if not outcome.ok:
        return Step(state, outcome.sentence)
    case = outcome.body
    acts = tuple(act for act in case.get("allowed", ()) if act in _DONE)
    follows = replace(state, stage="case", number=case["number"])
    if case["number"] != state.number:
        follows = replace(follows, added=(), refused="")
    return Step(follows, "\n".join([*_standing(case, city), *_talk(case, city), *_possible(case, acts)]))


def _standing(case: Mapping[str, Any], city: City) -> list[str]:
    unit = f" · {case['department_name']}" if case["department_name"] else ""
    lines = [f"{case['number']} {case['title']}", f"{case['kind_name']} · {case['status_name']}{unit}"]
    if case["paused"]:
        lines.append("等待您补充,期间不计时")
    elif case["due"] and case["status"] not in ("withdrawn", "hidden"):
        maybe = "(暂定)" if case["provisional"] else ""
        late = ",已超期" if case["overdue"] else ""
        lines.append(f"办结期限:{words.instant(case['due'], city)}{maybe}{late}")
    return [*lines, *filter(None, [_files(case["attachments"]).strip()])]


def _files(attachments: Sequence[Any]) -> str:
    """How many files there are, on a line of its own; empty for none."""
    return f"\n(附有 {len(attachments)} 个文件,在网页上看)" if attachments else ""


def _talk(case: Mapping[str, Any], city: City) -> list[str]:
    """What was said, in order of time; a reply stands whole, with the telephone of the office at its end."""
    said: list[tuple[datetime, str]] = []

    def add(at: str, text: str) -> None:
        said.append((datetime.fromisoformat(at), text))

    for question in case.get("questions", ()):
        add(question["at"], f"【承办单位请您补充】{question['text']}")
        if question["answered_at"]:
            shown = _files(question["attachments"])
            add(question["answered_at"], f"【您的补充】{question['answer']}{shown}")
    for asked in case.get("follow_ups", ()):
        add(asked["at"], f"【您的追问】{asked['text']}{_files(asked['attachments'])}")
        if asked["answer"]:
            add(asked["answered_at"], f"【追问答复】{asked['answer']}")
    for word in case.get("first_words", ()):
        at = words.instant(word["at"], city)
        add(word["at"], f"【{word['department_name']}的初步回复】{at}\n{word['text']}")
    for line in case["history"] if "questions" in case else ():
        if line["kind"] in _OF_MODERATION:
            add(line["at"], f"{_OF_MODERATION[line['kind']]}{line['text'].removeprefix('网民申诉:')}")
    for reply in case["replies"]:
        at = words.instant(reply["at"], city)
        shown = _files(reply["attachments"])
        add(reply["at"], f"【{reply['department_name']}的答复】{at}\n{reply['text']}{shown}")
    for rating in case.get("ratings", ()):
        solved = words.SOLVED_NAMES.get(rating.get("solved"), "")
        given = " ".join(filter(None, [words.GRADES[rating["grade"]], solved, rating["text"]]))
        add(rating["at"], f"【您的评价】{given}")
    return [text for _, text in sorted(said, key=lambda one: one[0])]


def _possible(case: Mapping[str, Any], acts: tuple[str, ...]) -> list[str]:
    lines = []
    if "rating" in acts:
        grades = " ".join(f"{grade} {name}" for grade, name in words.GRADES.items())
        lines.append(f"请评价,回复数字:{grades}。数字后面可以写“已解决”“部分解决”或“未解决”,再写几句话。")
    lines += [how for act, how in _HOW.items() if act in acts]
    # Another's, and to be read by anybody: its author's view has questions, and one that is not shown no text.
    if "questions" not in case and case["text"] and case["status"] not in ("withdrawn", "hidden"):
        lines.append("您也遇到同样的问题,请回复“关注”,不必另发。")
    return lines


def acted(state: Conversation, message: Message) -> Step | None:
    """A rating, an addition or an appeal to the case that was read last; None for another text."""
    if alone := words.ADDED.get(words.folded(message.text), ""):
        return Step(state, _HOW[alone])
    act, text = words.added_in(message.text)
    body: dict[str, Any] = {"reason" if act == "appeal" else "text": text}
    if not act:
        grade, text = words.grade_in(message.text)
        if not grade or (state.stage != "case" and not message.text.strip().startswith("评价")):
            return None
        solved, text = words.solved_in(text)
        act, body = "rating", {"grade": grade} | ({"text": text} if text else {})
        body |= {"solved": solved} if solved else {}
    if not state.number or not state.token:
        return Step(state, FIRST_READ)
    key = derived(f"{message.person}/{message.id}", f"wechat-{act}")
    call = Act(state.number, state.token, _ADDRESS[act], body, key)
    return sent_with(state, call, state.added) if act in _WITH_PICTURES else Step(state, call=call)


def follow(state: Conversation, number: str, person: str) -> Step:
    """A voice for somebody's post: the one that was named, else the one that is read."""
    contact = {"openid": person} | ({"phone": state.phone} if state.token else {})
    key = derived(f"{person}/{state.phone if state.token else ''}/{number}", "wechat-support")
    return Step(state, call=Support(number, contact, key, state.token))


def followed(state: Conversation, asked: Support, outcome: Outcome, city: City) -> Step:
    """The voice is counted, and where its owner finds what becomes of the matter; or why not."""
    if outcome.status == 404:
        return Step(state, f"没有编号为 {asked.number} 的帖子,请核对。")
    if not outcome.ok:
        return Step(state, f"{asked.number}:{outcome.sentence}")
    page = f"\n{city.site}/posts/{asked.number}" if city.site else ""
    count = outcome.body["supports"]
    return Step(
        state,
        f"已关注 {asked.number},共 {count} 人关注。有公开答复等进展时会通知您;看进展请回复“查 {asked.number}”。{page}",
    )


def done(state: Conversation, asked: Act, outcome: Outcome) -> Step:
    """It is done; or why not."""
    act = next(act for act, address in _ADDRESS.items() if address == asked.act)
    if outcome.status == 401:
        return Step(replace(state, token="", stage="idle"), f"{proving.EXPIRED}请回复“绑定”。")
    if act in _WITH_PICTURES and (fetch := anew(asked, state.added, outcome)):
        return Step(replace(state, added=fetch.pictures), call=fetch)
    if not outcome.ok:
        return Step(state, f"{asked.number}:{outcome.sentence}")
    follows = replace(state, added=(), refused="") if act in _WITH_PICTURES else state
    return Step(follows, f"{asked.number} {_DONE[act]}")
