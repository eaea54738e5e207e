"""Kafka is told the instant of a record, but of a ballot its day alone: the minute could be compared with when somebody was there."""

from datetime import datetime
from typing import Any

import httpx2
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.structs import ConsumerRecord

from chassis.kafka.broker import Broker
from chassis.kafka.producer import of_its_day
from contracts.codec import time_of
from contracts.identity import PARTITIONS
from contracts.topics import BALLOTS, SURVEYS, TOPICS, Topic
from services.survey.web import examples
from tests.patience import PATIENCE, comes
from tests.services.intake.door import at
from tests.services.survey.door import Person, cast, entitle
from tests.stack import Stack
from wenzheng.log import reading, records
from wenzheng.stack import access, kafka

TIMES = "message.timestamp.type"
DAY = at("2026-03-02T00:00")


def test_ballots_alone_are_told_by_their_day() -> None:
    assert [topic for topic in TOPICS if topic.day_only] == [BALLOTS]


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-03-02T10:07", "2026-03-02T00:00"),
        ("2026-03-05T10:07", "2026-03-02T00:00"),
        # City time that runs ahead of the machine's: a broker takes nothing of a future.
        ("2026-02-28T10:07", "2026-02-28T10:07"),
    ],
)
def test_a_record_is_told_as_of_the_beginning_of_its_day_and_never_of_a_future(now: str, told: str) -> None:
    headers = [("ce_time", DAY.isoformat().encode())]

    assert of_its_day(headers, at(now).timestamp()) == at(told).timestamp() * 1000


def test_a_record_that_names_no_time_is_told_as_of_none() -> None:
    assert of_its_day([], DAY.timestamp()) == 0


@pytest.mark.real
async def test_neither_a_ballot_nor_kafka_tells_at_which_minute_somebody_answered(stack: Stack) -> None:
    survey = await _answered(stack)

    async def found() -> list[ConsumerRecord]:
        return [one for one in await _records(stack.bus(), BALLOTS) if survey in (one.value or b"").decode()]

    [ballot] = await comes(found)
    told = time_of(ballot.headers)
    assert told is not None
    assert (told.hour, told.minute, told.second, told.microsecond) == (0, 0, 0, 0)
    assert ballot.timestamp == told.timestamp() * 1000
    [published, *_] = [one for one in await _records(stack.bus(), SURVEYS) if one.key.decode() == survey]
    said = time_of(published.headers)
    assert said is not None
    assert abs(datetime.fromtimestamp(published.timestamp / 1000, said.tzinfo) - said).total_seconds() < 600


@pytest.mark.real
async def test_a_broker_of_an_earlier_time_writes_no_time_of_its_own_after_the_next_start(
    stack: Stack,
) -> None:
    bus = stack.bus(access.ADMIN)
    assert await _setting(bus) == "CreateTime"
    admin = AIOKafkaAdminClient(**bus.options)
    await admin.start()
    earlier = {"retention.ms": "-1", "cleanup.policy": "delete", TIMES: "LogAppendTime"}
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, BALLOTS.name, earlier)])
    await admin.close()
    assert await _setting(bus) == "LogAppendTime"

    assert await kafka.create_topics(bus) == 0

    assert await _setting(bus) == "CreateTime"


async def _answered(stack: Stack) -> str:
    """A survey that one person has answered."""
    supervisor = stack.token("s1", "supervision", "supervisor")
    async with httpx2.AsyncClient(base_url=stack.address("survey"), timeout=PATIENCE) as http:

        async def staff(path: str, body: dict[str, Any]) -> str:
            headers = supervisor | {"Idempotency-Key": f"times{path}"}
            answer = await http.post(f"/v1/surveys{path}", json=body, headers=headers)
            assert answer.status_code == 202, answer.text
            return str(answer.json()["id"])

        survey = await staff("", examples.DRAFT)
        await staff(f"/{survey}/publication", {})
        person = Person("13900001234", bytes([7]) * 32)
        assert (await entitle(http, survey, person)).status_code == 200
        assert (await cast(http, survey, person)).status_code == 202
    return survey


async def _records(bus: Broker, topic: Topic) -> list[ConsumerRecord]:
    async with reading(bus) as consumer:
        return [one for p in range(PARTITIONS) async for one in records(consumer, (topic,), p)]


async def _setting(bus: Broker) -> str:
    """What the broker writes as the time of a ballot's record."""
    admin = AIOKafkaAdminClient(**bus.options)
    await admin.start()
    try:
        asked = ConfigResource(ConfigResourceType.TOPIC, BALLOTS.name, {TIMES: None})
        [found] = await admin.describe_configs([asked])
    finally:
        await admin.close()
    return str(found.resources[0][4][0][1])
