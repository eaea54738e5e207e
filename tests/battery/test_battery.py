"""The battery itself: it sees answers that the log contradicts, and its wire is as slow and as cut as it says."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

from contracts.assignments import PostAssigned
from contracts.codec import Event
from contracts.facts import Fact
from contracts.posts import PostReceived
from contracts.replies import CaseAccepted, ReplyDrafted
from tests.battery.crowd import Wish
from tests.battery.faults import FAULTS
from tests.battery.history import Log, contradictions
from tests.battery.wire import wire

NUMBER = "SQ260302-000001"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _log(*facts: tuple[float, Fact]) -> Log:
    log = Log()
    received = PostReceived(at=NOON, number=NUMBER, kind="complaint", title="路灯", text="坏了", citizen="c")
    for n, (at, fact) in enumerate(((0.0, received), *facts)):
        log.take(at, Event(f"e{n}", "t", "subject", n + 1, fact, "intake"))
    return log


def _assigned(at: float) -> tuple[float, Fact]:
    return at, PostAssigned(
        at=NOON,
        number=NUMBER,
        department="housing",
        duty_item="",
        reasons=(),
        confidence=1.0,
        rule_version="1",
    )


def _accepted(at: float, by: str = "c1") -> tuple[float, Fact]:
    return at, CaseAccepted(at=NOON, department="housing", by=by)


def _drafted(at: float, reply: str, by: str) -> tuple[float, Fact]:
    return at, ReplyDrafted(at=NOON, department="housing", by=by, reply=reply, text="已修复")


def _wish(act: str, called: float, answered: float, result: str = "taken", **more: Any) -> Wish:
    return Wish(
        act,
        NUMBER,
        called=called,
        answered=answered,
        result=result,
        **{"unit": "housing", "person": "c1"} | more,
    )


def test_answers_that_the_log_bears_out_contradict_nothing() -> None:
    log = _log(_assigned(1), _accepted(2.5), _drafted(3.5, "r1", "c2"))
    wishes = [
        _wish("acceptance", 0.2, 0.4, "refused", person="c0"),
        _wish("acceptance", 2, 3),
        _wish("reply", 3, 4, person="c2"),
        _wish("rating", 4, 5, "refused", person="", unit=""),
    ]

    assert list(contradictions(wishes, log)) == []


def test_an_act_that_was_taken_and_never_said_is_seen() -> None:
    found = list(contradictions([_wish("acceptance", 2, 3)], _log(_assigned(1))))

    assert f"acceptance of {NUMBER} by c1 was taken and said 0 times" in found


def test_an_act_that_was_said_twice_is_seen_also_where_nobody_heard_of_it() -> None:
    log = _log(_assigned(1), _accepted(2), _accepted(3))

    found = list(contradictions([_wish("acceptance", 2, 3, "unknown")], log))

    assert found == [f"acceptance of {NUMBER} by c1 was unknown and said 2 times"]


def test_an_act_that_was_refused_and_left_something_is_seen() -> None:
    found = list(contradictions([_wish("acceptance", 2, 3, "refused")], _log(_assigned(1), _accepted(2))))

    assert found[0] == f"acceptance of {NUMBER} by c1 was refused and said 1 times"


def test_two_replies_taken_while_one_was_before_the_leader_are_seen() -> None:
    log = _log(_assigned(1), _accepted(2.5), _drafted(3.5, "r1", "c2"), _drafted(4.5, "r2", "c3"))
    wishes = [
        _wish("acceptance", 2, 3),
        _wish("reply", 3, 4, person="c2"),
        _wish("reply", 4, 5, person="c3"),
    ]

    [found] = contradictions(wishes, log)

    assert found.startswith(f"no order of its acts explains the answers of {NUMBER}")


def test_a_post_that_was_answered_and_never_said_is_seen() -> None:
    wish = _wish("acceptance", 2, 3)
    wish.number = "SQ260302-000009"

    assert list(contradictions([wish], _log())) == ["SQ260302-000009 was answered 202 and was never said"]


def test_a_repeated_record_is_one_fact() -> None:
    log = _log(_assigned(1), _accepted(2.5))
    log.take(9.0, log.events["subject"][-1][1])

    assert list(contradictions([_wish("acceptance", 2, 3)], log)) == []


def test_every_fault_has_a_name_of_its_own() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 14


async def test_a_wire_carries_what_is_sent_slowly_or_not_at_all() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await reader.read(100):
            writer.write(said)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    with wire(server.sockets[0].getsockname()[1]) as held:
        reader, writer = await asyncio.open_connection("127.0.0.1", held.port)
        writer.write(b"fast")
        assert await reader.read(100) == b"fast"

        held.delay, began = 0.1, time.monotonic()
        writer.write(b"slow")
        assert await reader.read(100) == b"slow"
        assert time.monotonic() - began >= 0.2

        held.delay, held.cut = 0.0, True
        writer.write(b"late")
        waiting = asyncio.ensure_future(reader.read(100))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        held.cut = False
        assert await waiting == b"late"
        writer.close()
    server.close()
