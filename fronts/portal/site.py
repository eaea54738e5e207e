"""What the pages work with, made once by the application and handed to every page that asks for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import httpx2
from fastapi import Depends, Request

from chassis.clock import Clock, clock_of
from city.profile import Profile
from fronts.portal.citizens.descriptions import Interfaces
from fronts.portal.citizens.live import Live
from fronts.portal.cookies import Cookies
from fronts.portal.pages import Pages
from fronts.portal.services import Services
from fronts.portal.settings import PortalSettings


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


def citizens_side(
    settings: PortalSettings,
    http: httpx2.AsyncClient,
    parts: Callable[[Pages, str, dict[str, Any]], dict[str, str]],
) -> Site:
    """The citizens' side, over services that `http` reaches; `parts` renders what the wall is told."""
    services = Services(http, settings.addresses())
    pages = Pages(Profile.load(settings.city), bool(settings.database), settings.demo_sign_in)
    return Site(
        pages=pages,
        services=services,
        cookies=Cookies(settings.secure),
        clock=clock_of(settings.clock_file, pages.profile.zone),
        live=Live(services, lambda name, data: parts(pages, name, data)),
        interfaces=Interfaces(services, settings.reached_at()),
        address=settings.address,
    )


def site_of(request: Request) -> Site:
    """The site of the application that answers."""
    site: Site = request.app.state.site
    return site


Here = Annotated[Site, Depends(site_of)]
"""A page's way to the site."""
