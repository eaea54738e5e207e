"""A member of staff at a browser without scripts: pages, the forms on them, and what comes of submitting one."""

import html
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx2

from tests.patience import PATIENCE

VOID = ("input", "br", "meta", "link", "img", "hr")


@dataclass
class Form:
    """A form as the page has it."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    """Name of a checkbox, radio or select to the values on offer."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self._by_id: dict[str, list[tuple[str, str]]] = {}
        self.text: list[str] = []
        self.tags: list[str] = []
        self._open: Form | None = None
        self._field = ""
        self._typed: list[str] | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if tag == "form":
            self._open = Form(found.get("action", ""), found.get("method", "get"))
            self._open.choices["id"] = [found.get("id", "")]
            self.forms.append(self._open)
        form = self._open
        if tag == "input" and "name" in found:
            name, value, kind = found["name"], found.get("value", ""), found.get("type", "text")
            if "form" in found:
                self._by_id.setdefault(found["form"], []).append((name, value))
            elif form is not None and kind in ("checkbox", "radio"):
                form.choices.setdefault(name, []).append(value)
            elif form is not None:
                form.fields.append((name, value))
        elif tag == "textarea":
            self._field, self._typed = found.get("name", ""), []
        elif tag == "select":
            self._select = found.get("name", "")
        elif tag == "option" and form is not None:
            form.choices.setdefault(self._select, []).append(found.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "textarea" and self._typed is not None:
            if self._open is not None:
                self._open.fields.append((self._field, "".join(self._typed).removeprefix("\n")))
            self._typed = None

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._typed is not None:
            self._typed.append(data)


@dataclass
class Page:
    """What came back."""

    status: int
    path: str
    """Where one is after redirects."""
    source: str
    headers: httpx2.Headers

    def __post_init__(self) -> None:
        reader = _Reader()
        reader.feed(self.source)
        self.forms = reader.forms
        self.text = " ".join(" ".join(reader.text).split())
        self.tags = reader.tags
        for form in self.forms:
            for name, value in reader._by_id.get(form.choices["id"][0], ()):
                form.choices.setdefault(name, []).append(value)

    def form(self, action: str) -> Form:
        """The first form that leads to an address ending so."""
        found = next((form for form in self.forms if form.action.endswith(action)), None)
        assert found is not None, f"no form {action} on {self.path}: {[f.action for f in self.forms]}"
        return found

    def has_form(self, action: str) -> bool:
        """Whether there is one."""
        return any(form.action.endswith(action) for form in self.forms)


class Person:
    """A browser of one's own."""

    def __init__(self, address: str) -> None:
        self.http = httpx2.Client(base_url=address, timeout=PATIENCE, follow_redirects=True)

    def open(self, path: str) -> Page:
        """Go to an address."""
        return self._page(self.http.get(path))

    def submit(self, page: Page, action: str, **typed: str | list[str]) -> Page:
        """Fill in a form and send it; what is not named stays as the page has it."""
        form = page.form(action)
        fields: dict[str, list[str]] = {}
        for name, value in form.fields:
            fields.setdefault(name, []).append(value)
        for name, given in typed.items():
            fields[name] = given if isinstance(given, list) else [given]
        if form.method == "get":
            return self._page(self.http.get(form.action, params=fields))
        return self.post(form.action, fields)

    def post(self, path: str, fields: dict[str, list[str]]) -> Page:
        """Send a form that may never have been on a page."""
        return self._page(self.http.post(path, data=fields))

    def sign_in(self, person: str, password: str, code: str = "") -> Page:
        """By the page."""
        page = self.open("/staff/sign-in")
        return self.submit(page, "/staff/sign-in", person=person, password=password, code=code)

    @staticmethod
    def _page(response: httpx2.Response) -> Page:
        return Page(response.status_code, response.url.path, response.text, response.headers)


def shown(text: str) -> str:
    """How a text must stand in the source of a page."""
    return html.escape(text, quote=False)
