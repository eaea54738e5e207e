"""Looks into an office file, in a process of its own: whether it is a document or a table, and nothing that runs.

`python -I unpacking.py MOST_BYTES`: the file on standard input; on standard output one byte, its place in TYPES. Every part is
unpacked once and thrown away, for what a package says of its sizes is a stranger's word. It needs no other file of this tree.
`python -I unpacking.py`: any other file that is kept as it is, whose photographs must not tell where they were taken either.
Such a file is a ZIP package (ECMA-376, part 2) whose parts are named by `[Content_Types].xml`; a document is known by its main
part. Refused are macros (the part `vbaProject.bin`, or a main part of a type that may have some), controls and embedded
programs, a template that a word processor would fetch from elsewhere and run, and a photograph that tells where it was taken
(a word processor keeps it as the camera wrote it). The file itself is not changed.
"""

from __future__ import annotations

import re
import resource
import struct
import sys
import zipfile
import zlib
from io import BytesIO
from typing import Final

MAIN_PARTS: Final = ("word/document.xml", "xl/workbook.xml")
TYPES: Final = (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
"""What a package with that main part is."""
UNREADABLE: Final = 3
"""Exit code: the package is broken, or a part of it is missing or locked."""
TOO_LARGE: Final = 4
"""Exit code: it unpacks to more bytes, or to more parts, than may be."""
MACROS: Final = 5
"""Exit code."""
PROGRAMS: Final = 6
"""Exit code: something is embedded that runs, or is fetched from elsewhere and run."""
NO_DOCUMENT: Final = 7
"""Exit code: a ZIP file of another kind."""
TELLS_PLACE: Final = 8
"""Exit code: a photograph in it says where it was taken."""
PARTS: Final = 5_000
"""At most; a workbook with a thousand sheets has three thousand."""
MEMORY: Final = 1024**3
"""Bytes of address space."""
SECONDS: Final = 20
"""Of the processor."""
PIECE: Final = 1 << 20
"""Bytes that are unpacked at a time."""
BEGINNINGS: Final = 5_000
"""Of hidden parts of pictures, in all of a file; a photograph has one to three. To follow one costs up to 0.05 ms, so ten
megabytes of nothing else would keep the processor, and all whose files wait, for a minute."""

_CONTENT_TYPES: Final = "[content_types].xml"
_SPEAKS: Final = (".rels", _CONTENT_TYPES)
"""Ends of the names of parts that say what others are."""
_RUNS: Final = ("/activex/", "/embeddings/", "/ctrlprops/", "/externallinks/")
"""Folders of controls, embedded files and programs, and data that is fetched from elsewhere."""
_FETCHED: Final = (b"attachedtemplate", b"/oleobject", b"/externallink")
"""Ends of the types of relations by which something from elsewhere is run or read in."""
_TIFF: Final = re.compile(rb"II\x2a\x00|MM\x00\x2a")
"""How the hidden part of a picture begins, be it a JPEG's, a PNG's, a WebP's or its own (Exif 2.32, 4.5.2)."""
_XMP: Final = re.compile(rb"exif:GPSL(?:at|ong)itude")
"""A place as XMP, part 2, 2.4 names it."""
_GPS, _LATITUDE, _RATIONAL = 0x8825, 2, 5
"""The entry that leads to the position, that of the latitude, and the type of its numbers (Exif 2.32, 4.6.3 and 4.6.6)."""
_ENTRIES: Final = 300
"""Of a list of entries, at most; cameras write some dozens."""
_CHARACTER: Final = re.compile(rb"&#(x?)0*([0-9a-f]{1,6});")
"""A character by its number, in lower case; whoever opens the file reads the character."""


def main() -> int:
    """Exit code: 0, or why it is not taken."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    data = sys.stdin.buffer.read()
    if len(sys.argv) == 1:
        return UNREADABLE if beginnings(data) > BEGINNINGS else TELLS_PLACE if tells_place(data) else 0
    try:
        found = judged(data, int(sys.argv[1]))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError):
        return UNREADABLE
    except MemoryError:
        return TOO_LARGE
    if isinstance(found, int):
        return found
    sys.stdout.buffer.write(bytes([TYPES.index(found)]))
    return 0


def judged(data: bytes, most_bytes: int) -> str | int:
    """The type of a package, or the exit code that says why it is not taken. Raises what zipfile raises of a broken one."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        parts = package.infolist()
        if len(parts) > PARTS:
            return TOO_LARGE
        names = {part.filename.lower() for part in parts}
        main_part = next((name for name in MAIN_PARTS if name in names), "")
        if _CONTENT_TYPES not in names or not main_part:
            return NO_DOCUMENT
        if len(names) != len(parts):
            return UNREADABLE  # Two readers might take two different parts for the same one.
        if any(name.endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
            return MACROS
        if any(folder in f"/{name}" for name in names for folder in _RUNS):
            return PROGRAMS
        left, begun = most_bytes, 0
        for part in parts:
            left -= _unpacked(package, part, told := bytearray(), left)
            if left < 0:
                return TOO_LARGE
            name = part.filename.lower()
            if name.endswith(_SPEAKS) and (refused := _refused(name, bytes(told).lower())):
                return refused
            begun += beginnings(told)
            if begun > BEGINNINGS:
                return UNREADABLE
            if tells_place(told):
                return TELLS_PLACE
    return TYPES[MAIN_PARTS.index(main_part)]


def _unpacked(package: zipfile.ZipFile, part: zipfile.ZipInfo, told: bytearray, most: int) -> int:
    """How many bytes a part really has, counted a little beyond `most`; they are put into `told`."""
    size = 0
    with package.open(part) as unpacking:
        while size <= most and (piece := unpacking.read(PIECE)):
            size += len(piece)
            told += piece
    return size


def tells_place(data: bytes | bytearray) -> bool:
    """Whether a photograph in these bytes says where it was taken; one that is compressed, as in a stream of a PDF, is not seen."""
    return bool(_XMP.search(data)) or any(_has_position(data, one.start()) for one in _TIFF.finditer(data))


def beginnings(data: bytes | bytearray) -> int:
    """How often a hidden part of a picture may begin in these bytes."""
    return len(_TIFF.findall(data))


def _has_position(data: bytes | bytearray, start: int) -> bool:
    order = "<" if data[start : start + 1] == b"I" else ">"

    def entries(at: int) -> dict[int, tuple[int, int, int]]:
        """Tag to type, number of values, and where they stand; none of a list that is longer than any camera's."""
        (count,) = struct.unpack_from(f"{order}H", data, start + at)
        listed = data[start + at + 2 : start + at + 2 + 12 * count] if count <= _ENTRIES else b""
        return {
            tag: (kind, values, value)
            for tag, kind, values, value in struct.iter_unpack(f"{order}HHII", listed)
        }

    try:
        (first,) = struct.unpack_from(f"{order}I", data, start + 4)
        gps = entries(first).get(_GPS)
        kind, values, value = entries(gps[2]).get(_LATITUDE, (0, 0, 0)) if gps else (0, 0, 0)
        if (kind, values) != (_RATIONAL, 3):
            return False
        # Degrees, minutes and seconds, each with what it is divided by: a camera that knew no place writes noughts.
        return any(struct.unpack_from(f"{order}6I", data, start + value)[::2])
    except struct.error:
        return False  # It only looked like such a part, or its addresses lie outside of the file.


def _refused(name: str, told: bytes) -> int:
    """Why a part that names others is not taken; 0 where it may stay."""
    if b"\0" in told or b"<!doctype" in told:
        return UNREADABLE  # UTF-16 and entities would hide the words that are looked for; a package has neither (ECMA-376, part 2).
    told = _CHARACTER.sub(_written_out, told)
    if name == _CONTENT_TYPES and (b"macroenabled" in told or b"vbaproject" in told):
        return MACROS
    if name.endswith(".rels") and any(word in told for word in _FETCHED):
        return PROGRAMS
    return 0


def _written_out(reference: re.Match[bytes]) -> bytes:
    """The character that `&#84;` or `&#x54;` stands for, in lower case; nothing where it is none of ASCII."""
    code = int(reference[2], 16 if reference[1] else 10)
    return bytes([code]).lower() if code < 128 else b""


if __name__ == "__main__":
    sys.exit(main())
