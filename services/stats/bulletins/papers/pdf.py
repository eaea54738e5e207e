"""The bulletin as PDF: the same 公文, with every typeface embedded."""

import io
import logging
from datetime import UTC, datetime, time
from typing import Any, Final

from fpdf import FPDF
from fpdf.enums import TableCellFillMode
from fpdf.fonts import FontFace

from services.stats.bulletins.papers.chart import chart, chinese_day, shown
from services.stats.bulletins.papers.fonts import SANS, SERIF
from services.stats.bulletins.papers.paper import Paper

LINE: Final = 225 / 22
"""Millimetres a line."""
CHARACTER: Final = 16 * 25.4 / 72
WIDTH: Final = 156.0
CLOSING: Final = frozenset(",.;:!?、。，；：！？)）〕》”’%")
"""Marks that do not begin a line."""


class Sheets(FPDF):
    """A4 pages by GB/T 9704-2012: margins 37, 35, 28 and 26 mm, page numbers at the outer edge."""

    def __init__(self) -> None:
        super().__init__(orientation="portrait", unit="mm", format="A4")
        self.set_margins(28, 37, 26)
        self.set_auto_page_break(True, 35)
        self.add_font("serif", "", SERIF)
        self.add_font("sans", "", SANS)

    def footer(self) -> None:
        """— 1 —, odd right, even left, one character in."""
        self.set_y(-28)
        self.set_font("serif", size=14)
        right = self.page_no() % 2 == 1
        self.set_x(self.l_margin + (0 if right else 5))
        width = self.epw - 5
        self.cell(width, 7, f"— {self.page_no()} —", align="R" if right else "L")


def made(paper: Paper) -> bytes:
    """The whole document."""
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    sheets = Sheets()
    sheets.set_title(paper.title)
    sheets.set_author(paper.issuer)
    sheets.set_lang("zh-CN")
    sheets.set_creation_date(datetime.combine(paper.day, time(), UTC))
    sheets.add_page()
    _head(sheets, paper)
    for section in paper.sections:
        _text(sheets, section.heading, "sans")
        for text in section.text.splitlines():
            _text(sheets, text)
    picture = chart(paper)
    if picture:
        sheets.ln(2)
        sheets.image(io.BytesIO(picture), w=WIDTH)
        sheets.ln(2)
    for name in paper.annexes_named:
        _text(sheets, name)
    sheets.ln(LINE)
    for text in (paper.issuer, chinese_day(paper.day.year, paper.day.month, paper.day.day)):
        sheets.cell(WIDTH - 4 * CHARACTER, LINE, text, align="R", new_x="LMARGIN", new_y="NEXT")
    for n, (title, heads, rows) in enumerate(paper.annexes, 1):
        _annex(sheets, f"附件{n}" if len(paper.annexes) > 1 else "附件", title, heads, rows)
    return bytes(sheets.output())


def _head(sheets: Any, paper: Paper) -> None:
    sheets.set_font("serif", size=32)
    sheets.set_text_color(255, 0, 0)
    sheets.multi_cell(WIDTH, 18, f"{paper.issuer}文件", align="C", new_x="LMARGIN", new_y="NEXT")
    sheets.set_text_color(0, 0, 0)
    sheets.ln(LINE)
    sheets.set_font("serif", size=16)
    sheets.cell(WIDTH, LINE, paper.number, align="C", new_x="LMARGIN", new_y="NEXT")
    sheets.set_draw_color(255, 0, 0)
    sheets.set_line_width(0.5)
    sheets.line(28, sheets.get_y() + 2, 184, sheets.get_y() + 2)
    sheets.set_draw_color(0, 0, 0)
    sheets.set_line_width(0.2)
    sheets.ln(2 * LINE)
    sheets.set_font("serif", size=22)
    sheets.multi_cell(WIDTH, 13, paper.title, align="C", new_x="LMARGIN", new_y="NEXT")
    sheets.ln(LINE)
    sheets.set_font("serif", size=16)
    sheets.multi_cell(WIDTH, LINE, paper.to, new_x="LMARGIN", new_y="NEXT")


def _text(sheets: Any, text: str, font: str = "serif") -> None:
    """A paragraph, two characters in."""
    sheets.set_font(font, size=16)
    for line in _lines(sheets, "\u3000\u3000" + text):
        sheets.cell(WIDTH, LINE, line, new_x="LMARGIN", new_y="NEXT")
    sheets.set_font("serif", size=16)


def _lines(sheets: Any, text: str) -> list[str]:
    """Lines that fit; none begins with a mark that closes (避头点), which stands in the margin instead."""
    lines, line, width = [], "", 0.0
    for character in text:
        wide = sheets.get_string_width(character)
        if line and width + wide > WIDTH and character not in CLOSING:
            lines.append(line)
            line, width = "", 0.0
        line += character
        width += wide
    return [*lines, line]


def _annex(sheets: Any, name: str, title: str, heads: tuple[str, ...], rows: Any) -> None:
    sheets.set_margins(20, 28, 20)
    sheets.set_auto_page_break(True, 34)
    sheets.add_page(orientation="landscape")
    sheets.set_font("sans", size=16)
    sheets.cell(0, LINE, name, new_x="LMARGIN", new_y="NEXT")
    sheets.set_font("serif", size=22)
    sheets.cell(0, 14, title, align="C", new_x="LMARGIN", new_y="NEXT")
    sheets.set_font("serif", size=8)
    columns = len(heads)
    with sheets.table(
        col_widths=(47, *[11.6] * (columns - 1)),
        text_align=("LEFT", *["CENTER"] * (columns - 1)),
        line_height=5,
        headings_style=FontFace(family="sans", emphasis=""),
        cell_fill_mode=TableCellFillMode.NONE,
        wrapmode="CHAR",
    ) as table:
        table.row(heads)
        for row in rows:
            table.row([shown(head, value) for head, value in zip(heads, row, strict=True)])
