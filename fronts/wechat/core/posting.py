"""A post is written in conversation: kind, text, place, pictures at any time, and a last look. The draft is kept until it is sent or dropped. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from city.normal import shows_nothing, written, written_line
from contracts.identity import derived
from fronts.wechat.core import words
from fronts.wechat.core.conversation import (
    City,
    Conversation,
    Draft,
    Message,
    Outcome,
    Part,
    Picture,
    Point,
    Step,
    Submit,
)
from fronts.wechat.core.tickets import anew, missing_of, sent_with

TITLE: Final = 30
"""Characters of a title, which is how the text begins."""
TEXT: Final = 10_000
PLACE: Final = 200
STREET: Final = 100
"""Characters of these, as intake takes them; of what a map calls a point the beginning is taken."""
LETTER: Final = "mailbox"
"""The kind that may be written to one leader."""
_SENTENCE_END: Final = re.compile(r"[。!?！？\n;；]")
_PART_OF: Final[dict[str, Part]] = {"kind": "kind", "title": "text", "text": "text", "place": "place"}
"""Field of the interface to the part of the draft that is asked for again."""
_AGAIN: Final[dict[str, Part]] = {"改种类": "kind", "改内容": "text", "改地点": "place"}
_NONE: Final = frozenset(("无", "没有", "跳过", "不填"))
_NO_POINT: Final = frozenset(("去掉位置", "删除位置", "删掉位置", "不要位置"))
SURE: Final = frozenset(("确认", "提交", "确认提交", "发送", "是"))

DROPPED = "草稿已删除。"
TEXT_WANTED = "请写内容:什么时候、什么地方、什么情况,希望怎样解决。(请不要写身份证号等个人信息。)"
PICTURES_TOO = "\n随时可以发送图片,最多 {most} 张;图片里的人脸、证件不能自动遮盖,请先看清楚。"
SEND_OR_NOT = "回复“确认”提交,“去掉图片”不要图片,“改内容”“改地点”“改种类”修改。"
_BRIEFLY: Final[Mapping[Part, str]] = {"sure": SEND_OR_NOT, "text": "请接着写内容。"}
PLACE_WANTED = "请回复地点,公开的帖子里看得到;要让承办单位找到地方又不公开,可以发送“位置”;没有地点回复“无”。"
POINT_KEPT = "位置已记下,不公开,只有承办单位和您能看到:{point}。不要的,回复“去掉位置”。\n"
POINT_ELSEWHERE = "这个位置没有记下:{reason}。\n"


def fresh(message: Message) -> Draft:
    """A new draft; its idempotency key follows from the message with which it began, so that a repeat begins the same."""
    return Draft(derived(f"{message.person}/{message.id}", "wechat-draft"))


def begin(state: Conversation, message: Message, city: City) -> Step:
    """A new draft, or the one that is there."""
    return go_on(state, city) if state.draft is not None else _ask(state, fresh(message), city)


def go_on(state: Conversation, city: City) -> Step:
    """The draft that is there, at the part that is missing."""
    assert state.draft is not None
    first = "接着写上次的草稿。\n" if state.draft.kind else ""
    return _ask(state, state.draft, city, first)


def drop(state: Conversation) -> Step:
    """The draft is thrown away."""
    return Step(replace(state, stage="idle", draft=None), DROPPED)


def written_on(state: Conversation, draft: Draft, message: Message, city: City) -> Step:
    """A part of the draft, or a word at the last look."""
    text = written(message.text)
    if words.folded(text) in _NO_POINT:
        said = "位置已去掉。\n" if point_of(draft) else "没有位置。\n"
        return _ask(state, replace(draft, point=None, label=""), city, said)
    match draft.part:
        case "kind":
            chosen = words.choice_in(text, len(city.kinds))
            named = [code for code, name in city.kinds if name == words.folded(text)]
            if not chosen and not named:
                return _ask(state, draft, city, "没有这一种。")
            kind = city.kinds[chosen - 1][0] if chosen else named[0]
            public = city.profile.policy.kind(kind).public
            part: Part = "leader" if kind == LETTER and city.leaders else _next(draft, "kind")
            return _ask(state, replace(draft, kind=kind, leader="", public=public, part=part), city)
        case "leader":
            chosen = words.choice_in(text, len(city.leaders))
            if not chosen and words.folded(text) not in _NONE:
                return _ask(state, draft, city, "没有这位领导。")
            leader = city.leaders[chosen - 1][0] if chosen else ""
            return _ask(state, replace(draft, leader=leader, part=_next(draft, "kind")), city)
        case "text":
            if shows_nothing(text) or len(text) > TEXT:
                return _ask(state, draft, city, f"内容请写 1 到 {TEXT} 个字。")
            part = _next(draft, "text")
            return _ask(state, replace(draft, text=text, part=part, whole=part == "sure"), city)
        case "place":
            place = "" if words.folded(text) in _NONE else text.replace("\n", " ")
            if len(place) > PLACE:
                return _ask(state, draft, city, f"地点请写 {PLACE} 个字以内。")
            return _ask(state, replace(draft, place=place, part="sure", whole=True), city)
        case "sure":
            return _looked_at(state, draft, message, city)


def placed(state: Conversation, draft: Draft, message: Message, city: City) -> Step:
    """A place on the map, sent at any time; it takes the place of the one before. One outside the city is not taken."""
    point, label = message.point, written_line(message.text)[:STREET]
    if shows_nothing(label) and point is None:
        return _ask(state, draft, city, "没有读到这个位置,请用文字写地点。\n")
    refused = "" if point is None else city.profile.policy.points.refusal(point.longitude, point.latitude)
    if refused:
        return _ask(state, draft, city, POINT_ELSEWHERE.format(reason=refused))
    part: Part = "sure" if draft.part == "place" else draft.part
    set_down = replace(draft, point=point, label=label, part=part, whole=draft.whole or part == "sure")
    return _ask(state, set_down, city, POINT_KEPT.format(point=point_of(set_down)))


def point_of(draft: Draft) -> str:
    """The place on the map as its author reads it: what the map calls it, and where it is; empty without one."""
    return f"{draft.label}{_pin(draft.point)}" if draft.label else _pin(draft.point).strip("()")


def _pin(point: Point | None) -> str:
    """A point for whoever goes there: five digits of a degree are a metre."""
    if point is None:
        return ""
    north, east = "北纬" if point.latitude >= 0 else "南纬", "东经" if point.longitude >= 0 else "西经"
    return f"({north}{abs(point.latitude):.5f},{east}{abs(point.longitude):.5f})"


def _given(draft: Draft) -> dict[str, object]:
    """The place on the map as intake wants it: WeChat's is GCJ-02."""
    point = draft.point
    degrees = (
        {} if point is None else {"longitude": point.longitude, "latitude": point.latitude, "datum": "gcj02"}
    )
    return degrees | ({"street_address": draft.label} if draft.label else {})


def _next(draft: Draft, part: Part) -> Part:
    """What is asked for after a part; the last look, once all were."""
    if draft.whole:
        return "sure"
    if part == "kind":
        return "text"
    # A place on the map may have come before it was asked for.
    return "sure" if draft.place or point_of(draft) else "place"


def _looked_at(state: Conversation, draft: Draft, message: Message, city: City) -> Step:
    word = words.folded(message.text)
    if word in SURE:
        post = Submit(draft.key, body_of(draft, state.phone, message.person, city))
        return sent_with(state, post, draft.pictures)
    if word in _AGAIN:
        return _ask(state, replace(draft, part=_AGAIN[word]), city)
    if word in ("公开", "不公开"):
        may_be = city.profile.policy.kind(draft.kind).public
        return _ask(state, replace(draft, public=word == "公开" and may_be), city)
    return _ask(state, draft, city, "没有提交。")


def body_of(draft: Draft, phone: str, person: str, city: City) -> dict[str, object]:
    """The post as intake wants it; its author is told by WeChat, else by text message."""
    contact = {"openid": person} | ({"phone": phone} if phone else {})
    more = {name: value for name, value in (("addressee", draft.leader), ("point", _given(draft))) if value}
    return {
        "kind": draft.kind,
        "title": title_of(draft.text),
        "text": draft.text,
        "area": city.area(draft.place) or city.area(draft.label),
        "place": draft.place,
        "public": draft.public,
        "contact": contact,
    } | more


def title_of(text: str) -> str:
    """How a text begins: its first sentence, or as much of it as a title holds."""
    sentence = next((part.strip() for part in _SENTENCE_END.split(text) if not shows_nothing(part)), text)
    return sentence if len(sentence) <= TITLE else f"{sentence[: TITLE - 1]}…"


def submitted(state: Conversation, draft: Draft, call: Submit, outcome: Outcome, city: City) -> Step:
    """The receipt; or why there is none, with the draft kept."""
    if outcome.ok:
        number, code = outcome.body["number"], outcome.body["query_code"]
        page = f"\n网页查询:{city.site}/follow?number={number}" if city.site else ""
        said = (
            f"已受理。编号 {number}\n查询码 {code}(在网页上查询时用,请不要告诉他人)\n"
            f"三个工作日内回复。回复“查 {number}”或“我的”看办理进度。{page}"
        )
        return Step(replace(state, stage="idle", draft=None, number=str(number)), said)
    if outcome.kind == "idempotency-key-reused":
        said = "这份草稿先前已经提交过了,后来改的内容没有提交。回复“我的”查看;另有事情请回复“发帖”。"
        return Step(replace(state, stage="idle", draft=None), said)
    if fetch := anew(call, draft.pictures, outcome):
        return Step(replace(state, draft=replace(draft, pictures=fetch.pictures)), call=fetch)
    wrong = [error for error in outcome.body.get("errors", ()) if error["field"] in _PART_OF]
    if outcome.status == 422 and wrong:
        part = _PART_OF[wrong[0]["field"]]
        return _ask(state, replace(draft, part=part), city, f"没有提交:{wrong[0]['reason']}。\n")
    if any(str(error["field"]).startswith("point") for error in outcome.body.get("errors", ())):
        return Step(state, f"没有提交:{outcome.sentence}\n草稿已保留,请重新发送位置,或回复“去掉位置”。")
    remedy = "请回复“改内容”修改。" if outcome.status == 422 else "请稍后再回复“确认”。"
    return Step(state, f"没有提交:{outcome.sentence}\n草稿已保留,{remedy}")


def look_again(state: Conversation, draft: Draft, city: City, first: str) -> Step:
    """The last look once more, after what has changed."""
    return _ask(state, replace(draft, part="sure"), city, first)


def what_next(draft: Draft, city: City) -> str:
    """What is asked for, where the whole question would be too much: a picture is one of several."""
    return _BRIEFLY.get(draft.part) or _question(draft, city)


def _ask(state: Conversation, draft: Draft, city: City, first: str = "") -> Step:
    """Ask for the part that is next."""
    return Step(replace(state, stage="draft", draft=draft), f"{first}{_question(draft, city)}")


def _question(draft: Draft, city: City) -> str:
    match draft.part:
        case "kind":
            lines = [f"{n} {name}" for n, (_, name) in enumerate(city.kinds, 1)]
            return "\n".join(["请选择种类,回复数字:", *lines])
        case "leader":
            lines = [f"{n} {name}" for n, (_, name) in enumerate(city.leaders, 1)]
            return "\n".join(["写给哪位领导?回复数字;不指定回复“无”:", *lines])
        case "text":
            most = city.profile.policy.attachments.at_most if city.pictures else 0
            return TEXT_WANTED + (PICTURES_TOO.format(most=most) if most else "")
        case "place":
            return PLACE_WANTED
        case "sure":
            return _last_look(draft, city)


def _last_look(draft: Draft, city: City) -> str:
    kind = city.profile.policy.kind(draft.kind)
    may_be = "回复“不公开”只给承办单位看;" if draft.public else "回复“公开”可公开;" if kind.public else ""
    limits = city.profile.policy.attachments
    held = "(带图片的帖子审核后才公开)" if draft.pictures and draft.public and limits.moderated else ""
    leader = next((f"(写给{name})" for code, name in city.leaders if code == draft.leader), "")
    point = point_of(draft)
    pointed = f"位置:{point}(不公开;回复“去掉位置”不要)\n" if point else ""
    return (
        f"请核对:\n种类:{kind.name}{leader}\n地点:{draft.place or '(没有)'}\n{pointed}"
        f"图片:{pictures_of(draft.pictures, draft.refused)}\n公开:{'是' if draft.public else '否'}{held}\n内容:{draft.text}\n"
        f"回复“确认”提交;{may_be}回复“改内容”“改地点”“改种类”修改,“取消”删除草稿。"
    )


def pictures_of(pictures: Sequence[Picture], refused: str) -> str:
    """How many pictures there are, how many of them are still on their way, and why one is not among them."""
    waiting = len(missing_of(pictures))
    count = f"{len(pictures)} 张" if pictures else "(没有)"
    on_their_way = f"(其中 {waiting} 张还在接收)" if waiting else ""
    return f"{count}{on_their_way}{f';有图片没有收下:{refused}' if refused else ''}"
