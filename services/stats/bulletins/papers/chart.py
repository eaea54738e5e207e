"""The chart of a bulletin as PNG: received and answered posts of the units with most of them."""

import io
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from services.stats.bulletins.papers.fonts import SANS
from services.stats.bulletins.papers.paper import Paper
from services.stats.core.bulletin.tables import ROW

UNITS: Final = 12
WIDTH, LINE, NAMES = 1560, 62, 520
"""Pixels: of the picture (156 mm at 10 a millimetre), of a unit, of the units' names."""
RECEIVED, REPLIED = ROW.index("受理"), ROW.index("已回复")
LIGHT, DARK, INK = "#c8c8c8", "#404040", "#000000"


def chart(paper: Paper) -> bytes:
    """Bars in greys, so that it reads in print; empty when nothing was received."""
    units = [row for row in paper.rows[:-1] if row[RECEIVED]]
    units.sort(key=lambda row: (-int(row[RECEIVED] or 0), str(row[0])))
    units = units[:UNITS]
    if not units:
        return b""
    most = max(int(row[RECEIVED] or 0) for row in units)
    picture = Image.new("RGB", (WIDTH, LINE * (len(units) + 1)), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.truetype(SANS, 34)
    draw.text((0, 8), "受理(浅)与已回复(深),件", font=font, fill=INK)
    room = WIDTH - NAMES - 200
    for n, row in enumerate(units, 1):
        top = n * LINE
        received, replied = int(row[RECEIVED] or 0), int(row[REPLIED] or 0)
        draw.text((0, top + 8), str(row[0])[:14], font=font, fill=INK)
        draw.rectangle((NAMES, top + 8, NAMES + room * received / most, top + 52), fill=LIGHT)
        draw.rectangle((NAMES, top + 18, NAMES + room * replied / most, top + 42), fill=DARK)
        end = NAMES + room * received / most + 16
        draw.text((end, top + 8), f"{replied}/{received}", font=font, fill=INK)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def shown(head: str, value: str | int | float | None) -> str:
    """A cell as it is printed."""
    if value is None:
        return "—"
    if isinstance(value, float) and head.endswith(("率", "度")):
        return f"{100 * value:.1f}%"
    return f"{value:g}" if isinstance(value, float) else str(value)


def chinese_day(year: int, month: int, day: int) -> str:
    """成文日期: Arabic numerals without leading zeros (GB/T 9704-2012, 7.3.5.4)."""
    return f"{year}年{month}月{day}日"
