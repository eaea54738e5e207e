"""What is written can be read, and what cannot be read is said to be so."""

from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid5

import msgspec
import pytest

from contracts.codec import Event, Headers, Unreadable, decode, encode
from contracts.examples import EXAMPLES, FOLDER, POST
from contracts.facts import Fact
from contracts.identity import PARTITIONS, city_subject, derived, partition_of
from contracts.posts import PostSupported
from contracts.topics import BY_NAME, POSTS, TOPIC_OF, TOPICS, type_of
from wenzheng.tools import publish_contracts as publish


@pytest.mark.parametrize("fact", EXAMPLES, ids=lambda fact: type(fact).__name__)
def test_every_fact_survives_the_bus(fact: Fact) -> None:
    topic = TOPIC_OF[type(fact)]
    event = Event(derived("cause", "kind"), topic.name, POST, 3, fact, topic.writer)

    record = encode(event)

    assert decode(topic, record.key, record.value, record.headers) == event
    assert dict(record.headers)["ce_time"].decode() == fact.at.isoformat()


def test_every_fact_has_an_example() -> None:
    assert {type(fact) for fact in EXAMPLES} == set(TOPIC_OF)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/*.json")), ids=lambda path: path.stem)
def test_an_example_once_committed_decodes_for_ever(path: Path) -> None:
    fact = BY_NAME[path.parent.name].decoder.decode(path.read_bytes())

    assert type_of(type(fact)) == path.stem


def test_schemas_asyncapi_and_readme_are_fresh() -> None:
    stale = [path.name for path, content in publish.files().items() if path.read_text("utf-8") != content]

    assert stale == []


def _with(headers: Headers, name: str, value: bytes) -> Headers:
    return [(known, value if known == name else kept) for known, kept in headers]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda r: (None, r.value, r.headers), "null key"),
        (lambda r: (r.key, None, r.headers), "no body"),
        (lambda r: (r.key, b"{", r.headers), "body is no fact"),
        (lambda r: (r.key, r.value.replace(b".v1", b".v7"), r.headers), "body is no fact"),
        (lambda r: (b"\xff\xfe", r.value, r.headers), "no text"),
        (lambda r: (r.key, r.value, [h for h in r.headers if h[0] != "ce_seq"]), "no sequence number"),
        (lambda r: (r.key, r.value, [h for h in r.headers if h[0] != "ce_id"]), "header missing"),
        (lambda r: (b"another-key", r.value, r.headers), "disagree"),
        (lambda r: (r.key, r.value, _with(r.headers, "ce_seq", b"0")), "disagree"),
        (lambda r: (r.key, r.value, _with(r.headers, "ce_seq", b"one")), "no text"),
        (lambda r: (r.key, r.value, _with(r.headers, "ce_type", b"post.withdrawn.v1")), "header says"),
        (lambda r: (r.key, r.value.replace(b"+08:00", b""), r.headers), "without offset"),
        (lambda r: (r.key, b"[" * 200_000, r.headers), "body is no fact"),
    ],
)
def test_what_is_no_event_is_unreadable_with_a_reason(change: object, reason: str) -> None:
    fact = PostSupported(at=datetime.fromisoformat("2026-03-02T09:00:00+08:00"), supporter="s")
    record = encode(Event("e-1", "posts", POST, 1, fact, "intake"))

    with pytest.raises(Unreadable, match=reason):
        decode(POSTS, *change(record))  # type: ignore[operator]


def test_a_field_added_later_does_not_disturb_an_older_reader() -> None:
    body = b'{"type":"post.supported.v1","at":"2026-03-02T09:00:00+08:00","supporter":"s","later":1}'

    assert POSTS.decoder.decode(body).supporter == "s"


def test_subjects_spread_over_all_partitions_and_city_subjects_stay_where_they_say() -> None:
    spread = {partition_of(derived("post", "id", n)) for n in range(500)}

    assert spread == set(range(PARTITIONS))
    assert [partition_of(city_subject(p)) for p in range(PARTITIONS)] == list(range(PARTITIONS))


@pytest.mark.parametrize("n", range(8))
def test_a_derived_id_is_the_one_that_the_standard_library_makes(n: int) -> None:
    namespace = UUID("6f8f4f8e-8d6b-5d0a-9a4e-3f1f4b1c2a77")

    assert derived("因由", "post.received.v1", n) == str(uuid5(namespace, f"因由/post.received.v1/{n}"))


def test_each_kind_of_fact_is_said_in_one_topic_and_each_topic_has_the_same_partitions() -> None:
    kinds = [type_of(fact) for topic in TOPICS for fact in topic.facts]

    assert len(kinds) == len(set(kinds))
    assert {topic.partitions for topic in TOPICS} == {PARTITIONS}
    assert msgspec.json.schema(POSTS.union)["anyOf"]
