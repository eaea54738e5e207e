"""A real browser at the desk: sizes, with and without scripts, light, dark and large."""

from typing import Any, Final

from playwright.sync_api import Browser, Page, expect

from tests.fronts.portal.staff.office import Office

SIZES: Final = {"desktop": (1280, 900), "phone": (360, 740)}
WAYS: Final = [("desktop", True), ("phone", False)]
"""Size, and whether scripts run."""


class Desk:
    """Somebody at a browser, who signs in by the page."""

    def __init__(self, browser: Browser, office: Office, size: str, scripts: bool, **options: Any) -> None:
        width, height = SIZES[size]
        self._office = office
        self._context = browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            locale="zh-CN",
            base_url=office.portal,
            **options,
        )
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(60_000)

    def large(self) -> None:
        """长者版, as the citizens' side keeps it."""
        self._context.add_cookies([{"name": "wenzheng-look", "value": "elder", "url": self._office.portal}])

    def sign_in(self, name: str, unit: str, role: str) -> "Desk":
        """By the page."""
        password = self._office.password(name, unit, role)
        self.page.goto("/staff/sign-in")
        self.page.fill("#person", name)
        self.page.fill("#password", password)
        self.press("登录")
        return self

    def send(self, act: str, **typed: str) -> None:
        """Fill in the form of an act on the case's page and send it."""
        form = self.page.locator(f"#{act} form")
        for name, text in typed.items():
            field = form.locator(f"[name={name}]").first
            if field.evaluate("element => element.tagName") == "SELECT":
                field.select_option(text)
            else:
                field.fill(text)
        with self.page.expect_navigation():
            form.locator("button[type=submit]").click()

    def press(self, name: str) -> None:
        """Press the button that sends a form, and wait for the page that answers.

        A click alone may return while the page is still the old one, when the machine is busy: what is
        filled in next would be lost with it.
        """
        with self.page.expect_navigation():
            self.page.click(f"button:text-is('{name}')")

    def follow(self, name: str) -> None:
        """Follow a link, and wait for the page that it leads to, as `press` does."""
        with self.page.expect_navigation():
            self.page.click(f"a:text-is('{name}')")

    def says(self, text: str) -> bool:
        """Whether the page holds a text now."""
        return text in self.page.inner_text("main")

    def shows(self, text: str) -> None:
        """The page holds a text, or does within a moment; else the failure says what it holds."""
        expect(self.page.locator("main")).to_contain_text(text)

    def close(self) -> None:
        """Leave."""
        self._context.close()
