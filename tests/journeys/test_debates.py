"""A city talks a matter over: whole debates under many seeds of the bus, with processes that end in the middle of it."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest

from chassis.clock import HandClock
from chassis.memory.bus import MemoryBus
from contracts.codec import Event
from contracts.debates import (
    CommentHidden,
    CommentReceived,
    CommentReleased,
    CommentSupported,
    CommentWithdrawn,
    DebateClosed,
    DebateOpened,
    StatementMade,
)
from services.debate.core.states import COMMENT, Kept
from services.debate.web import examples
from tests.journeys.mortal import Mortal
from tests.journeys.world import World
from tests.services.debate.door import UNIT, Debating
from tests.services.intake.door import PRIVATE, at
from tests.services.intake.test_proving import Town
from tests.services.notifier.telephones import Telephones
from wenzheng.demo.calls import Calls
from wenzheng.demo.debate import BICYCLES
from wenzheng.demo.debate import Debate as DemonstrationDebate

SEEDS = range(6)
PEOPLE = [f"139000000{n:02d}" for n in range(9)]


def dying() -> Mortal:
    return Mortal(Kept)  # type: ignore[arg-type]


def counted(debate: str, events: list[Event]) -> dict[str, int]:
    """The figures, counted from the log alone; each fact once, in order of its comment's numbers."""
    facts = {(event.subject, event.seq): event.fact for event in events}
    standing: dict[str, bool] = {}
    said: dict[str, CommentReceived | StatementMade] = {}
    voices: dict[str, set[str]] = {}
    for (comment, _), fact in sorted(facts.items()):
        match fact:
            case CommentReceived(held=held) if fact.debate == debate:
                said[comment], standing[comment] = fact, not held
            case StatementMade(held=held) if fact.debate == debate:
                said[comment], standing[comment] = fact, not held
            case CommentReleased():
                standing[comment] = True
            case CommentHidden() | CommentWithdrawn():
                standing[comment] = False
            case CommentSupported():
                assert fact.person not in voices.setdefault(comment, set()), "one voice a person"
                voices[comment].add(fact.person)
    shown = {comment: fact for comment, fact in said.items() if standing[comment]}
    people = {comment: fact for comment, fact in shown.items() if isinstance(fact, CommentReceived)}
    return {
        "people": len({fact.person for fact in people.values()}),
        "proven": len({fact.person for fact in people.values() if fact.proven}),
        "comments": len(people),
        "answered": len(
            {fact.answers for fact in shown.values() if isinstance(fact, StatementMade)}
            & {comment.removeprefix(COMMENT) for comment in people}
        ),
        "supports": sum(len(voices.get(comment, ())) for comment in people),
        "statements": len(shown) - len(people),
    }


async def logged(debating: Debating, seed: int) -> list[Event]:
    """What the bus has, which repeats and swaps what it is given."""
    bus = MemoryBus(seed, debating.clock)
    bus.publish_for(debating.store)
    await bus.settle()
    return [*bus.log.events("debates"), *bus.log.events("comments")]


async def insisting(debating: Debating, method: Any, *asked: Any, **fields: Any) -> httpx2.Response:
    """The same request again until somebody answers; whoever serves may die under it."""
    while True:
        answer: httpx2.Response = await method(*asked, **fields)
        if answer.status_code != 503:
            return answer
        await debating.kill()


async def act(debating: Debating, debate: str, lots: Random, comments: list[str]) -> None:
    """Something that somebody does; it may be refused, as in life."""
    phone, comment = lots.choice(PEOPLE), lots.choice(comments) if comments else ""
    base, key = f"/v1/debates/{debate}", debating.key()
    holder = debating.holding(debate, phone) | key
    moderator = debating.token("supervisor", "supervision") | key
    post = debating.http.post
    match lots.choice(
        ("say", "say", "type", "answer", "support", "support", "judge", "judge", "withdraw", "state")
    ):
        case "say" | "type" | "answer" as how:
            body = {"text": f"第{len(comments)}条"} | ({"answers": comment} if how == "answer" else {})
            typed = how == "type"
            headers, body = (key, body | {"phone": phone}) if typed else (holder, body)
            answer = await insisting(debating, post, f"{base}/comments", json=body, headers=headers)
            if answer.status_code == 202:
                comments.append(answer.json()["id"])
        case "support" | "withdraw" as what if comment:
            path = f"{base}/comments/{comment}/{'support' if what == 'support' else 'withdrawal'}"
            await insisting(debating, post, path, json={}, headers=holder)
        case "judge" if comment:
            body = {"action": lots.choice(("release", "release", "hide")), "reason": "与议题无关"}
            path = f"{base}/comments/{comment}/moderation"
            await insisting(debating, post, path, json=body, headers=moderator)
        case "state":
            leader = debating.token("leader", UNIT) | key
            await insisting(debating, post, f"{base}/statements", json=examples.STATEMENT, headers=leader)


@pytest.mark.medium
@pytest.mark.parametrize("seed", SEEDS)
async def test_the_figures_are_what_anyone_counts_from_the_log_whatever_was_killed(seed: int) -> None:
    lots = Random(seed)
    async with Debating(HandClock(at("2026-03-02T10:00")), kept=dying).open() as debating:
        debate, other = await debating.opened(), await debating.opened()
        mortal: Any = debating.store
        mortal.lots = Random(seed + 100)
        comments: list[str] = []
        elsewhere: list[str] = []
        for n in range(160):
            await act(
                debating, other if n % 10 == 9 else debate, lots, elsewhere if n % 10 == 9 else comments
            )
        assert mortal.deaths > 5
        mortal.lots = None
        await debating.kill()

        events = await logged(debating, seed)
        for one in (debate, other):
            figures = (await debating.read(one))["figures"]
            assert figures == counted(one, events)
        assert figures["people"] < len(PEOPLE) + 1
        assert (await debating.read(debate))["figures"]["comments"] > 2


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_comment_beside_the_closing_is_in_before_it_or_refused(seed: int) -> None:
    lots = Random(seed)
    async with Debating(HandClock(at("2026-03-02T10:00"))).open() as debating:
        debate = await debating.opened()
        asked = [debating.comment(debate, phone, "我说") for phone in PEOPLE]
        asked.insert(lots.randrange(len(asked)), debating.staff(f"/{debate}/closing", examples.CLOSING))
        lots.shuffle(asked)

        answers = await asyncio.gather(*asked)

        events = await logged(debating, seed)
        said = {event.subject for event in events if isinstance(event.fact, CommentReceived)}
        assert len(said) == sum(a.status_code == 202 for a in answers) - 1
        assert {a.status_code for a in answers} <= {202, 409}
        assert len({event.id for event in events if isinstance(event.fact, DebateClosed)}) == 1
        assert len({event.id for event in events if isinstance(event.fact, DebateOpened)}) == 1


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_person_proves_a_telephone_is_heard_and_reads_what_was_decided(
    seed: int, tmp_path: Path
) -> None:
    """Intake proves who it is and tells the debate a name; the debate never meets the telephone."""
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        debating, town = world.debating, Town(world.intake, Telephones(world.intake, tmp_path))
        debating.door.real_now = lambda: town.now
        debate = await debating.opened()
        session = await town.sign_in(PEOPLE[0])
        given = await world.intake.http.post("/v1/my/passes", json={"place": debate}, headers=session)
        assert given.status_code == 201, given.text
        holder = {"Authorization": f"Bearer {given.json()['token']}"}

        path = f"/v1/debates/{debate}/comments"
        answer = await debating.http.post(path, json={"text": "路口划线"}, headers=holder | debating.key())
        assert answer.status_code == 202, answer.text
        await debating.judge(debate, answer.json()["id"])
        await debating.said(debate, PEOPLE[0], "同一个人", proven=False)
        await debating.does(f"/{debate}/closing", examples.CLOSING)
        await world.settle()

        assert (await debating.read(debate))["figures"]["people"] == 1
        assert [type(fact) for fact in world.said("debates")] == [DebateOpened, DebateClosed]
        assert "CommentReceived" in world.names("comments")
        everything = str([*world.said("debates"), *world.said("comments")])
        assert PEOPLE[0] not in everything
        assert world.intake.secrets.citizen(PEOPLE[0]) not in everything
        refused = await world.intake.http.post("/v1/my/passes", json={"place": debate})
        assert refused.status_code == 401


async def test_the_debate_of_the_demonstration_is_talked_over_supported_and_closed(tmp_path: Path) -> None:
    starts, ends = at("2011-06-01T08:00"), at("2011-06-20T18:00")
    async with World(1, "2011-06-01T08:00", tmp_path).open() as world:
        telephones = Telephones(world.intake, tmp_path)
        apps = {
            "intake": world.intake.app,
            "debate": world.debating.app,
            "notifier": telephones.app,
        }

        async def until(instant: datetime) -> None:
            while world.clock.now() < instant:
                world.clock.move_to(min(instant, world.clock.now() + timedelta(hours=6)))
                await asyncio.sleep(0)

        async with httpx2.AsyncClient(transport=ByHost(apps)) as http:
            calls = Calls(http, {name: f"http://{name}" for name in apps}, PRIVATE)
            debate = DemonstrationDebate(calls, until, telephones.code, 1, BICYCLES)
            await debate.live(starts, ends - timedelta(days=2), ends, people=16, supporters=3)
            await debate.close(ends)

        whole = await world.debating.read(debate.identity)
        assert not calls.tally.refused
        assert (whole["state"], whole["figures"]["comments"]) == ("closed", 14)
        assert 5 < whole["figures"]["people"] < 14
        assert whole["figures"]["supports"] == calls.tally.counts["supported"] == 9


class ByHost(httpx2.AsyncBaseTransport):
    """Services in this process, by their names."""

    def __init__(self, apps: dict[str, Any]) -> None:
        self._apps = {name: httpx2.ASGITransport(app=app) for name, app in apps.items()}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await self._apps[request.url.host].handle_async_request(request)
