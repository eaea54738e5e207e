"""`/docs`: the description of a service as a page to read. It needs no script, and nothing from elsewhere."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, Template

from chassis.web.described import Described, operations

_WHO: Final = {"staff": "工作人员令牌 Authorization: Bearer …", "queryCode": "查询码 X-Query-Code"}
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""Content-Security-Policy of the page: its own style, and nothing else."""


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string((Path(__file__).parent / "docs.html").read_text(encoding="utf-8"))


def page(document: Described, source: str) -> str:
    """The page of a description; `source` is the address of the description itself."""
    groups = [
        {**tag, "operations": [_operation(document, *parts) for parts in _of(document, tag["name"])]}
        for tag in document.get("tags", [])
    ]
    return _template().render(document=document, groups=groups, source=source)


def routes(api: FastAPI) -> APIRouter:
    """`/docs` of an application."""
    router = APIRouter(include_in_schema=False)

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
        "answers": [
            (status, _resolved(document, response)["description"])
            for status, response in operation["responses"].items()
        ],
    }


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
