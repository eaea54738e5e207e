"""Sealing: personal words go into boxes at the door; what rules decide of the keys is kept in the same save."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from chassis.service import Applied
from chassis.vault import Keys, KeysInMemory, PostgresKeys, new_key, seal, unseal
from services.intake.core.case import Case
from services.intake.core.sealing import CLOSED, EraseKeys, KeepKeys, Opened

CONTACT: Final = ("name", "phone", "openid", "mail")
"""The fields of the box that notifier opens."""
TEXTS: Final = ("title", "text", "place")
"""The fields of the box that it does not."""

_TEXT: Final = "text"
"""The one field of the box of an answer or follow-up."""


def seal_post(personal: Mapping[str, str], subject: str) -> dict[str, bytes]:
    """The boxes of a new post and their fresh keys, by the fields of `Submit`."""
    contact = {name: personal[name] for name in CONTACT if name in personal}
    text_key, contact_key = new_key(), new_key() if contact else b""
    return {
        "text_key": text_key,
        "sealed_text": seal(text_key, {name: personal[name] for name in TEXTS if name in personal}, subject),
        "contact_key": contact_key,
        "sealed_contact": seal(contact_key, contact, subject) if contact else b"",
    }


async def seal_text(keys: Keys, connection: Any, subject: str, text: str) -> bytes:
    """The box of something added to a post; none when the post's key is gone."""
    key = (await keys.texts(connection, [subject])).get(subject)
    return b"" if key is None else seal(key, {_TEXT: text}, subject)


async def open_boxes(keys: Keys, connection: Any, subject: str, case: Case) -> Opened:
    """Everything the boxes of a case hold."""
    if case.erased:
        return CLOSED
    contact_key = (await keys.contacts(connection, [subject])).get(subject)
    text_key = (await keys.texts(connection, [subject])).get(subject)
    both = _opened(text_key, case.sealed, subject)
    contact = _opened(contact_key, case.sealed_contact, subject) or both
    post = _opened(text_key, case.sealed_text, subject) or both
    boxes = {question.id: question.sealed for question in case.questions}
    boxes |= {added.id: added.sealed for added in case.follow_ups}
    opened = {identity: _opened(text_key, box, subject) for identity, box in boxes.items()}
    return Opened(
        contact={name: contact[name] for name in CONTACT if name in contact},
        post={name: post[name] for name in TEXTS if name in post},
        added={identity: fields[_TEXT] for identity, fields in opened.items() if _TEXT in fields},
    )


def _opened(key: bytes | None, box: bytes, subject: str) -> dict[str, str]:
    if key is None or not box:
        return {}
    try:
        return unseal(key, box, subject)
    except ValueError:
        return {}


class Vault:
    """Keeps and erases the keys that rules decide on, in PostgreSQL."""

    effects = (KeepKeys, EraseKeys)

    def __init__(self, keys: PostgresKeys) -> None:
        self._keys = keys

    async def apply(self, connection: Any, applied: Sequence[Applied]) -> None:
        """One statement for what is kept, one for what is erased."""
        kept = [(one.subject, one.effect) for one in applied if isinstance(one.effect, KeepKeys)]
        if kept:
            contacts = {subject: effect.contact for subject, effect in kept if effect.contact}
            await self._keys.keep(connection, contacts, {subject: effect.text for subject, effect in kept})
        erased = [one.subject for one in applied if isinstance(one.effect, EraseKeys)]
        if erased:
            await self._keys.erase(connection, erased)


class MemoryVault(KeysInMemory):
    """The twin, and the keys themselves."""

    effects = (KeepKeys, EraseKeys)

    def apply(self, applied: Sequence[Applied]) -> None:
        for one in applied:
            if isinstance(one.effect, KeepKeys):
                self.text[one.subject] = one.effect.text
                if one.effect.contact:
                    self.contact[one.subject] = one.effect.contact
            elif isinstance(one.effect, EraseKeys):
                self.text.pop(one.subject, None)
                self.contact.pop(one.subject, None)
