"""Files that come with what citizens write and units reply, as facts of several topics name them."""

from typing import Literal

from msgspec import Struct

FileType = Literal[
    "image/jpeg",
    "image/png",
    "image/webp",
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
]
"""What a file is, judged by its content."""


class Attachment(Struct, frozen=True, gc=False, omit_defaults=True):
    """A file that came with a post. The file itself is never on the bus: it lies sealed in intake's folder."""

    id: str
    """SHA-256 of the sealed bytes, in hexadecimal: under it they lie in the folder. It says nothing of what is in them."""
    type: FileType
    size: int
    """Bytes, as it is handed out."""
    name: str
    """Masked, with the ending of its type."""
    small: str = ""
    """The same for the small picture; empty for what is no picture."""
