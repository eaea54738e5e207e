"""An author who chooses anew while notices wait for the morning: they go as the choice says, once, and no way is left out."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from msgspec.structs import replace

from chassis.memory.store import MemoryStore
from chassis.store import Applied
from chassis.vault import MemoryKeys
from contracts.decision import Effect
from contracts.identity import derived
from contracts.posts import PostReleased, PreferenceChosen
from services.notifier import store
from services.notifier.core.case import Claim, Notice, Outcome, Reroute, Settle
from services.notifier.outgoing import Delay, Notices
from services.notifier.rerouting import Rerouting
from tests.postgres import migrated
from tests.services.deadline.facts import at
from tests.services.notifier.telling import POST, Told, told

NOW = at("2026-03-02T23:00")
WAYS = ("wechat", "sms", "mail")
BY_TEXT = Reroute(("sms", "wechat", "mail"), at_night=True)


def waiting(cause: str, channel: str = "wechat", **changes: object) -> Notice:
    identity = derived(cause, f"notice/replied/citizen/{channel}")
    notice = Notice(identity, cause, "replied", "citizen", channel, "water", "已回复", at=NOW, others=WAYS)
    return replace(notice, **changes)


Apply = Callable[..., Awaitable[None]]


@pytest.fixture(params=["memory", pytest.param("real", marks=pytest.mark.real)])
async def kept(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Notices, Apply]]:
    """Notices of the post, and what applies effects to them."""

    def of(*effects: Effect) -> list[Applied]:
        return [Applied("post", 0, "c", NOW, effect) for effect in effects]

    if request.param == "memory":
        states, claims = store.memory(MemoryKeys())
        assert isinstance(states, MemoryStore)
        async with states.transaction() as transaction:
            await transaction.load(["post"], lock=True)
        states.subject["post"] = (0, 0, b"[{},{},{}]")

        async def in_memory(*effects: Effect) -> None:
            claims.apply(of(*effects))

        yield claims, in_memory
        return
    async with migrated(request.getfixturevalue("dsn"), "notifier") as (_, pool):
        await pool.execute("update position set owner = 'instance'")
        keepers = (store.Claims(), Rerouting())

        async def in_rows(*effects: Effect) -> None:
            async with pool.acquire() as connection, connection.transaction():
                for keeper in keepers:
                    its = [one for one in of(*effects) if isinstance(one.effect, keeper.effects)]
                    await keeper.apply(connection, its)

        yield store.PostgresNotices(pool, MemoryKeys(), keepers[0]), in_rows


async def taken(notices: Notices, by_day: bool) -> list[Notice]:
    found = [one.notice for one in await notices.take("instance", [0], [], 10, by_day)]
    return sorted(found, key=lambda notice: notice.cause)


async def test_what_waits_for_the_morning_goes_tonight_and_by_the_channel_that_was_chosen(
    kept: tuple[Notices, Apply],
) -> None:
    notices, apply = kept
    await apply(Claim(waiting("a")), Claim(waiting("b")))
    assert await taken(notices, by_day=False) == []

    await apply(BY_TEXT)

    found = await taken(notices, by_day=False)
    assert [(one.cause, one.channel, one.others) for one in found] == [
        ("a", "sms", BY_TEXT.order),
        ("b", "sms", BY_TEXT.order),
    ]
    assert [one.id for one in found] == [waiting("a", "sms").id, waiting("b", "sms").id]
    assert await taken(notices, by_day=True) == []


async def test_who_wants_the_night_quiet_after_all_is_not_woken_by_what_was_meant_for_it(
    kept: tuple[Notices, Apply],
) -> None:
    notices, apply = kept
    await apply(Claim(waiting("a", at_night=True)))

    await apply(Reroute(WAYS, at_night=False))

    assert await taken(notices, by_day=False) == []
    assert [one.channel for one in await taken(notices, by_day=True)] == ["wechat"]


async def test_a_choice_meets_what_the_same_batch_claims_and_the_last_one_holds(
    kept: tuple[Notices, Apply],
) -> None:
    notices, apply = kept

    await apply(Claim(waiting("a")), BY_TEXT, Reroute(("mail", "wechat", "sms"), at_night=True))

    assert [one.channel for one in await taken(notices, by_day=False)] == ["mail"]


async def test_what_another_channel_refused_and_what_others_are_told_stay_on_their_way(
    kept: tuple[Notices, Apply],
) -> None:
    notices, apply = kept
    refused = waiting("a", "mail", others=("wechat", "mail", "sms"))
    follower = waiting("b", id=derived("b", "f"), follower="f")
    staff = waiting("c", id=derived("c", "s"), audience="clerk", channel="sms", others=())

    await apply(Claim(refused), Claim(follower), Claim(staff), BY_TEXT)

    found = await taken(notices, by_day=True)
    assert [(one.cause, one.channel) for one in found] == [("a", "mail"), ("b", "wechat"), ("c", "sms")]
    assert {one.id for one in found} == {refused.id, follower.id, staff.id}


async def test_what_was_tried_already_keeps_its_name_and_its_channel(kept: tuple[Notices, Apply]) -> None:
    """It may have arrived; under another name it would be another notice."""
    notices, apply = kept
    await apply(Claim(waiting("a")))
    [under_way] = await notices.take("instance", [0], [], 10, True)

    await apply(BY_TEXT)
    await apply(Claim(waiting("a")))

    assert under_way.notice.id == waiting("a").id
    assert await taken(notices, by_day=True) == []


async def test_what_waits_to_be_tried_again_keeps_its_name_and_its_channel(
    kept: tuple[Notices, Apply],
) -> None:
    """Whether it was put back by the sender, or is sent once more by an operator after it failed."""
    notices, apply = kept
    await apply(Claim(waiting("a")), Claim(waiting("b")))
    await notices.take("instance", [0], [], 10, True)
    await notices.later([Delay(waiting("a").id, 0, lost=False)])
    await apply(Settle(waiting("b").id, "failed", 1, "too many"))
    assert await notices.again([waiting("b").id]) == [waiting("b").id]

    await apply(BY_TEXT)

    found = await taken(notices, by_day=True)
    assert [(one.id, one.channel) for one in found] == [
        (waiting("a").id, "wechat"),
        (waiting("b").id, "wechat"),
    ]


# -- rules -----------------------------------------------------------------------------------------


def chose(channel: str, at_night: bool = False) -> PreferenceChosen:
    return PreferenceChosen(at=NOW, channel=channel, at_night=at_night)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("channel", "order"),
    [("best", WAYS), ("mail", ("mail", "wechat", "sms")), ("sms", ("sms", "wechat", "mail"))],
)
def test_a_choice_is_for_what_waits_too(channel: str, order: tuple[str, ...]) -> None:
    found = Told().hear(replace(POST, channels=WAYS)).effects_of(chose(channel, at_night=True))

    assert found == [Reroute(order, at_night=True)]


@pytest.mark.parametrize("channels", [WAYS, ()])
def test_who_wants_nothing_or_left_no_contact_has_nothing_to_be_put_on_another_way(
    channels: tuple[str, ...],
) -> None:
    found = Told().hear(replace(POST, channels=channels))

    assert found.effects_of(chose("none" if channels else "best")) == []


def test_what_the_new_channel_refuses_goes_by_each_other_one_once() -> None:
    found = told(PostReleased(at=NOW, by="m"))
    rerouted = waiting("a", "sms", others=BY_TEXT.order)
    case = replace(found.case, channels=WAYS, chosen="sms")
    ways = Told(case).hear(Outcome(rerouted, "failed", 1))
    ways.hear(Outcome(ways.notices[-1], "failed", 1))
    ways.hear(Outcome(ways.notices[-1], "failed", 1))

    assert [one.channel for one in ways.notices] == ["wechat", "mail"]
