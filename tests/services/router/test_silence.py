"""What is not for everybody speaks through none of router's doors: topics, what is alike, what is said on the bus."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from contracts.codec import Event
from contracts.facts import Fact
from contracts.posts import CitizenErased, PostHeld, PostHidden, PostReleased, PostWithdrawn
from tests.services.intake.door import at
from tests.services.router.test_city_posts import received, said
from tests.services.router.test_web import Router

NAME = "王小明"
"""A child's name, which stands in the posts that are not for everybody and in no others."""
NOW = at("2026-03-02T18:10")
GONE: dict[str, Fact] = {
    "held": PostHeld(at=NOW, reason="核实"),
    "hidden": PostHidden(at=NOW, reason="违规", by="s"),
    "withdrawn": PostWithdrawn(at=NOW),
    "erased": CitizenErased(at=NOW, citizen="c"),
}


@pytest.fixture
async def router() -> AsyncIterator[Router]:
    made = Router()
    async with made.http:
        yield made


def about_the_child(many: int, public: bool = True) -> list[Event]:
    return [
        received(f"c{n}", f"星河湾小学三年级二班{NAME}的家长在校门口打人,第{n}位家长来问怎么处理", public, n)
        for n in range(many)
    ]


def about_the_bus(many: int) -> list[Event]:
    return [
        received(f"b{n}", f"桑墟镇12路公交车停运了,第{n}个邻居来问,什么时候恢复12路公交?", minutes=n)
        for n in range(many)
    ]


async def everything_told(router: Router) -> str:
    """All that an anonymous reader and a reader of the bus can see, and what is stored of topics."""
    await router.teller.step()
    answers = [
        (await router.get("/v1/topics")).text,
        (await router.get("/v1/similar", text=f"星河湾小学三年级二班{NAME}的家长在校门口打人")).text,
    ]
    stored = await router.topics.told(at("2026-01-01T00:00"))
    words = [(talk.words, talk.place, talk.why) for talk in stored.values()]
    return (
        "".join(answers) + repr(words) + b"".join(value for _, _, (_, value, _) in offered(router)).decode()
    )


def offered(router: Router) -> list[tuple[str, int, Any]]:
    return [
        (topic, partition, (record.key, record.value or b"", record.headers))
        for topic, partition, record in router.offered
    ]


async def test_posts_that_anyone_may_see_make_a_topic_with_their_words(router: Router) -> None:
    router.posts.see(about_the_child(6))
    assert NAME in await everything_told(router)


async def test_posts_that_are_not_public_make_no_topic(router: Router) -> None:
    router.posts.see(about_the_child(9, public=False))
    assert NAME not in await everything_told(router)


@pytest.mark.parametrize("state", GONE)
async def test_posts_of_no_state_but_the_visible_one_make_a_topic(router: Router, state: str) -> None:
    router.posts.see(about_the_child(9))
    router.posts.see([said(f"c{n}", 2, GONE[state]) for n in range(9)])
    assert NAME not in await everything_told(router)


@pytest.mark.parametrize("state", GONE)
async def test_what_moderation_said_first_holds_for_the_post_that_comes_after(
    router: Router, state: str
) -> None:
    router.posts.see([said(f"c{n}", 2, GONE[state]) for n in range(9)])
    router.posts.see(about_the_child(9))
    assert NAME not in await everything_told(router)


@pytest.mark.parametrize("state", GONE)
async def test_a_topic_that_was_told_loses_the_words_of_those_that_went(router: Router, state: str) -> None:
    router.posts.see([*about_the_child(6), *about_the_bus(6)])
    assert NAME in await everything_told(router)
    router.talk.outbox.clear()

    router.posts.see([said(f"c{n}", 2, GONE[state]) for n in range(2)])

    everything = await everything_told(router)
    assert NAME not in everything
    assert "桑墟" in everything


async def test_a_released_post_counts_again(router: Router) -> None:
    posts = about_the_bus(6)
    router.posts.see(posts)
    router.posts.see([said(f"b{n}", 2, GONE["held"]) for n in range(6)])
    assert (await router.get("/v1/topics")).json()["topics"] == []

    router.posts.see([said(f"b{n}", 3, PostReleased(at=NOW, by="s")) for n in range(6)])
    await router.teller.step()

    [topic] = (await router.get("/v1/topics")).json()["topics"]
    assert topic["size"] == 6


async def test_a_unit_is_not_shown_other_peoples_private_posts_beside_its_case(router: Router) -> None:
    from services.router.core.case import Case

    router.posts.see([received("p1"), received("p2", public=False), received("p3")])
    for n in (1, 2, 3):
        router.remember(f"p{n}", Case(number=f"SQ-p{n}", department="transport"))

    async def beside(role: str, unit: str) -> list[str]:
        answer = await router.get("/v1/assignments/SQ-p1", role, unit)
        return [one["number"] for one in answer.json()["similar"]]

    assert await beside("clerk", "transport") == ["SQ-p3"]
    assert sorted(await beside("supervisor", "supervision")) == ["SQ-p2", "SQ-p3"]


async def test_what_no_number_is_gets_an_answer_and_no_failure(router: Router) -> None:
    for path in ("/v1/assignments/%00", "/v1/assignments/\ud7ff", "/v1/assignments/" + "9" * 5000):
        assert (await router.get(path, "supervisor")).status_code in (400, 404, 414, 422), path
    for text in ("\0", "\0公交", "ﷺ" * 900, "\u0344" * 900):
        assert (await router.get("/v1/similar", text=text)).status_code in (200, 400, 422)
