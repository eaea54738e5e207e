"""The numbers of the policy about files that come with posts and replies."""

from typing import Annotated

from msgspec import Meta, Struct


class Attachments(Struct, frozen=True, forbid_unknown_fields=True):
    """Files that come with a post or a reply (ours: what a telephone takes, and what a moderator can look through)."""

    at_most: Annotated[int, Meta(ge=0, le=20)] = 5
    """Of one post; 0 takes none."""
    megabytes: Annotated[int, Meta(ge=1, le=50)] = 8
    """Of one file, as it is given: 1,048,576 bytes each."""
    megapixels: Annotated[int, Meta(ge=1, le=200)] = 64
    """Of one picture: one million pixels each. More is refused before it is unpacked."""
    unpacked_megabytes: Annotated[int, Meta(ge=1, le=500)] = 100
    """What one office file may be unpacked to: 1,048,576 bytes each."""
    moderated: bool = True
    """Whether a public post that has any is held from public view until a moderator has released it."""

    @property
    def most_unpacked(self) -> int:
        """Bytes of one office file, unpacked."""
        return self.unpacked_megabytes * 1024 * 1024

    @property
    def most_bytes(self) -> int:
        """Of one file."""
        return self.megabytes * 1024 * 1024
