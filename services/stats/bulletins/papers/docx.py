"""The bulletin as docx: 公文 by GB/T 9704-2012, with its table of units as an annex on pages laid across."""

import io
from datetime import UTC, datetime, time
from typing import Any, Final

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from services.stats.bulletins.papers.chart import chart, chinese_day, shown
from services.stats.bulletins.papers.paper import Paper

TITLE, BODY, HEADING, PAGE = "方正小标宋简体", "仿宋_GB2312", "黑体", "宋体"
LINE: Final = Pt(28.95)
"""Line pitch of 22 lines on 225 mm: 579 twentieths of a point."""
RED: Final = RGBColor(0xFF, 0, 0)
CHARACTER: Final = Pt(16)


def made(paper: Paper) -> bytes:
    """The whole document."""
    book = Document()
    book.core_properties.title = paper.title
    book.core_properties.author = paper.issuer
    book.core_properties.created = book.core_properties.modified = datetime.combine(paper.day, time(), UTC)
    book.settings.odd_and_even_pages_header_footer = True
    _page(book.sections[0])
    _numbers(book.sections[0])
    _line(book, paper.issuer + "文件", TITLE, 32, WD_ALIGN_PARAGRAPH.CENTER, colour=RED, exact=False)
    _line(book, "", BODY, 16)
    number = _line(book, paper.number, BODY, 16, WD_ALIGN_PARAGRAPH.CENTER)
    _red_line(number)
    _line(book, "", BODY, 16)
    _line(book, paper.title, TITLE, 22, WD_ALIGN_PARAGRAPH.CENTER)
    _line(book, "", BODY, 16)
    _line(book, paper.to, BODY, 16)
    for section in paper.sections:
        _line(book, section.heading, HEADING, 16, indent=2)
        for text in section.text.splitlines():
            _line(book, text, BODY, 16, WD_ALIGN_PARAGRAPH.JUSTIFY, indent=2)
    picture = chart(paper)
    if picture:
        # In a line of its own height, or the exact line pitch cuts it off.
        book.add_paragraph().add_run().add_picture(io.BytesIO(picture), width=Mm(156))
    for name in paper.annexes_named:
        _line(book, name, BODY, 16, indent=2)
    _line(book, "", BODY, 16)
    _signed(_line(book, paper.issuer, BODY, 16, WD_ALIGN_PARAGRAPH.RIGHT))
    day = chinese_day(paper.day.year, paper.day.month, paper.day.day)
    _signed(_line(book, day, BODY, 16, WD_ALIGN_PARAGRAPH.RIGHT))
    for n, (title, heads, rows) in enumerate(paper.annexes, 1):
        _annex(book, f"附件{n}" if len(paper.annexes) > 1 else "附件", title, heads, rows)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _page(section: Any) -> None:
    """A4; margins 37, 35, 28 and 26 mm; 22 lines of 28 characters."""
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(28)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    for name, value in (("type", "linesAndChars"), ("linePitch", "579"), ("charSpace", "-849")):
        grid.set(qn(f"w:{name}"), value)


def _numbers(section: Any) -> None:
    """— 1 — at the outer edge, one character in."""
    for footer, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = side
        if side == WD_ALIGN_PARAGRAPH.RIGHT:
            paragraph.paragraph_format.right_indent = Pt(14)
        else:
            paragraph.paragraph_format.left_indent = Pt(14)
        _font(paragraph.add_run("— "), PAGE, 14)
        run = paragraph.add_run()
        _font(run, PAGE, 14)
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            part = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                part.set(qn("w:fldCharType"), kind)
            else:
                part.text = text
            run._r.append(part)
        _font(paragraph.add_run(" —"), PAGE, 14)


def _line(
    book: Any,
    text: str,
    font: str,
    points: float,
    side: Any = WD_ALIGN_PARAGRAPH.LEFT,
    indent: int = 0,
    colour: Any = None,
    exact: bool = True,
) -> Any:
    paragraph = book.add_paragraph()
    paragraph.alignment = side
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    if exact:
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    if indent:
        shape.first_line_indent = CHARACTER * indent
    run = paragraph.add_run(text)
    _font(run, font, points)
    if colour is not None:
        run.font.color.rgb = colour
    return paragraph


def _font(run: Any, name: str, points: float) -> None:
    run.font.name, run.font.size = name, Pt(points)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _red_line(paragraph: Any) -> None:
    """The red line under number and head."""
    border, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "8"), ("color", "FF0000")):
        bottom.set(qn(f"w:{name}"), value)
    border.append(bottom)
    # The schema wants borders before spacing.
    paragraph._p.get_or_add_pPr().insert_element_before(
        border, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc"
    )


def _signed(paragraph: Any) -> None:
    """Four characters in from the right."""
    paragraph.paragraph_format.right_indent = CHARACTER * 4


def _annex(book: Any, name: str, title: str, heads: tuple[str, ...], rows: Any) -> None:
    section = book.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.top_margin, section.bottom_margin = Mm(28), Mm(26)
    section.left_margin, section.right_margin = Mm(20), Mm(20)
    _line(book, name, HEADING, 16)
    _line(book, title, TITLE, 22, WD_ALIGN_PARAGRAPH.CENTER)
    table = book.add_table(rows=0, cols=len(heads))
    table.style = "Table Grid"
    table.autofit = False
    _row(table, heads, HEADING)
    _repeat(table.rows[0])
    for row in rows:
        _row(table, [shown(head, value) for head, value in zip(heads, row, strict=True)], BODY)


def _row(table: Any, texts: Any, font: str) -> None:
    cells = table.add_row().cells
    width = min(11.6, 210 / (len(cells) - 1))
    for n, (cell, text) in enumerate(zip(cells, texts, strict=True)):
        cell.width = Mm(47) if n == 0 else Mm(width)
        paragraph = cell.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if n == 0 else WD_ALIGN_PARAGRAPH.CENTER
        _font(paragraph.add_run(text), font, 8)


def _repeat(row: Any) -> None:
    """The heads stand on every page."""
    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(head)
