"""The front end's own keys, derived from a secret that nobody else has: people's names here, and what is remembered of them."""

import hmac

import msgspec

from chassis.vault import derived, seal, unseal
from fronts.wechat.core.conversation import Conversation

_OURS = b"wenzheng wechat"


class Keys:
    """Names people by a keyed hash and seals what is kept of them, so that the tables tell nobody's openid, telephone or words."""

    def __init__(self, secret: bytes) -> None:
        self._names = derived(secret, b"people", _OURS)
        self._boxes = derived(secret, b"conversations", _OURS)

    def name(self, person: str) -> str:
        """Under which a person is kept."""
        return hmac.digest(self._names, person.encode(), "sha256")[:20].hex()

    def seal(self, name: str, state: Conversation) -> bytes:
        """A conversation, bound to its person."""
        return seal(self._boxes, {"state": msgspec.json.encode(state).decode()}, name)

    def unseal(self, name: str, box: bytes) -> Conversation:
        """A conversation; a new one from nothing. Raises ValueError for another's, or one under another secret."""
        if not box:
            return Conversation()
        return msgspec.json.decode(unseal(self._boxes, box, name)["state"], type=Conversation)

    def seal_answer(self, name: str, text: str) -> bytes:
        """An answer, kept for a repeat."""
        return seal(self._boxes, {"answer": text}, f"{name}/answer")

    def unseal_answer(self, name: str, box: bytes) -> str:
        """The answer. Raises ValueError."""
        return unseal(self._boxes, box, f"{name}/answer")["answer"]
