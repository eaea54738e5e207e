"""A small OpenID Connect provider that speaks real HTTP; it can be told to misbehave in one way at a time."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.patience import PATIENCE

CLIENT, SECRET = "wenzheng portal", "s3cret/+ 密"


class Provider:
    """Signs in whoever `person` says, without asking."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.person: dict[str, Any] = {}
        self.fault = ""
        """`nonce`, `audience`, `issuer`, `expired`, `key`, `none`, `secret` (HS256), `discovery`, or none."""
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._codes: dict[str, dict[str, str]] = {}
        self.refused: list[str] = []

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": "http://127.0.0.1:1" if self.fault == "discovery" else self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def keys(self) -> dict[str, Any]:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [key | {"kid": "one", "use": "sig", "alg": "RS256"}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent."""
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, given: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """An id token for a code, once, to the client that asked and holds the verifier."""
        login = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        if [unquote_plus(part) for part in login.split(":")] != [CLIENT, SECRET]:
            self.refused.append("client")
            return None
        asked = self._codes.pop(given["code"], None)
        digest = hashlib.sha256(given["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or asked["redirect_uri"] != given["redirect_uri"]:
            self.refused.append("code")
            return None
        if asked["code_challenge"] != challenge:
            self.refused.append("verifier")
            return None
        now = int(time.time())
        claims = {
            "iss": "http://127.0.0.1:1" if self.fault == "issuer" else self.issuer,
            "aud": "another" if self.fault == "audience" else CLIENT,
            "iat": now,
            "exp": now - 3600 if self.fault == "expired" else now + 60,
            "nonce": "another" if self.fault == "nonce" else asked["nonce"],
        } | self.person
        if self.fault == "none":
            token = jwt.encode(claims, "", algorithm="none", headers={"kid": "one"})
        elif self.fault == "secret":
            token = jwt.encode(claims, "x" * 64, algorithm="HS256", headers={"kid": "one"})
        else:
            key = self._other if self.fault == "key" else self._key
            token = jwt.encode(claims, key, algorithm="RS256", headers={"kid": "one"})
        return {"access_token": "unused", "token_type": "Bearer", "id_token": token}

    def signs_out(self, **others: Any) -> str:
        """A token that says somebody is signed out; claims replaced or, with None, left out."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_hex(8),
            "sub": self.person["sub"],
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        } | others
        claims = {name: value for name, value in claims.items() if value is not None}
        key = self._other if self.fault == "key" else self._key
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": "one"})


@contextmanager
def provider() -> Iterator[Provider]:
    """A running provider."""
    found: Provider

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/.well-known/openid-configuration":
                self._json(found.discovery())
            elif parts.path == "/keys":
                self._json(found.keys())
            else:
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(303)
                self.send_header("Location", found.authorize(asked))
                self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            given = {name: values[0] for name, values in parse_qs(body).items()}
            answer = found.token(given, self.headers.get("Authorization", ""))
            self._json(answer or {"error": "invalid_grant"}, 200 if answer else 400)

        def _json(self, body: dict[str, Any], status: int = 200) -> None:
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found = Provider(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE)
