"""An example department system: reads its assignments from Kafka with a consumer group of its own.

    python deploy/examples/department_system.py --department water --kafka 127.0.0.1:18010 \
        --password-file .wenzheng/secrets/kafka-department

Needs only aiokafka. Each assignment is printed as one JSON line; header `ce_department` filters without
reading bodies. Offsets are committed after printing, so nothing is missed and a repeat is possible:
remember the event's id.
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path

from aiokafka import AIOKafkaConsumer


async def read(kafka: str, password: str, department: str, group: str, count: int, timeout: float) -> int:
    """Print the department's assignments; returns how many were printed."""
    consumer = AIOKafkaConsumer(
        "assignments",
        bootstrap_servers=kafka,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username="department",
        sasl_plain_password=password,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    printed = 0
    try:
        async with asyncio.timeout(timeout or None):
            async for record in consumer:
                headers = {name: value.decode() for name, value in record.headers}
                if headers.get("ce_department") == department:
                    body = json.loads(record.value)
                    line = {
                        "id": headers["ce_id"],
                        "type": headers["ce_type"],
                        "number": body.get("number"),
                        **body,
                    }
                    print(json.dumps(line, ensure_ascii=False), flush=True)
                    printed += 1
                await consumer.commit()
                if count and printed >= count:
                    break
    except TimeoutError:
        pass
    finally:
        await consumer.stop()
    return printed


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="reads a department's assignments")
    parser.add_argument("--kafka", default="127.0.0.1:18010")
    parser.add_argument("--department", required=True)
    parser.add_argument(
        "--password-file",
        type=Path,
        default=Path(".wenzheng/secrets/kafka-department"),
        help="of the user `department`, who may read this topic and nothing else",
    )
    parser.add_argument("--group", default="")
    parser.add_argument("--count", type=int, default=0, help="stop after so many")
    parser.add_argument("--timeout", type=float, default=0.0, help="seconds, 0 is for ever")
    given = parser.parse_args()
    group = given.group or f"department-{given.department}"
    password = given.password_file.read_text(encoding="utf-8").strip()
    printed = asyncio.run(read(given.kafka, password, given.department, group, given.count, given.timeout))
    sys.exit(0 if printed >= given.count else 1)


if __name__ == "__main__":
    main()
