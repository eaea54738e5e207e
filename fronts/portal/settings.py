"""What the environment says to the portal."""

import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import field_validator

from chassis.failures import EXIT_MISPLACED
from chassis.settings import Settings


class PortalSettings(Settings):
    """The portal's settings besides those of every process."""

    portal_address: str = ""
    """The address people type, such as `https://wenzheng.example.gov.cn`; absent: host and port."""
    interfaces: str = ""
    """JSON object: service name to the address at which programs outside reach it, as the pages tell them."""
    totp_required: bool = True
    """Whether a local account must bind a second factor before anything else."""
    demo_sign_in: bool = False
    """Anyone may sign in as anyone, without a password: a demonstration, refused anywhere but on this machine."""
    oidc_issuer: str = ""
    """The identity provider; empty: local accounts only."""
    oidc_client_id: str = ""
    oidc_client_secret_file: Path | None = None
    oidc_role_claim: str = "role"
    """The claim of the id token that holds the role."""
    oidc_department_claim: str = "department"
    """The claim that holds the code of the unit."""

    @field_validator("oidc_issuer")
    @classmethod
    def _encrypted_only(cls, value: str) -> str:
        """What an issuer says over an open connection anybody between may have said (OpenID Connect Core 1.0, 2)."""
        if value and not value.startswith(("https://", "http://127.0.0.1:")):
            raise ValueError("应以 https:// 开头 (an identity provider is asked over https alone)")
        return value

    def signing_key(self) -> bytes:
        """The key that signs tokens for the services. Ends the process with a sentence when it is missing."""
        file = self.token_private_key_file
        if file is None or not file.exists():
            print("WENZHENG_TOKEN_PRIVATE_KEY_FILE must name the portal's signing key", file=sys.stderr)
            sys.exit(EXIT_MISPLACED)
        return file.read_bytes()

    @property
    def address(self) -> str:
        """The address people type, without a slash at its end."""
        return (self.portal_address or f"http://{self.http_host}:{self.http_port}").rstrip("/")

    def reached_at(self) -> dict[str, str]:
        """Service name to the address at which programs outside reach it; on this machine, as the pages do."""
        if not self.interfaces:
            return {} if self.secure else self.addresses()
        named: dict[str, str] = json.loads(self.interfaces)
        return named

    @property
    def known_hosts(self) -> frozenset[str]:
        """The names under which the pages are known: that of their address, and those the settings add."""
        return self.host_names | {urlsplit(self.address).hostname or ""}

    @property
    def local(self) -> bool:
        """Whether nobody but this machine can reach the portal: a demonstration must not be anywhere else."""
        return not self.secure and self.http_host == "127.0.0.1"

    @property
    def secure(self) -> bool:
        """Whether cookies are for encrypted connections only: everywhere but on this machine."""
        return not self.address.startswith(("http://127.0.0.1:", "http://127.0.0.1/"))
