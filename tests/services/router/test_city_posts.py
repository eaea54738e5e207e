"""The city's newest posts: who may see what, whatever order the bus brings it in; and how it is rebuilt."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from contracts.city_facts import PolicyChanged
from contracts.codec import Event
from contracts.facts import Fact
from contracts.posts import (
    CitizenErased,
    PostHeld,
    PostHidden,
    PostReceived,
    PostReleased,
    PostRestored,
    PostWithdrawn,
)
from services.router.core.topics.city_posts import CityPosts
from tests.services.intake.door import PROFILE

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
BUS = "泗阳县李口镇到县城的6路公交车从上个月底停了，老人去县医院看病要走四里路才能坐上别的车。"


def received(key: str = "p1", text: str = BUS, public: bool = True, minutes: int = 0) -> Event:
    fact = PostReceived(
        at=AT + timedelta(minutes=minutes),
        number=f"SQ-{key}",
        kind="complaint",
        title="公交停运",
        text=text,
        citizen=key,
        public=public,
    )
    return said(key, 1, fact)


def said(key: str, seq: int, fact: Fact) -> Event:
    return Event(f"{key}/{seq}", "posts", key, seq, fact, "intake")


def held(key: str = "p1", seq: int = 2) -> Event:
    return said(key, seq, PostHeld(at=AT, reason="核实"))


def released(key: str = "p1", seq: int = 3) -> Event:
    return said(key, seq, PostReleased(at=AT, by="s"))


def city(capacity: int = 100) -> CityPosts:
    return CityPosts(PROFILE, capacity)


def alike(posts: CityPosts, text: str = BUS) -> list[str]:
    return [shown.number for _, shown in posts.alike(text, 5)]


def test_a_public_post_is_offered_as_alike() -> None:
    posts = city()
    posts.see([received()])
    assert alike(posts) == ["SQ-p1"]


def test_a_post_that_is_not_public_is_not() -> None:
    posts = city()
    posts.see([received(public=False)])
    assert (alike(posts), len(posts)) == ([], 1)


@pytest.mark.parametrize("seed", range(20))
def test_moderation_has_its_last_word_in_any_order_and_however_often_it_is_said(seed: int) -> None:
    events = [received(), held(), released(), held(seq=4)] * 2
    random.Random(seed).shuffle(events)
    posts = city()
    for event in events:
        posts.see([event])
    assert alike(posts) == []

    posts.see([released(seq=5)])
    assert alike(posts) == ["SQ-p1"]


def test_a_release_does_not_make_a_private_post_public() -> None:
    posts = city()
    posts.see([received(public=False), held(), released()])
    assert alike(posts) == []


@pytest.mark.parametrize("gone", [PostWithdrawn(at=AT), CitizenErased(at=AT, citizen="c")])
def test_a_post_that_is_gone_stays_gone_though_it_is_said_again(gone: Fact) -> None:
    posts = city()
    posts.see([received(), said("p1", 2, gone), received()])
    assert (alike(posts), len(posts)) == ([], 0)

    posts.see([said("p2", 2, gone)])
    posts.see([received("p2"), released("p2")])
    assert alike(posts) == []


def test_a_hidden_post_is_gone_until_it_is_restored() -> None:
    posts = city()
    posts.see([received(), said("p1", 2, PostHidden(at=AT, reason="违规", by="s")), received()])
    assert (alike(posts), posts.shown("p1")) == ([], None)

    posts.see([said("p1", 3, PostRestored(at=AT, reason="误判", by="s"))])
    assert alike(posts) == ["SQ-p1"]


def test_only_the_newest_are_kept() -> None:
    posts = city(capacity=10)
    posts.see([received(f"p{n}", f"{BUS}第{n}帖", minutes=n) for n in range(25)])
    assert len(posts) == 10
    assert set(alike(posts)) <= {f"SQ-p{n}" for n in range(15, 25)}


def test_seeing_the_same_log_again_gives_the_same_topics() -> None:
    events = about_the_bus(9)
    first, second = city(), city()
    first.see(events)
    second.see(events)
    second.see(events)
    now = AT + timedelta(hours=1)
    assert first.topics(now) == second.topics(now) != []


def policy_changed(seq: int = 1, partition: int = 0, **numbers: float) -> Event:
    fact = PolicyChanged(at=AT, part={"topics": numbers})
    return Event(f"policy/{seq}", "city", f"city:{partition}", seq, fact, "intake")


def about_the_bus(many: int) -> list[Event]:
    return [
        received(f"p{n}", f"桑墟镇12路公交车停运了,第{n}个邻居来问,什么时候恢复12路公交?", minutes=n)
        for n in range(many)
    ]


def test_a_topic_needs_as_many_posts_as_the_policy_now_says() -> None:
    posts = city()
    posts.see(about_the_bus(7))
    assert posts.topics(AT) != []

    posts.see([policy_changed(enough=8)])
    assert posts.changed
    assert posts.topics(AT) == []

    posts.see([policy_changed(2, enough=6), *about_the_bus(8)])
    [topic] = posts.topics(AT)
    assert len(topic.posts) == 8


def test_a_window_made_shorter_lets_go_at_once() -> None:
    posts = city()
    posts.see(about_the_bus(9))
    posts.see([policy_changed(window_hours=2)])
    assert posts.topics(AT + timedelta(hours=3)) == []


def test_a_window_of_fewer_posts_keeps_the_newest() -> None:
    posts = city()
    posts.see([*about_the_bus(150), policy_changed(most_posts=100)])
    [topic] = posts.topics(AT + timedelta(hours=3))
    assert set(topic.numbers) <= {f"SQ-p{n}" for n in range(50, 150)}


def test_a_change_said_to_every_partition_is_one_change() -> None:
    posts = city()
    changes = [policy_changed(1, 0, enough=10), policy_changed(2, 0, enough=20)]
    posts.see([*changes, policy_changed(1, 1, enough=10)])
    assert posts.numbers.enough == 20


def test_a_change_of_other_numbers_leaves_topics_as_they_are() -> None:
    posts = city()
    posts.see([Event("policy/1", "city", "city:0", 1, PolicyChanged(at=AT, part={"pause": {}}), "intake")])
    assert not posts.changed
