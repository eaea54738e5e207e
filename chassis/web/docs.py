"""`/docs`: the description of a service as a page to read. It needs no script, and nothing from elsewhere."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, Template

from chassis.web.described import Described, operations
from chassis.web.routing import new_router

_WHO: Final = {
    "staff": "工作人员令牌 Authorization: Bearer …",
    "citizen": "手机验证码登录后的令牌 Authorization: Bearer …",
    "pass": "评议通行凭证 Authorization: Bearer …",
    "machine": "本市系统之间的令牌 Authorization: Bearer …",
    "queryCode": "查询码 X-Query-Code",
}
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""Content-Security-Policy of the page: its own style, and nothing else."""


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string((Path(__file__).parent / "docs.html").read_text(encoding="utf-8"))


def page(document: Described, source: str) -> str:
    """The page of a description; `source` is the address of the description itself."""
    return _template().render(document=document, groups=groups(document), source=source)


def groups(document: Described) -> list[dict[str, Any]]:
    """What a page shows of a description: each tag with its sentence and its operations, all references followed."""
    return [
        {**tag, "operations": [_operation(document, *parts) for parts in _of(document, tag["name"])]}
        for tag in document.get("tags", [])
    ]


def routes(api: FastAPI) -> APIRouter:
    """`/docs` of an application."""
    router = new_router(in_description=False)

    @router.get("/docs")
    async def docs() -> Response:
        return HTMLResponse(page(api.openapi(), "/openapi.json"), headers={"Content-Security-Policy": POLICY})

    return router


def _of(document: Described, tag: str) -> list[tuple[str, str, Described]]:
    return [parts for parts in operations(document) if tag in parts[2].get("tags", ())]


def _operation(document: Described, path: str, method: str, operation: Described) -> dict[str, Any]:
    return {
        "id": operation["operationId"],
        "path": path,
        "method": method,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "who": _who(operation.get("security", [])),
        "parameters": [_resolved(document, parameter) for parameter in operation.get("parameters", [])],
        "example": _example(operation),
        "shapes": _shapes(operation),
        "answers": [
            (status, _resolved(document, response)["description"])
            for status, response in operation["responses"].items()
        ],
    }


def _shapes(operation: Described) -> list[str]:
    """Names of the shapes of which a good answer has one."""
    for status, response in operation["responses"].items():
        schema = response.get("content", {}).get("application/json", {}).get("schema")
        if status.startswith("2") and schema:
            return [one["$ref"].rpartition("/")[2] for one in schema.get("anyOf", [schema])]
    return []


def shapes_of(document: Described, tag: str) -> list[dict[str, Any]]:
    """What a page shows of the shapes answered under a tag: name, meaning, and each field with what it is."""
    schemas = document["components"]["schemas"]
    wanted = [name for *_, operation in _of(document, tag) for name in _shapes(operation)]
    named: dict[str, dict[str, Any]] = {}
    while wanted:
        name = wanted.pop(0)
        if name not in named:
            named[name] = schemas[name]
            wanted += _referred(schemas[name])
    return [
        {
            "name": name,
            "meaning": schema.get("description", ""),
            "fields": [(field, _words(part)) for field, part in schema["properties"].items()],
        }
        for name, schema in sorted(named.items())
    ]


def _referred(schema: Any) -> list[str]:
    if isinstance(schema, dict):
        here = [schema["$ref"].rpartition("/")[2]] if "$ref" in schema else []
        return [*here, *(name for part in schema.values() for name in _referred(part))]
    return [name for part in schema for name in _referred(part)] if isinstance(schema, list) else []


def _words(schema: Described) -> str:
    """What a field is, in a word or two."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(_words(part) for part in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    if schema.get("type") == "array":
        items = schema.get("items") or next(iter(schema.get("prefixItems", [{}])))
        return f"{_words(items or {})}[]"
    return str(schema.get("format") or schema.get("type", "any"))


def _who(security: list[dict[str, Any]]) -> str:
    named = [_WHO[name] for alternative in security for name in alternative]
    if not named:
        return "任何人 anyone"
    return " / ".join(["任何人 anyone", *named] if {} in security else named)


def _example(operation: Described) -> str:
    media = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples = [example["value"] for example in media.get("examples", {}).values()]
    return json.dumps(examples[0], ensure_ascii=False, indent=2) if examples else ""


def _resolved(document: Described, part: Described) -> Described:
    if "$ref" not in part:
        return part
    found: Described = document
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found
