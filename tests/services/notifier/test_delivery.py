"""What becomes of a notice after one attempt: nothing is said to be known that is not."""

from collections.abc import Sequence
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from services.notifier.channels import Delivery
from services.notifier.core.case import Notice, Outcome
from services.notifier.delivery import Ended, Providers, sort
from services.notifier.outgoing import Delay, Outgoing
from services.notifier.sender import Sender

NOTICE = Notice("n-1", "c", "replied", "citizen", "sms", "water", "已回复")
GOES_OUT = Outgoing("post", NOTICE, 1, False, {"phone": "13800138000"})


class Answering:
    """A provider that answers so, or raises."""

    def __init__(self, answer: Delivery | Exception) -> None:
        self._answer = answer

    async def send(self, outgoing: list[Outgoing]) -> list[Delivery]:
        if isinstance(self._answer, Exception):
            raise self._answer
        return [self._answer] * len(outgoing)


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (httpx2.ConnectError("nobody listens"), "later"),
        (httpx2.ReadTimeout("no answer"), "unknown"),
        (RuntimeError("anything else"), "unknown"),
    ],
)
async def test_what_may_have_arrived_is_not_said_to_have_failed(failure: Exception, state: str) -> None:
    [delivery] = await Providers({"sms": Answering(failure)}).send([GOES_OUT])

    assert delivery.state == state


@pytest.mark.parametrize("repeated", [False, True])
def test_a_notice_that_may_have_arrived_before_is_said_to_be_a_repeat(repeated: bool) -> None:
    ended: list[Ended] = []
    later: list[Delay] = []

    sort(replace(GOES_OUT, attempts=2, repeated=repeated), Delivery("sent", message="m-1"), ended, later)

    [(_, outcome)] = ended
    assert (outcome.state, outcome.attempts, outcome.repeated, outcome.message) == (
        "sent",
        2,
        repeated,
        "m-1",
    )
    assert later == []


class Table:
    """The sender's side of a table that holds these notices."""

    def __init__(self, *due: Outgoing) -> None:
        self._due = list(due)

    async def take(self, *_: Any) -> list[Outgoing]:
        due, self._due = self._due, []
        return due

    async def later(self, delays: Sequence[Delay]) -> None:
        raise AssertionError("nothing was put off")


class Hearing:
    """What a sender hands to the engine."""

    instance, partitions = "one", (0,)

    def __init__(self) -> None:
        self.ends: list[tuple[str, Outcome, str]] = []

    async def submit_many(self, ends: Sequence[tuple[str, Outcome, str]]) -> list[object]:
        self.ends += ends
        return [None] * len(ends)


async def _ended(*due: Outgoing) -> list[tuple[str, Outcome, str]]:
    hearing: Any = Hearing()
    table: Any = Table(*due)
    sender = Sender(table, Providers({"sms": Answering(Delivery("sent"))}), hearing)
    await sender.step()
    ends: list[tuple[str, Outcome, str]] = hearing.ends
    return ends


async def test_two_notices_of_one_post_end_each_by_itself() -> None:
    other = replace(GOES_OUT, notice=replace(NOTICE, id="n-2", kind="rated"))

    ends = await _ended(GOES_OUT, other)

    assert len({cause for _, _, cause in ends}) == 2, "the engine hears one cause once"
    assert {outcome.notice.id for _, outcome, _ in ends} == {"n-1", "n-2"}


async def test_a_citizen_who_left_no_number_any_more_is_not_sent_to_and_it_is_said_why() -> None:
    [(_, outcome, _)] = await _ended(replace(GOES_OUT, contact={}))

    assert (outcome.state, outcome.reason) == ("suppressed", "erased")
