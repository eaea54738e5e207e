"""Routes whose parameters are read once: reading them is most of what it costs to put an interface together.

Many routes are one function under several paths, as the acts on a case are: each route has a function object of its own, bound
to its act, and the parameters of all of them are the same.
"""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import CodeType, FunctionType
from typing import Any, Final

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.responses import Response
from fastapi.routing import APIRoute


def new_router(in_description: bool = True) -> APIRouter:
    """A router for the routes of one door; `in_description`: whether `/openapi.json` tells of them."""
    return APIRouter(route_class=_Route, include_in_schema=in_description)


@dataclass(frozen=True)
class _Read:
    """What the parameters of a function were read as, and from what: all that matters beside its code and path."""

    annotations: dict[str, Any]
    defaults: tuple[Any, ...] | None
    dependant: Dependant

    def suits(self, endpoint: FunctionType) -> bool:
        """Whether this function of the same code would be read as the same."""
        return endpoint.__annotations__ == self.annotations and endpoint.__defaults__ == self.defaults


_Key = tuple[CodeType, frozenset[str]]
"""The code of a function, and the names of the holes in its path."""
_READ: Final[dict[_Key, _Read]] = {}


async def _anything() -> Response:
    raise AssertionError("stands for a function whose parameters are known, until its route has them")


class _Route(APIRoute):
    """A route of a function. Of functions with the same code FastAPI reads the parameters of the first."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self._endpoint = endpoint
        self._known: Dependant | None = None
        if (
            not isinstance(endpoint, FunctionType)
            or hasattr(endpoint, "__wrapped__")
            or options["dependencies"]
        ):
            super().__init__(path, endpoint, **options)
            return
        key = endpoint.__code__, frozenset(re.findall("{(.*?)}", path))
        read = _READ.get(key)
        if read is not None and read.suits(endpoint):
            self._known = read.dependant
            options["name"] = options["name"] or endpoint.__name__
            options["description"] = options["description"] or inspect.cleandoc(endpoint.__doc__ or "")
            super().__init__(path, _anything, **options)
            return
        super().__init__(path, endpoint, **options)
        if self.body_field is None and self.response_field is None and self.stream_item_field is None:
            # Without the function itself: it holds the objects of its door.
            dependant = replace(self.dependant, call=None)
            _READ[key] = _Read(endpoint.__annotations__, endpoint.__defaults__, dependant)

    def get_route_handler(self) -> Callable[..., Any]:
        """What answers. FastAPI asks for it last, so that a route may become what it is now."""
        if self._known is not None:
            self.endpoint = self._endpoint
            self.dependant = replace(self._known, call=self._endpoint, path=self.path_format)
        return super().get_route_handler()
