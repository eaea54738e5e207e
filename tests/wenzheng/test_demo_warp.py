"""City time in the demonstration runs fast while the machine follows, waits where it does not, and never goes back."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from chassis.clock import Segment, SegmentClock, city_at, read_segments, write_segments
from tests.patience import PATIENCE
from wenzheng.demo.calls import Calls
from wenzheng.demo.warp import GRANTED, LONGEST_WAIT, Leg, Warp, granted

START = datetime.fromisoformat("2011-06-01T08:00:00+08:00")
DAYS = Leg(START + timedelta(days=10), 30_000.0), Leg(START + timedelta(days=12), 6_000.0)
SLOW = [Segment(0.0, START, 1.0)]


def test_while_it_is_granted_again_and_again_city_time_runs_as_fast_as_it_may() -> None:
    segments = granted(SLOW, 0.0, DAYS)

    for look in range(1, 21):
        segments = granted(segments, look / 4, DAYS)

    assert city_at(segments, 5.0) == START + timedelta(seconds=5 * 30_000)
    assert len(segments) == 3, "a longer grant adds no line"


def test_after_a_grant_that_nobody_renews_city_time_goes_on_with_real_time() -> None:
    segments = granted(SLOW, 0.0, DAYS)

    ten = city_at(segments, 10.0)

    assert ten == START + timedelta(seconds=GRANTED * 30_000 + 10.0 - GRANTED)


def test_after_standing_still_it_goes_on_from_where_it_is() -> None:
    stood = granted(SLOW, 0.0, DAYS)

    segments = granted(stood, 10.0, DAYS)

    assert city_at(segments, 10.0) == city_at(stood, 10.0)
    assert city_at(segments, 10.5) == city_at(stood, 10.0) + timedelta(seconds=15_000)


def test_no_leg_is_run_beyond_its_end() -> None:
    segments, now = granted(SLOW, 0.0, DAYS), 0.0
    fast = []

    while city_at(segments, now) < DAYS[-1].until and now < 120:
        now += 0.25
        before = city_at(segments, now)
        segments = granted(segments, now, DAYS)
        fast.append((before, segments[-2].speed))

    assert all(speed == 6_000.0 for city, speed in fast if DAYS[0].until < city < DAYS[1].until)
    assert segments[-1].city == DAYS[-1].until, "the last grant ends with the last leg"
    assert granted(segments, now + 60, DAYS) == segments, "and no other comes"


@pytest.mark.parametrize("late", [0.05, 0.2, 0.9, 3.0])
def test_a_process_that_reads_late_of_a_longer_grant_never_goes_back(late: float) -> None:
    written = {0.0: granted(SLOW, 0.0, DAYS)}
    for look in range(1, 80):
        if look % 9 < 6:  # and now and then it is not granted
            written[look / 4] = granted(written[max(written)], look / 4, DAYS)

    known = [
        city_at(written[max((at for at in written if at <= now - late), default=0.0)], now)
        for now in (moment / 20 for moment in range(400))
    ]

    assert known == sorted(known)


def test_where_somebody_waits_too_long_nothing_is_granted_until_they_have_their_answer(
    tmp_path: Path,
) -> None:
    now, waited = [1000.0], [0.0]
    warp = Warp(tmp_path / "clock", [Segment(1000.0, START, 1.0)], DAYS, lambda: waited[0], lambda: now[0])
    clock = SegmentClock(tmp_path / "clock", START.tzinfo or pytest.fail("no zone"), look_every=0.0)

    warp.look()
    fast = clock.at(1001.0)
    now[0], waited[0] = 1001.0, LONGEST_WAIT
    warp.look()
    waiting = clock.at(1061.0)
    now[0], waited[0] = 1061.0, 0.0
    warp.look()
    answered = clock.at(1062.0)

    assert fast == START + timedelta(seconds=30_000)
    assert waiting == fast + timedelta(minutes=1)
    assert answered == waiting + timedelta(seconds=30_000)
    assert warp.fastest() == 30_000.0, "whoever waits for an hour of the city asks soon enough"


async def test_it_ends_with_the_last_leg(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    short = (Leg(START + timedelta(seconds=2_000), 30_000.0), Leg(START + timedelta(seconds=3_000), 6_000.0))
    clock = SegmentClock(file, START.tzinfo or pytest.fail("no zone"), look_every=0.0)
    began = clock.now().timestamp()
    warp = Warp(file, [Segment(began, START, 1.0)], short, lambda: 0.0)

    await asyncio.wait_for(warp.run(), PATIENCE)

    assert clock.now() >= short[-1].until
    assert warp.fastest() == 1.0
    assert read_segments(file, clock.now().tzinfo or pytest.fail("no zone"))[-1].city == short[-1].until


def test_a_file_of_segments_is_never_met_half_written(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    write_segments(file, SLOW)

    write_segments(file, granted(SLOW, 0.0, DAYS))

    assert read_segments(file, START.tzinfo or pytest.fail("no zone")) == granted(SLOW, 0.0, DAYS)
    assert [each.name for each in tmp_path.iterdir()] == ["clock"]


async def test_whoever_has_waited_longest_is_who_counts() -> None:
    async with httpx2.AsyncClient(timeout=PATIENCE) as http:
        calls = Calls(http, {}, b"")
        nobody = calls.waited()
        with calls.waiting():
            await asyncio.sleep(0.02)
            with calls.waiting():
                first = calls.waited()
            still = calls.waited()

        assert nobody == 0.0
        assert still >= first >= 0.02
        assert calls.waited() == 0.0
