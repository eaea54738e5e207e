"""What hostile strangers send: every input that ever made a part stop or stand still, each at the limit of its door.

Whole requests as bytes, made before anything is measured; who sends them and what is looked at stands in `hostile.py`.
"""

import io
import json
import struct
import uuid
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from city.rates import Rates

TEXT: Final = 10_000
"""Characters of a post's text."""
HEAD: Final = 30 * 1024
"""Bytes of a header that is still within the bounds of a request's head."""
FORM: Final = 100_000
"""Bytes of a form that is still within its bounds."""
BEYOND: Final = 1 << 20
"""Bytes of what is refused before it is read to its end."""


@dataclass(frozen=True)
class Stranger:
    """What one hostile client has in hand: a post of its own, and the form of the sign-in page."""

    number: str
    code: str
    cookie: str
    form: str


@dataclass(frozen=True)
class Attack:
    """One kind of hostile input."""

    name: str
    part: str
    """The service that it is sent to, or the portal."""
    requests: Callable[[Stranger], Sequence[bytes]]
    """What one client sends, one after the other, each on a connection of its own."""
    held: bool = False
    """Connections are opened at once and kept: nothing more is sent, and an answer is not waited for."""


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """A whole request, after which the connection ends."""
    given = {"Host": "127.0.0.1", "Connection": "close"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    if method == "POST":
        given |= {"Idempotency-Key": uuid.uuid4().hex, "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def post(text: str, **fields: Any) -> bytes:
    """A post that says this."""
    body = {"kind": "complaint", "title": "路灯不亮", "text": text} | fields
    return request("POST", "/v1/posts", json.dumps(body, ensure_ascii=False).encode())


def form(path: str, fields: Mapping[str, str], cookie: str = "") -> bytes:
    """A form as a browser sends it."""
    body = urlencode(fields).encode()
    kind = "application/x-www-form-urlencoded"
    return request("POST", path, body, Content_Type=kind, Cookie=cookie)


def _filled(piece: str, characters: int = TEXT) -> str:
    return (piece * (characters // len(piece) + 1))[:characters]


_MARKS: Final = "a" + "\u0344" * 4_999 + "\u0f73" * 4_999
"""Combining marks that each become two and are put in order: quadratic, where nothing bounds their run."""
_SENTENCE: Final = "幸福路与人民路交叉口的路灯坏了三天,晚上看不清路,请住建部门尽快派人维修。"
_COOKIE: Final = '"' + '\\"' * (HEAD // 2 - 200) + '"'
"""Quoted backslashes, for which the standard library's parser takes quadratic time (CVE-2024-7592)."""

_TEXTS: Final[Mapping[str, Sequence[str]]] = {
    "combining marks": (_MARKS,),
    "one sign that stands for eighteen": ("\ufdfa" * (TEXT - 10),),
    "an ordinary text at its limit": (_filled(_SENTENCE),),
    "numbers with what nobody sees between": (
        _filled("1\u00ad3\u20669\u0336"),
        _filled("1\u200b"),
        _filled("\U000e0020"),
    ),
    "words of the lists, over and over": (_filled("路灯小区物业学校医院公交"), _filled("A栋1单元")),
}
"""Texts of a post: they are made normal, masked, judged, sealed, routed and compared."""

_BODIES: Final[Sequence[bytes]] = (
    b"[" * 250_000,
    b'{"kind":' * 30_000,
    b'{"kind":"complaint","title":"x","text":"' + b"\\ud83d\\ude00" * TEXT + b'"}',
    b'{"kind":"complaint","title":"x","text":' + b"9" * 200_000 + b"}",
    b'{"kind":"complaint","title":"x","text":"x","hide_name":1e999}',
    b'{"kind":"complaint","title":"x","text":"\\ud800"}',
    b'{"kind":"complaint","title":"x","text":"' + b"\\\\" * 100_000 + b'\\u0000"}',
    b"{" + b",".join(b'"k%d":0' % n for n in range(20_000)) + b"}",
    b"\xff" * 200_000,
    b'{"kind":"complaint","title":"x","text":"x","contact":{"phone":"' + b"+8613" * 50 + b'"}}',
)
"""Bodies that are no post, or hardly one."""

_READS: Final[Mapping[str, Sequence[str]]] = {
    "intake": (
        "/v1/posts?q=%00",
        "/v1/posts/%00",
        "/v1/posts?q=%ff",
        "/v1/posts?limit=" + "9" * 4_000,
        "/v1/posts?limit=-1&cursor=" + "A" * 4_000,
        "/v1/posts?kind=" + "consult," * 2_000,
        "/v1/posts/" + quote("１" * 1_000),
        "/v1/posts?q=" + quote(_MARKS[:1_000]),
    ),
    "deadline": ("/v1/deadlines/%00", "/v1/deadlines/" + "9" * 20_000, "/v1/deadlines/SQ000000-000000"),
    "stats": (
        "/v1/figures?to=9999-12-31",
        "/v1/figures?from=0001-01-01&to=9998-12-31",
        "/v1/figures?department=%00",
        "/v1/league?period=" + "9" * 10_000,
        "/v1/bulletins/%00",
        "/v1/bulletins/2000/papers/" + "x" * 10_000,
        "/v1/inspections/" + "9" * 10_000,
        "/v1/accountability?department=%ff",
        "/open/..%2F..%2Fetc%2Fpasswd",
        "/open/cases-9999.csv",
    ),
    "debate": (
        "/v1/debates/dialogue:x",
        "/v1/debates/%00/comments",
        "/v1/debates/x/comments?limit=-1&cursor=" + "A" * 4_000,
        "/v1/dialogues/comment:x",
        "/v1/dialogues/x/transcript?limit=" + "9" * 4_000,
        "/v1/dialogues/x/questions?which=none&order=%ff",
        "/v1/dialogues/" + quote("１" * 1_000),
    ),
    "survey": (
        "/v1/surveys/voter:x",
        "/v1/surveys/ballot:x/result.csv",
        "/v1/surveys/%00/result",
        "/v1/surveys/" + "9" * 20_000,
    ),
    "router": ("/v1/similar?text=" + quote(_filled("\u0344", 3_000)), "/v1/similar?text=%00"),
    "portal": ("/boards/all?q=%00", "/boards/all?area=%ff", "/posts/" + "9" * 20_000, "/boards/all?page=-1"),
}
"""Numbers, dates, words and cursors at the edge of what there is, and beyond it."""


def attacks(rates: Rates, pieces: Sequence[str]) -> list[Attack]:
    """Every kind, at the rates that the policy lets one client have; `pieces` are beginnings of what is masked."""
    return [
        *_posting(rates, pieces),
        *_acting(rates),
        *_giving(rates),
        *_speaking(rates),
        *_typing(rates),
        *_reading(rates),
        *_connecting(rates),
    ]


def _posting(rates: Rates, pieces: Sequence[str]) -> list[Attack]:
    def posts(texts: Sequence[str]) -> Callable[[Stranger], Sequence[bytes]]:
        return lambda _: [post(texts[n % len(texts)]) for n in range(rates.posts)]

    texts = {**_TEXTS, "almost numbers": tuple(_filled(piece) for piece in pieces)}
    bodies = [request("POST", "/v1/posts", body) for body in _BODIES]
    return [
        *(Attack(f"posts: {name}", "intake", posts(said)) for name, said in texts.items()),
        Attack("posts: what is no post", "intake", lambda _: bodies[: rates.posts]),
    ]


def _acting(rates: Rates) -> list[Attack]:
    def act(who: Stranger, name: str, body: Mapping[str, Any], code: str) -> bytes:
        encoded = json.dumps(body, ensure_ascii=False).encode()
        return request("POST", f"/v1/posts/{who.number}/{name}", encoded, X_Query_Code=code)

    def follow_ups(who: Stranger) -> Sequence[bytes]:
        return [
            act(who, "follow-ups", {"text": _filled("a\u0344", 900)}, who.code) for _ in range(rates.acts)
        ]

    def wrong(who: Stranger) -> Sequence[bytes]:
        codes = ("Z" * HEAD, "１２３４５６７８９０", "AAAAAAAAAA", "\u200b" * 500)
        return [act(who, "erasure", {}, codes[n % len(codes)]) for n in range(rates.acts)]

    def supports(who: Stranger) -> Sequence[bytes]:
        return [
            act(who, "supports", {"phone": f"138{n:08d}"} if n % 2 else {}, "") for n in range(rates.supports)
        ]

    return [
        Attack("acts: follow-ups without end", "intake", follow_ups),
        Attack("acts: wrong codes of any length", "intake", wrong),
        Attack("acts: voices under fresh keys", "intake", supports),
    ]


def picture(edge: int) -> bytes:
    """A square picture of so many pixels a side, each a bit: some kilobytes that somebody has to unpack (PNG, ISO 15948)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", edge, edge, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(edge * (1 + -(-edge // 8))), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def package(parts: int, part: bytes) -> bytes:
    """An office file with so many parts more than it needs."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("[Content_Types].xml", "<Types/>")
        files.writestr("word/document.xml", "<document/>")
        for n in range(parts):
            files.writestr(f"word/media/{n}", part)
    return written.getvalue()


def _giving(rates: Rates) -> list[Attack]:
    """Files, given to nobody's post."""
    path = "/v1/attachments"
    given = (
        picture(8_000),
        picture(30_000),
        picture(2_000)[:-200],
        package(2, bytes(60 << 20)),
        package(6_000, b""),
        package(1, b"x")[:-40],
        b"%PDF-" + b"x" * BEYOND,
        b"<svg onload='x'/>",
    )
    shown = "attachment; filename*=UTF-8''" + "%E2%80%AE" * 1_000
    files = [request("POST", path, data, Content_Disposition=shown) for data in given]
    half = (
        b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 8000000\r\n\r\n" % path.encode()
        + given[0][:9]
    )
    return [
        Attack(
            "files: pictures and packages that unpack without end",
            "intake",
            lambda _: files[: rates.attachments],
        ),
        Attack("files: half-sent", "intake", lambda _: [half] * min(rates.attachments, 8), held=True),
    ]


def _speaking(rates: Rates) -> list[Attack]:
    """What is said in debates and dialogues, and answered to surveys, of which there are none."""

    def said(path: str, bodies: Sequence[Any], of: int) -> Callable[[Stranger], Sequence[bytes]]:
        encoded = [json.dumps(body, ensure_ascii=False).encode() for body in bodies]
        return lambda _: [request("POST", path, encoded[n % len(bodies)]) for n in range(of)]

    words = [
        {"text": text, "phone": "+8613" * 20} for text in (_MARKS[:4_000], _filled("\u200b", 4_000), "x")
    ]
    deep = [{"id": "q", "kind": "single", "title": "x", "only_if": {"question": "q", "choices": [10**300]}}]
    ballots = [
        {"token": "A" * 43 + "=", "signature": "A" * 600, "answers": []},
        {
            "token": "A" * 43 + "=",
            "signature": "AAAA",
            "answers": [{"question": "q", "choices": [10**300]}] * 50,
        },
        {"token": "====", "signature": "\u0665", "answers": deep},
    ]
    tokens = [{"entitled_by": "１" * 100, "blinded": "A" * 340}, {"entitled_by": "-", "blinded": "AAAA"}]
    return [
        Attack("talk: marks said in a debate", "debate", said("/v1/debates/x/comments", words, rates.posts)),
        Attack(
            "talk: under another's address",
            "debate",
            said("/v1/debates/dialogue:x/comments", words, rates.posts),
        ),
        Attack("surveys: answers", "survey", said("/v1/surveys/x/ballots", ballots, rates.posts)),
        Attack("surveys: tokens", "survey", said("/v1/surveys/x/tokens", tokens, rates.supports)),
    ]


def _typing(rates: Rates) -> list[Attack]:
    def similar(_: Stranger) -> Sequence[bytes]:
        marks = "\u0344" * (FORM // 6)
        return [form("/post/similar", {"title": "abcd", "text": marks}) for _ in range(rates.posts)]

    def sign_in(who: Stranger) -> Sequence[bytes]:
        fields = {"form": who.form, "password": "路" * 128, "code": "１２３４５６"}
        return [
            form("/staff/sign-in", fields | {"person": f"nobody-{n}"}, who.cookie)
            for n in range(rates.sign_in)
        ]

    def forms(_: Stranger) -> Sequence[bytes]:
        kind = "application/x-www-form-urlencoded"
        wrong = (
            b"a=1&" * (FORM // 4),
            b"number=%C2%B7%FF",
            b"number=%00",
            b"%" * FORM,
            urlencode({"number": "ＳＱ０００００００００００１", "code": "１２３４５"}).encode(),
            b"x" * BEYOND,
        )
        return [request("POST", "/follow", body, Content_Type=kind) for body in wrong]

    def cookies(_: Stranger) -> Sequence[bytes]:
        return [request("GET", "/boards/all", Cookie=f"wenzheng-look={_COOKIE}")] * 20

    return [
        Attack("pages: marks typed into the form", "portal", similar),
        Attack("pages: passwords", "portal", sign_in),
        Attack("pages: forms that are none", "portal", forms),
        Attack("pages: cookies of quoted backslashes", "portal", cookies),
    ]


def _reading(rates: Rates) -> list[Attack]:
    def words(_: Stranger) -> Sequence[bytes]:
        return [
            request("GET", f"/v1/posts?limit=100&q={quote(f'没有的词{n}')}") for n in range(rates.reads // 3)
        ]

    def similar(_: Stranger) -> Sequence[bytes]:
        text = quote(_filled(_SENTENCE, 3_000))
        return [request("GET", f"/v1/similar?text={text}")] * (rates.reads // 10)

    def heads(who: Stranger) -> Sequence[bytes]:
        path = f"/v1/posts/{who.number}"
        return [
            request("GET", path, If_None_Match='"x",' * (HEAD // 4)),
            request("GET", path, Accept="a/b;q=0.1," * (HEAD // 10)),
            request("GET", path, Accept_Encoding="gzip;q=0.0001," * (HEAD // 14)),
            request("GET", path, Authorization="Bearer " + "a." * (HEAD // 2)),
            request("GET", path, X_Forwarded_For="1," * (HEAD // 2)),
            request("POST", "/v1/posts", b"{}", Content_Type="a;" * (HEAD // 2)),
        ]

    def ranges(who: Stranger) -> Sequence[bytes]:
        path = f"/open/cases-20{who.number[2:4]}.csv"
        wanted = ("0-" + ",0-" * 1_000, "5-2", "9" * 4_000 + "-", "-" * 4_000, "-0", "0-0,-1")
        return [request("GET", path, Range=f"bytes={one}") for one in wanted]

    edges = [
        Attack(
            f"reads: edges of {part}",
            part,
            lambda _, paths=paths: [request("GET", path) for path in paths],  # type: ignore[misc]
        )
        for part, paths in _READS.items()
    ]
    return [
        Attack("reads: words that no post holds", "intake", words),
        Attack("reads: what is like a long text", "router", similar),
        Attack("reads: headers of 30 KiB", "intake", heads),
        Attack("reads: ranges of open data", "stats", ranges),
        *edges,
    ]


def _connecting(rates: Rates) -> list[Attack]:
    def beyond(_: Stranger) -> Sequence[bytes]:
        many = "".join(f"X-{n}: {n}\r\n" for n in range(20_000))
        return [
            request("GET", "/healthz", X="x" * BEYOND),
            f"GET /healthz HTTP/1.1\r\n{many}\r\n".encode(),
            request("GET", "/" + "x" * BEYOND),
            b"\x16\x03\x01" + b"\0" * 1_000,
            request("POST", "/v1/posts", b"x" * BEYOND),
            request("GET", "/healthz") * 6_000,
        ] * 3

    def half_heads(_: Stranger) -> Sequence[bytes]:
        return [b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: "] * 128

    def half_bodies(_: Stranger) -> Sequence[bytes]:
        head = b"POST /v1/posts HTTP/1.1\r\nHost: 127.0.0.1\r\nIdempotency-Key: %s\r\nContent-Length: 200000\r\n\r\n{"
        return [head % uuid.uuid4().hex.encode() for _ in range(rates.posts)]

    def streams(path: str) -> Callable[[Stranger], Sequence[bytes]]:
        return lambda _: [f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()] * rates.streams

    return [
        Attack("connections: beyond all bounds", "intake", beyond),
        Attack("connections: half-sent heads", "intake", half_heads, held=True),
        Attack("connections: half-sent heads to the pages", "portal", half_heads, held=True),
        Attack("connections: half-sent bodies", "intake", half_bodies, held=True),
        Attack("streams: of the figures", "stats", streams("/v1/stream"), held=True),
        Attack("streams: of the wall", "portal", streams("/wall/stream"), held=True),
    ]
