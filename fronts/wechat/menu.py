"""The account's menu at WeChat: its buttons are commands of the conversation. Published once, when the process starts."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import httpx2
import structlog
from msgspec import Struct

from fronts.wechat.core.words import MENU

AGAIN_SECONDS: Final = 30.0
"""Real seconds until the next try; WeChat allows a thousand a day."""
_log = structlog.get_logger()


class Interface(Struct, frozen=True):
    """Where the account's interface is, and by which credential."""

    url: str
    app_id: str
    secret: str


class NotPublished(Exception):
    """WeChat refused; the argument is its error code."""


def menu() -> Mapping[str, Any]:
    """The body of `POST /cgi-bin/menu/create`."""
    return {"button": [{"type": "click", "name": name, "key": key} for key, name in MENU.items()]}


async def publish(http: httpx2.AsyncClient, interface: Interface) -> None:
    """Publish the menu. Raises NotPublished, and httpx2.HTTPError when WeChat does not answer.

    `stable_token` without `force_refresh` gives the token that notifier has: it is not taken away from it.
    """
    body = {
        "grant_type": "client_credential",
        "appid": interface.app_id,
        "secret": interface.secret,
        "force_refresh": False,
    }
    given = (await http.post(f"{interface.url}/cgi-bin/stable_token", json=body)).json()
    if "access_token" not in given:
        raise NotPublished(given.get("errcode"))
    made = await http.post(
        f"{interface.url}/cgi-bin/menu/create",
        params={"access_token": given["access_token"]},
        json=menu(),
    )
    code = made.json().get("errcode")
    if code:
        raise NotPublished(code)


async def publish_until_done(http: httpx2.AsyncClient, interface: Interface) -> None:
    """Publish the menu as soon as WeChat takes it."""
    while True:
        try:
            await publish(http, interface)
            return
        except (httpx2.HTTPError, NotPublished, ValueError) as problem:
            _log.warning("menu not published", reason=repr(problem))
            await asyncio.sleep(AGAIN_SECONDS)
