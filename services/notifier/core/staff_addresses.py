"""Addresses that staff give for their inbox: telephone numbers, mail, and group robots, each checked by its own form. Pure."""

import re
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from city import contacts
from services.notifier.core.inboxes import StaffChannel

_WECOM_KEY: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_DINGTALK_TOKEN: Final = re.compile(r"[0-9a-f]{64}", re.ASCII | re.IGNORECASE)
_DINGTALK_SECRET: Final = re.compile(r"SEC[0-9a-f]{32,64}", re.ASCII | re.IGNORECASE)


class Wrong(Exception):
    """The address cannot be one; its text says what would be, in Chinese."""


class Given(Struct, frozen=True):
    """An address in the form in which its channel takes it, and as it is shown."""

    channel: StaffChannel
    fields: dict[str, str]
    shown: str


def read(channel: StaffChannel, text: str, secret: str = "") -> Given:
    """The address that somebody typed. `secret` is what a DingTalk robot signs with. Raises Wrong."""
    match channel:
        case "sms":
            number = _normal(contacts.phone, text)
            if not contacts.is_mobile(number):
                raise Wrong("应为 11 位手机号码")
            return Given("sms", {"phone": number}, f"{number[:3]}****{number[-4:]}")
        case "mail":
            address = _normal(contacts.mail, text)
            if not address:
                raise Wrong("应为邮箱地址,如 zhiban@example.gov.cn")
            name, _, host = address.rpartition("@")
            return Given("mail", {"mail": address}, f"{name[:1]}***@{host}")
        case _:
            return _robot("".join(text.split()), "".join(secret.split()))


def _normal(form: Callable[[str], str], text: str) -> str:
    """What is kept of a contact; empty for what is none."""
    try:
        return form(text.strip())
    except ValueError:
        return ""


def _robot(text: str, secret: str) -> Given:
    """The address of a webhook as its provider shows it, and of no other machine: we call nobody else's."""
    kind = next((kind for kind, begins in _BEGINNINGS.items() if text.startswith(begins)), "")
    if not kind:
        raise Wrong(_EITHER)
    key, name = text.removeprefix(_BEGINNINGS[kind]), _NAMES[kind]
    form = _WECOM_KEY if kind == "wecom" else _DINGTALK_TOKEN
    if form.fullmatch(key) is None:
        raise Wrong(f"{name}机器人的地址不完整,请从群机器人的设置里整条复制")
    if kind == "wecom" and secret:
        raise Wrong("企业微信机器人没有加签密钥,请留空")
    if kind == "dingtalk" and _DINGTALK_SECRET.fullmatch(secret) is None:
        raise Wrong("钉钉机器人请选“加签”,并填写 SEC 开头的密钥")
    return Given("robot", {"kind": kind, "key": key, "secret": secret}, f"{name}机器人 …{key[-4:]}")


_NAMES: Final = {"wecom": "企业微信", "dingtalk": "钉钉"}
_BEGINNINGS: Final = {
    "wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=",
    "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token=",
}
"""As the providers show a robot's address; the key follows."""
_EITHER: Final = f"应为企业微信({_BEGINNINGS['wecom']}…)或钉钉({_BEGINNINGS['dingtalk']}…)群机器人的地址"
