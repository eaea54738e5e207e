"""One request to a page: the site that answers it, what was typed, and the files that came with it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from city.typed import number_of
from fronts.portal.attaching import Attached, Typed, read_with_files
from fronts.portal.forms import FORM_LIMIT, Form, Unfit, checked_key, read_form
from fronts.portal.site import Site, site_of


@dataclass(frozen=True)
class Visit:
    """One request of anybody."""

    site: Site
    request: Request
    form: Form
    """What was typed; empty where the page is only opened."""
    attached: tuple[Attached, ...] = ()
    """Files that intake has taken in for the form."""
    refused: tuple[str, ...] = ()
    """Why others were not taken."""

    @property
    def key(self) -> str:
        """What makes the form harmless when it is sent again."""
        return checked_key(self.form.one("key"))

    @property
    def number(self) -> str:
        """The number of the post in the address of the page. Raises what `turn` gives for what cannot be one."""
        number = number_of(self.request.path_params["number"])
        if not number:
            raise self.turn(404, "没有这个编号的帖子。")
        return number

    def cookie(self, name: str) -> str:
        """The value of one cookie; empty when it was not sent."""
        return self.site.cookies.read(self.request, name)

    def refuse(self, status: int, sentence: str) -> Response:
        """A page that says why not."""
        return self.site.pages.refuse(status, sentence)

    def turn(self, status: int, sentence: str) -> Exception:
        """What to raise where the request ends with such a page."""
        return Unfit(status, sentence)


async def read_typed(request: Request, site: Site, files: bool = False, most: int | None = None) -> Typed:
    """What a request was sent with, if it was sent with a form; one without files has `most` bytes, else the usual.

    Raises Unfit.
    """
    if request.method != "POST":
        return Typed(Form({}), ())
    if files:
        return await read_with_files(request, site)
    return Typed(await read_form(request, most or FORM_LIMIT), ())


def visitor(files: bool = False) -> Callable[[Request], Awaitable[Visit]]:
    """Lets everybody through; `files`: the form may hold some, or tickets of some."""

    async def visit(request: Request) -> Visit:
        site = site_of(request)
        return Visit(site, request, *await read_typed(request, site, files))

    return visit


Anyone = Annotated[Visit, Depends(visitor())]
"""Whoever opens a page, or sends its form."""
WithFiles = Annotated[Visit, Depends(visitor(files=True))]
"""Whoever sends a form with files."""
