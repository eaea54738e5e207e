"""Files as citizens might give them: pictures that tell too much, documents, and what is none of both."""

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Final

from PIL import Image

CAMERA: Final = b"SecretCam 9000"
"""What a picture's hidden part says of its camera."""
PDF: Final = b"%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), colour: str = "teal") -> bytes:
    """A picture that says where, with what and how it was taken: held on its side, on Suqian's main square."""
    hidden = Image.Exif()
    hidden[0x010F] = CAMERA.decode()
    hidden[0x0112] = 6  # turn by 90 degrees to the right
    gps = hidden.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (33.0, 57.0, 46.0), "E", (118.0, 16.0, 31.0)
    written = io.BytesIO()
    image = Image.new("RGBA" if kind == "PNG" else "RGB", size, colour)
    image.save(written, kind, exif=hidden, comment=CAMERA)
    return written.getvalue() + b"hidden behind the picture: 13812345678"


def opened(data: bytes) -> "Image.Image":
    """A picture as a browser would open it."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def bomb() -> bytes:
    """A few kilobytes that become 144 million pixels."""
    written = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(written, "PNG")
    return written.getvalue()


def package(main: str = "word/document.xml", more: Mapping[str, bytes] = {}) -> bytes:
    """An office file as small as one can be; `more` are parts beside, by their names, which may replace its own."""
    parts = {
        "[Content_Types].xml": b"<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>",
        "_rels/.rels": b"<Relationships/>",
        main: b"<document>" + b"0" * 1000 + b"</document>",
    } | dict(more)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as into:
        for name, content in parts.items():
            into.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


MAKE: Final[dict[str, Callable[[], bytes]]] = {
    "image/jpeg": lambda: picture("JPEG"),
    "image/png": lambda: picture("PNG"),
    "image/webp": lambda: picture("WEBP"),
    "application/pdf": lambda: PDF,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": package,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": lambda: package("xl/workbook.xml"),
}
