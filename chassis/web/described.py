"""The public description of a service (OpenAPI 3.1): what its routes say of themselves, made whole.

FastAPI describes paths and parameters. Added here: bodies (msgspec structs, which FastAPI does not know) with their
parts as components, who may call, the idempotency key, and every refusal that can come, with its problem type.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, Literal

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from chassis.problem import MEDIA_TYPE, PLAIN, TITLES

Described = dict[str, Any]
Who = Literal[
    "anyone",
    "anyone or author",
    "anyone or holder",
    "anyone or staff",
    "author",
    "citizen",
    "holder",
    "machine",
    "staff",
]
"""`holder`: of a pass for the place that is named in the path; `machine`: a front end or server of the city's own."""

_SECURITY: Final[dict[Who, list[dict[str, list[str]]]]] = {
    "anyone": [],
    "anyone or author": [{}, {"queryCode": []}],
    "anyone or holder": [{}, {"pass": []}],
    "anyone or staff": [{}, {"staff": []}],
    "author": [{"queryCode": []}],
    "citizen": [{"citizen": []}],
    "holder": [{"pass": []}],
    "machine": [{"machine": []}],
    "staff": [{"staff": []}],
}
_SCHEMES: Final[Described] = {
    "staff": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token signed by the portal (Ed25519) that names person, department and role; at most a day old.",
    },
    "citizen": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token of a session that a code sent to a telephone opened.",
    },
    "pass": {
        "type": "http",
        "scheme": "bearer",
        "description": "A pass for one debate or dialogue, given to a session by intake's `POST /v1/my/passes`; good for ten minutes.",
    },
    "machine": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token that the city's own front ends and servers hold (`WENZHENG_RECEIPTS_TOKEN_FILE`).",
    },
    "queryCode": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Query-Code",
        "description": "The query code that the receipt of a post names. It is never part of an address.",
    },
}
_MEANINGS: Final = {
    400: "The request cannot be read: no UTF-8, U+0000, no JSON, a wrong cursor or Idempotency-Key.",
    401: "A staff token or the post's query code is missing or not valid.",
    403: "Not for this role, this unit, or not this post's query code.",
    404: "There is no such thing.",
    405: "The path has other methods; `Allow` names them.",
    406: "The answer is JSON, and `Accept` excludes that.",
    409: "Not at this step or at this time; `allowed` names the acts that are possible now.",
    413: "The body is longer than 256 KiB, or than what the route says it takes.",
    415: "The body is no `application/json`, or in a charset that is not read.",
    416: "The file ends before the range begins; `Content-Range` says how long it is.",
    421: "The service is not known under this `Host`.",
    422: "A parameter or field is wrong, or the Idempotency-Key came with another body; `errors` names the fields.",
    429: "Too many requests by this client; `Retry-After` says in how many seconds to come again.",
    431: "Request line or headers are longer than 32 KiB.",
    500: "The service failed; its log has the reason.",
    503: "Nothing can be stored or read now; `Retry-After` says in how many seconds to come again.",
}
_ALWAYS: Final = (400, 406, 421, 429, 431, 500, 503)
_KEY: Final[Described] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": "^[!-~]{1,64}$"},
    "description": "Names this request; a repeat under the same key within seven days gets the first answer again.",
    "example": "3f6c1b1e-4f0e-4f43-9e36-5a0b8e1f7d10",
}


def described(
    *,
    body: type[Any] | None = None,
    who: Who = "anyone",
    answer: type[Any] | tuple[type[Any], ...] | None = None,
    example: Any = None,
    media: str | tuple[str, ...] = "application/json",
    keyed: bool = True,
    refused: tuple[int, ...] = (),
    optional: bool = False,
) -> Described:
    """What a route says of itself beside its parameters, as its `openapi_extra`.

    `body` is the struct of the JSON body (`optional`: an empty one is `{}`), `example` one that works, `answer` the
    shape of the JSON answer, or the shapes of which it has one; `media` is the type of an answer that is no JSON, or the types,
    `keyed` whether the route wants an Idempotency-Key (POST by people), `refused` the statuses with which it refuses
    beside those that follow from all that.
    """
    extra: Described = {
        "security": _SECURITY[who],
        "x-keyed": keyed and body is not None,
        "x-refused": refused,
    }
    extra["x-components"] = {}
    if body is not None:
        (schema,), extra["x-components"] = _shapes((body,))
        content: Described = {"schema": schema}
        if example is not None:
            content["examples"] = {"plain": {"value": example}}
        extra["requestBody"] = {"required": not optional, "content": {"application/json": content}}
    if answer is None:
        extra["x-answer"] = {one: {"schema": _ANSWER[one]} for one in _each(media)}
    else:
        shapes, components = _shapes(answer if isinstance(answer, tuple) else (answer,))
        extra["x-components"] = _joined(extra["x-components"], components)
        schema = shapes[0] if len(shapes) == 1 else {"anyOf": [*shapes]}
        extra["x-answer"] = {one: {"schema": schema} for one in _each(media)}
    return extra


def _each(media: str | tuple[str, ...]) -> tuple[str, ...]:
    return (media,) if isinstance(media, str) else media


@cache
def _shapes(shapes: tuple[type[Any], ...]) -> tuple[tuple[Described, ...], Described]:
    """The schemas of types, and the components to which they refer; nobody changes them.

    Kept: many routes answer in the same shapes, and reading types is half of what an application costs to put together.
    """
    schemas, components = msgspec.json.schema_components(shapes, ref_template="#/components/schemas/{name}")
    return tuple(schemas), dict(components)


def _joined(known: Described, more: Described) -> Described:
    """Components of both. Raises ValueError for one name with two meanings."""
    if clashes := [name for name in known.keys() & more.keys() if known[name] != more[name]]:
        raise ValueError(f"components of one name and two meanings: {', '.join(sorted(clashes))}")
    return known | more


def describe(api: FastAPI, service: str) -> None:
    """Let an application answer `/openapi.json` with the whole description."""

    def whole() -> Described:
        if api.openapi_schema is None:
            api.openapi_schema = _whole(api, service)
        return api.openapi_schema

    api.openapi = whole  # type: ignore[method-assign]  # FastAPI's own way to extend it


def _whole(api: FastAPI, service: str) -> Described:
    document = get_openapi(
        title=api.title, version=api.version, description=api.description, routes=api.routes
    )
    schemas: Described = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for path, method, operation in operations(document):
        schemas |= _joined(schemas, operation.pop("x-components", {}))
        _finish(operation, path, method, service)
    schemas |= _PROBLEM
    document["components"] |= {
        "securitySchemes": _SCHEMES,
        "parameters": {"IdempotencyKey": _KEY},
        "responses": {f"Problem{status}": _problem(status) for status in _MEANINGS},
    }
    document["tags"] = [{"name": service, "description": api.description}]
    return document


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Described]]:
    """Path, method and operation of a description, in its order."""
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items():
            if method in ("get", "put", "post", "delete", "patch"):
                yield path, method, operation


def _finish(operation: Described, path: str, method: str, service: str) -> None:
    """Tags, summary, key, answer and refusals of one operation."""
    operation["tags"] = [service]
    _summarise(operation)
    operation["operationId"] = f"{service}-{method}-{path.removeprefix('/v1/')}".replace("/", "-").translate(
        _PLAIN_ID
    )
    keyed = operation.pop("x-keyed", False)
    if keyed and method == "post":
        operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IdempotencyKey"})
    operation.setdefault("security", [])
    responses: Described = operation.setdefault("responses", {})
    responses.pop("422", None)
    # An operation that was not described keeps what the framework says of it; a test finds it.
    answer = operation.pop("x-answer", None)
    for status, response in responses.items():
        if status.startswith("2"):
            response["description"] = _ANSWERED.get(status, response["description"])
            if answer is not None:
                response["content"] = answer
    for refusal in sorted(_refusals(operation, path, method)):
        responses[str(refusal)] = {"$ref": f"#/components/responses/Problem{refusal}"}


def _summarise(operation: Described) -> None:
    """Its first sentence is its summary, where the framework made one of a function's name."""
    description = operation.get("description", "")
    stops = (n + 1 for n, character in enumerate(description) if character == ".")
    end = next((n for n in stops if not description[n : n + 1].strip()), 0)
    if not end or operation.get("summary", "").endswith("."):
        return
    operation["summary"] = " ".join(description[:end].split())
    del operation["description"]
    if rest := description[end:].strip():
        operation["description"] = rest


_PLAIN_ID: Final = str.maketrans("", "", "{}")
_ANSWER: Final[dict[str, Described]] = {
    "text/csv": {"type": "string"},
    "application/octet-stream": {"type": "string", "format": "binary"},
    "application/x-ndjson": {"type": "string"},
    "application/pdf": {"type": "string", "format": "binary"},
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": {
        "type": "string",
        "format": "binary",
    },
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
        "type": "string",
        "format": "binary",
    },
    "image/jpeg": {"type": "string", "format": "binary"},
    "image/png": {"type": "string", "format": "binary"},
    "image/webp": {"type": "string", "format": "binary"},
    "text/event-stream": {"type": "string"},
}
"""Media type to the schema of an answer that is no JSON. Of JSON every operation tells the shape."""
_ANSWERED: Final = {
    "200": "What was asked for.",
    "201": "Stored.",
    "202": "Stored and published; the effects follow.",
}


def _refusals(operation: Described, path: str, method: str) -> set[int]:
    """The statuses with which an operation can refuse."""
    statuses = {*_ALWAYS, *operation.pop("x-refused", ())}
    if "requestBody" in operation:
        statuses |= {413, 415, 422}
    if operation.get("parameters"):
        statuses.add(422)
    if "{" in path:
        statuses.add(404)
    if operation["security"]:
        statuses |= {401, 403}
    if method != "get":
        statuses |= {404, 409, 422}
    return statuses


_PROBLEM: Final[Described] = {
    "Problem": {
        "type": "object",
        "description": "What is wrong and how to put it right (RFC 9457).",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {"type": "string", "pattern": "^urn:wenzheng:problem:[a-z0-9-]+$"},
            "title": {"type": "string", "description": "One Chinese sentence."},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "The remedy, in Chinese."},
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldProblem"}},
            "allowed": {
                "type": "array",
                "items": {"type": "string"},
                "description": "The acts that are possible now, by the words of the table of acts.",
            },
        },
    },
    "FieldProblem": {
        "type": "object",
        "required": ["field", "reason"],
        "properties": {"field": {"type": "string"}, "reason": {"type": "string"}},
    },
}


def _problem(status: int) -> Described:
    kind = PLAIN.get(status, "wrong-step")
    example: Described = {"type": f"urn:wenzheng:problem:{kind}", "title": TITLES[status], "status": status}
    if status == 409:
        example["allowed"] = ["question", "reply"]
    if status == 422:
        example["errors"] = [{"field": "title", "reason": "必填"}]
    response: Described = {
        "description": _MEANINGS[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    }
    names = {405: "Allow", 429: "Retry-After", 503: "Retry-After", 401: "WWW-Authenticate"}
    if status in names:
        response["headers"] = {names[status]: {"schema": {"type": "string"}}}
    return response


def merged(documents: Mapping[str, Described], servers: Mapping[str, str]) -> Described:
    """One description of all services: each path with the address of the service that answers it.

    `documents` and `servers` are by the service's name; a service without an address is told without. Components of one name are the same everywhere, or take
    their service's name in front.
    """
    whole: Described = {
        "openapi": "3.1.0",
        "info": {
            "title": "wenzheng 问政",
            "version": "1.0.0",
            "description": "Everything that can be asked of the seven services.",
        },
        "tags": [],
        "paths": {},
        "components": {},
    }
    for service, document in documents.items():
        renamed = _apart(document, service, whole["components"])
        whole["tags"] += renamed.get("tags", [])
        reached = {"servers": [{"url": servers[service]}]} if service in servers else {}
        for path, item in renamed.get("paths", {}).items():
            whole["paths"][path] = {**reached, **item}
        for section, parts in renamed.get("components", {}).items():
            whole["components"].setdefault(section, {}).update(parts)
    return whole


def _apart(document: Described, service: str, taken: Described) -> Described:
    """A description whose components do not collide with others of the same name and another meaning."""
    own = document.get("components", {}).get("schemas", {})
    others = taken.get("schemas", {})
    clashes = {name for name, schema in own.items() if name in others and others[name] != schema}
    if not clashes:
        return document
    text = msgspec.json.encode(document).decode()
    for name in clashes:
        text = text.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{service}.{name}"')
    renamed: Described = msgspec.json.decode(text)
    schemas = renamed["components"]["schemas"]
    renamed["components"]["schemas"] = {
        f"{service}.{name}" if name in clashes else name: schema for name, schema in schemas.items()
    }
    return renamed
