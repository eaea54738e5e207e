"""Bulletins on paper: docx and PDF by GB/T 9704-2012, XLSX with the figures, each made in a process of its own."""

import io
import zipfile
from datetime import date, datetime
from xml.etree import ElementTree

import pytest

from contracts.bulletins import Frozen, NamedCase, UnitFigures
from services.stats.bulletins.papers import KINDS, Press, xlsx
from services.stats.bulletins.papers.__main__ import made
from services.stats.bulletins.papers.paper import Paper
from services.stats.core.bulletin import narrative
from services.stats.core.periods import Period
from tests.services.stats.test_core import PROFILE

AT = datetime(2026, 7, 3, 9, tzinfo=PROFILE.zone)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def unit(code: str, name: str, received: int, replied: int) -> UnitFigures:
    measures = {"received": received, "replied": replied, "on_time": replied, "threads": received}
    measures |= {"report_replied": replied, "report_rated": 1000, "report_satisfied": 958}
    return UnitFigures(code, name, measures, 3.5, 9.0)


def figures() -> Frozen:
    """The June of the city's report, of 78 units."""
    city = unit("", "全市", 1373, 1352)
    share, rest = divmod(1373, len(PROFILE.departments))
    units = tuple(
        unit(one.code, one.name, share + (n < rest), share + (n < rest) - (n < 21))
        for n, one in enumerate(PROFILE.departments)
    )
    named = (NamedCase("SQ260602-000003", "water", AT),)
    nothing = UnitFigures("", "全市", {})
    return Frozen("2026-06", AT, city, units, unit("", "全市", 1222, 1200), nothing, named, {}, "c", "p")


def paper() -> Paper:
    frozen = figures()
    return Paper(
        "宿迁市电子政务中心",
        "宿网督〔2026〕6号",
        narrative.title(Period.read(frozen.period)),
        "各承办单位:",
        narrative.sections(frozen, 0.98),
        date(2026, 7, 6),
        narrative.ROW,
        narrative.table(frozen),
        (("时段", "2026-06"),),
    )


def test_the_narrative_says_what_the_report_of_2011_said() -> None:
    text = "\n".join(section.text for section in narrative.sections(figures(), 0.98))

    assert "受理计时网帖1373件,已回复1352件,回复率98.5%" in text
    assert "回复率98.5%,满意度95.8%" in text
    assert "环比受理增加151件,回复率上升0.3个百分点;同比无可比数据" in text
    assert "SQ260602-000003,市水利局,至今未答复" in text


def test_the_docx_has_the_standards_page_grid_typefaces_and_a_table_of_all_units() -> None:
    with zipfile.ZipFile(io.BytesIO(made("docx", paper()))) as parts:
        body = ElementTree.fromstring(parts.read("word/document.xml"))

    first = body.findall(f".//{W}sectPr")[0]
    grid, margin = first.find(f"{W}docGrid"), first.find(f"{W}pgMar")
    assert grid is not None
    assert margin is not None
    assert (grid.get(f"{W}linePitch"), grid.get(f"{W}charSpace")) == ("579", "-849")
    assert [round(int(margin.get(f"{W}{side}", 0)) * 25.4 / 1440) for side in ("top", "left")] == [37, 28]
    typefaces = {fonts.get(f"{W}eastAsia") for fonts in body.iter(f"{W}rFonts")}
    assert {"方正小标宋简体", "仿宋_GB2312", "黑体"} <= typefaces
    assert len(body.findall(f".//{W}tr")) == len(PROFILE.departments) + 2


def test_the_pdf_embeds_every_typeface_it_uses() -> None:
    data = made("pdf", paper())

    assert data.startswith(b"%PDF")
    assert data.count(b"/FontDescriptor") >= 2
    descriptors = data.count(b"/Type /FontDescriptor")
    assert descriptors == data.count(b"/FontFile3") + data.count(b"/FontFile2")
    assert descriptors >= 2


def test_the_same_figures_are_the_same_workbook_and_its_data_part_depends_on_nothing_else() -> None:
    first, again = made("xlsx", paper()), made("xlsx", paper())

    assert first == again
    assert xlsx.data_of(first) == xlsx.data_part(narrative.ROW, narrative.table(figures()))


@pytest.mark.parametrize("kind", KINDS)
async def test_a_child_makes_a_paper_once(kind: str) -> None:
    press = Press()

    first, again = await press.make(kind, paper()), await press.make(kind, paper())

    assert first is again
    assert len(first) > 5_000
