"""Hostile strangers beside ordinary people: no process may end, nobody else may be refused or kept waiting.

Doors have the limits of the policy meanwhile. A stranger spends at once what its address may send in a minute, and
connects from an address of its own for every kind of input; people come through a gateway, each from their own.
"""

import asyncio
import contextlib
import html
import json
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from wenzheng.bench.hostile_inputs import Attack, Stranger, post, request
from wenzheng.bench.load import Load, ask, posts, quantile, visits
from wenzheng.bench.stack import bodies

SETTINGS: Final = {"WENZHENG_RATE_LIMITS": "true", "WENZHENG_FORWARDED_BY": "127.0.0.1"}
"""How the stack must run: with limits, and believing the gateway that ordinary people come through."""
STRANGERS: Final = 6
RATE: Final = 20.0
"""Posts a second of ordinary people."""
READ_RATE: Final = 5.0
"""A second, of each kind of page or figure that they read."""
SECONDS: Final = 2.0
"""Of one attack; one that lasts longer is measured to its end."""
OPENING_SECONDS: Final = 1.0
"""People open their connections before anything is measured."""
QUIET_SECONDS: Final = 8.0
PATIENCE_SECONDS: Final = 60.0
"""Who has no answer by then has none."""
READS: Final = {
    "portal": "/boards/all",
    "stats": "/v1/league",
    "router": f"/v1/similar?text={quote('幸福路的路灯坏了三天')}",
    "deadline": "/v1/deadlines/SQ000000-000000",
}
"""What people read meanwhile, by who answers."""


@dataclass
class Trial:
    """What came of some attacks."""

    answers: Counter[str] = field(default_factory=Counter)
    """Status, `closed`, `kept`, `silent` or `away` to how often strangers met it."""
    unclear: Counter[str] = field(default_factory=Counter)
    """Attack and answer, where it was no clear one."""
    posting: Load = field(default_factory=Load)
    reading: dict[str, Load] = field(default_factory=dict)
    """Of ordinary people, by service."""
    seconds: float = 0.0

    @property
    def refused(self) -> dict[str, int]:
        """Service and status to how many ordinary requests met it, `lost` where there was no answer. That a post is not known
        is an answer."""
        loads = {"intake": self.posting, **self.reading}
        counts = {f"{part} lost": load.lost for part, load in loads.items()}
        for part, load in loads.items():
            counts |= {f"{part} {status}": count for status, count in load.refused.items()}
        return {what: count for what, count in counts.items() if count and what != "deadline 404"}

    def figures(self) -> dict[str, float]:
        """Milliseconds: the 99th of a hundred posts, and of a hundred reads of all kinds."""
        reads = [latency for load in self.reading.values() for latency in load.latencies]
        return {
            "post_p99_ms": round(self.posting.quantile(0.99), 1),
            "read_p99_ms": round(1000 * quantile(reads, 0.99), 1),
            **{f"{part}_p99_ms": round(load.quantile(0.99), 1) for part, load in self.reading.items()},
        }

    def add(self, other: "Trial") -> None:
        """Take in another one's figures."""
        self.answers += other.answers
        self.unclear += other.unclear
        for mine, its in [
            (self.posting, other.posting),
            *((self.reading.setdefault(part, Load()), load) for part, load in other.reading.items()),
        ]:
            mine.latencies += its.latencies
            mine.accepted |= its.accepted
            mine.refused += its.refused
            mine.lost += its.lost


Services = Mapping[str, str]
"""Service to the base URL of its interfaces; the portal is one of them."""


async def strangers(services: Services, count: int) -> list[Stranger]:
    """So many hostile clients, each with what it needs to begin."""
    return [await _stranger(services, n) for n in range(count)]


async def trial(
    services: Services, who: Sequence[Stranger], tried: Sequence[Attack], seconds: float, network: int = 1
) -> Trial:
    """These attacks one after the other, each for so many seconds at least, beside ordinary people.

    `network` counts the addresses that were used before: no stranger comes twice from the same.
    """
    found, over, started = Trial(), asyncio.Event(), time.monotonic()
    people = asyncio.create_task(_people(services, found, over, network))
    try:
        await asyncio.sleep(OPENING_SECONDS)
        for n, attack in enumerate(tried):
            until = time.monotonic() + seconds
            ways = (
                _attack(services, attack, one, f"127.{network + n}.0.{k + 1}", until, found)
                for k, one in enumerate(who)
            )
            await asyncio.gather(*ways)
            await asyncio.sleep(max(0.0, until - time.monotonic()))
    finally:
        over.set()
        await people
    found.seconds = time.monotonic() - started
    return found


async def measure(
    services: Services,
    processes: Callable[[], Awaitable[Mapping[str, int | None]]],
    drained: Callable[[], Awaitable[float]],
    processor: Callable[[], Mapping[str, float]],
    tried: Sequence[Attack],
) -> dict[str, Any]:
    """Each kind of input by six strangers at once, beside 20 posts a second; quiet before and afterwards.

    `processor` gives the seconds that each part has used so far.
    """
    before, who = await processes(), await strangers(services, STRANGERS)
    await _quiet(services, QUIET_SECONDS / 3)
    quiet = await _quiet(services)
    all_of_them, rows, used = Trial(), dict[str, Trial](), dict[str, dict[str, float]]()
    for n, attack in enumerate(tried):
        earlier = processor()
        rows[attack.name] = await trial(services, who, [attack], SECONDS, n + 1)
        used[attack.name] = _grown(earlier, processor())
        all_of_them.add(rows[attack.name])
    drain = await drained()
    quiet.add(await _quiet(services))
    base, under = quiet.figures(), all_of_them.figures()
    told = {
        name: {
            **row.figures(),
            "ratio": round(row.figures()["post_p99_ms"] / base["post_p99_ms"], 1),
            "seconds": round(row.seconds, 1),
            "answers": dict(row.answers),
            "processor_s": used[name],
        }
        for name, row in rows.items()
    }
    worst = max(rows, key=lambda name: rows[name].figures()["post_p99_ms"])
    after = await processes()
    return {
        "strangers": STRANGERS,
        "posts": len(all_of_them.posting.latencies),
        **{f"quiet_{name}": value for name, value in base.items()},
        **under,
        "post_p99_ratio": round(under["post_p99_ms"] / base["post_p99_ms"], 2),
        "read_p99_ratio": round(under["read_p99_ms"] / base["read_p99_ms"], 2),
        "worst": worst,
        "worst_ratio": told[worst]["ratio"],
        "ended": [name for name, pid in after.items() if pid != before[name]],
        "refused": Counter(quiet.refused) + Counter(all_of_them.refused),
        "unclear": dict(all_of_them.unclear),
        "drain_s": round(drain, 1),
        "attacks": told,
    }


def _grown(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """The seconds of the five parts that used most."""
    grown = {part: round(after[part] - before[part], 2) for part in after}
    return dict(sorted(grown.items(), key=lambda row: -row[1])[:5])


async def _quiet(services: Services, seconds: float = QUIET_SECONDS) -> Trial:
    found, over = Trial(), asyncio.Event()
    people = asyncio.create_task(_people(services, found, over, 0))
    await asyncio.sleep(OPENING_SECONDS + seconds)
    over.set()
    await people
    return found


async def _people(services: Services, found: Trial, over: asyncio.Event, network: int) -> None:
    """Ordinary people post and read until it is over, each from an address that posts once."""
    texts = bodies()
    long = 24 * 3600.0

    def client(n: int) -> str:
        return f"10.{network}.{n >> 8 & 255}.{n & 255}"

    message = posts(lambda n: texts[n % len(texts)], client)
    loads = [ask(services["intake"], message, long, RATE, 16, over.is_set, OPENING_SECONDS)]
    loads += [
        ask(services[part], visits(path, client), long, READ_RATE, 4, over.is_set, OPENING_SECONDS)
        for part, path in READS.items()
    ]
    found.posting, *reading = await asyncio.gather(*loads)
    found.reading = dict(zip(READS, reading, strict=True))


async def _attack(
    services: Services, attack: Attack, who: Stranger, source: str, until: float, found: Trial
) -> None:
    """One stranger's part of an attack."""
    host, _, port = services[attack.part].removeprefix("http://").partition(":")
    place = (host, int(port))
    if attack.held:
        answers = await asyncio.gather(*(_held(place, source, one, until) for one in attack.requests(who)))
    else:
        answers = [await _answer(place, source, one) for one in attack.requests(who)]
    found.answers.update(answers)
    found.unclear.update(f"{attack.name}: {answer}" for answer in answers if not _is_clear(answer))


def _is_clear(answer: str) -> bool:
    """A status that says what was wrong, or that there is too much to do; a connection that was closed."""
    return answer in ("closed", "kept", "503") or (answer.isdecimal() and int(answer) < 500)


async def _answer(place: tuple[str, int], source: str, message: bytes) -> str:
    """The status of the answer; `closed` without one, `silent` when none came in time, `away` when nobody was there."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return _status(await _exchange(place, source, message))
    except TimeoutError:
        return "silent"
    except OSError:
        return "away"


async def _exchange(place: tuple[str, int], source: str, message: bytes) -> bytes:
    """All that comes back until the connection ends."""
    reader, writer = await asyncio.open_connection(*place, local_addr=(source, 0))
    answer = b""
    try:
        # Who is refused early reads no more: what was not sent then does not matter, what was answered does.
        with contextlib.suppress(ConnectionError):
            writer.write(message)
            await writer.drain()
        with contextlib.suppress(ConnectionError):
            while part := await reader.read(1 << 16):
                answer += part
    finally:
        writer.close()
    return answer


def _status(answer: bytes) -> str:
    return answer.split(b" ", 2)[1].decode() if answer.startswith(b"HTTP/1.1 ") else "closed"


async def _held(place: tuple[str, int], source: str, message: bytes, until: float) -> str:
    """What a connection that is kept open was answered; `kept` while it waits for the rest."""
    try:
        reader, writer = await asyncio.open_connection(*place, local_addr=(source, 0))
    except OSError:
        return "away"
    try:
        with contextlib.suppress(ConnectionError):
            writer.write(message)
            await asyncio.sleep(until - time.monotonic())
            async with asyncio.timeout(0.1):
                return _status(await reader.read(1 << 16))
        return "closed"
    except TimeoutError:
        return "kept"
    finally:
        writer.close()


async def _stranger(services: Services, n: int) -> Stranger:
    source = f"127.0.100.{n + 1}"

    async def answered(part: str, message: bytes) -> str:
        host, _, port = services[part].removeprefix("http://").partition(":")
        return (await _exchange((host, int(port)), source, message)).decode()

    receipt = json.loads((await answered("intake", post("我家楼下的路灯坏了。"))).partition("\r\n\r\n")[2])
    page = await answered("portal", request("GET", "/staff/sign-in"))
    cookie = re.search(r"set-cookie: ([^;]+)", page, re.IGNORECASE)
    form = re.search(r'name="form" value="([^"]+)"', page)
    assert cookie is not None
    assert form is not None
    return Stranger(receipt["number"], receipt["query_code"], cookie[1], html.unescape(form[1]))
