"""The public descriptions: whole, true and usable, of every service and of all together."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import jsonschema_rs
import pytest

from chassis.web.described import merged, operations
from chassis.web.docs import page
from services.intake.core.acts import ACTS
from tests.interfaces import SERVICES, client, edges, token
from tests.journeys.world import World

pytestmark = pytest.mark.medium

KEYLESS = (
    *("/resend", "/tokens", "/ballots", "/codes", "/sessions", "/letters", "/unsubscriptions"),
    *("/attachments", "/passes", "/inbox/choice", "/inbox/addresses", "/inbox/proofs"),
    *("/what-ifs", "/cancellation", "/contact", "/receipts", "/receipts/sms", "/receipts/mail"),
)
"""A notice that goes out once more goes out under its own id, however often one asks; tokens and ballots are the same each time; codes and sessions are secrets
that are not kept to be told again, and so are passes: a second code is another, a code that was used is used, a letter goes out once; a file that is given twice is two until a post names one; of what is
only tried a person has one at a time, and nothing is stored; a choice is the same however often it is made, and a code for an inbox is one a minute; a contact is shown
again, and each time is logged; of two receipts about a message the first one stands."""


@pytest.fixture
async def documents(tmp_path: Path) -> dict[str, Any]:
    """Service to its description, as it is served."""
    world = World(1, "2026-03-02T10:00", tmp_path)
    found = {}
    for service, edge in edges(world).items():
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=edge), base_url="http://x") as http:
            found[service] = (await http.get("/openapi.json")).json()
    return found


def references(part: Any) -> Iterator[str]:
    """Every reference in a document."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def resolve(document: Any, reference: str) -> Any:
    """What a reference leads to. Raises KeyError when it leads nowhere."""
    assert reference.startswith("#/"), reference
    for step in reference.removeprefix("#/").split("/"):
        document = document[step]
    return document


async def test_every_reference_leads_to_something(documents: dict[str, Any]) -> None:
    for document in (*documents.values(), merged(documents, dict.fromkeys(SERVICES, "http://x"))):
        assert document["openapi"].startswith("3.1")
        for reference in references(document):
            assert resolve(document, reference)


async def test_every_parameter_of_a_path_is_declared_and_no_other(documents: dict[str, Any]) -> None:
    for document in documents.values():
        for path, _, operation in operations(document):
            parameters = [
                resolve(document, p["$ref"]) if "$ref" in p else p for p in operation.get("parameters", [])
            ]
            assert {p["name"] for p in parameters if p["in"] == "path"} == set(re.findall(r"{(\w+)}", path))


async def test_every_operation_says_what_it_is_who_may_and_what_can_come(documents: dict[str, Any]) -> None:
    identities = []
    for service, document in documents.items():
        for path, method, operation in operations(document):
            identities.append(operation["operationId"])
            assert operation["summary"].endswith("."), f"{path}: a sentence, not the name of a function"
            assert operation["tags"] == [service]
            assert "security" in operation
            statuses = set(operation["responses"])
            assert {"400", "406", "429", "500", "503"} <= statuses
            assert any(status.startswith("2") for status in statuses)
            if operation["security"]:
                assert {"401", "403"} <= statuses
            if "requestBody" in operation:
                assert {"413", "415", "422"} <= statuses
            if method == "post" and not path.endswith(KEYLESS):
                assert {"$ref": "#/components/parameters/IdempotencyKey"} in operation["parameters"]
    assert len(identities) == len(set(identities))


async def test_whoever_must_prove_who_asks_is_told_so_beforehand(tmp_path: Path) -> None:
    world = World(1, "2026-03-02T10:00", tmp_path)
    for edge in edges(world).values():
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=edge), base_url="http://x") as http:
            for path, method, operation in operations((await http.get("/openapi.json")).json()):
                if method != "get" or "event-stream" in str(operation["responses"]["200"]):
                    continue
                answer = await http.get(re.sub(r"{\w+}", "x", path))
                assert (answer.status_code == 401) == (
                    operation["security"] in ([{"staff": []}], [{"citizen": []}], [{"pass": []}])
                ), path


async def test_every_example_of_a_body_is_what_its_schema_wants(documents: dict[str, Any]) -> None:
    checked = 0
    for document in documents.values():
        for path, _, operation in operations(document):
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is None:
                continue
            assert content["examples"], path
            for example in content["examples"].values():
                schema = {**content["schema"], "components": document["components"]}
                jsonschema.Draft202012Validator(schema).validate(example["value"])
                checked += 1
    assert checked >= len(ACTS)


async def test_the_page_to_read_shows_every_operation_and_needs_nothing_from_elsewhere(
    documents: dict[str, Any],
) -> None:
    whole = merged(documents, dict.fromkeys(SERVICES, "http://x"))

    shown = page(whole, "/openapi.json")

    for path, _, _ in operations(whole):
        assert f"<code>{path}</code>" in shown
    assert "<script" not in shown
    assert "http" not in re.sub(r'"https?://x', "", shown.split("<h1>")[0])


async def test_a_part_of_one_name_and_two_meanings_keeps_both(documents: dict[str, Any]) -> None:
    stats, router = documents["stats"], documents["router"]
    stats["components"]["schemas"]["Row"] = {"type": "object"}
    router["components"]["schemas"]["Row"] = {"type": "string"}
    next(iter(router["paths"].values()))["get"]["x"] = {"$ref": "#/components/schemas/Row"}

    whole = merged({"stats": stats, "router": router}, dict.fromkeys(SERVICES, "http://x"))

    assert whole["components"]["schemas"]["Row"] == {"type": "object"}
    assert whole["components"]["schemas"]["router.Row"] == {"type": "string"}
    assert "#/components/schemas/router.Row" in set(references(whole))


@pytest.mark.parametrize(
    ("service", "path", "name", "taken", "refused"),
    [
        (
            "stats",
            "/v1/league",
            "month",
            ("", "2026-03", "9998-12"),
            ("2026-13", "1999-12", "9999-01", "2026-3"),
        ),
        (
            "stats",
            "/v1/league",
            "period",
            ("", "2026", "2026-Q4", "2026-H2", "2026-12"),
            ("2026-Q5", "2026-H3"),
        ),
        ("router", "/v1/similar", "text", ("路灯", " a"), ("", " ", "\u3000\x1c")),
        ("notifier", "/v1/outbox", "state", ("waiting", "failed", "sent"), ("", "lost")),
        ("notifier", "/v1/outbox", "limit", ("1", "200"), ("0", "201")),
        ("intake", "/v1/cases", "state", ("open", "all"), ("", "shut")),
    ],
)
async def test_a_parameter_is_taken_as_its_description_says(
    tmp_path: Path,
    documents: dict[str, Any],
    service: str,
    path: str,
    name: str,
    taken: tuple[str, ...],
    refused: tuple[str, ...],
) -> None:
    parameters = documents[service]["paths"][path]["get"]["parameters"]
    [schema] = [parameter["schema"] for parameter in parameters if parameter["name"] == name]
    world = World(1, "2026-03-02T10:00", tmp_path / "asked")

    role = "operator" if service == "notifier" else "supervisor"
    async with world.open(), client(edges(world)[service], **token(role)) as http:
        for value in (*taken, *refused):
            status = (await http.get(path, params={name: value})).status_code
            said = jsonschema_rs.is_valid(schema, int(value) if schema["type"] == "integer" else value)
            assert (status == 200, said) == (value in taken, value in taken), (value, status)


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/v1/surveys/{id}/result", "get", "409"),
        ("/v1/surveys/{id}/result.csv", "get", "409"),
        ("/v1/surveys/{id}/texts", "get", "409"),
        ("/v1/surveys/{id}/tokens", "post", "403"),
        ("/v1/surveys/{id}/ballots", "post", "403"),
    ],
)
def test_what_a_route_alone_refuses_with_is_said(
    documents: dict[str, Any], path: str, method: str, status: str
) -> None:
    assert status in documents["survey"]["paths"][path][method]["responses"]
