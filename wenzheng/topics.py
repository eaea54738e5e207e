"""Behind `wenzheng topics`: a file of posts in, one line of JSON for each matter many of them are about."""

import gzip
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from city.normal import normal_form
from services.router.core.topics.talk import Talk, news
from services.router.core.topics.window import Seen, TopicWindow
from wenzheng.stack.home import Trouble

CHINA: Final = timezone(timedelta(hours=8))
"""Of a time that names no zone."""
MOST: Final = 50_000
"""Posts the window holds at once, about 5 KB each."""
EVERYTHING: Final = 24 * 366 * 1000.0
"""Hours of a window from which nothing is dropped."""

LOOK: Final = 20
"""Posts after which the topics of a moving window are looked at."""

FIELDS: Final = {
    "id": ("id", "number", "post_id", "留言编号"),
    "title": ("title", "subject", "留言主题"),
    "text": ("text", "content", "body", "留言详情"),
    "time": ("time", "at", "received", "created_at", "date", "留言时间"),
}
"""What a field may be called, first come first served."""


class _Row(Struct, frozen=True):
    """A post of the file; `name` is its id as given, else the number of its line."""

    number: int
    name: Any
    title: str
    text: str
    time: datetime | None


def to_stderr(complaint: str) -> None:
    """Where complaints go unless told otherwise."""
    print(complaint, file=sys.stderr)


def topics(
    file: Path, hours: float | None = None, complain: Callable[[str], None] = to_stderr
) -> Iterator[dict[str, Any]]:
    """The topics of a file of posts (jsonl, plain or gzipped), largest first.

    A row has `text` and, if known, `title`, `time` and `id`, or what FIELDS also knows them by. Rows are
    taken in order of time where it is given, else as they stand; without `hours`, the window holds the
    whole file. Each topic has `ids` (the numbers of lines where rows have no id), `place`, `words`, `why`,
    `size`, `first` and `last` (times, or null). A wrong line is complained of by its number and left out.
    Raises Trouble for a file that cannot be read.
    """
    rows = {str(row.number): row for row in _in_order(_rows(file, complain))}
    window = TopicWindow(hours=hours or EVERYTHING, most=max(1, min(len(rows), MOST)))
    times: dict[str, datetime] = {}
    told: dict[str, Talk] = {}
    moment = datetime(1970, 1, 1, tzinfo=UTC)
    for n, (key, row) in enumerate(rows.items()):
        if row.time is not None:
            moment = times[key] = row.time
        window.see(Seen(key, str(row.name), row.title, row.text, moment))
        if hours is not None and n % LOOK == 0:
            _tell(told, window, moment)
    window.settle()
    _tell(told, window, moment)
    for talk in sorted(told.values(), key=lambda talk: (-len(talk.posts), talk.topic)):
        posts = set(talk.posts)
        keys = [key for key in rows if key in posts]
        when = [times[key] for key in keys if key in times]
        yield {
            "ids": [rows[key].name for key in keys],
            "place": talk.place,
            "words": list(talk.words),
            "why": talk.why,
            "size": len(keys),
            "first": min(when).isoformat() if when else None,
            "last": max(when).isoformat() if when else None,
        }


def _tell(told: dict[str, Talk], window: TopicWindow, moment: datetime) -> None:
    """As the router does, but every post that joined is told, and a topic that has left the window keeps its words."""
    changed = news(told, window.topics(), moment, enough=1, share=0.0)
    told |= {talk.topic: talk for talk, _ in changed if talk.words}


def _in_order(rows: Iterator[_Row]) -> list[_Row]:
    """By time; a row without one stays behind the row it follows."""
    ordered: list[tuple[datetime, _Row]] = []
    moment = datetime.min.replace(tzinfo=UTC)
    for row in rows:
        moment = row.time or moment
        ordered.append((moment, row))
    ordered.sort(key=lambda pair: pair[0])
    return [row for _, row in ordered]


def _rows(file: Path, complain: Callable[[str], None]) -> Iterator[_Row]:
    try:
        with gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    row = _row(number, line, complain)
                    if row is not None:
                        yield row
    except (OSError, EOFError) as problem:
        raise Trouble(f"文件不能读取:{file}({problem})。 The file cannot be read.") from problem


def _row(number: int, line: bytes, complain: Callable[[str], None]) -> _Row | None:
    try:
        row = json.loads(line)
    except ValueError as problem:
        complain(f"第 {number} 行 line {number}: 不是 JSON not JSON: {problem}")
        return None
    if not isinstance(row, dict):
        complain(f"第 {number} 行 line {number}: 不是 JSON 对象 not an object")
        return None
    text, title = (_written(_field(row, name)) for name in ("text", "title"))
    if not text and not title:
        complain(f"第 {number} 行 line {number}: 缺少 text no text")
        return None
    time, when = None, _field(row, "time")
    if when is not None:
        try:
            time = _instant(when)
        except (ValueError, OverflowError, OSError):
            complain(f"第 {number} 行 line {number}: time 不是时刻,按无时刻处理 no instant, taken as none")
    name = _field(row, "id")
    return _Row(number, number if name is None else name, title, text, time)


def _field(row: dict[str, Any], name: str) -> Any:
    """The first that is given of what the field may be called."""
    return next((row[other] for other in FIELDS[name] if row.get(other) not in (None, "")), None)


def _written(value: Any) -> str:
    return normal_form(value).strip() if isinstance(value, str) else ""


def _instant(value: Any) -> datetime:
    """ISO 8601, also with slashes, or seconds since 1970. Raises ValueError, OverflowError or OSError for none."""
    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, UTC)
    try:
        time = datetime.fromisoformat(str(value))
    except ValueError:
        time = datetime.strptime(str(value), "%Y/%m/%d %H:%M:%S")
    return time if time.tzinfo is not None else time.replace(tzinfo=CHINA)
