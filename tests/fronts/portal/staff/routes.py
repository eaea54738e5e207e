"""Every route of the staff's side that there can be, from the application itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi.routing import APIRoute

from chassis.tokens import make_keys
from fronts.portal.application import create
from fronts.portal.settings import PortalSettings
from wenzheng.stack.home import CITY


def staff_routes(folder: Path) -> set[tuple[str, str]]:
    """Method and path of every staff route there can be."""
    make_keys(folder / "private.pem", folder / "public.pem")
    (folder / "secret").write_bytes(b"a secret")
    settings = PortalSettings(
        city=CITY,
        database="postgresql://nobody@127.0.0.1:9/none",
        secret_file=folder / "secret",
        token_private_key_file=folder / "private.pem",
        demo_sign_in=True,
        oidc_issuer="https://id.example",
    )
    return {
        (method, route.path)
        for route in _leaves(create(settings).routes)
        if route.path.startswith("/staff")
        for method in route.methods
    }


def _leaves(routes: list[Any]) -> Iterator[APIRoute]:
    """The routes themselves; FastAPI keeps a router that was included as one entry."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from _leaves(included.routes)
        elif isinstance(route, APIRoute):
            yield route
