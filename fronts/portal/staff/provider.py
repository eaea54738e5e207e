"""The city's identity provider: OpenID Connect, code flow with PKCE, state and nonce."""

import asyncio
import base64
import hashlib
import time
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

import httpx2
import jwt

from fronts.portal.settings import PortalSettings
from fronts.portal.staff.sessions import same

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures with a public key only; with a shared secret the portal could sign for the provider."""
SIGNED_OUT: Final = "http://schemas.openid.net/event/backchannel-logout"
LEEWAY_SECONDS: Final = 30
METADATA_SECONDS: Final = 3600
KEYS_SECONDS: Final = 60
"""Keys are fetched for an unknown key id, but not more often."""


class Distrusted(Exception):
    """The provider did not vouch for anybody; the argument says why, for the log of tests and operators."""


class Provider:
    """The identity provider, as its discovery document describes it."""

    def __init__(self, settings: PortalSettings, http: httpx2.AsyncClient) -> None:
        self._settings = settings
        self._http = http
        self._issuer = settings.oidc_issuer.rstrip("/")
        self._metadata: dict[str, Any] = {}
        self._read_at = 0.0
        self._keys: dict[str, jwt.PyJWK] = {}
        self._keys_at = float("-inf")
        self._lock = asyncio.Lock()

    async def metadata(self) -> dict[str, Any]:
        """The discovery document (OpenID Connect Discovery 1.0, 4). Raises Distrusted."""
        if self._metadata and time.monotonic() - self._read_at < METADATA_SECONDS:
            return self._metadata
        document = await self._read(f"{self._issuer}/.well-known/openid-configuration")
        if document.get("issuer") != self._settings.oidc_issuer:
            raise Distrusted("the discovery document names another issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not str(document.get(name, "")).startswith(("https://", "http://127.0.0.1:")):
                raise Distrusted(f"{name} is missing or not encrypted")
        self._metadata, self._read_at = document, time.monotonic()
        return document

    async def address(self, redirect: str, state: str, nonce: str, verifier: str) -> str:
        """Where to send somebody to sign in."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._settings.oidc_client_id,
            "redirect_uri": redirect,
            "scope": "openid profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = str((await self.metadata())["authorization_endpoint"])
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    async def claims(self, code: str, redirect: str, nonce: str, verifier: str) -> dict[str, Any]:
        """The checked claims of the id token that the code is exchanged for. Raises Distrusted."""
        metadata = await self.metadata()
        body = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": verifier,
        }
        headers = {}
        file = self._settings.oidc_client_secret_file
        if file is None:
            body["client_id"] = self._settings.oidc_client_id
        else:
            secret = file.read_text(encoding="utf-8").strip()
            # RFC 6749, 2.3.1: both are form-encoded first.
            login = f"{quote_plus(self._settings.oidc_client_id)}:{quote_plus(secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
        try:
            response = await self._http.post(metadata["token_endpoint"], data=body, headers=headers)
            token = str(response.json()["id_token"]) if response.status_code == 200 else ""
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as failure:
            raise Distrusted("the token endpoint gave no id token") from failure
        if not token:
            raise Distrusted(f"the token endpoint answered {response.status_code}")
        return await self._checked(token, nonce)

    async def signed_out(self, token: str) -> str:
        """Whom the provider signs out (OpenID Connect Back-Channel Logout 1.0, 2.6). Raises Distrusted."""
        claims = await self._decoded(token, ("exp", "iat", "iss", "aud", "sub", "jti", "events"))
        events = claims["events"]
        if not isinstance(events, dict) or SIGNED_OUT not in events or "nonce" in claims:
            raise Distrusted("the token signs nobody out")
        return str(claims["sub"])

    async def _checked(self, token: str, nonce: str) -> dict[str, Any]:
        """OpenID Connect Core 1.0, 3.1.3.7."""
        claims = await self._decoded(token, ("exp", "iat", "iss", "aud", "sub", "nonce"))
        if not same(str(claims["nonce"]), nonce):
            raise Distrusted("the id token answers another sign-in")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self._settings.oidc_client_id:
            raise Distrusted("the id token was issued to another client")
        return claims

    async def _decoded(self, token: str, required: tuple[str, ...]) -> dict[str, Any]:
        """The claims of a token that the provider signed for this portal, and that still holds."""
        try:
            key = await self._key(str(jwt.get_unverified_header(token).get("kid", "")))
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                audience=self._settings.oidc_client_id,
                issuer=self._settings.oidc_issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": list(required)},
            )
        except (jwt.PyJWTError, TypeError, ValueError) as failure:
            raise Distrusted(f"the token is not valid: {failure}") from failure
        return claims

    async def _key(self, name: str) -> jwt.PyJWK:
        async with self._lock:
            if name not in self._keys and time.monotonic() - self._keys_at >= KEYS_SECONDS:
                document = await self._read(str((await self.metadata())["jwks_uri"]))
                self._keys_at = time.monotonic()
                self._keys = {}
                for each in document.get("keys", []):
                    try:
                        if each.get("use", "sig") == "sig" and each.get("kty") != "oct":
                            self._keys[str(each.get("kid", ""))] = jwt.PyJWK(each)
                    except jwt.PyJWTError:
                        continue
            if name not in self._keys:
                raise Distrusted("the id token is signed with an unknown key")
            return self._keys[name]

    async def _read(self, address: str) -> dict[str, Any]:
        try:
            response = await self._http.get(address)
            document = response.json()
        except (httpx2.HTTPError, ValueError) as failure:
            raise Distrusted(f"{address} does not answer") from failure
        if response.status_code != 200 or not isinstance(document, dict):
            raise Distrusted(f"{address} answered {response.status_code}")
        return document
