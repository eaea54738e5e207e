"""Puts the front end together: one application, for life and for tests."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI

from chassis.metrics import Metrics
from chassis.web.api import create_api, take_routes
from chassis.web.probes import Probes
from fronts.wechat import callback
from fronts.wechat.desk import Desk
from fronts.wechat.envelope import Envelope
from fronts.wechat.receipts import Taker

SENTENCE = (
    "The callback of the WeChat account: people prove their telephone, post, ask and rate in conversation."
)


def create(
    envelope: Envelope,
    desk: Desk,
    metrics: Metrics,
    ready: Callable[[], Awaitable[str]] | None = None,
    receipts: Taker | None = None,
) -> FastAPI:
    """The application behind the edge of every service; without `receipts` nobody hears what became of notices."""
    api = create_api("wechat", SENTENCE, metrics, Probes(ready=ready))
    take_routes(api.router, callback.routes(envelope, desk, receipts))
    return api
