"""A photograph in a document keeps what its camera wrote: a document that tells where somebody was is not taken."""

import io
import struct
from collections.abc import AsyncIterator

import pytest
from docx import Document
from PIL import Image
from xlsxwriter import Workbook

from services.intake.unpacking import BEGINNINGS, TELLS_PLACE, UNREADABLE, judged, tells_place
from tests.services.intake.attaching import door, give, ticket
from tests.services.intake.door import Intake
from tests.services.intake.files import PDF, package, picture

MOST = 10 * 1024 * 1024


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with door() as opened_door:
        yield opened_door


def plain(kind: str = "JPEG") -> bytes:
    """A picture without a hidden part."""
    written = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(written, kind)
    return written.getvalue()


def nowhere() -> bytes:
    """A picture of a camera that writes noughts where it knows no place."""
    hidden = Image.Exif()
    gps = hidden.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (0.0, 0.0, 0.0), "E", (0.0, 0.0, 0.0)
    written = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(written, "JPEG", exif=hidden)
    return written.getvalue()


def document(photograph: bytes) -> bytes:
    """What a word processor makes of it."""
    written = io.BytesIO()
    made = Document()
    made.add_paragraph("路灯不亮,见照片")
    made.add_picture(io.BytesIO(photograph))
    made.save(written)
    return written.getvalue()


def table(photograph: bytes) -> bytes:
    written = io.BytesIO()
    with Workbook(written, {"in_memory": True}) as workbook:
        workbook.add_worksheet().insert_image(0, 0, "photograph.jpg", {"image_data": io.BytesIO(photograph)})
    return written.getvalue()


def paper(photograph: bytes) -> bytes:
    """A PDF with the photograph in a stream, as scanners and printers write it."""
    stream = b"2 0 obj <</Filter /DCTDecode>> stream\n" + photograph + b"\nendstream endobj\n"
    return PDF.replace(b"trailer", stream + b"trailer")


@pytest.mark.parametrize("made", [document, table])
def test_a_word_processor_keeps_what_the_camera_wrote_and_it_is_found(made: object) -> None:
    assert judged(made(picture()), MOST) == TELLS_PLACE  # type: ignore[operator]
    assert isinstance(judged(made(plain()), MOST), str)  # type: ignore[operator]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_place_is_found_in_a_picture_of_any_kind(kind: str) -> None:
    assert tells_place(picture(kind))
    assert not tells_place(plain(kind))


def test_a_camera_that_knew_no_place_tells_none() -> None:
    assert not tells_place(nowhere())


def test_a_place_that_is_written_as_xmp_is_found() -> None:
    assert tells_place(PDF + b'<rdf:Description exif:GPSLatitude="33,57.76N"/>')


@pytest.mark.parametrize(
    "broken",
    [
        b"II*\0",
        b"MM\0*\xff\xff\xff\xff",
        b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 65_535),
        # It leads back to itself.
        b"II*\0" + struct.pack("<IHHHII", 8, 1, 0x8825, 4, 1, 8),
        b"II*\0" * 20_000,
    ],
)
def test_what_only_begins_like_a_hidden_part_tells_nothing(broken: bytes) -> None:
    assert not tells_place(broken)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (document(picture()), "情况.docx"),
        (table(picture()), "统计.xlsx"),
        (paper(picture()), "材料.pdf"),
        (package(more={"word/media/image1.bin": picture("PNG")}), "情况.docx"),
    ],
)
async def test_it_is_refused_with_what_can_be_done(intake: Intake, data: bytes, name: str) -> None:
    answer = await give(intake, data, name)

    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (422, "attachment-not-taken")
    assert "照片带有拍摄地点" in answer.json()["detail"]


@pytest.mark.parametrize("made", [document, table, paper])
async def test_one_that_tells_no_place_is_taken_as_it_is(intake: Intake, made: object) -> None:
    assert await ticket(intake, made(nowhere()), "附件")  # type: ignore[operator]


def beginnings(count: int) -> bytes:
    """So many beginnings of hidden parts; each leads to the list behind them all, which is as long as any camera's."""
    listed = b"".join(struct.pack("<HHII", tag, 3, 1, 0) for tag in range(0x100, 0x100 + 300))
    parts = (b"II*\0" + struct.pack("<I", 8 * (count - n)) for n in range(count))
    return b"".join(parts) + struct.pack("<H", 300) + listed


@pytest.mark.medium
def test_a_package_made_to_be_looked_through_for_minutes_is_refused_by_what_it_holds_in_all() -> None:
    half = beginnings(BEGINNINGS // 2)
    parts = {f"word/media/image{n}.bin": half for n in range(3)}

    assert judged(package(more=parts), MOST) == UNREADABLE
    assert isinstance(judged(package(more=dict(list(parts.items())[:2])), MOST), str)


@pytest.mark.medium
async def test_a_paper_made_to_be_looked_through_for_minutes_is_refused_at_once(intake: Intake) -> None:
    answer = await give(intake, paper(beginnings(BEGINNINGS + 1)), "材料.pdf")

    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (422, "attachment-not-taken")
    assert await ticket(intake, paper(beginnings(BEGINNINGS)), "材料")
