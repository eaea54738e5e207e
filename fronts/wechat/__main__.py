"""Runs the WeChat front end: `python -m fronts.wechat`."""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx2

from chassis import run
from chassis.clock import real_now
from city.masking import mask
from city.profile import Profile
from fronts.wechat.application import create
from fronts.wechat.core.conversation import City
from fronts.wechat.customer import CustomerService
from fronts.wechat.desk import Desk
from fronts.wechat.envelope import Envelope
from fronts.wechat.interface import Access
from fronts.wechat.keys import Keys
from fronts.wechat.media import Media
from fronts.wechat.menu import publish_until_done
from fronts.wechat.receipts import Receipts
from fronts.wechat.services import Services
from fronts.wechat.settings import WeChatSettings
from fronts.wechat.store import PostgresStore

FORGETTING_SECONDS = 3600


async def serving(process: run.Process) -> tuple[Any, Sequence[run.Background]]:
    """The whole front end."""
    settings, own = process.settings, WeChatSettings.read_own()
    store = PostgresStore(process.pool)
    http = httpx2.AsyncClient(timeout=10)
    profile, interface = Profile.load(settings.city), own.interface(settings.gateway)
    access = None if interface is None else Access(http, interface)
    media = None if access is None else Media(http, access, profile.policy.attachments.megabytes)
    city = City(profile, own.site, pictures=media is not None)
    unasked = None if access is None else CustomerService(http, access).say
    services, keys = Services(http, settings.addresses(), media), Keys(own.secret())
    desk = Desk(store, services, keys, city, unasked=unasked)

    async def forget() -> None:
        while True:
            await asyncio.sleep(FORGETTING_SECONDS)
            await store.forget(real_now())

    async def publish() -> None:
        if access is not None:
            await publish_until_done(http, access)

    receipts = Receipts(http, settings.addresses().get("notifier", ""), own.receipts_token())
    api = create(Envelope(own.account()), desk, process.metrics, process.ready, receipts)
    return process.edge(api), [forget, publish]


if __name__ == "__main__":
    run.web("wechat", serving, mask)
