"""The ways out: each channel speaks its provider's protocol and says what became of a notice."""

from typing import Literal, Protocol

from msgspec import Struct

from services.notifier.store import Outgoing


class Delivery(Struct, frozen=True):
    """What became of one attempt."""

    state: Literal["sent", "failed", "later", "unknown"]
    """unknown: the answer was lost, so it may have arrived; later: try again after `seconds`."""
    reason: str = ""
    seconds: float = 0.0


class Channel(Protocol):
    """Sends one notice, or several at once where the provider allows it."""

    async def send(self, outgoing: list[Outgoing]) -> list[Delivery]:
        """One delivery for each, in order."""
