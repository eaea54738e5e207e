"""Long texts are made fit to be public by a child: the same as here, one after the other, and whatever becomes of the child."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from multiprocessing import Pipe
from typing import Any

import pytest

from chassis.clock import HandClock
from chassis.web.aside import Aside
from city.publication import Published
from services.intake.publishing import Apart, serve
from services.intake.web.door import LONG
from tests.patience import PATIENCE, until
from tests.services.intake.door import CITY, PROFILE, Intake, at

TEXTS = ("路灯不亮", "联系电话13812345678,请尽快维修。" * 500, "")


@pytest.fixture
def apart() -> Iterator[Apart]:
    """With a child of its own, once it is asked."""
    made = Apart(CITY, PROFILE.published, PATIENCE)
    yield made
    made.end()


def asked(apart: Apart, *texts: str) -> Published:
    """What the child says, once there is one that is asked."""
    before = apart.used

    def found() -> Published | None:
        made = apart(*texts)
        return made if apart.used > before else None

    return until(found)


@pytest.mark.medium
def test_the_child_says_what_is_said_here_and_leads_a_session_that_gives_way(apart: Apart) -> None:
    found = asked(apart, *TEXTS)

    assert found == PROFILE.published(*TEXTS)
    assert "138" not in found.texts[1]
    assert apart.pid is not None
    assert os.getsid(apart.pid) == apart.pid
    assert os.getpriority(os.PRIO_PROCESS, apart.pid) > os.getpriority(os.PRIO_PROCESS, 0)


def test_nobody_waits_for_the_start_of_the_child(apart: Apart) -> None:
    assert apart(*TEXTS) == PROFILE.published(*TEXTS)

    assert apart.pid is not None, "it has been started"
    assert apart.used == 0.0, "and was not waited for"


@pytest.mark.medium
def test_a_child_that_ended_costs_nobody_an_answer_and_the_next_text_has_another(apart: Apart) -> None:
    asked(apart, *TEXTS)
    first = apart.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)

    assert apart(*TEXTS) == PROFILE.published(*TEXTS)
    assert apart.pid is None, "it was made ready here"

    assert asked(apart, *TEXTS) == PROFILE.published(*TEXTS)
    assert apart.pid not in (None, first)


def test_a_child_that_is_silent_for_too_long_is_ended_and_nobody_waits_for_it_any_more() -> None:
    ours, its = Pipe()
    impatient = Apart(CITY, PROFILE.published, 0.001)
    impatient.connect(ours)
    with its:
        its.send_bytes(b"ready")

        assert impatient(*TEXTS) == PROFILE.published(*TEXTS)
        assert its.recv_bytes(), "it was asked"
        assert ours.closed, "and is not any more"


def test_a_child_that_does_not_get_ready_is_ended_and_the_next_text_has_another() -> None:
    ours, its = Pipe()
    impatient = Apart(CITY, PROFILE.published, 0.0)
    impatient.connect(ours)
    with its:
        assert impatient(*TEXTS) == PROFILE.published(*TEXTS)
        assert ours.closed, "the line is cut"


def test_the_child_says_what_each_text_cost_and_ends_when_nobody_can_ask() -> None:
    ours, its = Pipe()
    readings = iter([0.0, 0.25, 1.0, 1.5])
    child = threading.Thread(target=serve, args=(its, PROFILE.published, lambda: next(readings)))
    child.start()
    apart = Apart(CITY, PROFILE.published)
    apart.connect(ours)

    assert asked(apart, "便宜") == PROFILE.published("便宜")
    assert apart.used == 0.25
    asked(apart, "便宜")
    assert apart.used == 0.75
    apart.end()
    child.join(PATIENCE)

    assert not child.is_alive()


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


async def test_long_bodies_wait_by_who_sent_them_the_half_of_an_ipv6_address_that_names_a_household() -> None:
    asked: list[tuple[int, str]] = []

    class Asked(Aside):
        async def __call__(self, work: Callable[[], Any], size: int = 0, who: str = "") -> Any:
            asked.append((size, who))
            return work()

    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as intake:
        intake.door.paced = Asked()
        text = {"kind": "complaint", "title": "路灯不亮", "text": "长" * LONG}
        async with intake.from_address("2001:db8:0:7:1:2:3:4") as household:
            answer = await household.post("/v1/posts", json=text, headers=intake.key())

    assert answer.status_code == 202
    [(size, who)] = asked
    assert (size > 3 * LONG, who) == (True, "2001:db8:0:7::")
