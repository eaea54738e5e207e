"""Cursors of lists: opaque to the reader, tamper-evident for us."""

import base64
import hmac

import msgspec

from chassis.problem import HttpRefused

_encoder = msgspec.json.Encoder()


class Cursor:
    """Opaque, tamper-evident keyset cursors of one service's lists: another's are none, though both know the secret."""

    def __init__(self, key: bytes, service: str) -> None:
        self._key = hmac.digest(key, service.encode(), "sha256")

    def write(self, place: list[str]) -> str:
        """A cursor that names the last row shown."""
        body = _encoder.encode(place)
        return base64.urlsafe_b64encode(self._mac(body) + body).decode().rstrip("=")

    def read(self, cursor: str) -> list[str]:
        """The place a cursor names. Raises Refused 400."""
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            if not hmac.compare_digest(raw[:8], self._mac(raw[8:])):
                raise ValueError("mac")
            return msgspec.json.decode(raw[8:], type=list[str])
        except (ValueError, msgspec.DecodeError) as failure:
            raise HttpRefused(400, "cursor", "翻页标记不正确", "请从第一页重新开始。") from failure

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:8]
