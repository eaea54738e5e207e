"""Java's ahead-of-time cache (JEP 514): Kafka starts with classes loaded and linked beforehand, at half the cost.

A broker that starts from its jars uses 5 seconds of processor before it answers; with the cache it uses 2.
The cache is made once, by a broker in a folder of its own that is started and ended at once. Without it
everything works as well, only later.
"""

import asyncio
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from chassis.kafka.broker import Broker
from wenzheng.stack import access, kafka
from wenzheng.stack.home import Home, Ports, Trouble

START_SECONDS = 120.0
"""A broker that has not answered by then is ended without a cache."""


def make_once() -> bool:
    """Make the cache where there is none; returns whether there is one now."""
    if kafka.AOT_CACHE.exists():
        return True
    with tempfile.TemporaryDirectory(prefix="wz-aot-") as folder:
        try:
            home, ports = Home(Path(folder)), _free_ports()
            home.prepare()
            settings = kafka.properties(home, ports)
            kafka.format_once(home, settings)
            bus = access.administrator(f"127.0.0.1:{ports.of('kafka')}", home.secret(f"kafka-{access.ADMIN}"))
            _train(kafka.command(settings, training=True), ports.of("kafka"), bus)
        except (OSError, Trouble, subprocess.TimeoutExpired) as problem:
            print(f"Kafka: {problem}", file=sys.stderr)
    return kafka.AOT_CACHE.exists()


def _free_ports() -> Ports:
    """Two ports side by side that nobody listens on now. Raises Trouble where none are to be had."""
    for _ in range(20):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            ports = Ports(probe.getsockname()[1] - Ports(0).of("kafka"))
        try:
            ports.check(["kafka", "kafka-controller"])
            return ports
        except Trouble:
            continue
    raise Trouble("没有空闲端口。 No free ports.")


def _train(command: list[str], port: int, bus: Broker) -> None:
    """Start a broker, wait until it answers, end it; it writes the cache as it ends."""
    broker = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=kafka.environment()
    )
    try:
        until = time.monotonic() + START_SECONDS
        while broker.poll() is None and time.monotonic() < until:
            time.sleep(0.2)
            if _listens(port) and asyncio.run(kafka.answers(bus)):
                asyncio.run(kafka.create_topics(bus))
                break
        broker.terminate()
        broker.wait(START_SECONDS)
    finally:
        if broker.poll() is None:
            broker.kill()
            broker.wait()


def _listens(port: int) -> bool:
    """Whether anybody listens on this port; asked first, since Kafka's client complains of every refusal."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
