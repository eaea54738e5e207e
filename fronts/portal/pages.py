"""Templates to pages: what every page has, on the citizens' and on the staff's side."""

from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from city.explain import moment
from city.profile import Profile
from fronts.portal import static_files
from fronts.portal.looks import look
from fronts.portal.services import Services

HERE: Final = Path(__file__).parent
FORM_LIMIT: Final = 128 * 1024
"""Bytes of a form; ten thousand Chinese characters take 90,000 when they are sent as a form."""
FIELDS_LIMIT: Final = 100

SECURITY: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}

GRADES: Final = ((5, "非常满意"), (4, "满意"), (3, "基本满意"), (2, "不满意"), (1, "非常不满意"))

LINKS: Final = (("/post", "我要问政"), ("/follow", "查询进展"), ("/boards/all", "看答复"))
"""What a citizen finds at the head of every page."""


class Unfit(Exception):
    """A form that is none, or too long."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def _percent(rate: float | None) -> str:
    return "—" if rate is None else f"{rate * 100:.1f}%"


def _minute(instant: str | None) -> str:
    return moment(datetime.fromisoformat(instant)) if instant else ""


def _day(day: str | date | None) -> str:
    found = date.fromisoformat(day[:10]) if isinstance(day, str) and day else day
    return f"{found.year}年{found.month}月{found.day}日" if isinstance(found, date) else ""


def _brief(text: str, length: int) -> str:
    """The beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[:length]}…"


class Pages:
    """Renders templates with what every page has."""

    def __init__(
        self, profile: Profile, services: Services, staffed: bool = False, demonstration: bool = False
    ) -> None:
        """`staffed`: there are pages for staff, too; `demonstration`: where anyone may sit down at any desk."""
        self.profile = profile
        self.services = services
        self._areas = list(dict.fromkeys((d.area_code, d.area) for d in profile.divisions))
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.filters.update(percent=_percent, minute=_minute, day=_day, brief=_brief)
        self._templates.globals.update(
            static=static_files.address, staffed=staffed, demonstration=staffed and demonstration
        )

    def html(self, name: str, **values: Any) -> str:
        """One template as text."""
        kinds = [(code, kind.name) for code, kind in self.profile.policy.kinds.items()]
        return self._templates.get_template(name).render(
            city=self.profile.name,
            kinds=kinds,
            areas=self._areas,
            area_names=dict(self._areas),
            grades=GRADES,
            sections=LINKS,
            look=look(),
            **values,
        )

    def render(self, name: str, status: int = 200, **values: Any) -> Response:
        """One page."""
        return HTMLResponse(self.html(name, **values), status, SECURITY)

    def refuse(self, status: int, sentence: str) -> Response:
        """A page that says why not."""
        return self.render("refused.html", status, sentence=sentence)

    @staticmethod
    async def form(request: Request) -> dict[str, str]:
        """The fields of a form, the first of each name. Raises Unfit."""
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > FORM_LIMIT:
                raise Unfit(413, "提交的内容太长,请删减后再试。")
        try:
            fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=FIELDS_LIMIT)
        except ValueError as failure:
            raise Unfit(400, "提交的内容不能识别。") from failure
        return {name: values[0] for name, values in fields.items()}
