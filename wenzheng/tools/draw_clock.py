"""Draws one case's clock from receipt to stop, from the very rules that run: `python -m wenzheng.tools.draw_clock [--check]`.

The case has everything that moves a clock: a holiday with a make-up workday, a question to the
citizen, an extension. Writes `docs/pictures/clock.svg` and the account beside it in
`docs/deadlines.md`; with `--check`, says whether both are what the code would draw.
"""

import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final
from xml.sax.saxutils import escape

from city.profile import Profile
from contracts.assignments import PostAssigned
from contracts.decision import Context
from contracts.facts import Fact
from contracts.posts import PostReceived
from contracts.replies import CitizenAnswered, CitizenAsked, ExtensionApproved, ReplyPublished
from services.deadline.app import RULES
from services.deadline.core.account import account
from services.deadline.core.case import Case
from services.deadline.core.clock import Clock, clock, stretches
from wenzheng.stack.home import CITY, ROOT

PICTURE: Final = ROOT / "docs" / "pictures" / "clock.svg"
PAGE: Final = ROOT / "docs" / "deadlines.md"
BEGIN: Final = "<!-- drawn by wenzheng.tools.draw_clock -->"
END: Final = "<!-- end of the drawing -->"

DAY: Final = 68
LEFT: Final = 92
TOP: Final = 70
LANE: Final = 34
LANES: Final = (
    ("router", "待交办", "#6e7781"),
    ("department", "承办单位", "#0550ae"),
    ("citizen", "等待网民", "#953800"),
)
OPENS, CLOSES = 8.0, 19.0
"""Hours of a day that are drawn."""


def facts(profile: Profile) -> list[Fact]:
    """What happened to the case that is drawn."""

    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=profile.zone)

    return [
        PostReceived(
            at=at("2026-09-29T10:00"),
            number="SQ",
            kind="complaint",
            title="路灯不亮",
            text="路灯不亮",
            citizen="c",
        ),
        PostAssigned(
            at=at("2026-09-29T11:30"),
            number="SQ",
            department="housing",
            duty_item="",
            reasons=(),
            confidence=1.0,
            rule_version="",
        ),
        CitizenAsked(at=at("2026-09-30T10:00"), question="q", text="在哪一段?", department="housing", by="c"),
        CitizenAnswered(at=at("2026-10-08T11:00"), question="q", text="东段"),
        ExtensionApproved(
            at=at("2026-10-10T16:00"),
            extension="e",
            reason="等待备件",
            new_date=date(2026, 10, 14),
            progress="已勘察",
            department="housing",
            by="l",
        ),
        ReplyPublished(at=at("2026-10-14T11:30"), reply="r", text="已修复", department="housing", by="c"),
    ]


def drawn(profile: Profile) -> tuple[str, list[str]]:
    """The picture as SVG, and the lines a citizen reads of the same case."""
    state: Any = Case()
    for fact in facts(profile):
        state = RULES[type(fact)](state, fact, Context("drawn", "drawn", fact.at, profile)).state
    made = clock(state, profile)
    assert made is not None
    assert made.stop is not None
    lines: list[str] = account(state, profile, made.stop)["lines"]
    return _svg(state, made, made.stop, profile, lines), lines


def _svg(case: Case, made: Clock, stop: datetime, profile: Profile, lines: list[str]) -> str:
    first, last = made.start.date(), max(stop, made.due).date()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    width, height = LEFT + DAY * len(days) + 16, TOP + LANE * len(LANES) + 92
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'aria-labelledby="title what" font-family="system-ui, sans-serif" font-size="12">',
        '<title id="title">一件投诉的计时:从受理到答复</title>',
        f'<desc id="what">{escape(";".join(lines))}</desc>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *_days(days, profile),
        *_lanes(case, made, stop, profile, first),
        *_marks(made, stop, profile, first),
    ]
    return "\n".join([*parts, "</svg>", ""])


def _days(days: list[date], profile: Profile) -> Iterator[str]:
    time = profile.working_time
    bottom = TOP + LANE * len(LANES)
    for n, day in enumerate(days):
        x, works = LEFT + n * DAY, time.is_working_day(day)
        fill = "#ffffff" if works else "#eaeef2"
        yield f'<rect x="{x}" y="8" width="{DAY}" height="{bottom - 8}" fill="{fill}" stroke="#8c959f"/>'
        yield _text(x + DAY / 2, 26, f"{day.month}月{day.day}日", "middle")
        yield _text(x + DAY / 2, 43, "周" + "一二三四五六日"[day.weekday()], "middle")
        why = time.why(day)
        if not works or day.weekday() >= 5:
            yield _text(x + DAY / 2, 60, why, "middle")


def _lanes(case: Case, made: Clock, stop: datetime, profile: Profile, first: date) -> Iterator[str]:
    for n, (_, name, _) in enumerate(LANES):
        yield _text(LEFT - 8, TOP + n * LANE + 21, name, "end")
    time, hours = profile.working_time, profile.policy.hours
    for stretch in stretches(case, made, stop):
        lane = next(
            (n for n, (holder, _, _) in enumerate(LANES) if holder == stretch.holder),
            next(n for n, (holder, _, _) in enumerate(LANES) if holder == "department"),
        )
        day = stretch.start.date()
        while day <= stretch.end.date():
            if time.is_working_day(day):
                for opens, closes in (
                    (hours.morning_opens, hours.morning_closes),
                    (hours.afternoon_opens, hours.closes),
                ):
                    start = max(stretch.start, datetime.combine(day, opens, profile.zone))
                    end = min(stretch.end, datetime.combine(day, closes, profile.zone))
                    if start < end:
                        x, right = _x(start, first), _x(end, first)
                        yield (
                            f'<rect x="{x:.1f}" y="{TOP + lane * LANE + 6}" width="{right - x:.1f}" '
                            f'height="{LANE - 12}" fill="{LANES[lane][2]}"/>'
                        )
            day += timedelta(days=1)


def _marks(made: Clock, stop: datetime, profile: Profile, first: date) -> Iterator[str]:
    bottom = TOP + LANE * len(LANES)
    marks = [(made.start, "受理", ""), (made.first_due, "原期限", "4 3")]
    for pause in made.pauses:
        marks += [(pause.start, "询问网民,计时暂停", ""), (pause.end, "网民补充,计时恢复", "")]
        marks.append((pause.due_after, "恢复后的期限", "4 3"))
    for moved in made.extensions:
        marks += [(moved.at, "批准延期", ""), (moved.due, "延期后的期限", "4 3")]
    marks.append((stop, "答复,计时停止" + (",按时" if made.in_time else ",超期"), ""))
    free, labels = [0.0] * 8, []
    for at, name, dashes in sorted(marks):
        x, label = _x(at, first), f"{name} {at:%H:%M}"
        length = 12 * len(label)
        start = min(x, LEFT + DAY * ((made.due.date() - first).days + 1) - length)
        row = next(n for n, taken in enumerate(free) if taken <= start)
        free[row] = start + length
        y = bottom + 22 + row * 24
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        yield f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{y - 13}" stroke="#a40e26" stroke-width="1.5"{dash}/>'
        labels.append(_text(start, y, label, "start"))
    yield from labels


def _x(at: datetime, first: date) -> float:
    """Where an instant lies: a column a day, its drawn hours from edge to edge."""
    hour = min(max(at.hour + at.minute / 60, OPENS), CLOSES)
    return LEFT + DAY * ((at.date() - first).days + (hour - OPENS) / (CLOSES - OPENS))


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}" fill="#1f2328" '
        f'stroke="#ffffff" stroke-width="3" paint-order="stroke">{escape(text)}</text>'
    )


def _page(lines: list[str]) -> str:
    """`docs/deadlines.md` with the drawing and its account in their place."""
    page = PAGE.read_text(encoding="utf-8")
    head, rest = page.split(BEGIN)
    _, tail = rest.split(END)
    told = "\n".join(lines)
    picture = f"![一件投诉的计时:从受理到答复]({PICTURE.relative_to(PAGE.parent)})"
    return f"{head}{BEGIN}\n{picture}\n\n```text\n{told}\n```\n{END}{tail}"


def main() -> None:
    """The command."""
    svg, lines = drawn(Profile.load(CITY))
    files = {PICTURE: svg, PAGE: _page(lines)}
    stale = [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in sys.argv:
        if stale:
            names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
            sys.exit(f"{names}: not what the rules draw; run python -m wenzheng.tools.draw_clock")
        return
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path], encoding="utf-8")


if __name__ == "__main__":
    main()
