"""Publishes a year's calendar to the running stack, as an operator would: every open case is dated again."""

from pathlib import Path
from typing import Any
from zlib import crc32

import httpx2

from chassis.tokens import Staff, sign
from city.calendar import belongs_to
from city.calendar_file import read_calendar
from wenzheng.stack.home import Home, Trouble


def body_of(file: Path) -> dict[str, Any]:
    """The body of `POST /v1/city/calendar`. Raises Trouble naming every wrong line.

    Published are the days of the year the file is about, and of the month before and after it, which a
    notice may name as well; a file of many years holds more.
    """
    try:
        found = read_calendar(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as problem:
        raise Trouble(f"不能读取 {file}:{problem}。 The file cannot be read.") from problem
    if found.wrong:
        raise Trouble("\n".join(f"{file}:{wrong.line}: {wrong.reason}" for wrong in found.wrong))
    days = [day for day in found.days if belongs_to(found.year, day.day)]
    if not found.days:
        raise Trouble(f"{file} 中没有日期。 There is no day in it.")
    if not days:
        raise Trouble(f"{file} 中没有所写 {found.year} 年的日期。 It has no day of the year that it names.")
    return {
        "year": found.year,
        "days": [
            {
                "day": day.day.isoformat(),
                "name": day.name,
                "is_off_day": day.is_off_day,
                "closing": day.closing.strftime("%H:%M") if day.closing else "",
            }
            for day in days
        ],
        "notice": next((day.notice for day in days if day.notice), ""),
    }


def publish(home: Home, file: Path) -> tuple[int, int]:
    """Send it to intake; returns the year and the number of days. Raises Trouble when it is refused."""
    body = body_of(file)
    address = home.read_state()["services"]["intake"]
    key = home.secret_file("token-private.pem").read_bytes()
    headers = {
        "Authorization": f"Bearer {sign(key, Staff('command', 'supervision', 'operator'))}",
        # The same calendar sent twice is the same request.
        "Idempotency-Key": f"calendar-{body['year']}-{crc32(repr(body).encode()):08x}",
    }
    try:
        response = httpx2.post(f"{address}/v1/city/calendar", json=body, headers=headers, timeout=30)
    except httpx2.HTTPError as problem:
        raise Trouble(f"受理服务没有应答:{problem}。 Intake does not answer; wenzheng status") from problem
    if response.status_code != 202:
        told = response.json()
        fields = ";".join(f"{error['field']} {error['reason']}" for error in told.get("errors", []))
        raise Trouble(f"没有被接受:{told['title']} {told.get('detail', '')} {fields}".strip())
    return body["year"], len(body["days"])
