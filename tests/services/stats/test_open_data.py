"""Open data: coarse enough, safe in a spreadsheet, the same whole or in ranges, and enough to count the league again."""

import csv
import io
import json
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from contracts.bulletins import BulletinIssued, Frozen, UnitFigures
from services.stats.core.figures import AMOUNTS
from services.stats.core.open_data import BULLETINS, CASES, FIGURES, HIDDEN, Row, coarse, csv_line
from services.stats.open_data.files import BYTE_ORDER_MARK
from services.stats.open_data.source import PostgresSource
from tests.fronts.portal.staff.alone import answering, free_port
from tests.journeys.test_bulletins import Office, a_month, issue
from tests.journeys.world import World
from tests.patience import PATIENCE
from tests.postgres import migrated
from tests.stack import ROOT

pytestmark = pytest.mark.medium

LEAST = 5
PLACES = st.tuples(
    st.sampled_from(["2026-02", "2026-03"]),
    st.sampled_from(["housing", "transport", ""]),
    st.sampled_from(["complaint", "consult", "suggestion"]),
    st.sampled_from(["321302", "321311", ""]),
    st.integers(0, 1),
)


@given(st.lists(PLACES, max_size=120))
def test_nobody_is_alone_with_a_kind_or_an_area_and_no_case_is_lost(cases: list[Row]) -> None:
    rows = Counter(cases)
    found = coarse(rows, LEAST)

    units, alike = Counter[Row](), Counter[Row]()
    for row, count in found.items():
        units[row[:2]] += count
        alike[row[:4]] += count
    for place, count in alike.items():
        assert count >= LEAST or (place[2:] == (HIDDEN, HIDDEN) and units[place[:2]] < LEAST)
    for position in (slice(0, 2), slice(4, None)):
        assert Counter(row[position] for row in found.elements()) == Counter(row[position] for row in cases)


def test_what_is_told_is_as_fine_as_it_may_be() -> None:
    lone = [("2026-03", "housing", "consult", "321302", 1)]
    many = [("2026-03", "housing", "complaint", "321311", 1)] * 9

    found = coarse(Counter([*many, *lone]), LEAST)

    assert found == {("2026-03", "housing", HIDDEN, HIDDEN, 1): 10}
    more = coarse(Counter([*many, *lone * 5]), LEAST)
    assert more == {many[0]: 9, lone[0]: 5}


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(A1)"]
)
def test_no_text_begins_a_formula(text: str) -> None:
    ((cell,),) = csv.reader(io.StringIO(csv_line([text]), newline=""))

    assert cell == f"'{text}"


def test_a_cell_is_read_as_it_was_written() -> None:
    values = ["市住房局", 'a "b", c', "two\nlines", 3, 0.5, None]

    assert list(csv.reader(io.StringIO(csv_line(values), newline=""))) == [
        ["市住房局", 'a "b", c', "two\nlines", "3", "0.5", ""]
    ]


def test_every_amount_of_a_case_is_a_column_with_the_meaning_it_has_in_the_figures() -> None:
    columns = {field.name: field.meaning for field in CASES}
    amounts = {amount.code: amount for amount in AMOUNTS if len(amount.measures) == 1}

    assert columns["replied"] == amounts["replied"].meaning
    told = {amount.measures[0] for amount in amounts.values()}
    assert told - set(columns) == {
        "replies_given",
        "returns",
        "quality:sent_back",
    }, "what other units did, or did not let pass, stands in the figures alone"


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[httpx2.ASGITransport]:
    """Stats, after a month with an issued bulletin."""
    world = World(1, "2026-03-02T10:00", folder)
    async with world.open(), world.stats_app() as stats:
        transport = httpx2.ASGITransport(app=stats)
        async with httpx2.AsyncClient(transport=transport, base_url="http://stats") as http:
            await a_month(world)
            await issue(world, Office(http))
        yield transport


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with (
        opened(tmp_path) as transport,
        httpx2.AsyncClient(transport=transport, base_url="http://stats") as found,
    ):
        yield found


async def test_the_index_names_licence_files_and_columns_and_every_file_is_there(
    http: httpx2.AsyncClient,
) -> None:
    index = (await http.get("/open")).json()
    paths = (await http.get("/openapi.json")).json()["paths"]
    described = paths["/open/{name}"]["get"]["responses"]["200"]["content"]

    assert (index["licence"], index["least_alike"]) == ("CC-BY-4.0", 5)
    assert [file["name"] for file in index["files"]] == [
        *(f"{name}-2026.{ending}" for name in ("cases", "figures") for ending in ("csv", "jsonl")),
        "bulletins.jsonl",
    ]
    heads = {one["name"]: [field["name"] for field in one["fields"]] for one in index["datasets"]}
    for file in index["files"]:
        answer = await http.get(file["address"])
        assert file["media_type"].partition(";")[0] in described
        assert (answer.status_code, answer.headers["content-type"]) == (200, file["media_type"])
        if file["name"].endswith(".csv"):
            text = answer.content.decode()
            assert text.startswith(BYTE_ORDER_MARK)
            table = csv.DictReader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline=""))
            assert table.fieldnames == heads[file["dataset"]]


async def test_cases_are_told_without_anything_of_a_person_or_a_day(http: httpx2.AsyncClient) -> None:
    text = (await http.get("/open/cases-2026.csv")).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    lines = [json.loads(line) for line in (await http.get("/open/cases-2026.jsonl")).text.splitlines()]

    assert len(rows) == len(lines) == 4
    assert {(row["month"], row["unit"], row["kind"], row["area"]) for row in rows} == {
        ("2026-03", "housing", HIDDEN, HIDDEN)
    }
    assert sum(int(row["replied"]) for row in rows) == sum(line["replied"] for line in lines) == 2
    assert "SQ26" not in text
    assert [field.name for field in CASES] == list(lines[0])


async def test_figures_say_what_the_league_says_and_bulletins_what_was_issued(
    http: httpx2.AsyncClient,
) -> None:
    lines = (await http.get("/open/figures-2026.jsonl")).text.splitlines()
    league = (await http.get("/v1/league", params={"month": "2026-03"})).json()
    bulletins = (await http.get("/open/bulletins.jsonl")).text.splitlines()

    found = {row["unit"]: row for row in map(json.loads, lines) if row["month"] == "2026-03"}
    unit = next(row for row in league["departments"] if row["code"] == "housing")
    for field in FIGURES[3:]:
        assert found["housing"][field.name] == unit[field.name]
        assert found[""][field.name] == league["city"][field.name]
    assert [json.loads(line)["number"] for line in bulletins] == ["宿网督〔2026〕1号"]


async def test_who_held_a_post_and_is_no_unit_has_no_row_of_figures(tmp_path: Path) -> None:
    world = World(1, "2026-03-02T10:00", tmp_path)
    async with (
        world.open(),
        world.stats_app() as stats,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=stats), base_url="http://stats") as http,
    ):
        receipt = (await world.intake.post()).json()
        number = str(receipt["number"])
        await world.assigned_to(number, "housing")
        await world.act("clerk", number, "acceptance")
        asked = await world.act("clerk", number, "questions", {"text": "哪一栋?"})
        assert asked
        await world.until("2026-03-02T16:00")
        answer = await world.intake.citizen(receipt, "answers", {"text": "三栋"})
        assert answer.status_code == 202
        await world.answered(number)
        await world.until("2026-03-03T10:00")

        lines = (await http.get("/open/figures-2026.jsonl")).text.splitlines()
        assert [row["unit"] for row in map(json.loads, lines)] == ["", "housing"]


async def test_a_file_is_read_again_only_when_it_is_another_and_in_ranges(http: httpx2.AsyncClient) -> None:
    whole = await http.get("/open/cases-2026.csv")
    tag = whole.headers["etag"]
    same = await http.get("/open/cases-2026.csv", headers={"If-None-Match": tag})
    part = await http.get("/open/cases-2026.csv", headers={"Range": "bytes=10-29", "If-Range": tag})
    other = await http.get("/open/cases-2026.csv", headers={"Range": "bytes=10-29", "If-Range": '"other"'})

    assert (same.status_code, same.content) == (304, b"")
    assert (part.status_code, part.content) == (206, whole.content[10:30])
    assert (other.status_code, other.content) == (200, whole.content)


@pytest.mark.parametrize(
    "wanted",
    [
        "bytes=5-2",
        "bytes=a-b",
        "bytes=",
        "bytes=-",
        "bytes",
        "lines=1-2",
        "bytes=0-9,x",
        "bytes=" + "9" * 30 + "-",
    ],
)
async def test_a_range_that_is_none_is_passed_over_and_the_file_comes_whole(
    http: httpx2.AsyncClient, wanted: str
) -> None:
    whole = await http.get("/open/cases-2026.csv")
    answer = await http.get("/open/cases-2026.csv", headers={"Range": wanted})

    assert (answer.status_code, answer.content) == (200, whole.content)


@pytest.mark.parametrize("form", ["{tag}", "W/{tag}", '"x", {tag}', "*"])
async def test_who_has_a_bulletin_as_a_paper_is_not_sent_it_again(
    http: httpx2.AsyncClient, form: str
) -> None:
    [issued] = (await http.get("/v1/bulletins")).json()["bulletins"]
    path = f"/v1/bulletins/{issued['id']}/papers/xlsx"
    tag = (await http.get(path)).headers["etag"]

    assert (await http.get(path, headers={"If-None-Match": form.format(tag=tag)})).status_code == 304
    assert (await http.get(path, headers={"If-None-Match": '"x"'})).status_code == 200


@pytest.mark.parametrize("wanted", ["bytes=0-0", " Bytes = 3-5", "bytes=-4", "bytes=10-, 2-3"])
async def test_a_range_is_sent_alone(http: httpx2.AsyncClient, wanted: str) -> None:
    assert (await http.get("/open/cases-2026.csv", headers={"Range": wanted.strip()})).status_code == 206


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_range_behind_the_end_is_refused_with_the_length_of_the_file(
    http: httpx2.AsyncClient, method: str
) -> None:
    whole = await http.get("/open/cases-2026.csv")
    answer = await http.request(method, "/open/cases-2026.csv", headers={"Range": "bytes=99999999-"})

    assert answer.status_code == 416
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-range"] == f"bytes */{len(whole.content)}"
    if method == "GET":
        assert answer.json()["type"] == "urn:wenzheng:problem:range-not-satisfiable"


@pytest.mark.parametrize(
    "name", ["cases-1999.csv", "cases-2026.exe", "cases-2025.csv", "..%2F..%2Fetc%2Fpasswd", "x"]
)
async def test_what_is_no_file_is_not_found(http: httpx2.AsyncClient, name: str) -> None:
    assert (await http.get(f"/open/{name}")).status_code == 404


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The same, for another process."""
    port = free_port()

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async with opened(tmp_path) as transport:
            app.mount("/", transport.app)
            yield

    with answering(FastAPI(lifespan=life), port):
        yield f"http://127.0.0.1:{port}"


def test_the_example_counts_the_league_of_a_month_again(address: str) -> None:
    example = ROOT / "deploy" / "examples" / "open_league.py"
    done = subprocess.run(
        [sys.executable, example, address, "2026-03"],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    league = httpx2.get(f"{address}/v1/league", params={"month": "2026-03"}, timeout=PATIENCE).json()

    assert done.returncode == 0, done.stderr
    rows = {row["unit"]: row for row in csv.DictReader(io.StringIO(done.stdout))}
    units = {row["code"]: row for row in league["departments"] if row["received"]}
    assert set(rows) == {*units, "city"}
    for name, row in rows.items():
        official = units.get(name, league["city"])
        for column in ("received", "replied", "on_time", "overdue", "open", "rated", "satisfied", "solved"):
            assert int(row[column]) == official[column]
        for column in ("reply_rate", "on_time_rate", "satisfaction"):
            assert float(row[column]) == official[column]


@pytest.mark.real
async def test_a_reading_that_waits_for_its_turn_is_not_ended_and_nothing_of_it_stays_in_the_session(
    dsn: str,
) -> None:
    asked = "select extract(epoch from current_setting('idle_in_transaction_session_timeout')::interval)::int"
    async with migrated(dsn, "stats") as (_, pool):
        async with PostgresSource(pool, "SQ").reading() as connection:
            within = await connection.fetchval(asked)
        after = {await pool.fetchval(asked) for _ in range(4)}

    assert (within, after) == (60, {3})


def test_the_dictionary_names_all_that_a_line_of_bulletins_can_hold() -> None:
    named = {field.name for field in BULLETINS}

    told = {field.encode_name for field in fields(BulletinIssued)} - {"scores"}
    assert {name for name in named if "." not in name} == told | {"type"}, "scores are printed nowhere"
    assert {name.removeprefix("figures.") for name in named if name.count(".") == 1} == {
        field.encode_name for field in fields(Frozen)
    }
    assert {name.removeprefix("figures.city.") for name in named if name.count(".") == 2} == {
        field.encode_name for field in fields(UnitFigures)
    }
