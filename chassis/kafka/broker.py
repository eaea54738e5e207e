"""Where Kafka is and as whom a process speaks to it: what every client of the house is made with."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

SCRAM: Final = "SCRAM-SHA-512"
"""The password itself never travels."""


@dataclass(frozen=True)
class Broker:
    """A cluster, and a user of it; without a user, whoever connects is nobody in particular."""

    servers: str
    """Bootstrap servers, separated by commas."""
    user: str = ""
    password: str = field(default="", repr=False)
    mechanism: str = SCRAM
    authority: Path | None = None
    """The certificate that vouches for the brokers; with it, connections are encrypted."""

    @property
    def options(self) -> dict[str, Any]:
        """The arguments of aiokafka's clients."""
        found: dict[str, Any] = {"bootstrap_servers": self.servers, "security_protocol": self._protocol}
        if self.authority is not None:
            found["ssl_context"] = self.context
        if self.user:
            found["sasl_mechanism"] = self.mechanism
            found["sasl_plain_username"] = self.user
            found["sasl_plain_password"] = self.password
        return found

    @property
    def _protocol(self) -> str:
        return ("SASL_" if self.user else "") + ("PLAINTEXT" if self.authority is None else "SSL")

    @property
    def context(self) -> ssl.SSLContext | None:
        """What brokers have to show; None where connections are not encrypted."""
        return ssl.create_default_context(cafile=str(self.authority)) if self.authority is not None else None
