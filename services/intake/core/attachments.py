"""Files that come with a post or a reply: what each is by its content, what it is called, what is remembered of it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from city.normal import written_line
from contracts.attachments import Attachment, FileType
from contracts.decision import Effect

ENDINGS: Final[Mapping[FileType, str]] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}
"""Type to how the name of such a file ends."""
PICTURES: Final[tuple[FileType, ...]] = ("image/jpeg", "image/png", "image/webp")
OFFICE: Final[tuple[FileType, ...]] = (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
TAKEN: Final = "只收 JPEG、PNG、WebP 图片、PDF 文件和 docx、xlsx 文档"
"""What is said of everything else."""
SMALL: Final[FileType] = "image/jpeg"
"""What the small picture of every picture is."""
_KNOWN_ENDINGS: Final = ("jpg", "jpeg", "jpe", "jfif", "png", "webp", "pdf", "docx", "xlsx")
_PACKAGE: Final = b"PK\x03\x04"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STEM: Final = 80
"""Characters kept of a name in front of its ending."""
_UNNAMED: Final = "附件"
_PDF_END: Final = 2048
"""Bytes at the end of a PDF among which its end mark stands (ISO 32000-1, annex H, says 1,024; some writers add more)."""
_PHONE_PICTURES: Final = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")


class NotTaken(Exception):
    """The file is not kept; the sentence says why, in Chinese."""


def is_package(data: bytes) -> bool:
    """Whether a file is a ZIP package, which may be an office file: that is known once somebody has looked inside."""
    return data.startswith(_PACKAGE)


def type_of(data: bytes) -> FileType:
    """What a file is by its first bytes, whatever it is called. Raises NotTaken for what is no type that is kept.

    Of a package nothing is said by them: `is_package`.
    """
    if not data:
        raise NotTaken("文件是空的")
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    if data.startswith(b"%PDF-"):
        if b"%%EOF" not in data[-_PDF_END:]:
            raise NotTaken("PDF 文件不完整")
        return "application/pdf"
    if data[4:8] == b"ftyp" and data[8:12] in _PHONE_PICTURES:
        raise NotTaken("手机的 HEIC/AVIF 照片多数浏览器不能显示,请转存为 JPEG 再传")
    if data.startswith(_OLD_OFFICE):
        raise NotTaken("旧格式的 doc、xls 文件和加密的文档不收,请另存为不加密的 docx、xlsx 或 PDF 再传")
    raise NotTaken(TAKEN)


def named(given: str, kind: FileType) -> str:
    """What a file is called: in one line, without folders, with the ending of what it is.

    U+FFFD stands for what some program before could not read, and says nothing to anybody.
    """
    line = written_line(given.replace("\0", "").replace("\ufffd", "")).replace("\\", "/").rpartition("/")[2]
    stem, point, ending = line.rpartition(".")
    if not point or ending.lower() not in _KNOWN_ENDINGS:
        stem = line
    stem = written_line(stem.strip(". ")[:_STEM]) or _UNNAMED
    return f"{stem}.{ENDINGS[kind]}"


class Given(Struct, frozen=True, array_like=True):
    """A file that was taken in and belongs to no post yet: what its ticket holds."""

    id: str
    small: str
    type: FileType
    size: int
    name: str
    """As it was given."""
    key: bytes
    """It is kept nowhere but in the ticket, until a post seals it into its box."""
    content: bytes
    """A hash of what was given: the same file given twice is the same to a post that is sent twice."""
    at: float
    """Real seconds since 1970."""


def attachments_of(given: Sequence[Given], names: Sequence[str]) -> tuple[Attachment, ...]:
    """What a post says of its files; `names` are theirs, fit to be read by all."""
    return tuple(
        Attachment(one.id, one.type, one.size, name, one.small)
        for one, name in zip(given, names, strict=True)
    )


class KeepAttachments(Effect, frozen=True, gc=False):
    """The files, small pictures included, belong to the post at hand: they stay in the folder."""

    files: tuple[str, ...]


class DropAttachments(Effect, frozen=True, gc=False):
    """No file belongs to the post at hand any more: the folder may forget them."""


def files_of(attachments: Sequence[Attachment]) -> tuple[str, ...]:
    """Every file of the folder that they name."""
    return tuple(file for one in attachments for file in (one.id, one.small) if file)
