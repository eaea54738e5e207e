"""The client beside the public descriptions: what it can ask, and what is left out of it, each with a reason."""

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, get_type_hints

import httpx2
import pytest

from chassis.web.described import operations
from tests.interfaces import edges
from tests.journeys.world import World
from wenzheng_client import Addresses, CodeSent, Token, Wenzheng
from wenzheng_client.blind import Hidden
from wenzheng_client.records import Records

pytestmark = pytest.mark.medium

CITY: Final = "an operator changes the rules of the whole city, seldom and by hand"
MODELS: Final = "a model is put in force by `wenzheng model`, which checks the file it sends"
WHAT_IF: Final = "a trial at the desk of a supervisor, who looks at it while it is computed"
MACHINES: Final = "a provider of messages asks this of us, with a secret of its own"
INBOX: Final = "how a member of staff is told is chosen at the desk, with a code that comes to the address"
OUTBOX: Final = "an operator looks after what waits to be sent, at the desk"
CALL: Final = "a contact is opened at the desk, case by case, while its citizen is called"
LEFT_OUT: Final[dict[str, str]] = {
    **dict.fromkeys(("POST /v1/city/calendar", "POST /v1/city/policy", "POST /v1/city/model"), CITY),
    **dict.fromkeys(("GET /v1/models", "GET /v1/models/{checksum}", "PUT /v1/models/{checksum}"), MODELS),
    **dict.fromkeys(("GET /v1/what-ifs", "POST /v1/what-ifs", "GET /v1/what-ifs/{identity}"), WHAT_IF),
    **dict.fromkeys(
        ("GET /v1/what-ifs/{identity}/cases", "POST /v1/what-ifs/{identity}/cancellation"), WHAT_IF
    ),
    **dict.fromkeys(("POST /v1/receipts", "POST /v1/receipts/sms", "POST /v1/receipts/mail"), MACHINES),
    **dict.fromkeys(("GET /v1/inbox", "POST /v1/inbox/choice"), INBOX),
    **dict.fromkeys(("POST /v1/inbox/addresses", "POST /v1/inbox/proofs"), INBOX),
    **dict.fromkeys(("GET /v1/outbox", "POST /v1/outbox/resend"), OUTBOX),
    "POST /v1/cases/{number}/contact": CALL,
}
REST: Final = "acted/on"
"""What stands where a method takes the rest of a path."""
LISTED: Final = (
    *("posts", "cases", "topics", "notices", "comments", "answers", "said", "texts", "kinds", "areas"),
    *("departments", "leaders", "duties", "surveys", "debates", "dialogues", "bulletins"),
    *("records", "rounds"),
)
"""Under which words answers list things."""
TOLD: Final[dict[str, Any]] = {name: [] for name in LISTED} | {
    **{"number": "x", "query_code": "x", "links": {}, "id": "x", "standing": "shown", "token": "x"},
    **{"attachment": "x", "name": "x", "type": "x", "size": 1, "group": "x", "supports": 1},
    **{"sign_in": "x", "until": "x", "letter": "x", "public_key": "x", "signature": "eA=="},
}
"""An answer in which every method finds what it looks for."""
SAMPLES: Final[dict[Any, Any]] = {
    str: "x",
    bytes: b"x",
    CodeSent: CodeSent("x", "x"),
    Token: Token(b"x", b"x"),
    Hidden: Hidden(b"x", b"x", 1),
}


def methods(room: object) -> Iterator[tuple[str, Any]]:
    """What can be asked in a room of the client."""
    for name, method in inspect.getmembers(room, inspect.ismethod):
        if not name.startswith("_") and name != "close":
            yield name, method


def rooms(city: Wenzheng) -> list[object]:
    """The client and what stands beside its posts and cases."""
    return [city, *(room for room in vars(city).values() if isinstance(room, Records))]


def given(method: Any) -> dict[str, Any]:
    """Something for each argument that must be given."""
    hints, taken = get_type_hints(method), inspect.signature(method).parameters.values()
    needed = [one for one in taken if one.default is one.empty and one.kind is not one.VAR_KEYWORD]
    some = {one.name: SAMPLES.get(hints[one.name], ["x"]) for one in needed}
    return some | ({"path": REST} if "path" in some else {})


def asked() -> set[tuple[str, str]]:
    """Method and path of everything that the client asks when each of its methods is called."""
    seen: set[tuple[str, str]] = set()

    def answered(request: httpx2.Request) -> httpx2.Response:
        seen.add((request.method, request.url.path))
        return httpx2.Response(200, json=TOLD)

    with Wenzheng(
        Addresses.all_at("http://x"), http=httpx2.Client(transport=httpx2.MockTransport(answered))
    ) as city:
        for room in rooms(city):
            for _, method in methods(room):
                try:
                    found = method(**given(method))
                    if inspect.isgenerator(found):
                        list(found)
                except ValueError:
                    pass  # what was signed is no signature: it was asked for all the same
    return seen


def asks(seen: set[tuple[str, str]], method: str, path: str) -> bool:
    """Whether one of those requests is this operation, or an act of that kind on a thing."""
    shape = re.compile(re.sub(r"{\w+}", "[^/]+", path))
    thing = re.match(r"(/v1/\w+/{\w+})/.", path)
    acted = method == "POST" and thing and ("POST", f"{re.sub(r'{.*?}', 'x', thing[1])}/{REST}") in seen
    return bool(acted) or any(one == method and shape.fullmatch(where) for one, where in seen)


@pytest.fixture
async def described(tmp_path: Path) -> list[tuple[str, str]]:
    """Method and path of every operation of every service."""
    world, found = World(1, "2026-03-02T10:00", tmp_path), []
    for edge in edges(world).values():
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=edge), base_url="http://x") as http:
            document: Mapping[str, Any] = (await http.get("/openapi.json")).json()
        found += [(method.upper(), path) for path, method, _ in operations(document)]
    return found


def test_every_operation_is_asked_by_a_method_or_left_out_with_a_reason(
    described: list[tuple[str, str]],
) -> None:
    seen = asked()
    missing = [f"{method} {path}" for method, path in described if not asks(seen, method, path)]

    assert sorted({*missing} - {*LEFT_OUT}) == [], "a method of wenzheng_client, or a reason here"
    names = {f"{method} {path}" for method, path in described}
    assert sorted({*LEFT_OUT} - names) == [], "there is no such operation any more"


def test_every_method_asks_for_something_that_there_is(described: list[tuple[str, str]]) -> None:
    shapes = [(method, re.compile(re.sub(r"{\w+}", "[^/]+", path))) for method, path in described]

    unknown = [
        (method, path)
        for method, path in asked()
        if not path.endswith(REST)
        and not any(method == one and shape.fullmatch(path) for one, shape in shapes)
    ]

    assert unknown == []


def test_every_method_is_called_by_a_test_beside_this_one() -> None:
    called = {
        node.func.attr
        for path in Path(__file__).parent.glob("test_*.py")
        if path.name != Path(__file__).name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    with Wenzheng(Addresses.all_at("http://x")) as city:
        there_are = {name for room in rooms(city) for name, _ in methods(room)}

    assert there_are - called == set()
