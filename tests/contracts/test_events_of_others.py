"""What others read with their own tools: AsyncAPI by its parser, events by the CloudEvents SDK, bodies by JSON Schema."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from contracts.codec import Event, encode
from contracts.examples import EXAMPLES, FOLDER, POST
from contracts.facts import Fact
from contracts.identity import derived
from contracts.topics import TOPIC_OF, TOPICS, type_of
from tests.patience import PATIENCE

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"
ASYNCAPI = json.loads((CONTRACTS / "asyncapi.json").read_text("utf-8"))
_PARSE = """
const {Parser} = require('@asyncapi/parser');
const file = process.argv[1];
new Parser().parse(require('fs').readFileSync(file, 'utf8'), {source: file}).then(({document, diagnostics}) =>
  console.log(JSON.stringify({valid: Boolean(document), wrong: diagnostics.filter(d => d.severity < 2)})));
"""


def _parser() -> bool:
    """Whether Node.js and AsyncAPI's own parser are here (`npm install @asyncapi/parser`, `NODE_PATH`)."""
    if shutil.which("node") is None:
        return False
    looked = subprocess.run(
        ["node", "-e", "require.resolve('@asyncapi/parser')"], capture_output=True, check=False, cwd=CONTRACTS
    )
    return looked.returncode == 0


@pytest.mark.skipif(not _parser(), reason="Node.js with @asyncapi/parser is not here (NODE_PATH)")
def test_asyncapi_is_valid_by_its_own_parser() -> None:
    done = subprocess.run(
        ["node", "-e", _PARSE, str(CONTRACTS / "asyncapi.json")],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
        timeout=PATIENCE,
    )

    assert json.loads(done.stdout) == {"valid": True, "wrong": []}


def test_every_reference_of_asyncapi_leads_to_something() -> None:
    def lead(document: object, reference: str) -> object:
        file, _, pointer = reference.partition("#")
        target = json.loads((CONTRACTS / file).read_text("utf-8")) if file else document
        for step in pointer.strip("/").split("/"):
            target = target[step]  # type: ignore[index]
        return target

    def walk(part: object) -> None:
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                assert lead(ASYNCAPI, part["$ref"])
            for value in part.values():
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(ASYNCAPI)


def test_asyncapi_names_every_topic_with_its_writer_readers_and_facts() -> None:
    for topic in TOPICS:
        channel = ASYNCAPI["channels"][topic.name]
        assert set(channel["messages"]) == {fact.__name__ for fact in topic.facts}
        assert f"{topic.writer}-says-{topic.name}" in ASYNCAPI["operations"]
        for fact in topic.facts:
            assert ASYNCAPI["components"]["messages"][fact.__name__]["name"] == type_of(fact)


def _registry() -> Registry:
    schemas = {
        path.name: json.loads(path.read_text("utf-8")) for path in (CONTRACTS / "schemas").glob("*.json")
    }
    return Registry().with_resources(
        (name, Resource.from_contents(schema, default_specification=DRAFT202012))
        for name, schema in schemas.items()
    )


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/*.json")), ids=lambda path: path.stem)
def test_an_example_once_committed_is_what_the_published_schema_still_wants(path: Path) -> None:
    schema = {"$ref": f"{path.parent.name}.json"}

    jsonschema.Draft202012Validator(schema, registry=_registry()).validate(
        json.loads(path.read_text("utf-8"))
    )


@pytest.mark.parametrize("fact", EXAMPLES, ids=lambda fact: type(fact).__name__)
def test_the_sdk_of_cloudevents_reads_every_event_of_every_topic(fact: Fact) -> None:
    kafka = pytest.importorskip(
        "cloudevents.core.bindings.kafka", reason="cloudevents is not installed: make setup"
    )
    topic = TOPIC_OF[type(fact)]
    said = Event(derived("cause", "kind"), topic.name, POST, 3, fact, topic.writer)
    record = encode(said)

    read = kafka.from_kafka_event(
        kafka.KafkaMessage(headers=dict(record.headers), key=record.key, value=record.value)
    )

    assert read.get_id() == said.id
    assert read.get_type() == type_of(type(fact))
    assert read.get_source() == topic.writer
    assert read.get_subject() == POST
    assert read.get_time() == fact.at
    assert read.get_datacontenttype() == "application/json"
    assert read.get_extension("seq") == "3"
    assert read.get_data()["type"] == type_of(type(fact))
