"""How Aliyun's OpenAPI wants requests signed: version 3, `ACS3-HMAC-SHA256`.

https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

ALGORITHM: Final = "ACS3-HMAC-SHA256"


def signed(
    method: str, host: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
) -> tuple[str, str, dict[str, str]]:
    """Names of the signed headers, the string to sign, and all headers but `Authorization`.

    Signed are `host`, `content-type` and every `x-acs-…` of `headers`.
    """
    digest = hashlib.sha256(body).hexdigest()
    whole = {"host": host, **{name.lower(): value.strip() for name, value in headers.items()}}
    whole["x-acs-content-sha256"] = digest
    names = sorted(name for name in whole if name in ("host", "content-type") or name.startswith("x-acs-"))
    canonical = "\n".join(
        [
            method,
            path,
            "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in sorted(query.items())),
            *(f"{name}:{whole[name]}" for name in names),
            "",
            ";".join(names),
            digest,
        ]
    )
    text = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return ";".join(names), text, whole


def authorised(
    key_id: str,
    secret: str,
    method: str,
    host: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes = b"",
) -> dict[str, str]:
    """The headers of a request with its signature."""
    names, text, whole = signed(method, host, path, query, headers, body)
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    whole["authorization"] = f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}"
    return whole


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
