"""The figures as XLSX: the table of units, a chart of it, and where the figures come from. The same input, the same bytes."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any, Final

import xlsxwriter

from services.stats.bulletins.papers.paper import Paper
from services.stats.core.bulletin.tables import COURSE, ROW, Cell

DATA: Final = "xl/worksheets/sheet1.xml"
"""The part that holds the figures and nothing else; where there is a second table, another does, too."""
MORE: Final = "xl/worksheets/sheet2.xml"
SHARES: Final = ("率", "满意度")
"""How the heads of shares end."""
CHARTED: Final = 20
"""Units in the chart, the first of the league."""


def made(paper: Paper) -> bytes:
    """The whole workbook."""
    out = io.BytesIO()
    # Strings stand in the cells themselves, so that the data part depends on the figures alone.
    book = xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": True})
    book.set_properties(
        {
            "title": f"{paper.title}{paper.number}",
            "author": paper.issuer,
            "created": datetime.combine(paper.day, time(), UTC).replace(tzinfo=None),
        }
    )
    _tables(book, paper.heads, paper.rows, paper.course)
    _chart(book, min(CHARTED, len(paper.rows) - 1))
    sheet = book.add_worksheet("来源")
    sheet.set_column(0, 1, 30)
    for n, (name, value) in enumerate(paper.source):
        sheet.write_string(n, 0, name)
        sheet.write_string(n, 1, value)
    book.close()
    return out.getvalue()


def data_part(
    heads: Sequence[str], rows: Sequence[Sequence[Cell]], more: Sequence[Sequence[Cell]] = ()
) -> bytes:
    """The part of a workbook that holds these figures, byte for byte as it stands in the whole one; `more` is the second table."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": True})
    _tables(book, heads, rows, more)
    book.close()
    return data_of(out.getvalue(), bool(more))


def data_of(workbook: bytes, more: bool = False) -> bytes:
    """The data part of a whole workbook; with that of the second table behind it, where it has one."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        return parts.read(DATA) + (parts.read(MORE) if more else b"")


def _tables(
    book: Any, heads: Sequence[str], rows: Sequence[Sequence[Cell]], more: Sequence[Sequence[Cell]]
) -> None:
    _table(book, "各单位", heads, rows)
    if more:
        _table(book, "响应交办后续", COURSE, more)


def _table(book: Any, name: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "text_wrap": True, "border": 1})
    plain, share = book.add_format({"border": 1}), book.add_format({"border": 1, "num_format": "0.0%"})
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, len(heads) - 1, 9)
    sheet.freeze_panes(1, 1)
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
    for n, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            shape = share if heads[column].endswith(SHARES) else plain
            if value is None:
                sheet.write_blank(n, column, None, shape)
            elif isinstance(value, str):
                sheet.write_string(n, column, value, shape)
            else:
                sheet.write_number(n, column, value, shape)


def _chart(book: Any, units: int) -> None:
    sheet = book.add_chartsheet("图")
    chart = book.add_chart({"type": "bar"})
    for column in (ROW.index("受理"), ROW.index("已回复")):
        chart.add_series(
            {
                "name": ["各单位", 0, column],
                "categories": ["各单位", 1, 0, units, 0],
                "values": ["各单位", 1, column, units, column],
            }
        )
    chart.set_y_axis({"reverse": True})
    chart.set_title({"name": "受理与回复"})
    sheet.set_chart(chart)
