"""What is told of topics: each once, and again when it has grown, under the name it was first told by."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from contracts.groups import TopicFound, TopicGrown
from services.router.core.topics.talk import Talk, news
from services.router.core.topics.window import Found

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)


def standing(name: str, posts: range, words: tuple[str, ...] = ("公交",)) -> Found:
    keys = tuple(f"p{n}" for n in posts)
    numbers = tuple(f"SQ-{n}" for n in posts)
    return Found(name, words, keys, numbers, "321322", "桑墟镇", 1.0, "都说到公交")


@dataclass
class Told:
    """What was told so far."""

    talks: dict[str, Talk]

    def tell(self, *topics: Found, at: datetime = AT) -> list[TopicFound | TopicGrown]:
        found = news(self.talks, topics, at, enough=5, share=0.25)
        self.talks |= {talk.topic: talk for talk, _ in found}
        return [fact for _, fact in found if fact is not None]


def test_a_topic_nobody_was_told_of_is_found_with_its_evidence() -> None:
    told = Told({})
    [fact] = told.tell(standing("a", range(6)))

    assert isinstance(fact, TopicFound)
    assert (fact.topic, fact.posts, fact.numbers[0]) == ("a", tuple(f"p{n}" for n in range(6)), "SQ-0")
    assert told.talks["a"].seq == 1


def test_the_same_topic_is_not_told_again() -> None:
    told = Told({})
    told.tell(standing("a", range(6)))
    assert told.tell(standing("a", range(6))) == []
    assert told.tell(standing("a", range(9))) == []


def test_it_has_grown_with_five_more_and_only_those_are_named() -> None:
    told = Told({})
    told.tell(standing("a", range(6)))
    [fact] = told.tell(standing("a", range(11)), at=AT + timedelta(hours=1))

    assert isinstance(fact, TopicGrown)
    assert (fact.size, fact.posts) == (11, tuple(f"p{n}" for n in range(6, 11)))
    assert (told.talks["a"].seq, told.talks["a"].found_at) == (2, AT)


def test_a_large_topic_must_gain_a_quarter_and_not_just_five() -> None:
    told = Told({})
    told.tell(standing("a", range(100)))
    assert told.tell(standing("a", range(110))) == []
    assert len(told.tell(standing("a", range(126)))) == 1


def test_after_a_rebuild_the_same_posts_go_on_under_the_told_name() -> None:
    told = Told({})
    told.tell(standing("a", range(10)))
    assert told.tell(standing("b", range(4, 10))) == []
    [fact] = told.tell(standing("b", range(4, 16)))

    assert isinstance(fact, TopicGrown)
    assert fact.topic == "a"
    assert fact.posts == tuple(f"p{n}" for n in range(10, 16))


def test_two_topics_never_go_on_under_one_name() -> None:
    told = Told({})
    told.tell(standing("a", range(10)))
    facts = told.tell(standing("b", range(5)), standing("c", range(5, 10)))

    assert [type(fact) for fact in facts] == [TopicFound]
    assert set(told.talks) == {"a", "c"}


def test_what_left_the_window_is_not_told_as_new_when_it_is_seen_again() -> None:
    told = Told({})
    told.tell(standing("a", range(20)))
    told.tell(standing("a", range(10, 30)))
    assert told.tell(standing("a", range(5, 30))) == []


def test_words_that_a_topic_no_longer_shares_are_forgotten_without_a_word() -> None:
    told = Told({})
    told.tell(standing("a", range(6), words=("王小明", "公交")))

    assert told.tell(standing("a", range(5), words=("公交",))) == []
    assert told.talks["a"].words == ("公交",)
    assert told.talks["a"].seq == 1


def test_a_topic_that_no_longer_stands_keeps_no_words_and_goes_on_under_its_name() -> None:
    told = Told({})
    told.tell(standing("a", range(6)))

    assert told.tell() == []
    kept = told.talks["a"]
    assert (kept.words, kept.place, kept.why) == ((), "", "")
    assert told.tell(standing("b", range(6))) == []
    assert told.talks["a"].words == ("公交",)
    assert "b" not in told.talks


def test_a_topic_that_stands_as_it_was_told_is_not_written_again() -> None:
    told = Told({})
    told.tell(standing("a", range(6)))
    before = told.talks["a"]

    told.tell(standing("a", range(7), words=("公交", "停运")))

    assert told.talks["a"] is before
