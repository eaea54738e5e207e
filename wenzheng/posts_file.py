"""Posts from files: jsonl or csv, plain or gzipped; a bad row is named by its line and the rest goes on.

A row of JSON is the body of `POST /v1/posts`. A table has a column for each field of `contact` and `point`.
"""

import csv
import gzip
import json
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import IO, Any, Final

from wenzheng.stack.home import ROOT, Trouble

SAMPLE = Path(__file__).parent / "sample_posts.jsonl"
CHINA: Final = timezone(timedelta(hours=8))
"""A time without an offset is of this clock."""
KINDS = ("consult", "complaint", "suggestion", "mailbox", "debate", "survey")
_SAID: Final = {
    **dict.fromkeys(("true", "1", "是"), True),
    **dict.fromkeys(("false", "0", "否"), False),
}
"""What a table says of `public` and `hide_name`."""
_PARTS: Final = {
    "contact": ("name", "phone", "openid", "mail"),
    "point": ("longitude", "latitude", "datum", "street_address"),
}
_DEGREES: Final = ("longitude", "latitude")


@dataclass(frozen=True)
class Line:
    """A row: a body for `POST /v1/posts`, or why it is none."""

    number: int
    body: dict[str, Any] | None
    reason: str = ""
    time: datetime | None = None
    season: str = ""
    """In which it could be written, `spring` to `winter`; empty for all the year."""


def _open(path: Path) -> IO[str]:
    """As spreadsheets save it, with or without a byte order mark."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def read_posts(path: Path) -> Iterator[Line]:
    """The rows of a file, in order. Raises Trouble for a file that cannot be read."""
    kind = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    try:
        with _open(path) as file:
            if kind == ".csv":
                for number, row in enumerate(csv.DictReader(file), 2):
                    yield _line(number, row)
            else:
                for number, text in enumerate(file, 1):
                    if text.strip():
                        yield _parsed(number, text)
    except UnicodeDecodeError as problem:
        raise Trouble(f"文件不是 UTF-8:{path}。请另存为 UTF-8 再试。 The file is not UTF-8.") from problem
    except (OSError, csv.Error) as problem:
        raise Trouble(f"文件不能读取:{path}({problem})。 The file cannot be read.") from problem


def _parsed(number: int, text: str) -> Line:
    try:
        row = json.loads(text)
    except ValueError as problem:
        return Line(number, None, f"不是 JSON not JSON: {problem}")
    if not isinstance(row, dict):
        return Line(number, None, "不是 JSON 对象 not an object")
    return _line(number, row)


def _line(number: int, row: dict[str, Any]) -> Line:
    text = str(row.get("text") or "").strip()
    if not text:
        return Line(number, None, "缺少 text no text")
    title = str(row.get("title") or "").strip() or text[:20]
    kind = row.get("kind") if row.get("kind") in KINDS else "complaint"
    body: dict[str, Any] = {"kind": kind, "title": title[:100], "text": text[:10_000]}
    for name in ("area", "place"):
        if row.get(name):
            body[name] = row[name]
    try:
        body |= _choices(row) | _structures(row)
    except ValueError as problem:
        return Line(number, None, str(problem))
    if not _is_sendable(body):
        return Line(number, None, "含有不能发送的字符或数字 holds what cannot be sent")
    time = None
    if row.get("time"):
        try:
            time = datetime.fromisoformat(str(row["time"]))
        except ValueError:
            return Line(number, None, f"time 不是时刻 no instant: {row['time']}")
        if time.tzinfo is None:
            time = time.replace(tzinfo=CHINA)
    return Line(number, body, time=time, season=str(row.get("season") or ""))


def _choices(row: dict[str, Any]) -> dict[str, bool]:
    """Whether it is public and hides the name, where the row says so. Raises ValueError for words that say neither."""
    found: dict[str, bool] = {}
    for name in ("public", "hide_name"):
        given = row.get(name)
        if given in (None, ""):
            continue
        said = _SAID.get(str(given).strip().lower())
        if said is None:
            raise ValueError(f"{name} 应为 是 或 否 neither yes nor no: {given}")
        found[name] = said
    return found


def _structures(row: dict[str, Any]) -> dict[str, Any]:
    """Contact and point. Raises ValueError for degrees that are no number."""
    found: dict[str, Any] = {}
    for whole, names in _PARTS.items():
        parts = {name: row[name] for name in names if row.get(name)}
        for name in _DEGREES:
            if name in parts:
                parts[name] = _degrees(name, parts[name])
        if row.get(whole) or parts:
            found[whole] = row.get(whole) or parts
    return found


def _degrees(name: str, given: Any) -> float:
    """Raises ValueError for what is no number that JSON can hold."""
    try:
        degrees = float(given)
    except (TypeError, ValueError, OverflowError) as problem:
        raise ValueError(f"{name} 不是度数 no degrees: {given}") from problem
    if not math.isfinite(degrees):
        raise ValueError(f"{name} 不是度数 no degrees: {given}")
    return degrees


def _is_sendable(body: dict[str, Any]) -> bool:
    """Whether it is text and numbers as JSON in UTF-8 holds them: no half of a pair, and nothing beyond all numbers."""
    try:
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        return False
    return True


def shared_folder() -> Path | None:
    """The folder of real posts beside the checkout (or `$WENZHENG_SHARED`), where there is one."""
    folder = Path(os.environ.get("WENZHENG_SHARED", ROOT.parent / "shared")) / "data"
    return folder if folder.is_dir() else None


def real_or_sample_path() -> Path:
    """The file of real posts where it is, else that of our own sample."""
    folder = shared_folder()
    path = folder / "messages_taidi_test_unlabelled.jsonl.gz" if folder is not None else SAMPLE
    return path if path.exists() else SAMPLE


def real_or_sample() -> list[dict[str, Any]]:
    """Bodies of the posts of that file."""
    path = real_or_sample_path()
    return [line.body for line in read_posts(path) if line.body is not None]
