"""Writes what follows from the registry: schemas, examples, AsyncAPI, the README's table. `--check` compares."""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from contracts.examples import EXAMPLES, FOLDER
from contracts.topics import TOPIC_OF, TOPICS, Topic, type_of

HERE = Path(__file__).resolve().parents[2] / "contracts"


def schema_of(topic: Topic) -> dict[str, Any]:
    """JSON Schema of everything that may be said in a topic."""
    schema: dict[str, Any] = msgspec.json.schema(topic.union)
    return schema


def asyncapi() -> dict[str, Any]:
    """AsyncAPI 3.0 of all topics, with the schemas beside it."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for topic in TOPICS:
        names = [fact.__name__ for fact in topic.facts]
        channels[topic.name] = {
            "address": topic.name,
            "description": topic.sentence,
            "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
            "bindings": {
                "kafka": {
                    "partitions": topic.partitions,
                    "topicConfiguration": {"retention.ms": topic.retention_ms, "cleanup.policy": ["delete"]},
                    "bindingVersion": "0.5.0",
                }
            },
        }
        operations[f"{topic.writer}-says-{topic.name}"] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{topic.name}"},
        }
        for reader in (*topic.readers, *topic.watchers):
            operations[f"{reader.replace(' ', '-')}-hears-{topic.name}"] = {
                "action": "receive",
                "channel": {"$ref": f"#/channels/{topic.name}"},
            }
        for fact in topic.facts:
            messages[fact.__name__] = {
                "name": type_of(fact),
                "summary": (fact.__doc__ or "").strip().splitlines()[0],
                "contentType": "application/json",
                "payload": {"$ref": f"schemas/{topic.name}.json#/$defs/{fact.__name__}"},
            }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "wenzheng 问政",
            "version": "1.0.0",
            "description": "CloudEvents 1.0, binary mode: headers ce_id, ce_type, ce_source, ce_time, ce_subject, "
            "ce_seq (number among the facts of this topic about this subject), ce_department where one is named.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }


def table() -> str:
    """The table of topics for README and walk, in Markdown."""
    rows = ["| Topic | Writer | Readers | Key | Facts |", "|---|---|---|---|---|"]
    for topic in TOPICS:
        facts = " · ".join(fact.__name__ for fact in topic.facts)
        rows.append(
            f"| `{topic.name}` | {topic.writer} | {', '.join((*topic.readers, *topic.watchers))} | {topic.key} | {facts} |"
        )
    return "\n".join(rows) + "\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def files() -> dict[Path, str]:
    """Every generated file with its content. Examples are written once and never generated again."""
    found = {HERE / "schemas" / f"{topic.name}.json": _json(schema_of(topic)) for topic in TOPICS}
    found[HERE / "asyncapi.json"] = _json(asyncapi())
    found[HERE / "README.md"] = README.format(table=table())
    return found


def examples() -> dict[Path, str]:
    """The example of each fact under its type; a committed one is never overwritten."""
    return {
        FOLDER / TOPIC_OF[type(fact)].name / f"{type_of(type(fact))}.json": _json(
            json.loads(msgspec.json.encode(fact))
        )
        for fact in EXAMPLES
    }


README = """# contracts: what is said

Facts are frozen structs, past tense, one tagged union per topic; `topics.py` is the registry, `codec.py` turns
them into CloudEvents on Kafka. `python -m wenzheng.tools.publish_contracts` writes this page, `asyncapi.json` and `schemas/`
from the registry, and an example for a new fact into `examples/`; a test says they are fresh.

A field is added only with a default. Anything else is a new version beside the old one (`…v2`), and the old one is
lifted in `codec.LIFTS`, so that the rules know one shape. An example once committed must decode for ever.

{table}"""


def main() -> int:
    """Write, or with `--check` name what is stale and return 1."""
    stale = []
    for path, content in files().items():
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            stale.append(path)
    new = {path: content for path, content in examples().items() if not path.exists()}
    if "--check" in sys.argv:
        for path in [*stale, *new]:
            print(f"stale: {path.relative_to(HERE.parent)}; run python -m wenzheng.tools.publish_contracts")
        return 1 if stale or new else 0
    for path, content in {**{p: files()[p] for p in stale}, **new}.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
