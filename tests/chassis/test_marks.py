"""An operator's mark on a parked record is obeyed once, whatever else a batch holds; its subject knows how much of it waits."""

from tests.chassis.counting import World
from tests.chassis.failing import Failing


async def test_a_mark_is_obeyed_once_though_another_record_of_its_subject_comes_in_the_same_batch(
    world: World,
) -> None:
    store = Failing(world.store())
    listener = await world.start(store=store)
    await listener.hear([world.support(1, "hopeless")])

    await world.mark((await world.waiting())[0], "drop")
    listener.let_time_pass()
    await listener.hear([world.support(2)])

    assert await world.heard() == ("2",)
    assert await world.held() == 0
    assert [row.seq for row in store.saved[-1].unparked] == [1]


async def test_two_marks_on_records_of_one_subject_are_obeyed_once_each(world: World) -> None:
    listener = await world.start()
    await listener.hear([world.record(None, n, value=b"{broken") for n in (1, 2)])

    for row in await world.waiting():
        await world.mark(row, "drop")
    listener.let_time_pass()
    await listener.tick()

    assert not await world.waiting()
    assert await world.held() == 0
