"""What one batch promises: an input is handled whole or not at all, and never twice."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from asyncpg import DataError

from chassis.engine.batch import Batch
from chassis.engine.city import CityView
from chassis.engine.publisher import Publisher
from chassis.failures import ConnectionLost
from chassis.memory.bus import Quiet
from contracts.codec import Addressed
from contracts.decision import Context, Decision, Refused
from contracts.identity import partition_of
from contracts.posts import PostWithdrawn
from tests.chassis.counting import NOW, OTHER, POST, UNFIT, Count, Ring, World, Write, service, text_of
from tests.chassis.failing import Failing


def test_a_rule_is_given_the_city_as_it_was_before_each_of_its_facts() -> None:
    asked: list[Context[str]] = []

    def note(state: Count, given: Ring, context: Context[str]) -> Decision[Count]:
        asked.append(context)
        return Decision(state)

    noting = replace(service(), rules={Ring: note})
    view = CityView("as it began").amended("after one").amended("after two")

    Batch(noting, {}, [], {partition_of(POST): view}, NOW).take(POST, Ring("r"), "cause")

    [context] = asked
    known = [context.as_of(n) for n in range(4)]
    assert [(one.city, one.amendments) for one in known] == [
        ("as it began", 0),
        ("after one", 1),
        ("after two", 2),
        ("after two", 2),
    ]
    assert {(one.subject, one.cause, one.now) for one in known} == {(POST, "cause", NOW)}


async def test_a_refused_part_of_a_request_takes_everything_with_it(world: World) -> None:
    desk = world.desk()
    refused = await world.ask(desk, (POST, Write("a")), (OTHER, Write("refused")))

    await desk.commit()

    with pytest.raises(Refused):
        await refused
    assert await world.heard() == await world.heard(OTHER) == ()
    assert await world.notes() == []
    assert await world.said() == []


async def test_a_refused_request_leaves_no_gap_in_the_numbers_of_what_is_said(world: World) -> None:
    desk = world.desk()
    first = await world.ask(desk, (POST, Write("a")))
    refused = await world.ask(desk, (POST, Write("b")), (POST, Write("refused")))
    last = await world.ask(desk, (POST, Write("c")))

    await desk.commit()

    assert [text_of(await first), text_of(await last)] == ["a 0", "c 1"]
    with pytest.raises(Refused):
        await refused
    assert await world.said() == [(POST, 1, "a v0"), (POST, 2, "c v0")]
    assert await world.notes() == ["a", "c"]


async def test_a_request_whose_rule_raises_leaves_its_neighbours_whole(world: World) -> None:
    desk = world.desk()
    first = await world.ask(desk, (POST, Write("a")))
    broken = await world.ask(desk, (POST, Write("b")), (OTHER, Write("broken")))

    await desk.commit()

    assert text_of(await first) == "a 0"
    with pytest.raises(ValueError, match="cannot be written"):
        await broken
    assert (await world.heard(), await world.heard(OTHER)) == (("a",), ())


async def test_the_parts_of_a_request_say_facts_of_their_own(world: World) -> None:
    desk = world.desk()
    both = await world.ask(desk, (POST, Write("a")), (POST, Write("b")), cause="one")

    await desk.commit()

    assert text_of(await both) == "a 0 / b 1"
    assert len({event.id for event in await world.events()}) == 2, "two facts of one kind never share an id"


async def test_two_facts_of_a_kind_that_one_rule_says_share_no_id(world: World) -> None:
    desk = world.desk()
    asked = await world.ask(desk, (POST, Write("twice")))

    await desk.commit()

    assert text_of(await asked) == "twice 0"
    assert [seq for _, seq, _ in await world.said()] == [1, 2]
    assert len({event.id for event in await world.events()}) == 2


async def test_what_a_service_does_not_write_is_not_said_and_leaves_nothing(world: World) -> None:
    desk = world.desk()
    astray = await world.ask(desk, (POST, Write("astray")))
    after = await world.ask(desk, (POST, Write("a")))

    await desk.commit()

    with pytest.raises(TypeError, match="does not write topic posts"):
        await astray
    assert text_of(await after) == "a 0"
    assert await world.said() == [(POST, 1, "a v0")]


async def test_a_fact_without_a_rule_is_remembered_as_heard_also_where_it_is_the_first_of_its_subject(
    world: World,
) -> None:
    listener = await world.start()
    await listener.hear([world.record(PostWithdrawn(at=NOW), 1)])

    await listener.hear([world.support(2)])

    assert await world.heard() == ("2",)
    assert await world.held() == 0


async def test_what_a_batch_says_is_published_by_it_and_waits_for_no_sweep(world: World) -> None:
    store, bus = world.store(), Keeping()
    publisher = Publisher(store, bus)
    listener = await world.start("one", store, publisher)
    await listener.hear([world.support(1)])

    await publisher.flush()

    assert bus.taken == [POST]
    assert await world.outbox() == set()


class Keeping:
    """A bus that remembers whose facts it was given."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    async def put(self, records: Sequence[Addressed]) -> None:
        self.taken += [record.key.decode() for _, _, record in records]  # type: ignore[union-attr]


async def test_a_reason_that_the_database_cannot_hold_parks_what_it_is_about(world: World) -> None:
    listener = await world.start()

    await listener.hear([world.support(1, f"hopeless{UNFIT}"), world.support(1, subject=OTHER)])

    [row] = await world.waiting()
    assert (row.subject, row.parked) == (POST, True)
    assert "no rule can bear this" in row.reason, "the rule's own, and not that the database refused it"
    assert await world.heard(OTHER) == ("1",)


async def test_a_repeat_waits_for_nothing(world: World) -> None:
    listener = await world.start()
    first, second, again, once_more = (world.support(seq) for seq in (1, 2, 1, 2))

    await listener.hear([first, second, again])
    await listener.hear([once_more])

    assert await world.heard() == ("1", "2")
    assert await world.held() == 0
    assert not await world.waiting()


async def test_a_repeat_of_what_waits_waits_once(world: World) -> None:
    listener = await world.start()
    third, again, second, first = (world.support(seq) for seq in (3, 3, 2, 1))

    await listener.hear([third])
    await listener.hear([again])
    assert await world.held() == 1
    await listener.hear([second, first])

    assert await world.heard() == ("1", "2", "3")
    assert await world.held() == 0
    assert not await world.waiting()


async def test_what_waits_inside_one_batch_leaves_no_row(world: World) -> None:
    listener = await world.start()
    second, first = world.support(2), world.support(1)

    await listener.hear([second, first])

    assert await world.heard() == ("1", "2")
    assert await world.held() == 0
    assert not await world.waiting()


async def test_a_replayed_event_is_handled_once_and_those_behind_it_follow(world: World) -> None:
    listener = await world.start()
    broken = world.record(None, 1, value=b"{broken")
    await listener.hear([broken, world.support(2)])
    row = (await world.waiting())[0]
    assert row.parked

    await world.mark(row, "drop")
    listener.let_time_pass()
    await listener.tick()
    listener.let_time_pass()
    await listener.tick()

    assert await world.heard() == ("2",)
    assert await world.held() == 0


async def test_a_record_the_database_refuses_is_parked_and_its_neighbours_are_handled(world: World) -> None:
    listener = await world.start()
    poll = [world.support(n, "" if n != 3 else f"3{UNFIT}") for n in range(1, 6)]
    poll += [world.support(n, subject=OTHER) for n in range(1, 4)]

    await listener.hear(poll)

    assert await world.heard() == ("1", "2")
    assert await world.heard(OTHER) == ("1", "2", "3")
    assert sorted(await world.notes()) == ["1", "1", "2", "2", "3"]
    assert [(row.seq, row.parked) for row in await world.waiting()] == [(3, True), (4, False), (5, False)]


async def test_an_answer_the_database_refuses_is_answered_so_and_its_neighbours_are_kept(
    world: World,
) -> None:
    listener = await world.start()
    answers = await world.hand_in(
        listener, (POST, Write("a")), (POST, Write(f"b{UNFIT}")), (OTHER, Write("c"))
    )

    await listener.tick()

    first, refused, last = await answers
    assert (first, last) == ("a 0", "c 0")
    assert isinstance(refused, DataError)
    assert (await world.heard(), await world.heard(OTHER)) == (("a",), ("c",))


async def test_a_connection_that_is_lost_while_a_refused_batch_is_halved_ends_nothing_and_nothing_is_done_twice(
    world: World,
) -> None:
    store = Failing(world.store())
    listener = await world.start(store=store)
    answers = await world.hand_in(
        listener, (POST, Write("a")), (POST, Write(f"b{UNFIT}")), (OTHER, Write("c"))
    )
    store.at_commit = [None, ConnectionLost("the database is away", undone=True)]

    for _ in range(3):
        await listener.tick()

    first, refused, last = await answers
    assert (first, last) == ("a 0", "c 0")
    assert isinstance(refused, DataError)
    assert (await world.heard(), await world.heard(OTHER)) == (("a",), ("c",))


async def test_records_of_a_halved_batch_are_heard_once_also_where_the_connection_is_lost_in_between(
    world: World,
) -> None:
    store = Failing(world.store())
    listener = await world.start(store=store)
    store.at_commit = [None, ConnectionLost("the database is away", undone=True)]

    await listener.hear([world.support(1), world.support(2, f"2{UNFIT}"), world.support(3)])

    assert await world.heard() == ("1",), "what follows a fact that nobody can keep waits for it"
    assert len(await world.waiting()) == 2


async def test_a_refused_answer_leaves_nothing_and_the_next_is_handled(world: World) -> None:
    listener = await world.start()
    answers = await world.hand_in(listener, (POST, Write("refused")), (POST, Write("a")))

    await listener.tick()

    refused, answer = await answers
    assert isinstance(refused, Refused)
    assert answer == "a 0"
    assert await world.said() == [(POST, 1, "a v0")]


@pytest.mark.parametrize("stage", ["at_save", "at_commit"])
async def test_a_batch_that_is_not_committed_is_handled_again_as_if_for_the_first_time(
    world: World, stage: str
) -> None:
    store = Failing(world.store())
    publisher = Publisher(store, Quiet())
    listener = await world.start(store=store, publisher=publisher)
    poll = [world.support(1), world.support(2)]
    publisher.unsettle(["what the bus has"])
    getattr(store, stage).append(ConnectionResetError("the database is away"))

    with pytest.raises(ConnectionResetError):
        await listener.hear(poll)

    assert publisher.settled() == ["what the bus has"], "it is still to be deleted"
    assert await world.heard() == ()
    assert await world.said() == []
    await listener.hear(poll)
    assert await world.heard() == ("1", "2")
    assert await world.notes() == ["1", "2"]


async def test_whoever_waits_for_a_batch_that_fails_hears_of_it(world: World) -> None:
    store = Failing(world.store())
    listener = await world.start(store=store)
    answers = await world.hand_in(listener, (POST, Write("a")))
    store.at_commit.append(ConnectionResetError("the database is away"))

    with pytest.raises(ConnectionResetError):
        await listener.tick()

    assert isinstance((await answers)[0], Exception)
    assert await world.heard() == ()


async def test_what_is_due_is_handled_once_with_what_is_heard(world: World) -> None:
    listener = await world.start()
    await world.due("tea")
    listener.let_time_pass()

    await listener.hear([world.support(1)])
    listener.let_time_pass()
    await listener.tick()

    assert await world.heard() == ("1", "tea")


async def test_an_input_for_a_partition_of_another_instance_is_refused_unhandled(world: World) -> None:
    listener = await world.start()
    await listener.let_go()
    answers = await world.hand_in(listener, (POST, Ring("a")))

    await listener.tick()

    assert isinstance((await answers)[0], Exception)
    assert await world.heard() == ()
