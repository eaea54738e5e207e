"""Runs the WeChat front end: `python -m fronts.wechat`."""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx2

from chassis import run
from city.masking import mask
from city.profile import Profile
from fronts.wechat.application import create
from fronts.wechat.core.conversation import City
from fronts.wechat.desk import Desk, real_now
from fronts.wechat.envelope import Envelope
from fronts.wechat.keys import Keys
from fronts.wechat.menu import publish_until_done
from fronts.wechat.services import Services
from fronts.wechat.settings import WeChatSettings
from fronts.wechat.store import PostgresStore

FORGETTING_SECONDS = 3600


async def serving(process: run.Process) -> tuple[Any, Sequence[run.Background]]:
    """The whole front end."""
    settings, own = process.settings, WeChatSettings.read_own()
    store = PostgresStore(process.pool)
    http = httpx2.AsyncClient(timeout=10)
    city = City(Profile.load(settings.city), own.site)
    desk = Desk(store, Services(http, settings.addresses()), Keys(own.secret()), city)

    async def forget() -> None:
        while True:
            await asyncio.sleep(FORGETTING_SECONDS)
            await store.forget(real_now())

    interface = own.interface(settings.gateway)

    async def publish() -> None:
        if interface is not None:
            await publish_until_done(http, interface)

    api = create(Envelope(own.account()), desk, process.metrics, process.ready)
    return process.edge(api), [forget, publish]


if __name__ == "__main__":
    run.web("wechat", serving, mask)
