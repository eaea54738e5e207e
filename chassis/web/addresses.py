"""What a request's address may hold: paths and queries are checked like bodies, before any route sees them."""

from ipaddress import ip_address
from typing import Final
from urllib.parse import unquote_to_bytes

from chassis import problem
from chassis.problem import HttpRefused
from chassis.web.asgi import Scope

_UNREADABLE: Final = "网址中的文字不是 UTF-8;请按 UTF-8 编码后再试。"


def check_address(scope: Scope) -> None:
    """Raises Refused 400 for a path or query that is not UTF-8 or holds U+0000, which PostgreSQL cannot store.

    The server decodes with replacement characters; the raw bytes are looked at, and only where an escape or a
    byte beyond ASCII is in them, so that an ordinary address costs nothing.
    """
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogateescape")
    query: bytes = scope.get("query_string", b"")
    for part in (raw_path, query):
        if b"%" in part or not part.isascii():
            _check(part)


def _check(part: bytes) -> None:
    decoded = unquote_to_bytes(part)
    try:
        decoded.decode()
    except UnicodeDecodeError as failure:
        raise HttpRefused(400, "not-utf8", problem.TITLES[400], _UNREADABLE) from failure
    if b"\0" in decoded:
        raise HttpRefused(400, "nul", "网址含有不能使用的字符", "请去掉空字符 U+0000(%00)。")


def without_last_slash(path: str) -> str:
    """`/v1/posts/` is `/v1/posts`: a slash at the end, which people and clients add, changes nothing."""
    return path[:-1] if len(path) > 1 and path.endswith("/") else path


def check_host(scope: Scope, names: frozenset[str]) -> None:
    """Raises Refused 421 for a host name that is not ours, so that no foreign name leads a browser here.

    DNS rebinding needs a name: an IP address and `localhost` are always known.
    """
    given = next((value for name, value in scope["headers"] if name == b"host"), b"")
    host = _without_port(given.decode("latin-1").lower())
    if host in names or host in ("", "localhost") or _is_address(host):
        return
    raise HttpRefused(421, "host-unknown", problem.TITLES[421], f"请用正确的网址访问,不是 {host[:100]}。")


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].removesuffix(".")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
