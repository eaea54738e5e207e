"""The table of acts: one word for an act in every layer, and a door that publishes nothing the table does not say."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute

from chassis.clock import HandClock
from chassis.tokens import ROLES
from services.intake.core.act import Act
from services.intake.core.acts import ACT, ACTS
from services.intake.core.city import CHANGES
from tests.services.intake.door import Intake, at

QUERIES = {
    "/v1/posts": {"kind", "area", "department", "q", "from", "to", "cursor", "limit"},
    "/v1/shown": {"from", "to"},
    "/v1/cases": {
        "kind",
        "area",
        "addressee",
        "instructed_by",
        "department",
        "q",
        "cursor",
        "limit",
        "state",
        "sort",
    },
    "/v1/instructions/figures": {"instructed_by"},
    "/v1/my/posts": {"cursor", "limit"},
    "/v1/duties": {"department"},
    "/v1/posts/{number}/attachments/{file}": {"small"},
    "/v1/cases/{number}/attachments/{file}": {"small"},
}
"""What may be asked after a question mark; nothing else may, anywhere."""


STATES = Path(__file__).resolve().parents[3] / "docs" / "states.md"


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as opened:
        yield opened


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _resolved(document: dict[str, Any], parameter: dict[str, Any]) -> dict[str, Any]:
    """The parameter itself, where the document only points to it."""
    name = parameter.get("$ref", "").rpartition("/")[2]
    resolved: dict[str, Any] = document["components"]["parameters"][name] if name else parameter
    return resolved


def test_an_act_has_one_word_and_one_chinese_name() -> None:
    assert len(ACT) == len(ACTS) == len({act.chinese for act in ACTS})
    for act in ACTS:
        assert act.rule.__name__.rstrip("_") == act.name.replace("-", "_")


def test_the_interfaces_document_says_of_each_act_who_may_do_it() -> None:
    assert [act.name for act in ACTS if not re.search(r"By [a-z, ]*[a-z]+, at ", act.description)] == []


def test_the_drawing_of_the_steps_is_of_the_table() -> None:
    drawn: dict[str, set[str]] = {}
    first = STATES.read_text(encoding="utf-8").partition("stateDiagram-v2")[2].partition("```")[0]
    for before, label in re.findall(r"^ +(\w+) --> \w+: (.+)$", first, re.MULTILINE):
        for word in re.findall(r"[a-z][a-z-]+", label):
            if word in ACT:
                drawn.setdefault(word, set()).add(before)

    assert len(drawn) > 7
    # An approval is drawn where its draft was made; a moderator may act at any step, and the drawing has one.
    anywhere = {"approval", "moderation"}
    assert {word: steps for word, steps in drawn.items() if not steps <= set(ACT[word].steps)} == {}
    assert {word: steps for word, steps in drawn.items() if word not in anywhere} == {
        word: set(ACT[word].steps) for word in drawn if word not in anywhere
    }


async def test_no_route_takes_a_parameter_that_its_table_does_not_declare(intake: Intake) -> None:
    document = (await intake.http.get("/openapi.json")).json()

    for path, method, operation in _operations(document):
        parameters = [_resolved(document, each) for each in operation.get("parameters", [])]
        asked = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
        assert asked == (QUERIES.get(path, set()) if method == "get" else set()), (method, path)
        named = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
        assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}, path


async def test_every_act_and_change_has_its_route_with_its_sentence(intake: Intake) -> None:
    document = (await intake.http.get("/openapi.json")).json()
    writing = [(path, one["summary"]) for path, method, one in _operations(document) if method != "get"]
    told = {sentence for _, sentence in writing}

    assert {act.sentence for act in ACTS} <= told
    assert {change.sentence for change in CHANGES} <= told
    other = {
        path for path, sentence in writing if sentence not in {one.sentence for one in (*ACTS, *CHANGES)}
    }
    proofs = {"/v1/codes", "/v1/sessions", "/v1/sessions/mine", "/v1/my/passes"}
    calls = "/v1/cases/{number}/contact"
    assert other == {"/v1/posts", "/v1/attachments", "/v1/cases", "/v1/unsubscriptions", calls, *proofs}, (
        "a post, sent or written down, a file for one, a proof of one's number and what that opens, the link that ends"
        " notices, and the contact of who is called back"
    )


async def test_the_parameters_of_a_second_instance_are_those_that_the_first_has_read() -> None:
    """Reading those of the acts on a part anew was half of what it cost to put an instance together."""
    first, second = (
        {
            route.name: route
            for route in Intake(HandClock(at("2026-03-02T10:00"))).api.routes
            if isinstance(route, APIRoute)
        }
        for _ in range(2)
    )

    assert first.keys() == second.keys() >= {act.name for act in ACTS if act.path}
    assert [
        name
        for name, route in second.items()
        if route.path.startswith("/v1/")
        and route.dependant.path_params is not first[name].dependant.path_params
    ] == []


@pytest.mark.parametrize("act", [act for act in ACTS if act.path], ids=lambda act: act.name)
async def test_what_stands_in_the_query_of_an_act_is_nobodys_business(intake: Intake, act: Act) -> None:
    number = (await intake.post()).json()["number"]
    place = "posts" if act.public else "cases"
    path = f"/v1/{place}/{number}/{act.path.format(id='none')}"

    plain, asked = [
        await intake.http.post(path + query, json={}, headers=intake.key())
        for query in ("", "?act=x&body_type=y&number=z")
    ]

    assert plain.status_code == asked.status_code < 500
    assert plain.json().get("type") == asked.json().get("type")


@pytest.mark.parametrize(
    "act", [act for act in ACTS if act.path and not act.public], ids=lambda act: act.name
)
async def test_who_may_not_is_told_so_whatever_case_and_body_they_send(intake: Intake, act: Act) -> None:
    """Else the answer would tell everybody on the staff which numbers exist, and what their bodies lack."""
    path = f"cases/SQ000000-000000/{act.path.format(id='none')}"

    for role in set(ROLES) - set(act.who.roles):
        refused = await intake.staff(role, "water", path, {"no": "such field"})
        assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (403, "forbidden"), role
