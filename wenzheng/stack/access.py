"""Who may do what on the bus: a user for each service, and what the registry of topics lets it read and write.

Services sign in by SCRAM, so that no password travels. The one who makes topics, users and rights signs in by a password
that stands in the broker's own settings, so that a cluster can be given its users at its first start.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code
from aiokafka.protocol.admin import CreateAclsRequest, CreateAclsRequest_v1
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    CompactArray,
    CompactBytes,
    CompactString,
    Int8,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

from chassis.kafka.broker import Broker
from contracts.topics import TOPICS, Topic
from wenzheng.stack.home import SERVICES, Trouble

ADMIN: Final = "admin"
"""May everything; the process manager and `wenzheng.tools.prepare`, nobody else."""
AUDITOR: Final = "auditor"
"""Reads every topic: the commands that look."""
DEPARTMENT: Final = "department"
"""Reads what departments' own systems may, in groups of their own."""
READ, WRITE = 3, 4
"""Kafka's numbers of operations; each includes DESCRIBE."""
TOPIC, GROUP = 2, 3
"""Kafka's numbers of kinds of resources."""
LITERAL, PREFIXED = 3, 4
ALLOW: Final = 3
SCRAM_SHA_512: Final = 2
ITERATIONS: Final = 4096
"""RFC 7677's least; passwords here are 192 random bits, which no number of rounds makes safer."""


@dataclass(frozen=True, order=True)
class Right:
    """A user may do something to a topic, or read as a group."""

    user: str
    operation: int
    name: str
    kind: int = TOPIC
    pattern: int = LITERAL


def rights(topics: tuple[Topic, ...] = TOPICS) -> set[Right]:
    """All rights on the bus, of the registry. A writer reads its own topics, too: at the start it looks for what it said."""
    found = {Right(service, READ, f"wenzheng-{service}", GROUP) for service in SERVICES}
    found.add(Right(DEPARTMENT, READ, "department-", GROUP, PREFIXED))
    for topic in topics:
        readers = {DEPARTMENT if reader == "department systems" else reader for reader in topic.readers}
        found |= {
            Right(user, READ, topic.name) for user in {*readers, *topic.watchers, topic.writer, AUDITOR}
        }
        found.add(Right(topic.writer, WRITE, topic.name))
    return found


def broker_settings(password: str) -> dict[str, str]:
    """The settings of a broker whose listeners are CLIENTS and CONTROLLER: nobody is believed without a password.

    The broker itself signs in as the administrator where it speaks to the controller and to other brokers.
    """
    module = "org.apache.kafka.common.security.plain.PlainLoginModule"
    itself = f'{module} required username="{ADMIN}" password="{password}" user_{ADMIN}="{password}";'
    scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    return {
        "listener.security.protocol.map": "CLIENTS:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
        "inter.broker.listener.name": "CLIENTS",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.clients.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
        "listener.name.clients.plain.sasl.jaas.config": itself,
        "listener.name.clients.scram-sha-512.sasl.jaas.config": scram,
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.controller.plain.sasl.jaas.config": itself,
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:{ADMIN}",
    }


def administrator(servers: str, password: str) -> Broker:
    """The bus for who makes topics, users and rights."""
    return Broker(servers, ADMIN, password, "PLAIN")


async def grant(broker: Broker, passwords: Mapping[str, str]) -> None:
    """Make or renew the users and their rights; `passwords` by user. Raises Trouble when the broker refuses one."""
    client = AIOKafkaAdminClient(**broker.options)
    await client.start()
    try:
        answer = await client._send_to_controller(_Users(passwords))
        for user, code, reason, *_ in answer.results:
            if code:
                raise Trouble(f"Kafka 用户 {user} 没有建成:{reason}。 The user was not created.")
        made = await client._send_to_controller(_Rights(sorted(rights())))
        for code, reason in made.creation_responses:
            if code:
                raise Trouble(
                    f"Kafka 权限没有设好:{reason or for_code(code).__name__}。 A right was not granted."
                )
    finally:
        await client.close()


# -- two requests that the client does not have, or only for one right at a time -----------------------


class _UsersAnswer(Response):
    API_KEY = 51
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "results",
            CompactArray(
                ("user", CompactString("utf-8")),
                ("error_code", Int16),
                ("error_message", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _UsersRequest(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 51
    API_VERSION = 0
    RESPONSE_TYPE = _UsersAnswer
    SCHEMA = Schema(
        (
            "deletions",
            CompactArray(
                ("name", CompactString("utf-8")),
                ("mechanism", Int8),
                ("tags", TaggedFields),
            ),
        ),
        (
            "upsertions",
            CompactArray(
                ("name", CompactString("utf-8")),
                ("mechanism", Int8),
                ("iterations", Int32),
                ("salt", CompactBytes),
                ("salted_password", CompactBytes),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _Users(Request[_UsersRequest]):
    """AlterUserScramCredentials (KIP-554): what is sent is salted, not the password."""

    API_KEY = 51

    def __init__(self, passwords: Mapping[str, str]) -> None:
        self._passwords = passwords

    def build(self, request_struct_class: type[_UsersRequest]) -> _UsersRequest:
        return request_struct_class([], list(self._salted()), {})

    def _salted(self) -> Iterator[tuple[str, int, int, bytes, bytes, dict[int, bytes]]]:
        for user, password in self._passwords.items():
            salt = os.urandom(32)
            salted = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
            yield user, SCRAM_SHA_512, ITERATIONS, salt, salted, {}


class _Rights(Request[CreateAclsRequest_v1]):
    """CreateAcls: all rights at once; those that are there already stay."""

    API_KEY = CreateAclsRequest.API_KEY

    def __init__(self, rights: list[Right]) -> None:
        self._rights = rights

    def build(self, request_struct_class: type[CreateAclsRequest_v1]) -> CreateAclsRequest_v1:
        return request_struct_class(
            [
                (right.kind, right.name, right.pattern, f"User:{right.user}", "*", right.operation, ALLOW)
                for right in self._rights
            ]
        )
