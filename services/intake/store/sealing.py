"""Sealing: personal words go into boxes at the door; what rules decide of the keys is kept in the same save."""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Final

from chassis.store import Applied
from chassis.vault import Keys, MemoryKeys, PostgresKeys, new_key, seal, unseal
from contracts.attachments import Attachment
from services.intake.core.attachments import Given
from services.intake.core.case import Case
from services.intake.core.sealing import CLOSED, EraseKeys, KeepKeys, Opened
from services.intake.core.voices import EraseContact, KeepContact

CONTACT: Final = ("name", "phone", "openid", "mail")
"""The fields of the box that notifier opens."""
TEXTS: Final = ("title", "text", "place")
"""The fields of the box that it does not."""

_TEXT: Final = "text"
"""The one field of the box of an answer or follow-up."""


def seal_post(
    personal: Mapping[str, str], subject: str, given: Sequence[Given] = (), point: Mapping[str, str] = {}
) -> dict[str, bytes]:
    """The boxes of a new post and their fresh keys, by the fields of `Submit`."""
    contact = {name: personal[name] for name in CONTACT if name in personal}
    text_key, contact_key = new_key(), new_key() if contact else b""
    return {
        "text_key": text_key,
        "sealed_text": seal(text_key, {name: personal[name] for name in TEXTS if name in personal}, subject),
        "contact_key": contact_key,
        "sealed_contact": seal(contact_key, contact, subject) if contact else b"",
        "sealed_attachments": _files(text_key, given, subject),
        "sealed_point": seal(text_key, point, subject) if point else b"",
    }


def seal_follower(contact: Mapping[str, str], follower: str) -> tuple[bytes, bytes]:
    """A fresh key for the contact of one who follows a post, and its box."""
    key = new_key()
    return key, seal(key, contact, follower)


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
    given = [case.sealed_attachments]
    given += [question.sealed_attachments for question in case.questions]
    given += [added.sealed_attachments for added in case.follow_ups]
    files: dict[str, str] = {}
    for box in given:
        files |= _opened(text_key, box, subject)
    return Opened(
        contact={name: contact[name] for name in CONTACT if name in contact},
        post={name: post[name] for name in TEXTS if name in post},
        added={identity: fields[_TEXT] for identity, fields in opened.items() if _TEXT in fields},
        point=_opened(text_key, case.sealed_point, subject),
        names={identity: kept.partition(" ")[2] for identity, kept in files.items()},
    )


CALLED_BY: Final[tuple[str, ...]] = ("name", "phone", "mail")
"""By what a person can reach another; an account of WeChat is none of it."""


async def contact_to_call(keys: Keys, connection: Any, subject: str, case: Case) -> dict[str, str] | None:
    """The contact for whoever has to call; empty where nobody gave a telephone or mailbox, None when it was erased.

    The name is left out where its owner hides it.
    """
    # Older posts have one box for everything, under the key of the texts.
    box = case.sealed_contact or case.sealed
    if case.erased or not box:
        return None if case.erased else {}
    found = await (keys.contacts if case.sealed_contact else keys.texts)(connection, [subject])
    if subject not in found:
        return None
    opened = _opened(found[subject], box, subject)
    hidden = "name" if case.hide_name else ""
    shown = {name: opened[name] for name in CALLED_BY if name in opened and name != hidden}
    return shown if "phone" in shown or "mail" in shown else {}


async def seal_files(
    keys: Keys,
    connection: Any,
    subject: str,
    given: Sequence[Given],
    staying: Sequence[tuple[Attachment, bytes]] = (),
) -> bytes:
    """The box of files added to a post, and of those that stay, each with the box it was in; none when the post's key is gone."""
    key = (await keys.texts(connection, [subject])).get(subject)
    if key is None:
        return b""
    stay = {file.id: _opened(key, box, subject).get(file.id, "") for file, box in staying}
    return _files(key, given, subject, stay)


async def moved_files(keys: Keys, connection: Any, subject: str, box: bytes, member: str) -> bytes:
    """The same keys of files in a box of another post; none when the key of either post is gone."""
    found = await keys.texts(connection, [subject, member])
    kept = _opened(found.get(subject), box, subject)
    return seal(found[member], kept, member) if kept and member in found else b""


def _files(key: bytes, given: Sequence[Given], subject: str, stay: Mapping[str, str] = {}) -> bytes:
    kept = {**stay, **{one.id: f"{b64encode(one.key).decode()} {one.name}" for one in given}}
    return seal(key, kept, subject) if kept else b""


async def open_file(keys: Keys, connection: Any, subject: str, box: bytes, file: Attachment) -> bytes | None:
    """The key of one file, whose box this is; None when the post's key is gone."""
    text_key = (await keys.texts(connection, [subject])).get(subject)
    kept = _opened(text_key, box, subject).get(file.id)
    return None if kept is None else b64decode(kept.partition(" ")[0])


def _opened(key: bytes | None, box: bytes, subject: str) -> dict[str, str]:
    if key is None or not box:
        return {}
    try:
        return unseal(key, box, subject)
    except ValueError:
        return {}


class Vault:
    """Keeps and erases the keys that rules decide on, in PostgreSQL."""

    effects = (KeepKeys, EraseKeys, KeepContact, EraseContact)

    def __init__(self, keys: PostgresKeys) -> None:
        self._keys = keys

    async def apply(self, connection: Any, applied: Sequence[Applied]) -> None:
        """One statement for what is erased, one for what is kept: of each name what was decided last."""
        contacts: dict[str, bytes] = {}
        texts: dict[str, bytes] = {}
        followed: dict[str, str] = {}
        erased: list[str] = []
        for one in applied:
            match one.effect:
                case KeepKeys(contact=contact, text=text):
                    texts[one.subject] = text
                    contacts |= {one.subject: contact} if contact else {}
                case KeepContact(follower=follower, key=key):
                    contacts[follower] = key
                    followed[follower] = one.subject
                case EraseKeys() | EraseContact() as gone:
                    name = gone.follower if isinstance(gone, EraseContact) else one.subject
                    erased.append(name)
                    texts.pop(name, None)
                    contacts = {
                        kept: key for kept, key in contacts.items() if name not in (kept, followed.get(kept))
                    }
        if erased:
            await self._keys.erase(connection, erased)
        if contacts or texts:
            await self._keys.keep(connection, contacts, texts, followed)


class MemoryVault(MemoryKeys):
    """The twin, and the keys themselves."""

    effects = (KeepKeys, EraseKeys, KeepContact, EraseContact)

    def __init__(self) -> None:
        super().__init__()
        self._followed: dict[str, str] = {}

    def apply(self, applied: Sequence[Applied]) -> None:
        for one in applied:
            match one.effect:
                case KeepKeys(contact=contact, text=text):
                    self.text[one.subject] = text
                    if contact:
                        self.contact[one.subject] = contact
                case KeepContact(follower=follower, key=key):
                    self.contact.setdefault(follower, key)
                    self._followed[follower] = one.subject
                case EraseContact(follower=follower):
                    self.contact.pop(follower, None)
                case EraseKeys():
                    self.text.pop(one.subject, None)
                    names = [name for name, post in self._followed.items() if post == one.subject]
                    for name in (one.subject, *names):
                        self.contact.pop(name, None)
