"""A post that was hidden and came back, and one whose author was erased while neighbours followed it: the audit of a real stack finds nothing wrong."""

import uuid
from typing import Any

import httpx2
import pytest

from tests.fronts.portal.citizens.town import Town
from tests.patience import PATIENCE, until
from tests.stack import Stack

pytestmark = [pytest.mark.real]


def _follow(stack: Stack, receipt: dict[str, Any], phone: str) -> None:
    answer = httpx2.post(
        f"{stack.address('intake')}/v1/posts/{receipt['number']}/supports",
        json={"phone": phone},
        headers={"Idempotency-Key": uuid.uuid4().hex},
        timeout=PATIENCE,
    )
    assert answer.status_code == 202, answer.text


def _own(stack: Stack, receipt: dict[str, Any], act: str, **body: Any) -> None:
    answer = httpx2.post(
        f"{stack.address('intake')}/v1/posts/{receipt['number']}/{act}",
        json=body,
        headers={"Idempotency-Key": uuid.uuid4().hex, "X-Query-Code": receipt["query_code"]},
        timeout=PATIENCE,
    )
    assert answer.status_code == 202, answer.text


def test_the_audit_of_a_city_with_restored_and_erased_posts_finds_nothing_wrong(stack: Stack) -> None:
    with Town(stack) as town:
        waiting, answered, erased = [
            town.post(text=f"小区东门的路灯坏了第{n}天。", contact={"phone": f"1381234567{n}"})
            for n in range(3)
        ]
        town.accept(waiting)
        for receipt in (waiting, answered, erased):
            town.unit(receipt)
            _follow(stack, receipt, "13912345678")
        for receipt in (waiting, answered):
            town.moderate(receipt, "hide", "疑似广告")
            _own(stack, receipt, "appeal", reason="说的是路灯")
            town.moderate(receipt, "restore", "误判")
        town.answer(answered)
        town.answer(erased)
        _own(stack, erased, "erasure")

        until(lambda: town.case(answered)["status"] == "replied")
        assert town.case(waiting)["status"] == "accepted"
        stack.quiet()

    assert stack.violated() == []
