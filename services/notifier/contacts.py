"""Contacts of citizens, opened for the moment in which they are told something."""

from collections.abc import Mapping
from typing import Any

from chassis.vault import Keys, unseal


async def contacts_of(keys: Keys, connection: Any, sealed: Mapping[str, bytes]) -> dict[str, dict[str, str]]:
    """The opened contacts by subject; a box that does not open any more is absent."""
    known = await keys.contacts(connection, list(sealed)) if sealed else {}
    contacts: dict[str, dict[str, str]] = {}
    for subject, key in known.items():
        try:
            contacts[subject] = unseal(key, sealed[subject], subject)
        except ValueError:
            continue
    return contacts
