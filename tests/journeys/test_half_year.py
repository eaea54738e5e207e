"""The June and the half-year of the city's report of 2011 come out of events: as figures, page, docx, PDF, XLSX and CSV."""

import asyncio
import csv
import io
import re
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import httpx2
import pytest
from pypdfium2 import PdfDocument

from deploy.examples.open_league import league as counted_again
from fronts.portal.application import create
from fronts.portal.settings import PortalSettings
from services.stats import app as stats
from services.stats.bulletins.papers import KINDS
from services.stats.core.bulletin.freezing import differences
from tests.fronts.portal.alone import ADDRESS
from tests.journeys import half_year
from tests.journeys.half_year import JUNE, LATE, MESSAGES, REGISTERED, REPLIED, THREADS, UNITS
from tests.journeys.test_bulletins import Office, log_of
from tests.journeys.world import World
from tests.services.intake.door import CITY, PROFILE
from wenzheng.bench.histories import lived, records
from wenzheng.recompute import export, from_folder, issued, recomputed

pytestmark = pytest.mark.medium

CUT_OFF = "2011-07-12T10:00"
"""By then all that is answered of June has been."""
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
X = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


class Told(NamedTuple):
    """What the city says of its half-year, in every form."""

    league: dict[str, Any]
    june: dict[str, Any]
    figures: dict[str, Any]
    bulletin: dict[str, Any]
    of_june: dict[str, Any]
    page: str
    papers: dict[str, bytes]
    open_cases: str
    open_figures: str
    log: Path


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return asyncio.run(_told(tmp_path_factory.mktemp("half-year")))


@asynccontextmanager
async def city(folder: Path) -> AsyncIterator[World]:
    """Stats, on the memory bus, has heard the half-year: repeated, late, and topic by topic in any order."""
    world = World(2011, CUT_OFF, folder)
    await world.bus.join(stats.build(PROFILE), world.figures)
    for store in (world.bulletins, world.records, world.rounds):
        world.bus.publish_for(store)
    until = datetime.fromisoformat(CUT_OFF).replace(tzinfo=PROFILE.zone)
    for life in lived(half_year.pasts(PROFILE), PROFILE, until):
        world.bus.log.append(records(life))
    await world.bus.settle()
    yield world


async def _told(folder: Path) -> Told:
    async with city(folder) as world, world.stats_app() as app:
        behind = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=behind, base_url="http://stats") as http:
            office = Office(http)
            of_june = await _issued(world, office, http, "2011-06")
            bulletin = await _issued(world, office, http, "2011-H1")
            papers = {
                kind: (await http.get(f"/v1/bulletins/2011-H1/papers/{kind}")).content for kind in KINDS
            }
            league, june, figures = [
                (await http.get(path)).json()
                for path in (
                    "/v1/league?period=2011-H1",
                    "/v1/league?month=2011-06",
                    "/v1/figures?from=2011-01-01&to=2011-06-30",
                )
            ]
            opened = [(await http.get(f"/open/{name}-2011.csv")).text for name in ("cases", "figures")]
        settings = PortalSettings(
            city=CITY, services='{"stats": "http://stats"}', portal_address=ADDRESS, _env_file=None
        )
        portal = httpx2.ASGITransport(app=create(settings, transport=behind))
        async with httpx2.AsyncClient(transport=portal, base_url=ADDRESS) as http:
            page = (await http.get("/bulletins/2011-H1")).text
        await world.bus.settle()
        await export(log_of(world), folder / "log")
    return Told(league, june, figures, bulletin, of_june, page, papers, opened[0], opened[1], folder / "log")


async def _issued(world: World, office: Office, http: httpx2.AsyncClient, period: str) -> dict[str, Any]:
    """Drafted, laid before the units, signed; as anyone reads it."""
    drafted = await office.does("supervisor", "supervision", "", {"period": period})
    await office.does("supervisor", "supervision", f"/{drafted['id']}/circulation")
    world.clock.move_to(world.clock.now().replace(day=world.clock.now().day + 6))
    await office.does("leader", "supervision", f"/{drafted['id']}/issue")
    found: dict[str, Any] = (await http.get(f"/v1/bulletins/{drafted['id']}")).json()
    return found


def percent(share: float) -> str:
    """As the report writes it."""
    return f"{100 * share:.1f}"


def test_the_figures_are_those_that_the_report_names(told: Told) -> None:
    city, june = told.league["city"], told.june["city"]

    assert (told.figures["registered"], city["threads"], city["messages"]) == (REGISTERED, THREADS, MESSAGES)
    assert sum(unit["replied"] > 0 for unit in told.league["departments"]) == UNITS
    assert (city["received"], city["replied"]) == (THREADS, REPLIED)
    assert (june["received"], june["replied"]) == (JUNE.received, JUNE.replied)
    for row, shares in ((city, ("98.9", "90.6")), (june, ("98.5", "95.8"))):
        assert (percent(row["reply_rate"]), percent(row["satisfaction"])) == shares
        report = row["report"]
        assert (percent(report["reply_rate"]), percent(report["satisfaction"])) == shares


def test_satisfaction_had_risen_as_the_report_says_and_the_reply_rate_had_not(told: Told) -> None:
    """2566 of 2595 and 1352 of 1373 leave 1214 of 1222 for the months before: more than June's share."""
    june, before = told.of_june["city"], told.league["city"]["received"] - JUNE.received

    earlier = (told.league["city"]["replied"] - JUNE.replied) / before
    satisfied = (told.league["city"]["satisfied"] - june["satisfied"]) / (
        told.league["city"]["rated"] - june["rated"]
    )
    assert satisfied < june["satisfaction"]
    assert earlier > june["reply_rate"]


def test_what_the_report_does_not_name_is_as_it_was_lived(told: Told) -> None:
    city = told.league["city"]

    assert (city["on_time"], city["overdue"], city["open"]) == (
        REPLIED - LATE,
        THREADS - REPLIED,
        THREADS - REPLIED,
    )
    assert (city["rated"], city["satisfied"]) == (half_year.RATED, half_year.SATISFIED)
    assert (city["extensions"], city["reopened"], city["second_replied"]) == (
        half_year.EXTENDED,
        half_year.AGAIN,
        half_year.AGAIN,
    )
    assert city["follow_ups"] == half_year.FOLLOW_UPS
    assert told.league["compared_with"] == {"before": "2010-H2", "year_before": "2010-H1"}


def test_the_bulletin_of_the_half_year_freezes_them_and_its_page_shows_them(told: Told) -> None:
    page = re.sub(r"\s+", "", told.page)

    assert told.bulletin["title"] == "关于2011年上半年网络问政办理情况的通报"
    assert (told.bulletin["city"]["received"], told.bulletin["city"]["replied"]) == (THREADS, REPLIED)
    assert told.bulletin["city"]["messages"] == MESSAGES
    assert len(told.bulletin["units"]) == UNITS
    assert f"全市共受理计时网帖{THREADS}件" in page
    assert f"收到{THREADS}条,回复{REPLIED}条,回复率98.9%,满意度90.6%" in page
    assert f'<thscope="row">全市</th><td>{THREADS}</td><td>{REPLIED}</td><td>98.9%</td>' in page
    assert "满意度95.8%" in "".join(section["text"] for section in told.of_june["sections"])


def test_docx_and_pdf_say_them(told: Told) -> None:
    said = f"收到{THREADS}条\uff0c回复{REPLIED}条\uff0c回复率98.9%\uff0c满意度90.6%"
    with zipfile.ZipFile(io.BytesIO(told.papers["docx"])) as parts:
        body = ElementTree.fromstring(parts.read("word/document.xml"))
    docx = "".join(text.text or "" for text in body.iter(f"{W}t"))
    document = PdfDocument(told.papers["pdf"])
    pdf = "".join("".join(page.get_textpage().get_text_range().split()) for page in document)

    for text in (docx, pdf):
        assert said in text
        assert f"全市{THREADS}{REPLIED}98.9%" in text


def test_the_xlsx_has_them_in_its_last_row(told: Told) -> None:
    with zipfile.ZipFile(io.BytesIO(told.papers["xlsx"])) as parts:
        rows = ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml")).findall(f".//{X}row")
        words = [
            "".join(one.itertext()) for one in ElementTree.fromstring(parts.read("xl/sharedStrings.xml"))
        ]

    def read(cell: ElementTree.Element) -> str:
        text = "".join(cell.itertext())
        return words[int(text)] if cell.get("t") == "s" else text

    heads, last = [[read(cell) for cell in row] for row in (rows[0], rows[-1])]
    city = dict(zip(heads, last, strict=True))

    assert len(rows) == UNITS + 2
    assert (city["单位"], city["受理"], city["已回复"]) == ("全市", str(THREADS), str(REPLIED))
    assert (percent(float(city["回复率"])), percent(float(city["满意度"]))) == ("98.9", "90.6")


def test_the_open_files_sum_up_to_them(told: Told) -> None:
    figures = csv.DictReader(io.StringIO(told.open_figures.lstrip("\ufeff")))
    whole = [row for row in figures if not row["unit"] and row["month"] < "2011-07"]
    sums = {name: sum(int(row[name]) for row in whole) for name in ("received", "replied", "messages")}
    cases = told.open_cases.lstrip("\ufeff").splitlines()
    june = counted_again(cases, "2011-06")[-1]

    assert [row["month"] for row in whole] == [f"2011-{n:02}" for n in range(1, 7)]
    assert sums == {"received": THREADS, "replied": REPLIED, "messages": MESSAGES}
    assert len(cases) == THREADS + 1
    assert june[:3] == ["city", JUNE.received, JUNE.replied]
    assert percent(float(str(june[-2]))) == "95.8"


async def test_the_log_alone_gives_them_again(told: Told) -> None:
    read = from_folder(told.log)
    bulletin = await issued(read, "2011-H1")

    again, _ = await recomputed(read, PROFILE, bulletin)

    assert differences(bulletin.figures, again) == []
    assert again == bulletin.figures
