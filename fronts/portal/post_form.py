"""The form of a post, as its author fills it in or staff for a caller: its limits, what it becomes at intake, what is wrong. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fronts.portal.points import point_of

TITLE_LIMIT: Final = 100
TEXT_LIMIT: Final = 10_000

LABELS: Final[Mapping[str, tuple[str, str, str]]] = {
    "kind": ("kind", "种类", "请选择种类"),
    "title": ("title", "标题", f"请写 1 到 {TITLE_LIMIT} 个字"),
    "text": ("text", "内容", f"请写 1 到 {TEXT_LIMIT} 个字"),
    "area": ("area", "区县", "请在列表中选择"),
    "addressee": ("addressee", "写给", "请在列表中选择"),
    "place": ("place", "地点", "请写 200 个字以内"),
    "point": ("point", "位置", "请核对"),
    "point.longitude": ("longitude", "经度", "请写度数,如 118.275162"),
    "point.latitude": ("latitude", "纬度", "请写度数,如 33.963008"),
    "point.datum": ("datum", "经纬度从哪里来", "请在列表中选择"),
    "point.street_address": ("street_address", "街道、门牌", "请写 100 个字以内"),
    "attachments": ("files", "附件", "请重新选择文件"),
    "contact.name": ("name", "姓名", "请写 50 个字以内"),
    "contact.phone": ("phone", "电话", "应为电话号码,如 0527-12345678"),
    "contact.mail": ("mail", "邮箱", "应为邮箱地址,如 name@example.com"),
}
"""Field of the interface to its id on the form, its label, and how it is to be filled in."""


def post_body(typed: Mapping[str, str], tickets: Sequence[str] = ()) -> dict[str, Any]:
    """What was typed as intake wants it; `tickets` are those of its files."""
    addressee = typed.get("addressee", "") if typed.get("kind") == "mailbox" else ""
    contact = {name: typed[name] for name in ("name", "phone", "mail") if typed.get(name)}
    return (
        {name: typed.get(name, "") for name in ("kind", "title", "text", "area", "place")}
        | {
            "public": "private" not in typed,
            "hide_name": "hide_name" in typed,
        }
        | {
            name: value
            for name, value in (
                ("contact", contact),
                ("addressee", addressee),
                ("attachments", list(tickets)),
                ("point", point_of(typed)),
            )
            if value
        }
    )


def problems_of(refusal: Mapping[str, Any], sentence: str) -> tuple[str, dict[str, str]]:
    """What is wrong, as a whole and field by field (id on the form to a sentence); `sentence` says all of it."""
    wrong = {}
    for error in refusal.get("errors", []):
        field, _, remedy = LABELS.get(error["field"], (error["field"], "", error["reason"]))
        wrong[field] = error["reason"] if field in ("files", "point") or error["reason"] in _CLEAR else remedy
    return (str(refusal["title"]) if wrong and "title" in refusal else sentence), wrong


_CLEAR: Final = ("不能为空", "没有这个区县", "经度和纬度要一起写")
"""Reasons of intake that are shown as they are; the others name limits in the terms of the interface."""
