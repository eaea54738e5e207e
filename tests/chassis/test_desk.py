"""The door for people: answered after the commit and never before, once for each key, in groups."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from chassis.engine.answers import Answers, IdempotencyKey, Kept
from chassis.engine.publisher import Publisher
from chassis.memory.bus import Quiet
from chassis.postgres.answers import PostgresAnswers
from contracts.city_facts import CityFact, ModelActivated
from contracts.decision import Context, Decision, Invalid, NotNow, Refused
from contracts.identity import city_subject
from contracts.topics import CITY
from tests.chassis.counting import NOW, OTHER, POST, TABLES, UNFIT, Count, World, Write, text_of, written
from tests.chassis.failing import Failing
from tests.postgres import schema


def named(key: str = "k", body: str = "b", caller: str = "c") -> IdempotencyKey:
    return IdempotencyKey(caller, "/v1/posts", key, body)


@pytest.mark.parametrize("stage", ["at_save", "at_commit"])
async def test_nobody_is_answered_before_the_commit(world: World, stage: str) -> None:
    store = Failing(world.store())
    publisher = Publisher(store, Quiet())
    desk = world.desk(store, publisher)
    publisher.unsettle(["what the bus has"])
    getattr(store, stage).append(ConnectionResetError("the database is away"))
    asked = [
        await world.ask(desk, (POST, Write("a"))),
        await world.ask(desk, (OTHER, Write("b")), key=named()),
    ]

    await desk.commit()

    for one in asked:
        with pytest.raises(ConnectionResetError):
            await one
    assert publisher.settled() == ["what the bus has"], "it is still to be deleted"
    assert await world.said() == []
    repeated = await world.ask(desk, (OTHER, Write("b")), key=named())
    await desk.commit()
    assert text_of(await repeated) == "b 0", "a failed request leaves no answer behind"


async def test_one_request_that_the_database_refuses_does_not_spoil_its_group(world: World) -> None:
    desk = world.desk()
    asked = [await world.ask(desk, (POST, Write(text))) for text in ("a", f"b{UNFIT}", "c")]

    await desk.commit()

    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [text_of(answer) for answer in (answers[0], answers[2])] == ["a 0", "c 1"]
    assert isinstance(answers[1], Exception)
    assert await world.heard() == ("a", "c")
    assert await world.notes() == ["a", "c"]


async def test_somebody_who_went_away_does_not_keep_the_others_from_their_answers(world: World) -> None:
    desk = world.desk()
    gone, stays = await world.ask(desk, (POST, Write("a"))), await world.ask(desk, (OTHER, Write("b")))
    gone.cancel()

    await desk.commit()

    assert text_of(await stays) == "b 0"
    assert await world.heard() == ("a",), "what was asked is done, whoever waits for it"


async def test_somebody_who_went_away_from_a_group_that_fails_spoils_nothing(world: World) -> None:
    desk = world.desk()
    gone = await world.ask(desk, (POST, Write("a")))
    unfit, stays = await world.ask(desk, (POST, Write(UNFIT))), await world.ask(desk, (OTHER, Write("b")))
    gone.cancel()

    await desk.commit()

    assert text_of(await stays) == "b 0"
    assert isinstance((await asyncio.gather(unfit, return_exceptions=True))[0], Exception)


async def test_a_repeat_is_answered_as_the_first_was_and_handled_once(world: World) -> None:
    desk, other = world.desk(), world.desk()
    first = await world.ask(desk, (POST, Write("a")), key=named())
    await desk.commit()

    again, elsewhere = (
        await world.ask(desk, (POST, Write("a")), key=named()),
        await world.ask(other, (POST, Write("a")), key=named()),
    )
    await desk.commit()
    await other.commit()

    assert text_of(await first) == text_of(await again) == text_of(await elsewhere) == "a 0"
    assert await world.heard() == ("a",)


class Overtaken:
    """Kept answers that were looked up a moment too early: something happens between this look and the next statement."""

    def __init__(self, answers: Answers, meanwhile: Callable[[], Awaitable[object]]) -> None:
        self._answers = answers
        self._meanwhile: Callable[[], Awaitable[object]] | None = meanwhile

    async def find(self, connection: Any, keys: Sequence[IdempotencyKey]) -> dict[IdempotencyKey, Kept]:
        found = await self._answers.find(connection, keys)
        if self._meanwhile is not None:
            meanwhile, self._meanwhile = self._meanwhile, None
            await meanwhile()
        return found

    async def keep(self, connection: Any, answered: Sequence[tuple[IdempotencyKey, bytes]]) -> bool:
        return await self._answers.keep(connection, answered)


async def test_a_repeat_that_meets_what_its_first_try_has_just_done_is_answered_as_the_first_was(
    world: World,
) -> None:
    def once(state: Count, write: Write, context: Context[str]) -> Decision[Count]:
        if state.heard:
            raise NotNow("wrong-step", "已经办过")
        return written(state, write, context)

    world.service = replace(world.service, rules={**world.service.rules, Write: once})
    first = world.desk()
    second = world.desk(answers=Overtaken(world.answers(), first.commit))
    asked = await world.ask(first, (POST, Write("a")), key=named())
    again = await world.ask(second, (POST, Write("a")), key=named())
    other = await world.ask(second, (POST, Write("b")), key=named("another key"))

    await second.commit()

    assert text_of(await asked) == text_of(await again) == "a 0"
    with pytest.raises(Refused):
        await other
    assert await world.heard() == ("a",)


async def test_a_key_used_for_another_body_is_refused_also_within_one_group(world: World) -> None:
    desk = world.desk()
    first = await world.ask(desk, (POST, Write("a")), key=named(body="one"))
    same = await world.ask(desk, (POST, Write("a")), key=named(body="one"))
    another = await world.ask(desk, (POST, Write("b")), key=named(body="two"))
    await desk.commit()
    later = await world.ask(desk, (POST, Write("b")), key=named(body="two"))
    await desk.commit()

    assert text_of(await first) == text_of(await same) == "a 0"
    for refused in (another, later):
        with pytest.raises(Invalid) as problem:
            await refused
        assert problem.value.kind == "idempotency-key-reused"
    assert await world.heard() == ("a",)


async def test_equal_keys_of_two_callers_or_paths_are_different_requests(world: World) -> None:
    desk = world.desk()
    asked = [
        await world.ask(desk, (POST, Write("a")), key=IdempotencyKey("c", "/one", "k", "b")),
        await world.ask(desk, (POST, Write("a")), key=IdempotencyKey("d", "/one", "k", "b")),
        await world.ask(desk, (POST, Write("a")), key=IdempotencyKey("c", "/two", "k", "b")),
    ]

    await desk.commit()

    assert [text_of(await one) for one in asked] == ["a 0", "a 1", "a 2"]


async def test_a_refused_request_may_be_asked_again_under_its_key(world: World) -> None:
    desk = world.desk()
    refused = await world.ask(desk, (POST, Write("refused")), key=named())
    await desk.commit()
    with pytest.raises(Refused):
        await refused

    again = await world.ask(desk, (POST, Write("a")), key=named())
    await desk.commit()

    assert text_of(await again) == "a 0"


class FirstElsewhere:
    """Kept answers of which another instance has kept one a moment earlier."""

    def __init__(self, answers: Answers, earlier: bytes | None) -> None:
        self._answers = answers
        self._earlier = earlier
        self.lost = 0

    async def find(self, connection: Any, keys: Sequence[IdempotencyKey]) -> dict[IdempotencyKey, Kept]:
        if self.lost and self._earlier is not None:
            return {key: Kept(key.body_hash, self._earlier) for key in keys}
        return await self._answers.find(connection, keys)

    async def keep(self, connection: Any, answered: Sequence[tuple[IdempotencyKey, bytes]]) -> bool:
        if not self.lost:
            self.lost += 1
            return False
        return await self._answers.keep(connection, answered)


async def test_a_group_that_lost_the_race_for_a_key_is_tried_again(world: World) -> None:
    answers = FirstElsewhere(world.answers(), None)
    desk = world.desk(answers=answers)
    asked = [
        await world.ask(desk, (POST, Write("a")), key=named()),
        await world.ask(desk, (OTHER, Write("b"))),
    ]

    await desk.commit()
    assert await world.said() == [], "the group that lost is undone"
    await desk.commit()

    assert [text_of(await one) for one in asked] == ["a 0", "b 0"]
    assert await world.heard() == ("a",)


async def test_whoever_lost_the_race_for_a_key_gets_the_answer_of_the_first(world: World) -> None:
    desk = world.desk(answers=FirstElsewhere(world.answers(), b"the first one's"))
    asked = await world.ask(desk, (POST, Write("a")), key=named())

    await desk.commit()
    await desk.commit()

    assert await asked == b"the first one's"
    assert await world.heard() == ()


async def test_every_change_of_the_city_reaches_the_desk(world: World) -> None:
    listener, desk = await world.start(), world.desk()
    said: list[str] = []
    for n in (1, 2, 3):
        activated: CityFact = ModelActivated(at=NOW, model_version=f"v{n}", checksum="c", threshold=0.9)
        await listener.hear([world.record(activated, n, topic=CITY, subject=city_subject(0))])
        asked = await world.ask(desk, (POST, Write("a")))
        await desk.commit()
        await asked
        said = [words for _, _, words in await world.said()]

    assert said == ["a v1", "a v2", "a v3"]


@pytest.mark.parametrize("world", [pytest.param("real", marks=pytest.mark.real)], indirect=True)
async def test_rows_that_another_transaction_holds_delay_only_the_requests_for_them(world: World) -> None:
    desk, other = world.desk(), world.store()
    known = [await world.ask(desk, (POST, Write("a"))), await world.ask(desk, (OTHER, Write("a")))]
    await desk.commit()
    await asyncio.gather(*known)

    async with other.transaction() as transaction:
        await transaction.load([POST], lock=True)
        held, free = await world.ask(desk, (POST, Write("b"))), await world.ask(desk, (OTHER, Write("b")))
        await desk.commit()
        assert text_of(await free) == "b 1"
        assert not held.done()
    await desk.commit()

    assert text_of(await held) == "b 1"
    assert await world.heard() == ("a", "b")


@pytest.mark.real
async def test_of_two_processes_that_answer_one_key_at_the_same_moment_the_second_is_told_so(
    dsn: str,
) -> None:
    """The second waits within its statement, where a look beforehand has shown nothing."""
    answers, key = PostgresAnswers(), named()
    async with schema(dsn, TABLES) as pool, pool.acquire() as first, pool.acquire() as second:
        begun = first.transaction()
        await begun.start()
        assert await answers.keep(first, [(key, b"first")])
        late = asyncio.create_task(answers.keep(second, [(key, b"second")]))
        while not await pool.fetchval("select count(*) from pg_stat_activity where wait_event_type = 'Lock'"):
            await asyncio.sleep(0.01)
        await begun.commit()

        assert not await late
        assert (await answers.find(second, [key]))[key].answer == b"first"


async def test_a_desk_that_runs_answers_whoever_comes(world: World) -> None:
    desk = world.desk()
    running = asyncio.create_task(desk.run())
    try:
        answers = await asyncio.gather(*[await world.ask(desk, (POST, Write("a"))) for _ in range(20)])
        last = await (await world.ask(desk, (POST, Write("b"))))
    finally:
        running.cancel()

    assert sorted(map(text_of, answers), key=lambda text: int(text[2:])) == [f"a {n}" for n in range(20)]
    assert text_of(last) == "b 20"
