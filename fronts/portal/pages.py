"""Templates to pages: what every page has, on the citizens' and on the staff's side."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from city.explain import day_of, moment
from city.points import DATUM_NAMES
from city.profile import Profile
from fronts.portal import static_files
from fronts.portal.looks import look
from fronts.portal.points import shown

HERE: Final = Path(__file__).parent

LOCATING: Final = frozenset(("post.html",))
"""Pages whose script may ask the device where it is, when its button is pressed; no other page, and no page of others in a frame."""
_LOCATING: Final = {"Permissions-Policy": "camera=(), geolocation=(self), microphone=(), payment=(), usb=()"}

GRADES: Final = ((5, "非常满意"), (4, "满意"), (3, "基本满意"), (2, "不满意"), (1, "非常不满意"))
SOLVED_NAMES: Final = {"yes": "已解决", "partly": "部分解决", "no": "未解决"}
"""What a citizen says of the matter itself, when rating."""

TOLD_BY: Final = (
    ("best", "自动(微信优先,其次短信、邮件)"),
    ("wechat", "微信"),
    ("sms", "短信"),
    ("mail", "邮件"),
    ("none", "不接收通知"),
)
"""How an author may choose to be told, and what it is called."""

FILES_TAKEN: Final = "JPEG、PNG、WebP 图片,PDF,或不带宏的 docx、xlsx 文档"
FILES_ACCEPTED: Final = "image/jpeg,image/png,image/webp,application/pdf,.docx,.xlsx"
"""Files that intake takes, in words, and for the form that chooses them."""

LINKS: Final = (
    ("/post", "我要问政"),
    ("/follow", "查询进展"),
    ("/boards/all", "看答复"),
    ("/debates", "热点评议"),
    ("/dialogues", "对话"),
    ("/surveys", "问卷调查"),
)
"""What a citizen finds at the head of every page."""


def in_time(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries in order of their instants `at`: facts of two services reach a case in any order."""
    return sorted(entries, key=lambda entry: datetime.fromisoformat(entry["at"]))


def _percent(rate: float | None) -> str:
    return "—" if rate is None else f"{rate * 100:.1f}%"


def _brief(text: str, length: int) -> str:
    """The beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[:length]}…"


class Pages:
    """Renders templates with what every page has."""

    def __init__(self, profile: Profile, staffed: bool = False, demonstration: bool = False) -> None:
        """`staffed`: there are pages for staff, too; `demonstration`: where anyone may sit down at any desk."""
        self.profile = profile
        areas = list(dict.fromkeys((d.area_code, d.area) for d in profile.divisions))
        self.everywhere: Mapping[str, Any] = {
            "city": profile.name,
            "kinds": [(code, kind.name) for code, kind in profile.policy.kinds.items()],
            "areas": areas,
            "leaders": profile.leaders,
            "area_names": dict(areas),
            "grades": GRADES,
            "solved_names": SOLVED_NAMES,
            "told_by": TOLD_BY,
            "sections": LINKS,
        }
        """What every template can name, beside `look`. A page gives its own values other names."""
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.filters.update(
            percent=_percent,
            minute=self._minute,
            day=self._day,
            brief=_brief,
            in_time=in_time,
            pointed=lambda point: shown(point, profile.policy.points),
        )
        self._templates.globals.update(
            static=static_files.address,
            staffed=staffed,
            demonstration=staffed and demonstration,
            files_taken=FILES_TAKEN,
            files_accepted=FILES_ACCEPTED,
            datums=DATUM_NAMES,
        )

    def html(self, name: str, **values: Any) -> str:
        """One template as text."""
        return self._templates.get_template(name).render(**self.everywhere, look=look(), **values)

    def render(self, name: str, status: int = 200, **values: Any) -> Response:
        """One page."""
        return HTMLResponse(self.html(name, **values), status, _LOCATING if name in LOCATING else None)

    def refuse(self, status: int, sentence: str) -> Response:
        """A page that says why not."""
        return self.render("refused.html", status, sentence=sentence)

    def _minute(self, instant: str | None) -> str:
        """An instant in city time, whatever the offset it came with."""
        return moment(datetime.fromisoformat(instant).astimezone(self.profile.zone)) if instant else ""

    def _day(self, day: str | date | None) -> str:
        """A day, or the day of an instant in city time."""
        if isinstance(day, str) and day:
            instant = datetime.fromisoformat(day)
            day = (instant.astimezone(self.profile.zone) if instant.tzinfo else instant).date()
        return day_of(day) if isinstance(day, date) else ""
