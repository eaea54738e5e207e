"""Bulletins on paper: docx and PDF by GB/T 9704-2012, XLSX with the figures, each made in a process of its own."""

import io
import os
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest
from msgspec.structs import replace
from PIL.Image import Palette

from contracts.bulletins import BulletinDrafted, BulletinIssued, Frozen, NamedCase, Section, UnitFigures
from services.stats.bulletins.bodies import WHOLE
from services.stats.bulletins.papers import KINDS, Press, xlsx
from services.stats.bulletins.papers.__main__ import made
from services.stats.bulletins.papers.paper import Paper, printed
from services.stats.core.bulletin import freezing, narrative, tables
from services.stats.core.bulletin.freezing import NAMED_AT_MOST, Counted
from services.stats.core.periods import Period
from tests.services.stats.test_core import PROFILE

pytestmark = pytest.mark.medium

AT = datetime(2026, 7, 3, 9, tzinfo=PROFILE.zone)
LARGEST = 200_000
"""Bytes of a picture."""
LARGEST_FACT = 1_000_000
"""Bytes that a broker takes in one record, as it is installed."""
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
        printed("各承办单位:"),
        tuple(Section(one.heading, printed(one.text)) for one in narrative.sections(frozen, 0.98)),
        date(2026, 7, 6),
        tables.ROW,
        tables.table(frozen),
        (("时段", "2026-06"),),
    )


def test_text_and_table_count_the_broken_dates_of_replies_as_the_league_does() -> None:
    broken = UnitFigures("", "全市", figures().city.measures | {"broken": 2, "promises_broken": 3}, 3.5, 9.0)
    frozen = replace(figures(), city=broken)

    text = "\n".join(section.text for section in narrative.sections(frozen, 0.98))
    [*_, city] = tables.table(frozen)

    assert freezing.row_of(broken, 1)["broken_promises"] == 5
    assert "承诺到期未兑现5次" in text
    assert city[tables.ROW.index("未兑现")] == 5


def test_the_narrative_says_what_the_report_of_2011_said() -> None:
    text = "\n".join(section.text for section in narrative.sections(figures(), 0.98))

    assert "受理计时网帖1373件,已回复1352件,回复率98.5%" in text
    assert "回复率98.5%,满意度95.8%" in text
    assert "环比受理增加151件,回复率上升0.3个百分点;同比无可比数据" in text
    assert "SQ260602-000003,市水利局,至今未答复" in text
    assert "初步回复" not in text, "what bulletins do not freeze they do not define either"


def test_of_more_cases_than_the_bus_takes_the_oldest_are_named_and_all_are_counted() -> None:
    cases = [
        NamedCase(f"SQ260601-{n:06}", "urban-management", AT + timedelta(seconds=n), False)
        for n in range(3 * NAMED_AT_MOST)
    ]

    frozen = freezing.frozen(Counted({}, {}, {}, cases[::-1], {}), PROFILE, Period.read("2026-06"), AT, "c")
    sections = narrative.sections(frozen, 0.98, named=len(cases))
    drafted = BulletinDrafted(
        at=AT, bulletin="b", title="t", figures=frozen, sections=sections, corrects="", by="p"
    )

    assert frozen.named == tuple(cases[:NAMED_AT_MOST])
    assert f"超期五个工作日以上的共{len(cases)}件,对其中最早的{NAMED_AT_MOST}件予以点名" in sections[2].text
    assert len(msgspec.json.encode(drafted)) < LARGEST_FACT / 2, (
        "figures of units and scores have room beside them"
    )
    longest = (Section("一、全文", "长" * (WHOLE // len("长".encode()))),)
    issued = BulletinIssued(
        at=AT, bulletin="b", number="n", title="t", figures=frozen, sections=longest, by="p"
    )
    assert len(msgspec.json.encode(issued)) < 3 * LARGEST_FACT / 4, "with the longest text, too"


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ("受理1373件,回复98.5%,按时;完", "受理1373件\uff0c回复98.5%\uff0c按时\uff1b完"),
        ("局(100.0%),院(7/9)、", "局\uff08100.0%\uff09\uff0c院\uff087/9\uff09、"),
        ("截至2026年7月3日09:00", "截至2026年7月3日09:00"),
        ("1,000 (a)", "1,000 (a)"),
    ],
)
def test_marks_are_those_of_chinese_print(narrow: str, wide: str) -> None:
    assert printed(narrow) == wide


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


def test_the_pdf_is_drawn_and_its_text_can_be_searched(tmp_path: Path) -> None:
    """With `WENZHENG_PICTURES` naming a folder the pictures are kept there (`make pictures`)."""
    from pypdfium2 import PdfDocument

    document = PdfDocument(made("pdf", paper()))
    folder = Path(os.environ.get("WENZHENG_PICTURES") or tmp_path)
    pages = {"bulletin": document[0], "bulletin-table": document[_annex(document)]}
    for name, page in pages.items():
        picture = page.render(scale=1.3).to_pil().convert("P", palette=Palette.ADAPTIVE, colors=64)
        picture.save(folder / f"{name}.png", optimize=True)
        assert 5_000 < (folder / f"{name}.png").stat().st_size < LARGEST

    words = document[0].get_textpage().get_text_range()
    assert "宿网督〔2026〕6号" in words
    assert "关于2026年6月网络问政办理情况的通报" in "".join(words.split())
    # The head and the rule below it are red, and the rest is not.
    red = [pixel for pixel in _pixels(document[0]) if pixel == (255, 0, 0)]
    assert 300 < len(red) < 30_000


def _annex(document: Any) -> int:
    """The first page that lies on its side."""
    return next(n for n in range(len(document)) if document[n].get_width() > document[n].get_height())


def _pixels(page: Any) -> Any:
    return page.render(scale=1.0).to_pil().convert("RGB").get_flattened_data()


def test_a_bulletin_of_before_keeps_the_table_it_was_issued_with() -> None:
    assert tables.heads(figures()) == tables.ROW
    assert "是否解决" not in narrative.sections(figures(), 0.98)[0].text


def test_where_people_said_whether_matters_were_solved_the_table_and_the_text_say_it() -> None:
    told = {"solved_told": 10, "solved": 7, "partly_solved": 2, "unsolved": 1}
    old = figures()
    city = replace(old.city, measures=old.city.measures | told)
    water = replace(old.units[0], measures=old.units[0].measures | told)
    asked = replace(old, city=city, units=(water, *old.units[1:]))

    heads, rows = tables.heads(asked), tables.table(asked)

    assert all(len(row) == len(heads) for row in rows)
    of_city = dict(zip(heads, rows[-1], strict=True))
    assert (of_city["答解决"], of_city["解决率"]) == (10, 0.7)
    text = narrative.sections(asked, 0.98)[0].text
    assert "答是否解决的10件,已解决7件、部分解决2件、未解决1件,解决率70.0%" in text


def test_the_same_figures_are_the_same_workbook_and_its_data_part_depends_on_nothing_else() -> None:
    first, again = made("xlsx", paper()), made("xlsx", paper())

    assert first == again
    assert xlsx.data_of(first) == xlsx.data_part(tables.ROW, tables.table(figures()))


def test_a_bulletin_that_froze_it_has_a_second_annex_of_what_came_before_the_replies() -> None:
    old, words = figures(), {"response:asked": 1373, "response:given": 1300, "first_word:given": 1360}
    city = replace(old.city, measures=old.city.measures | words, response_hours=4.0)
    frozen = replace(old, city=city, derivation=2)
    later = replace(paper(), course=tables.course(frozen))

    text = narrative.sections(frozen, 0.98)[0].text
    of_city = dict(zip(tables.COURSE, later.course[-1], strict=True))
    document = _text(made("docx", later))
    workbook = made("xlsx", later)

    assert "已响应1300件,响应率94.7%,响应用时中位数4小时" in text
    assert (of_city["响应率"], of_city["响应中位小时"], of_city["交办会按时率"]) == (0.9468, 4.0, None)
    assert [row[0] for row in later.course] == [row[0] for row in later.rows], "the order of the first"
    assert [name in document for name in ("附件1", "附件2", tables.COURSE_TITLE)] == [True] * 3
    assert tables.COURSE_TITLE not in _text(made("docx", paper()))
    assert xlsx.data_of(workbook, more=True) == xlsx.data_part(tables.ROW, later.rows, later.course)
    assert xlsx.data_of(workbook) == xlsx.data_of(made("xlsx", paper())), "the first is as it was"


def _text(document: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(document)) as parts:
        return "".join(ElementTree.fromstring(parts.read("word/document.xml")).itertext())


@pytest.mark.parametrize("kind", KINDS)
async def test_a_child_makes_a_paper_once(kind: str) -> None:
    press = Press()

    first, again = await press.make(kind, paper()), await press.make(kind, paper())

    assert first is again
    assert len(first) > 5_000
