"""WeChat's messages: XML in, what the conversation hears out; an answer as XML. No entity is ever read."""

from typing import Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser
from xml.sax.saxutils import escape

from fronts.wechat.core.conversation import Heard, Message, Point

DEEPEST: Final = 6
"""Elements within elements; a consent has four."""
MEDIA: Final = 256
"""Characters of a MediaId; WeChat's have 64."""
_KINDS: Final[dict[str, Heard]] = {
    "text": "text",
    "location": "place",
    "image": "picture",
    "video": "film",
    "shortvideo": "film",
    "voice": "voice",
}
_EVENTS: Final[dict[str, Heard]] = {
    "subscribe": "followed",
    "unsubscribe": "left",
    "click": "menu",
    "subscribe_msg_popup_event": "consented",
    "subscribe_msg_change_event": "refused",
    "subscribe_msg_sent_event": "delivered",
    "templatesendjobfinish": "reported",
}


class Unreadable(ValueError):
    """No message that WeChat would send."""


class _Strict(TreeBuilder):
    """Builds a tree of bounded depth and refuses a document type, and with it every entity."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise Unreadable("a document type")

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unreadable("too deep")
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return super().end(tag)


def tree_of(body: bytes) -> Element:
    """The root of a body. Raises Unreadable."""
    parser = XMLParser(target=_Strict(), encoding="utf-8")
    try:
        parser.feed(body)
        root = parser.close()
    except (ParseError, ValueError) as problem:
        raise Unreadable(str(problem)) from problem
    if not isinstance(root, Element) or root.tag != "xml":
        raise Unreadable("no <xml>")
    return root


def ciphertext_of(body: bytes) -> str:
    """The sealed content of a body in the secure mode. Raises Unreadable."""
    found = tree_of(body).findtext("Encrypt", "")
    if not found:
        raise Unreadable("no <Encrypt>")
    return found


def message_of(body: bytes) -> tuple[Message, str]:
    """A message, and the account it was sent to. Raises Unreadable."""
    root = tree_of(body)
    person, account = root.findtext("FromUserName", ""), root.findtext("ToUserName", "")
    kind = root.findtext("MsgType", "")
    if not person or not account or not kind or len(person) > 64:
        raise Unreadable("no sender, receiver or type")
    if kind == "event":
        return _event(root, person), account
    text = root.findtext("Content", "") if kind == "text" else ""
    point = None
    if kind == "location":
        text, point = root.findtext("Label", ""), _point(root)
    media = root.findtext("MediaId", "") if kind == "image" else ""
    identity = _identity(root, person)
    return Message(identity, person, _KINDS.get(kind, "other"), text, point, media[:MEDIA]), account


def _point(root: Element) -> Point | None:
    """Where a place is: X is the latitude, Y the longitude. None for what is no point of the earth."""
    try:
        latitude, longitude = (float(root.findtext(f"Location_{axis}", "")) for axis in "XY")
    except ValueError:
        return None
    # NaN is within no bounds.
    return Point(latitude, longitude) if -90 <= latitude <= 90 and -180 <= longitude <= 180 else None


def _event(root: Element, person: str) -> Message:
    event = root.findtext("Event", "").lower()
    kind = _EVENTS.get(event, "unasked")
    key = root.findtext("EventKey", "")
    # An event has no MsgId: sender and second name it, and what it is keeps two of one second apart.
    identity = f"{root.findtext('CreateTime', '')}/{event}/{key}"[:200]
    return Message(identity, person, kind, key if kind == "menu" else "", count=_count(root, kind))


def _count(root: Element, kind: Heard) -> int:
    """How many messages a person agreed to, or have been sent by such a consent."""
    if kind == "consented":
        return sum(each.text == "accept" for each in root.iter("SubscribeStatusString"))
    if kind == "delivered":
        return sum(each.text == "0" for each in root.iter("ErrorCode"))
    return 0


def _identity(root: Element, person: str) -> str:
    """What a repeat has in common with the first: MsgId."""
    identity = root.findtext("MsgId", "")
    if not identity.isascii() or not identity.isdecimal() or len(identity) > 32:
        raise Unreadable("no MsgId")
    return identity


def answer(person: str, account: str, at: int, text: str) -> bytes:
    """A text to a person; `at` in seconds."""
    return (
        f"<xml><ToUserName>{escape(person)}</ToUserName><FromUserName>{escape(account)}</FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType>text</MsgType><Content>{escape(_allowed(text))}</Content></xml>"
    ).encode()


def envelope(ciphertext: str, signature: str, timestamp: str, nonce: str) -> bytes:
    """A sealed answer."""
    return (
        f"<xml><Encrypt>{ciphertext}</Encrypt><MsgSignature>{signature}</MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{escape(nonce)}</Nonce></xml>"
    ).encode()


def _allowed(text: str) -> str:
    """Without what no XML 1.0 may hold."""
    return "".join(
        c
        for c in text
        if c in "\n\t" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )
