"""Draws a picture anew, in a process of its own: pixels in, pixels out, and nothing else of the file that was given.

`python -I redrawing.py TYPE MEGAPIXELS MOST_BYTES`: the file on standard input; on standard output one byte that tells
the type of the picture (its place in TYPES), four bytes with its length, the picture, and the small picture, a JPEG.
It needs no other file of this tree. A file of a stranger is unpacked here and nowhere else: no secret, no environment
and no socket is in this process, and it ends by itself when it takes more memory or time than any picture needs.
Position, camera and time (EXIF, XMP, IPTC), comments, colour profiles and whatever is hidden behind the picture are gone,
because nothing but pixels is carried over; the camera's note how it was held is obeyed first.
"""

from __future__ import annotations

import resource
import struct
import sys
from io import BytesIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL import Image

TYPES: Final = ("image/jpeg", "image/png", "image/webp")
FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
EDGE: Final = 2560
"""Pixels of the longer side, at most: enough to read a street sign across a road."""
SMALL_EDGE: Final = 320
UNREADABLE: Final = 3
"""Exit code: it is no picture of this type, or a part of it is missing."""
TOO_MANY_PIXELS: Final = 4
"""Exit code."""
MEMORY: Final = 2 * 1024**3
"""Bytes of address space: 64 megapixels with transparency are 256 MB, once as they were and once turned."""
SECONDS: Final = 30
"""Of the processor."""


def main() -> int:
    """Exit code: 0, UNREADABLE or TOO_MANY_PIXELS."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    kind, megapixels, most_bytes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    # After the limits: the library is a stranger's, too.
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = (
        None  # The limit is the city's, and is looked at below before a pixel is unpacked.
    )
    try:
        picture = Image.open(BytesIO(sys.stdin.buffer.read()), formats=[FORMATS[kind]])
        if picture.width * picture.height > megapixels * 1_000_000:
            return TOO_MANY_PIXELS
        picture.draft("RGB", (EDGE, EDGE))
        held = ImageOps.exif_transpose(picture)
        drawn = held.convert("RGBA" if held.has_transparency_data else "RGB")
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, IndexError, KeyError):
        return UNREADABLE
    except MemoryError:
        return TOO_MANY_PIXELS
    drawn.thumbnail((EDGE, EDGE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    pixels = Image.new(drawn.mode, drawn.size)
    pixels.paste(drawn)
    kind, whole = _encoded(pixels, kind, most_bytes)
    pixels.thumbnail((SMALL_EDGE, SMALL_EDGE), Image.Resampling.LANCZOS)
    ground = Image.new("RGB", pixels.size, "white")
    ground.paste(pixels, mask=pixels.getchannel("A") if pixels.mode == "RGBA" else None)
    small = BytesIO()
    ground.save(small, "JPEG", quality=75)
    sys.stdout.buffer.write(bytes([TYPES.index(kind)]) + struct.pack(">I", len(whole)) + whole)
    sys.stdout.buffer.write(small.getvalue())
    return 0


def _encoded(pixels: Image.Image, kind: str, most_bytes: int) -> tuple[str, bytes]:
    """Type and bytes; a photograph that PNG cannot make small enough becomes WebP."""
    written = BytesIO()
    if kind == "image/jpeg":
        pixels.convert("RGB").save(written, "JPEG", quality=85)
    elif kind == "image/png":
        pixels.save(written, "PNG")
        if written.tell() > most_bytes:
            return _encoded(pixels, "image/webp", most_bytes)
    else:
        pixels.save(written, "WEBP", quality=85, method=3)
    return kind, written.getvalue()


if __name__ == "__main__":
    sys.exit(main())
