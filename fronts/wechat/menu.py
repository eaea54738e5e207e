"""The account's menu at WeChat: its buttons are commands of the conversation. Published once, when the process starts."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import httpx2
import structlog

from fronts.wechat.core.words import MENU
from fronts.wechat.interface import Access, NoToken

AGAIN_SECONDS: Final = 30.0
"""Real seconds until the next try; WeChat allows a thousand a day."""
_log = structlog.get_logger()


class NotPublished(Exception):
    """WeChat refused; the argument is its error code."""


def menu() -> Mapping[str, Any]:
    """The body of `POST /cgi-bin/menu/create`."""
    return {"button": [{"type": "click", "name": name, "key": key} for key, name in MENU.items()]}


async def publish(http: httpx2.AsyncClient, access: Access) -> None:
    """Publish the menu. Raises NotPublished, NoToken, and httpx2.HTTPError when WeChat does not answer."""
    made = await http.post(
        f"{access.url}/cgi-bin/menu/create",
        params={"access_token": await access.token()},
        json=menu(),
    )
    code = made.json().get("errcode")
    if code:
        raise NotPublished(code)


async def publish_until_done(http: httpx2.AsyncClient, access: Access) -> None:
    """Publish the menu as soon as WeChat takes it."""
    while True:
        try:
            await publish(http, access)
            return
        except (httpx2.HTTPError, NotPublished, NoToken, ValueError) as problem:
            _log.warning("menu not published", reason=repr(problem))
            await asyncio.sleep(AGAIN_SECONDS)
