"""City time: the system's clock, or a warped one, so that a month passes in two minutes; and a hand-moved one.

City time is for what the city's rules measure. Tokens, leases, retries and lateness use real time.
"""

import asyncio
import json
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Protocol

from msgspec import Struct


class Segment(Struct, frozen=True):
    """From the real second `real` on, city time starts at `city` and runs `speed` times as fast."""

    real: float
    city: datetime
    speed: float


class CityTime(Protocol):
    """City time, always with an offset; all that the engine asks of a clock."""

    def now(self) -> datetime:
        """The present instant of the city."""


class Clock(CityTime, Protocol):
    """City time, and how it runs beside real time."""

    def ago(self, seconds: float) -> datetime:
        """City time, that many real seconds ago."""


RealTime = Callable[[], datetime]
"""Real time, which tests move by hand."""


def real_now() -> datetime:
    """Real time, for tokens, leases, locks and codes: city time may be warped."""
    return datetime.now(UTC)


def real_seconds() -> float:
    """Real seconds for intervals: they only grow. Inside a loop they are the loop's own, so that a loop whose time is
    simulated takes the engine with it."""
    try:
        return asyncio.get_running_loop().time()
    except RuntimeError:
        return time.monotonic()


class SystemClock:
    """City time is real time."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def now(self) -> datetime:
        """The present instant."""
        return datetime.now(self._zone)

    def ago(self, seconds: float) -> datetime:
        return datetime.now(self._zone) - timedelta(seconds=seconds)


class SegmentClock:
    """City time from a shared file of segments, one JSON object a line; read again when it changes."""

    def __init__(self, path: Path, zone: tzinfo, look_every: float = 0.2) -> None:
        self._path = path
        self._zone = zone
        self._look_every = look_every
        self._looked_at = 0.0
        self._stamp = 0
        self._segments: list[Segment] = []

    def now(self) -> datetime:
        """The present instant of the city."""
        return self.at(time.time())

    def at(self, real: float) -> datetime:
        """City time at a real second (Unix time)."""
        self._look()
        if not self._segments:
            return datetime.fromtimestamp(real, self._zone)
        return city_at(self._segments, real).astimezone(self._zone)

    def ago(self, seconds: float) -> datetime:
        return self.at(time.time() - seconds)

    def _look(self) -> None:
        monotonic = time.monotonic()
        if monotonic < self._looked_at + self._look_every and self._segments:
            return
        self._looked_at = monotonic
        try:
            stamp = self._path.stat().st_mtime_ns
            if stamp != self._stamp:
                self._segments = read_segments(self._path, self._zone)
                self._stamp = stamp
        except FileNotFoundError:
            self._segments = []


class HandClock:
    """A clock that stands until it is moved; for tests."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """Where it stands."""
        return self._now

    def ago(self, seconds: float) -> datetime:
        """It stands: real seconds do not move it."""
        return self._now

    def move_to(self, instant: datetime) -> None:
        """Set it, forwards or backwards."""
        self._now = instant

    def advance(self, by: timedelta) -> None:
        """Move it forwards."""
        self._now += by


def read_segments(path: Path, zone: tzinfo) -> list[Segment]:
    """The segments of a clock file, in order; a half-written last line is left out."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            raw = json.loads(line)
        except ValueError:
            continue
        city = datetime.fromisoformat(raw["city"])
        city = city if city.tzinfo else city.replace(tzinfo=zone)
        found.append(Segment(float(raw["real"]), city, float(raw["speed"])))
    return sorted(found, key=lambda segment: segment.real)


def city_at(segments: Sequence[Segment], real: float) -> datetime:
    """City time at a real second (Unix time), by segments in order, of which there is one."""
    segment = segments[max(0, bisect_right(segments, real, key=lambda segment: segment.real) - 1)]
    return segment.city + timedelta(seconds=(real - segment.real) * segment.speed)


def write_segments(path: Path, segments: Sequence[Segment]) -> None:
    """Let a clock file say these and no others; whoever reads it meets the old ones or the new ones, whole."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_text("".join(_line(segment) for segment in segments), encoding="utf-8")
    beside.replace(path)


def _line(segment: Segment) -> str:
    told = {"real": segment.real, "city": segment.city.isoformat(), "speed": segment.speed}
    return json.dumps(told) + "\n"


def add_segment(path: Path, city: datetime, speed: float, real: float | None = None) -> None:
    """Let city time go on from `city` at another speed."""
    with path.open("a", encoding="utf-8") as file:
        file.write(_line(Segment(time.time() if real is None else real, city, speed)))


def clock_of(path: Path | None, zone: tzinfo) -> SystemClock | SegmentClock:
    """The process's city clock."""
    return SystemClock(zone) if path is None else SegmentClock(path, zone)
