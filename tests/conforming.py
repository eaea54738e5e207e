"""What a service answers, held against its own description: undeclared fields, too, are a fault.

Wrapped around a service's application in the tests' drivers, so that every test of an interface is one of its schemas.
"""

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

import jsonschema_rs
from fastapi import FastAPI

from chassis.web.described import operations

Operation = tuple[str, re.Pattern[str], str, dict[str, Any]]
"""Method, pattern of the path, the path, and status to the validator of its JSON."""
_KNOWN: dict[tuple[str, frozenset[str]], list[Operation]] = {}
"""Title of a service and the paths of this door of it, to its operations: other tests open other doors of it."""
_DOORS: WeakKeyDictionary[FastAPI, list[Operation]] = WeakKeyDictionary()
"""The operations of each instance, so that its paths are gathered once."""
ANSWERED: set[tuple[str, str, str]] = set()
"""Title, method and path of every operation that answered in this process as it says."""


class Conforming:
    """An application whose answers of 2xx must be what its description says. Raises AssertionError where not."""

    def __init__(self, app: Any, api: FastAPI) -> None:
        self._app = app
        self._api = api

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started: dict[str, Any] = {}
        body = bytearray()

        async def look(message: Any) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
            elif started and is_json(started):
                body.extend(message.get("body", b""))
                if not message.get("more_body", False) and 200 <= started["status"] < 300:
                    self._check(scope, started, bytes(body))
            await send(message)

        await self._app(scope, receive, look)

    def _check(self, scope: Any, started: dict[str, Any], body: bytes) -> None:
        for method, pattern, path, validators in described(self._api):
            if method == scope["method"].lower() and pattern.fullmatch(scope["path"]):
                if b"content-encoding" in dict(started["headers"]):
                    body = gzip.decompress(body)
                validator = validators.get(str(started["status"]))
                assert validator is not None, (
                    f"{method} {path} answers {started['status']}, which it does not say"
                )
                faults = [
                    f"{list(f.instance_path)}: {f.message}" for f in validator.iter_errors(json.loads(body))
                ]
                assert not faults, f"{method} {path} does not answer as it says: {faults}"
                ANSWERED.add((self._api.title, method, path))


def is_json(started: dict[str, Any]) -> bool:
    """Whether the body that follows is JSON of an answer."""
    return dict(started["headers"]).get(b"content-type", b"").startswith(b"application/json")


def described(api: FastAPI) -> list[Operation]:
    """The operations of a service, made once for all instances with the same paths."""
    if api not in _DOORS:
        door = api.title, frozenset(_paths(api.routes))
        if door not in _KNOWN:
            document = api.openapi()
            _KNOWN[door] = [
                (method, re.compile(re.sub(r"{\w+}", "[^/]+", path)), path, _validators(document, operation))
                for path, method, operation in operations(document)
            ]
            # What stands in full goes before what has a hole in the same place.
            _KNOWN[door].sort(key=lambda known: known[2].count("{"))
        _DOORS[api] = _KNOWN[door]
    return _DOORS[api]


def _paths(routes: list[Any]) -> Iterator[str]:
    """The path of every route; FastAPI keeps a router that was included as one entry."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield f"{getattr(route, 'path', '')} {sorted(getattr(route, 'methods', None) or ())}"
        else:
            yield from _paths(included.routes)


def _validators(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    contents = {
        status: response["content"]["application/json"]["schema"]
        for status, response in operation["responses"].items()
        if status.startswith("2") and "application/json" in response.get("content", {})
    }
    components = {"schemas": closed(document["components"]["schemas"])}
    return {
        status: jsonschema_rs.Draft202012Validator(
            {**closed(schema), "components": components}, validate_formats=True
        )
        for status, schema in contents.items()
    }


def closed(schema: Any) -> Any:
    """A schema that allows no property beside those it names: a field nobody described is one nobody promised."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: closed(part) for name, part in schema.items()}
    if isinstance(made.get("properties"), dict) and made.get("type") == "object":
        made.setdefault("additionalProperties", False)
    return made
