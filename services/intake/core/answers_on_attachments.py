"""What intake answers about the files of a post."""

from datetime import datetime
from typing import TypedDict

from contracts.attachments import FileType


class FileGiven(TypedDict):
    """A file was taken in; a post that names its ticket has it."""

    attachment: str
    """The ticket. Whoever holds it can read the file and give it to a post of their own; nobody else can."""
    name: str
    type: FileType
    size: int
    """Bytes, as it will be handed out: a picture is drawn anew."""
    until: datetime
    """Real time; a ticket that no post has named by then is worth nothing."""


class AttachedFile(TypedDict):
    """A file of a post; it is read at `…/attachments/{id}` beside the post or the case."""

    id: str
    type: FileType
    name: str
    size: int
    pictured: bool
    """Whether there is a small picture of it: `?small=true`."""
