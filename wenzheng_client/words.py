"""What the interfaces are told and answer, as plain data."""

import msgspec
from msgspec import Struct


class Contact(Struct, frozen=True, omit_defaults=True):
    """How to reach the citizen; all optional."""

    name: str = ""
    phone: str = ""
    openid: str = ""
    mail: str = ""


class Point(Struct, frozen=True, omit_defaults=True):
    """Where exactly a matter is, for the author and the unit that holds it: a point, a street address, or both."""

    longitude: float | None = None
    """Degrees, as the latitude; they come together and lie in the city."""
    latitude: float | None = None
    datum: str = "gcj02"
    """`gcj02`, as the maps of China count; `wgs84`, as satellites do. Nothing is converted."""
    street_address: str = ""


class Receipt(Struct, frozen=True):
    """What a posted matter is known by. The query code is the author's alone, and is never shown again."""

    number: str
    query_code: str
    links: dict[str, str]


class Standing(Struct, frozen=True):
    """How a case stands after an act, and what is possible next."""

    number: str
    status: str = ""
    status_name: str = ""
    allowed: tuple[str, ...] = ()
    reply_id: str = ""
    """Of the draft, after a reply was drafted."""
    extension_id: str = ""
    """Of the request, after more time was asked for."""
    supports: int = 0
    """After a neighbour supported the post."""


class File(Struct, frozen=True):
    """A file that was given: `attachment` is the ticket by which a post or an act names it."""

    attachment: str
    name: str
    type: str
    size: int


class CodeSent(Struct, frozen=True):
    """A code is on its way to a telephone; `sign_in` names the attempt to which it belongs."""

    sign_in: str
    until: str
    """From then on the code is not taken any more."""


class Token(Struct, frozen=True):
    """By which one answers a survey, once; nobody can tell to whom it was given."""

    token: bytes
    signature: bytes


class Said(Struct, frozen=True):
    """What was said in a debate or asked in a dialogue, and whether it is read: `shown`, `held`, `hidden` or `withdrawn`."""

    id: str
    standing: str


class FieldProblem(Struct, frozen=True):
    """One field of a request and what is wrong with it, in Chinese."""

    field: str
    reason: str


class _Document(Struct, frozen=True):
    """A problem document as it is sent (RFC 9457)."""

    type: str = "about:blank"
    title: str = ""
    detail: str = ""
    errors: tuple[FieldProblem, ...] = ()
    allowed: tuple[str, ...] = ()


class Problem(Exception):
    """The interface refused, or could not be reached: `title` and `detail` are Chinese sentences with the remedy.

    `kind` is the last part of the problem's type, `status` the HTTP status (0 when nobody answered), `allowed` the
    acts that would be possible now, `retry_after` the seconds after which to come again (0: not said).
    """

    def __init__(self, status: int, document: _Document, retry_after: int = 0) -> None:
        super().__init__(" ".join(part for part in (document.title, document.detail) if part))
        self.status = status
        self.kind = document.type.rpartition(":")[2]
        self.title = document.title
        self.detail = document.detail
        self.errors = document.errors
        self.allowed = document.allowed
        self.retry_after = retry_after

    @classmethod
    def read(cls, status: int, body: bytes, retry_after: str) -> "Problem":
        """The problem of an answer; one that is no problem document keeps its status."""
        try:
            document = msgspec.json.decode(body, type=_Document)
        except msgspec.DecodeError:
            document = _Document(title=f"HTTP {status}")
        return cls(status, document, int(retry_after) if retry_after.isdigit() else 0)

    @classmethod
    def unreachable(cls, reason: str) -> "Problem":
        """Nobody answered."""
        return cls(0, _Document(type="urn:wenzheng:problem:unreachable", title="连接不上", detail=reason))
