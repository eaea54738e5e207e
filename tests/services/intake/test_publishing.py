"""Long texts are made fit to be public by a child: the same as here, one after the other, and whatever becomes of the child."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from typing import BinaryIO, cast

import pytest

from chassis.clock import HandClock
from chassis.web.aside import DEAR_SECONDS
from city.publication import Published
from services.intake.publishing import ELSEWHERE_SECONDS, Apart, serve
from services.intake.web.door import LONG
from tests.patience import PATIENCE
from tests.services.intake.door import CITY, PROFILE, Intake, at

TEXTS = ("路灯不亮", "联系电话13812345678,请尽快维修。" * 500, "")


@pytest.fixture
def apart() -> Iterator[Apart]:
    """With a child of its own, once it is asked."""
    made = Apart(CITY, PROFILE.published, PATIENCE)
    yield made
    made.end()


def test_the_child_says_what_is_said_here_and_leads_a_session_that_gives_way(apart: Apart) -> None:
    found = apart(*TEXTS)

    assert found == PROFILE.published(*TEXTS)
    assert "138" not in found.texts[1]
    assert apart.pid is not None
    assert os.getsid(apart.pid) == apart.pid
    assert os.getpriority(os.PRIO_PROCESS, apart.pid) > os.getpriority(os.PRIO_PROCESS, 0)


def test_a_child_that_ended_costs_nobody_an_answer_and_the_next_text_has_another(apart: Apart) -> None:
    apart(*TEXTS)
    first = apart.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)

    assert apart(*TEXTS) == PROFILE.published(*TEXTS)
    assert apart.pid is None, "it was made ready here"

    assert apart(*TEXTS) == PROFILE.published(*TEXTS)
    assert apart.pid not in (None, first)


def test_a_child_that_is_silent_for_too_long_is_ended_and_nobody_waits_for_it_any_more() -> None:
    impatient = Apart(CITY, PROFILE.published, 0.001)

    assert impatient(*TEXTS) == PROFILE.published(*TEXTS)
    assert impatient.pid is None


def test_after_a_dear_or_a_long_text_the_child_rests_three_times_its_cost_and_ends_when_nobody_can_ask() -> (
    None
):
    ours, its = socket.socketpair()
    readings = iter([0.0, DEAR_SECONDS / 2, 1.0, 1.0 + 2 * DEAR_SECONDS, 2.0, 2.0])
    rests: list[float] = []
    stream = cast("BinaryIO", its.makefile("rwb"))
    child = threading.Thread(
        target=serve, args=(stream, PROFILE.published, lambda: next(readings), rests.append)
    )
    child.start()
    apart = Apart(CITY, PROFILE.published)
    apart._stream = cast("BinaryIO", ours.makefile("rwb"))

    assert apart("便宜") == apart("便宜") == PROFILE.published("便宜")
    long = "x" * round(2 * DEAR_SECONDS / ELSEWHERE_SECONDS)
    assert apart(long).texts == (long,)
    ours.close()
    apart.end()
    child.join(PATIENCE)

    assert not child.is_alive()
    assert rests == [pytest.approx(6 * DEAR_SECONDS, rel=0.01)] * 2


async def test_a_long_body_is_made_ready_by_the_child_and_a_short_one_here() -> None:
    asked: list[int] = []

    def apart(*texts: str) -> Published:
        asked.append(len(texts[1]))
        return PROFILE.published(*texts)

    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as intake:
        intake.door.apart = apart
        assert (await intake.post(text="短")).status_code == 202
        assert asked == []

        assert (await intake.post(text="长" * LONG)).status_code == 202
        assert asked == [LONG]
