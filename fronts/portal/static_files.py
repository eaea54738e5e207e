"""Style sheets, scripts and pictures: each has its version in its address, so that a browser asks for it once."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter
from starlette.datastructures import QueryParams
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC: Final = Path(__file__).parent / "static"

_YEAR: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "public, no-cache"


@cache
def address(name: str) -> str:
    """The address of a file under `static/`, with the first twelve digits of its SHA-256 as its version."""
    return f"/static/{name}?v={sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


class VersionedFiles(StaticFiles):
    """The files; one asked for by its present version may be kept for a year, any other is asked about again.

    Every answer carries an ETag, so that asking again costs a 304.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        """As Starlette's, with how long it may be kept."""
        response = await super().get_response(path, scope)
        if response.status_code in (200, 304):
            response.headers["Cache-Control"] = _YEAR if _is_present(path, scope) else _ASK_AGAIN
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _is_present(path: str, scope: Scope) -> bool:
    version = QueryParams(scope["query_string"]).get("v", "")
    return bool(version) and address(path).endswith(f"?v={version}")


def mounted() -> Any:
    """What `/static` leads to."""
    return VersionedFiles(directory=STATIC)


router = APIRouter(include_in_schema=False)
"""`/offline.js`."""


@router.get("/offline.js")
async def worker() -> Response:
    """The service worker: at the root, for it may only look after what lies below its own address."""
    headers = {"Cache-Control": "no-cache"}
    return Response((STATIC / "offline.js").read_bytes(), media_type="text/javascript", headers=headers)
