"""What has ended and no rule takes in is neither counted nor looked for without a rest; it is found again."""

from collections.abc import Sequence
from typing import Any

from chassis.metrics import Metrics
from chassis.store import Applied
from chassis.vault import MemoryKeys
from contracts.identity import PARTITIONS
from services.notifier import store
from services.notifier.app import METRICS
from services.notifier.core.case import Claim, Notice, Outcome, Receipt, Settle
from services.notifier.delivery import Providers
from services.notifier.digest_store import Ended, MemoryDigests
from services.notifier.digests import DigestSender
from services.notifier.receipts import MemoryReceipts, ReceiptKeeper
from tests.services.deadline.facts import at

NOW = at("2026-03-02T10:00")
NOTICE = Notice(
    "0195a000-0000-7000-8000-000000000001", "c", "replied", "citizen", "wechat", "water", "已回复"
)


class Engine:
    """What hears of ends: a rule raises at each while it is broken."""

    instance, partitions, halted = "instance", range(PARTITIONS), ""

    def __init__(self) -> None:
        self.broken = True

    async def submit_many(self, ends: Sequence[tuple[str, Outcome, str]]) -> list[object]:
        return [ZeroDivisionError("no rule can bear this") if self.broken else None for _ in ends]


class Digests(MemoryDigests):
    """A digest has ended, and a notice of it has not."""

    async def ended(self, *_: Any) -> list[Ended]:
        return [("post", Outcome(NOTICE, "sent", 1))]


def _counted(metrics: Metrics) -> list[str]:
    lines = metrics.render().decode().splitlines()
    return [line for line in lines if line.startswith("wenzheng_notices_total{")]


async def test_a_receipt_that_no_rule_takes_in_is_worked_on_after_a_rest_and_counted_once() -> None:
    _, claims = store.memory(MemoryKeys())
    receipts, engine, metrics = MemoryReceipts(claims), Engine(), Metrics(METRICS)
    listener: Any = engine
    claims.apply([Applied("post", 0, "c", NOW, Claim(NOTICE))])
    claims.apply([Applied("post", 0, "c", NOW, Settle(NOTICE.id, "sent", 1, message="41"))])
    await receipts.take_in([Receipt("wechat", "41", False, "user block")])
    keeper = ReceiptKeeper(receipts, listener, metrics)

    assert await keeper.step() == 0
    assert _counted(metrics) == []
    engine.broken = False
    assert await keeper.step() == 1
    assert _counted(metrics) == ['wenzheng_notices_total{channel="wechat",outcome="failed"} 1.0']


async def test_a_notice_of_a_digest_that_no_rule_ends_is_looked_for_after_a_rest_and_counted_once() -> None:
    _, claims = store.memory(MemoryKeys())
    engine, metrics = Engine(), Metrics(METRICS)
    listener: Any = engine
    sender = DigestSender(
        Digests(claims, ""), Providers({}), listener, lambda: NOW, lambda: False, metrics=metrics
    )

    assert await sender.step() == 0
    assert _counted(metrics) == []
    engine.broken = False
    assert await sender.step() == 1
    assert _counted(metrics) == ['wenzheng_notices_total{channel="wechat",outcome="sent"} 1.0']
