"""Runs the pages."""

import uvicorn

from chassis.logs import configure
from chassis.run import http_options, tuned
from city.masking import mask
from fronts.portal.application import create
from fronts.portal.settings import PortalSettings


def main() -> None:
    """Run until told to stop."""
    settings = PortalSettings.read()
    assert isinstance(settings, PortalSettings)
    configure(mask, settings.instance or "portal")
    app = create(settings)
    tuned()
    uvicorn.run(
        app,
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        **http_options(settings),
    )


if __name__ == "__main__":
    main()
