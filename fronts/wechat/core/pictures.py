"""Pictures of a draft: they come at any time, are fetched while the conversation goes on, and can be taken out again. Pure."""

import re
from typing import Final

from msgspec.structs import replace

from fronts.wechat.core import words
from fronts.wechat.core.conversation import City, Conversation, Draft, Fetch, Message, Outcome, Picture, Step
from fronts.wechat.core.posting import look_again, pictures_of, what_next, with_pictures

FIRST_POST = "要附图片,请先回复“发帖”,再把图片发来。"
DRAFT_FIRST = "您有一份没有提交的草稿:要把图片附上,请先回复“发帖”接着写,再把图片发来。"
NOT_READ = "没有读到这张图片,请重新发送。"
ON_ITS_WAY = "图片收到了,正在接收。回复“图片”看结果,也可以接着写。\n"
TOO_MANY = "一个帖子最多 {most} 张图片,这张没有收下。要换图片,请先回复“去掉图片”。"
NONE_THERE = "草稿里没有图片。\n"
NOT_YET = "还有 {count} 张图片没有收完,没有提交。请稍后再回复“确认”;不等了,请回复“去掉图片”。"

_STATE: Final = frozenset(("图片", "看图片", "几张图片"))
_OUT: Final = re.compile(r"(?:去掉|删除|删掉|不要)图片\s*(?:第?([1-9][0-9]?)张?)?")


def came(state: Conversation, message: Message, city: City) -> Step:
    """A picture: one more of the draft that is being written, as long as there is room."""
    most, draft = city.profile.policy.attachments.at_most, state.draft
    if not most or not city.pictures:
        return Step(state, words.NO_PICTURES)
    if draft is None or state.stage != "draft":
        waits = draft is not None and bool(draft.kind)
        return Step(state, DRAFT_FIRST if waits else FIRST_POST)
    if not message.media:
        return Step(state, NOT_READ)
    if any(picture.id == message.id for picture in draft.pictures):
        return _stand(state, draft, city)
    if len(draft.pictures) >= most:
        return Step(state, TOO_MANY.format(most=most))
    picture = Picture(message.id, message.media)
    draft = replace(draft, pictures=(*draft.pictures, picture))
    said = f"{ON_ITS_WAY}{what_next(draft, city)}"
    return Step(replace(state, draft=draft), said, later=Fetch((picture,)))


def spoken_of(state: Conversation, draft: Draft, text: str, city: City) -> Step | None:
    """Words about the pictures of a draft; None for other words."""
    word = words.folded(text)
    if word in _STATE:
        return _stand(state, draft, city)
    out = _OUT.fullmatch(word)
    if out is None:
        return None
    if not draft.pictures:
        return Step(state, f"{NONE_THERE}{what_next(draft, city)}")
    one = int(out[1]) if out[1] else 0
    if one > len(draft.pictures):
        return _stand(state, draft, city)
    stay = (*draft.pictures[: one - 1], *draft.pictures[one:]) if one else ()
    return _stand(state, replace(draft, pictures=stay, refused=""), city, "已去掉。")


def _stand(state: Conversation, draft: Draft, city: City, first: str = "") -> Step:
    """How many there are, and on with what is not there yet: a process may have died while it was fetched."""
    missing = tuple(picture for picture in draft.pictures if not picture.ticket)
    most = city.profile.policy.attachments.at_most
    said = f"{first}草稿的图片:{pictures_of(draft)},最多 {most} 张。\n{what_next(draft, city)}"
    return Step(replace(state, draft=draft), said, later=Fetch(missing) if missing else None)


def fetched(state: Conversation, call: Fetch, outcome: Outcome, city: City) -> Step:
    """What has come of pictures: their tickets, or why they were not taken. The others stay on their way.

    The draft may have been sent or dropped meanwhile, or be another: a picture is known by its message.
    """
    draft = state.draft
    if draft is None:
        return Step(state)
    tickets, reasons = outcome.body.get("taken", {}), outcome.body.get("refused", {})
    refused = [reasons[picture.id] for picture in draft.pictures if picture.id in reasons]
    stay = tuple(
        replace(picture, ticket=tickets.get(picture.id, picture.ticket))
        for picture in draft.pictures
        if picture.id not in reasons
    )
    draft = replace(draft, pictures=stay, refused=refused[-1] if refused else draft.refused)
    state = replace(state, draft=draft)
    if call.then is None:
        return _told(state, draft, city, refused)
    if refused:
        return look_again(state, draft, city, f"没有提交:有图片没有收下:{refused[-1]}。\n")
    missing = sum(not picture.ticket for picture in stay)
    if missing:
        return Step(state, NOT_YET.format(count=missing))
    return Step(state, call=with_pictures(call.then, draft))


def _told(state: Conversation, draft: Draft, city: City, refused: list[str]) -> Step:
    """The answer to the picture, where it is there in time."""
    most = city.profile.policy.attachments.at_most
    first = f"图片没有收下:{refused[-1]}。" if refused else ""
    count = sum(bool(picture.ticket) for picture in draft.pictures)
    waiting = len(draft.pictures) - count
    on_their_way = f",另有 {waiting} 张还在接收,回复“图片”看结果" if waiting else ""
    said = f"{first}草稿现有 {count} 张图片(最多 {most} 张){on_their_way}。\n{what_next(draft, city)}"
    return Step(state, said)
