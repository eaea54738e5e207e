"""The log is read from outside: what every command that looks at a stack waits for."""

import time

import pytest
from aiokafka import TopicPartition

from contracts.topics import TOPICS
from tests.stack import Stack
from wenzheng.log import ends, reading

pytestmark = pytest.mark.real


async def test_the_ends_of_all_topics_are_one_question_not_one_for_each_topic(stack: Stack) -> None:
    took = []
    for _ in range(3):
        async with reading(stack.bus()) as consumer:
            started = time.monotonic()
            found = await ends(consumer)
            took.append(time.monotonic() - started)

    assert {topic for topic, _ in found} == {topic.name for topic in TOPICS}
    # A client waits 100 ms between two questions about topics that it does not know yet.
    assert min(took) < 0.1 * len(TOPICS) / 2


async def test_who_reads_the_log_has_named_all_topics_before_the_first_question_and_is_sent_nothing_yet(
    stack: Stack,
) -> None:
    every = {TopicPartition(topic.name, p) for topic in TOPICS for p in range(topic.partitions)}

    async with reading(stack.bus()) as consumer:
        named = consumer.assignment(), consumer.paused()
        await ends(consumer)

    assert named == (every, every)
