"""What axe finds on a page that is open, by the rules of WCAG 2.2 AA."""

from typing import Final

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page, expect

STANDARDS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
OF_COLOURS: Final = ("color-contrast", "link-in-text-block")
"""The rules whose answer depends on colours: all that a page in the dark can break which it keeps in the light."""
OF_SIZES: Final = ("target-size", "scrollable-region-focusable")
"""The rules whose answer depends on sizes: all that a page can break in the large look which it keeps in the other.

Its colours are the same (`test_looks.py`), and larger letters need less contrast, not more.
"""

_RUN: Final = """async rules => {
    const found = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]})
    return {violations: found.violations}
}"""
"""What was broken is told whole; of all that was kept, axe would tell as much again, and that is two thirds of its time."""


def violations(page: Page, *rules: str) -> list[str]:
    """What the page breaks of `rules`, or of all rules of the standards where none is named; empty for a good page.

    A page is looked at once it is loaded: before, it has words and may have no styles yet.
    """
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = AxeResults(page.evaluate(_RUN, {"type": "rule", "values": rules} if rules else list(STANDARDS)))
    return [] if found.violations_count == 0 else [f"{page.url}\n{found.generate_report()}"]


def violations_by_day_and_night(page: Page) -> list[str]:
    """As `violations`, of a page that is light and then dark; only the rules of colours are asked twice."""
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    found += violations(page, *OF_COLOURS)
    page.emulate_media(color_scheme="light")
    return found


def violations_when_large(page: Page) -> list[str]:
    """As `violations`, of a page in its large look that is looked at in the other look, too."""
    return violations(page, *OF_SIZES)


def fits(page: Page, scripts: bool) -> None:
    """It has one heading and no room beside it; where scripts run, axe finds nothing."""
    expect(page.locator("h1")).to_have_count(1)
    if scripts:
        found = violations(page)
        assert not found, found
        width = page.viewport_size["width"] if page.viewport_size else 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width
