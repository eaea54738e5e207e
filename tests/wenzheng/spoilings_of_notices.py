"""I4 spoiled: notices and digests that did not arrive, arrived twice, or were told otherwise. Joins the list of all spoilings."""

from tests.wenzheng.spoiled import SpoiledCity
from tests.wenzheng.spoilings import spoils
from tests.wenzheng.spoilings_of_texts import TEXT_SPOILINGS

ALL_SPOILINGS = TEXT_SPOILINGS
"""With those of this module, which are added to the list as it is read."""


async def _notice(city: SpoiledCity, state: str) -> str:
    identity = await city.connection.fetchval(
        "select id::text from notifier.notice where state = $1 and not repeated and attempts < 2 limit 1",
        state,
    )
    assert identity is not None
    return str(identity)


@spoils(
    "I4",
    "a notice is said to be sent and never arrived",
    "is said to be sent and never arrived",
    "was sent and nobody said so",
)
async def _(city: SpoiledCity) -> None:
    await city.execute(
        "insert into notifier.notice (id, partition, subject, cause, kind, audience, channel, department, text, state) "
        "select gen_random_uuid(), partition, subject, cause, kind, audience, channel, department, text, 'sent' "
        "from notifier.notice where id = $1::text::uuid",
        await _notice(city, "sent"),
    )


@spoils("I4", "a notice arrived and nobody knows it", "arrived and is not known")
async def _(city: SpoiledCity) -> None:
    await city.execute("delete from notifier.notice where id = $1::text::uuid", await _notice(city, "sent"))


@spoils(
    "I4",
    "a notice arrived and is said to be suppressed",
    "is said to be suppressed and arrived",
    "was said to be sent and is suppressed",
)
async def _(city: SpoiledCity) -> None:
    await city.execute(
        "update notifier.notice set state = 'suppressed' where id = $1::text::uuid",
        await _notice(city, "sent"),
    )


@spoils("I4", "a notice arrived twice and is no repeat", "arrived 2 times and is no repeat")
async def _(city: SpoiledCity) -> None:
    await city.execute(
        "update notifier.notice set repeated = false, attempts = 1 where repeated or attempts > 1"
    )


_NEWS = "where follower <> '' and kind = 'news-replied'"


@spoils("I4", "one who follows a post was not told of its reply", "and was not told: news-replied")
async def _(city: SpoiledCity) -> None:
    await city.execute(f"update notifier.notice set follower = '', kind = 'replied' {_NEWS}")


@spoils("I4", "somebody was told of a post that they do not follow", "and never followed it")
async def _(city: SpoiledCity) -> None:
    await city.execute(
        "insert into notifier.notice (id, partition, subject, cause, kind, audience, channel, department, text, state, "
        "follower) select gen_random_uuid(), partition, subject, cause, kind, audience, channel, department, text, "
        f"'pending', 'SOMEBODYELSE0000' from notifier.notice {_NEWS}"
    )


@spoils("I4", "one who follows a post was told by two channels", "twice: news-replied")
async def _(city: SpoiledCity) -> None:
    await city.execute(
        "update notifier.notice set follower = told.follower, kind = told.kind, subject = told.subject, cause = told.cause "
        f"from (select follower, kind, subject, cause from notifier.notice {_NEWS}) told "
        "where id = (select id from notifier.notice where audience = 'citizen' and state = 'sent' and follower = '' "
        "and not repeated and attempts < 2 limit 1)"
    )


_DIGEST = (
    "insert into notifier.digest (id, partition, department, audience, channel, hour, notices, state, attempts) "
    "values (gen_random_uuid(), 0, 'water', 'clerk', 'robot', now(), $1, 'sent', 1)"
)


@spoils("I4", "a digest is said to be sent and never arrived", "is said to be sent and never arrived")
async def _(city: SpoiledCity) -> None:
    await city.execute(_DIGEST, 0)


@spoils("I4", "a digest counts more notices than it has", "counts 2 notices and has 0")
async def _(city: SpoiledCity) -> None:
    await city.execute(
        "insert into notifier.digest (id, partition, department, audience, channel, hour, notices, state) "
        "values (gen_random_uuid(), 0, 'water', 'clerk', 'robot', now(), 2, 'pending')"
    )


@spoils("I4", "a notice arrived by itself and with a digest", "arrived 2 times and is no repeat")
async def _(city: SpoiledCity) -> None:
    await city.execute(
        "with twice as (select id from notifier.notice where state = 'sent' and attempts < 2 and not repeated limit 2), "
        "first as (select id from twice order by id limit 1), "
        "kept as (insert into notifier.digest (id, partition, department, audience, channel, hour, notices, state, attempts) "
        "select id, 0, 'water', 'clerk', 'robot', now(), 1, 'sent', 1 from first) "
        "update notifier.notice set digest = (select id from first) where id = (select id from twice order by id desc limit 1)"
    )


@spoils("I4", "a digest arrived twice and is no repeat", "arrived 2 times and is no repeat")
async def _(city: SpoiledCity) -> None:
    await city.execute(
        "insert into notifier.digest (id, partition, department, audience, channel, hour, notices, state, attempts) "
        "select id, 0, 'water', 'clerk', 'robot', now(), 0, 'sent', 1 from notifier.notice "
        "where (repeated or attempts > 1) and state = 'sent' limit 1"
    )


@spoils("I4", "a notice that arrived is said to have failed", "was said to be sent and is failed")
async def _(city: SpoiledCity) -> None:
    await city.execute(
        "update notifier.notice set state = 'failed' where id = $1::text::uuid", await _notice(city, "sent")
    )
