"""Pictures of a draft, or of what is added to a case: they come at any time, are fetched while the conversation goes on, and can
be taken out again. Pure."""

import re
from collections.abc import Mapping
from typing import Final, Literal

from msgspec.structs import replace

from fronts.wechat.core import words
from fronts.wechat.core.conversation import City, Conversation, Fetch, Message, Outcome, Picture, Step, Submit
from fronts.wechat.core.posting import look_again, pictures_of, what_next
from fronts.wechat.core.tickets import missing_of, with_tickets

FIRST_POST = "要附图片,请先回复“发帖”,再把图片发来;要补充或追问,请先回复“查”加编号打开帖子。"
DRAFT_FIRST = "您有一份没有提交的草稿:要把图片附上,请先回复“发帖”接着写,再把图片发来。"
NOT_READ = "没有读到这张图片,请重新发送。"
ON_ITS_WAY = "图片收到了,正在接收。回复“图片”看结果,也可以接着写。\n"
TOO_MANY = "一次最多 {most} 张图片,这张没有收下。要换图片,请先回复“去掉图片”。"
NONE_THERE = "没有图片。\n"
NOT_YET = "还有 {count} 张图片没有收完,没有提交。请稍后再回复一次;不等了,请回复“去掉图片”。"
WITH_WORDS = "回复“补充”或“追问”空格加内容,图片一起交给承办单位;“去掉图片”不要图片。"

_STATE: Final = frozenset(("图片", "看图片", "几张图片"))
_OUT: Final = re.compile(r"(?:去掉|删除|删掉|不要)图片\s*(?:第?([1-9][0-9]?)张?)?")
Holder = Literal["", "draft", "case"]
"""What pictures are for: the draft that is being written, what will be added to the case that is being read, or nothing."""
_NAMES: Final[Mapping[Holder, str]] = {"draft": "草稿", "case": "要补充"}


def _holder(state: Conversation) -> Holder:
    """What a picture that comes now is for."""
    if state.stage == "draft" and state.draft is not None:
        return "draft"
    return "case" if state.stage == "case" and state.number and state.token else ""


def _held(state: Conversation, holder: Holder) -> tuple[tuple[Picture, ...], str]:
    """The pictures, and why one is not among them."""
    if holder == "case":
        return state.added, state.refused
    return (state.draft.pictures, state.draft.refused) if state.draft is not None else ((), "")


def _holding(
    state: Conversation, holder: Holder, pictures: tuple[Picture, ...], refused: str
) -> Conversation:
    """The conversation with other pictures."""
    if holder == "case":
        return replace(state, added=pictures, refused=refused)
    assert state.draft is not None
    return replace(state, draft=replace(state.draft, pictures=pictures, refused=refused))


def _next(state: Conversation, holder: Holder, city: City) -> str:
    """What can be done now."""
    if holder == "case" or state.draft is None:
        return WITH_WORDS
    return what_next(state.draft, city)


def came(state: Conversation, message: Message, city: City) -> Step:
    """A picture: one more of what is being written, as long as there is room."""
    most, holder = city.profile.policy.attachments.at_most, _holder(state)
    if not most or not city.pictures:
        return Step(state, words.NO_PICTURES)
    if not holder:
        waits = state.draft is not None and bool(state.draft.kind)
        return Step(state, DRAFT_FIRST if waits else FIRST_POST)
    if not message.media:
        return Step(state, NOT_READ)
    pictures, refused = _held(state, holder)
    if any(picture.id == message.id for picture in pictures):
        return _stand(state, holder, city)
    if len(pictures) >= most:
        return Step(state, TOO_MANY.format(most=most))
    picture = Picture(message.id, message.media)
    state = _holding(state, holder, (*pictures, picture), refused)
    return Step(state, f"{ON_ITS_WAY}{_next(state, holder, city)}", later=Fetch((picture,)))


def spoken_of(state: Conversation, text: str, city: City) -> Step | None:
    """Words about the pictures of what is being written; None for other words."""
    word, holder = words.folded(text), _holder(state)
    if not holder:
        return None
    if word in _STATE:
        return _stand(state, holder, city)
    out = _OUT.fullmatch(word)
    if out is None:
        return None
    pictures, _ = _held(state, holder)
    if not pictures:
        return Step(state, f"{NONE_THERE}{_next(state, holder, city)}")
    one = int(out[1]) if out[1] else 0
    if one > len(pictures):
        return _stand(state, holder, city)
    stay = (*pictures[: one - 1], *pictures[one:]) if one else ()
    return _stand(_holding(state, holder, stay, ""), holder, city, "已去掉。")


def _stand(state: Conversation, holder: Holder, city: City, first: str = "") -> Step:
    """How many there are, and on with what is not there yet: a process may have died while it was fetched."""
    pictures, refused = _held(state, holder)
    missing, most = missing_of(pictures), city.profile.policy.attachments.at_most
    said = f"{first}{_NAMES[holder]}的图片:{pictures_of(pictures, refused)},最多 {most} 张。\n"
    return Step(state, f"{said}{_next(state, holder, city)}", later=Fetch(missing) if missing else None)


def fetched(state: Conversation, call: Fetch, outcome: Outcome, city: City) -> Step:
    """What has come of pictures: their tickets, or why they were not taken. The others stay on their way.

    What they are for may have been sent or dropped meanwhile, or be another: a picture is known by its message.
    """
    asked = {picture.id for picture in call.pictures}
    holder: Holder = "case" if asked & {picture.id for picture in state.added} else "draft"
    pictures, why = _held(state, holder)
    if not asked & {picture.id for picture in pictures}:
        return Step(state)
    tickets, reasons = outcome.body.get("taken", {}), outcome.body.get("refused", {})
    refused = [reasons[picture.id] for picture in pictures if picture.id in reasons]
    stay = tuple(
        replace(picture, ticket=tickets.get(picture.id, picture.ticket))
        for picture in pictures
        if picture.id not in reasons
    )
    state = _holding(state, holder, stay, refused[-1] if refused else why)
    if call.then is None:
        return _told(state, holder, city, refused)
    if refused:
        first = f"没有提交:有图片没有收下:{refused[-1]}。\n"
        if isinstance(call.then, Submit) and state.draft is not None:
            return look_again(state, state.draft, city, first)
        return _stand(state, holder, city, first)
    if missing := missing_of(stay):
        return Step(state, NOT_YET.format(count=len(missing)))
    return Step(state, call=with_tickets(call.then, stay))


def _told(state: Conversation, holder: Holder, city: City, refused: list[str]) -> Step:
    """The answer to the picture, where it is there in time."""
    pictures, _ = _held(state, holder)
    most, waiting = city.profile.policy.attachments.at_most, len(missing_of(pictures))
    first = f"图片没有收下:{refused[-1]}。" if refused else ""
    on_their_way = f",另有 {waiting} 张还在接收,回复“图片”看结果" if waiting else ""
    count = f"{_NAMES[holder]}现有 {len(pictures) - waiting} 张图片(最多 {most} 张)"
    return Step(state, f"{first}{count}{on_their_way}。\n{_next(state, holder, city)}")
