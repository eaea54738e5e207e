"""Office files: known by what is in them, taken without anything that runs, and only ever saved."""

import io
import zipfile
from collections.abc import AsyncIterator

import pytest
from docx import Document
from xlsxwriter import Workbook

from services.intake.unpacking import NO_DOCUMENT, PARTS, TOO_LARGE, TYPES, UNREADABLE, judged
from tests.services.intake.attaching import door, give, posted, read, ticket
from tests.services.intake.door import Intake
from tests.services.intake.files import package

pytestmark = pytest.mark.medium

MOST = 10 * 1024 * 1024
RELATION = b"<Relationship Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s'/>"


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with door(unpacked_megabytes=1) as opened_door:
        yield opened_door


def _document() -> bytes:
    written = io.BytesIO()
    document = Document()
    document.add_paragraph("路灯维修方案")
    document.save(written)
    return written.getvalue()


def _table() -> bytes:
    written = io.BytesIO()
    with Workbook(written, {"in_memory": True}) as workbook:
        workbook.add_worksheet().write(0, 0, "路灯")
    return written.getvalue()


def test_what_word_processors_write_is_known() -> None:
    assert (judged(_document(), MOST), judged(_table(), MOST)) == TYPES


async def test_an_office_file_is_kept_as_it_is_and_only_ever_saved(intake: Intake) -> None:
    data = _document()
    receipt = await posted(intake, await ticket(intake, data, "方案.exe"))
    [file] = (await intake.own(receipt))["attachments"]

    answer = await read(intake, receipt, file["id"])

    assert (file["name"], file["pictured"]) == ("方案.exe.docx", False)
    assert answer.content == data
    assert answer.headers["content-type"] == TYPES[0]
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (package(more={"word/vbaProject.bin": b"macro"}), "有宏"),
        (package(more={"word/VBAPROJECT.BIN": b"macro"}), "有宏"),
        (
            package(
                more={"[Content_Types].xml": b"<Override ContentType='vnd.ms-word.document.macroEnabled'/>"}
            ),
            "有宏",
        ),
        (package(more={"word/embeddings/oleObject1.bin": b"MZ"}), "嵌有"),
        (package(more={"word/activeX/activeX1.xml": b"<x/>"}), "嵌有"),
        (package(more={"word/_rels/settings.xml.rels": RELATION % b"attachedTemplate"}), "嵌有"),
        (package(more={"word/_rels/settings.xml.rels": "attachedTemplate".encode("utf-16")}), "打不开"),
        (package(more={"word/_rels/settings.xml.rels": RELATION % b"attached&#84;emplate"}), "嵌有"),
        (package(more={"word/_rels/settings.xml.rels": RELATION % b"&#x00061;ttachedTemplate"}), "嵌有"),
        (
            package(
                more={
                    "word/_rels/a.rels": b"<!DOCTYPE a [<!ENTITY t 'attachedTemplate'>]>" + RELATION % b"&t;"
                }
            ),
            "打不开",
        ),
        (
            package(more={"[Content_Types].xml": b"<Override ContentType='document.macro&#69;nabled'/>"}),
            "有宏",
        ),
        (package(more={"word/media/image1.bmp": bytes(2 * 1024 * 1024)}), "展开后太大,最多 1 MB"),
        (package("readme.txt"), "压缩包不收"),
        (package()[:-40], "打不开"),
        (b"PK\x03\x04" + bytes(1000), "打不开"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧格式"),
    ],
    ids=[
        *(
            "macros",
            "shouted macros",
            "macro type",
            "object",
            "control",
            "template",
            "hidden template",
            "template by a number",
            "template by a long number",
            "template by an entity",
            "macro type by a number",
            "bomb",
        ),
        *("zip", "half", "no zip", "old"),
    ],
)
async def test_what_runs_or_unpacks_without_end_is_refused_in_clear_words(
    intake: Intake, data: bytes, reason: str
) -> None:
    answer = await give(intake, data, "方案.docx")

    assert answer.status_code == 422
    assert reason in answer.json()["detail"]
    assert intake.folder.files == {}


def test_a_package_is_measured_by_what_it_unpacks_to_and_not_by_what_it_says() -> None:
    data = package(more={"word/media/a": bytes(3 * 1024 * 1024)})
    lying = data.replace((3 * 1024 * 1024).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != data
    try:
        assert judged(lying, 1024 * 1024) in (TOO_LARGE, UNREADABLE)
    except zipfile.BadZipFile:
        pass  # zipfile itself stops where the package lied.


def test_a_package_of_too_many_parts_or_of_two_of_one_name_is_no_document() -> None:
    assert judged(package(more={f"word/{n}": b"" for n in range(PARTS)}), MOST) == TOO_LARGE
    assert judged(package(more={"WORD/document.xml": b"<other/>"}), MOST) == UNREADABLE
    assert judged(package("ppt/presentation.xml"), MOST) == NO_DOCUMENT
