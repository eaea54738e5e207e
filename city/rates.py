"""The numbers of the policy about how often one client may ask."""

from typing import Annotated

from msgspec import Meta, Struct

PerMinute = Annotated[int, Meta(ge=0, le=1_000_000)]


class Rates(Struct, frozen=True, forbid_unknown_fields=True):
    """Requests a minute per client, one number for each door; 0 is without limit.

    A client is an IPv4 address or the /64 of an IPv6 one; of staff it is the person.
    """

    posts: PerMinute = 10
    contacts_an_hour: PerMinute = 60
    """Posts an hour, not a minute, that name a telephone or mailbox: each sends somebody messages."""
    attachments: PerMinute = 20
    """Files given; each is unpacked, drawn anew and looked through."""
    supports: PerMinute = 30
    acts: PerMinute = 60
    """What authors and staff do to a case, wrong query codes included."""
    reads: PerMinute = 300
    deadlines: PerMinute = 300
    figures: PerMinute = 120
    """The league table and the daily figures, the dearest of the public reads."""
    streams: PerMinute = 20
    """Live streams that are opened; how many may be open at once is the stream's own number."""
    sign_in: PerMinute = 20
    """Passwords and codes tried at the portal."""
