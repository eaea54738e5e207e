"""What the pages work with, made once by the application and handed to every page that asks for it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from chassis.clock import Clock
from fronts.portal.citizens.descriptions import Interfaces
from fronts.portal.citizens.live import Live
from fronts.portal.cookies import Cookies
from fronts.portal.pages import Pages
from fronts.portal.services import Services


@dataclass(frozen=True)
class Site:
    """The citizens' side."""

    pages: Pages
    services: Services
    cookies: Cookies
    clock: Clock
    """City time, in which cases are due."""
    live: Live
    """The figures of the wall."""
    interfaces: Interfaces
    """The description of all interfaces."""
    address: str
    """What people type; a receipt's QR code begins with it."""


def site_of(request: Request) -> Site:
    """The site of the application that answers."""
    site: Site = request.app.state.site
    return site


Here = Annotated[Site, Depends(site_of)]
"""A page's way to the site."""
