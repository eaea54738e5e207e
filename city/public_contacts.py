"""Telephones and mail addresses that are public: those of the units themselves and of the city."""

from collections.abc import Iterable
from functools import cached_property
from typing import Final

from city import contacts
from city.units import PublicContact


class PublicContacts:
    """What may be published as it is. A value: equal when it holds the same."""

    def __init__(self, phones: Iterable[str] = (), mails: Iterable[str] = ()) -> None:
        """Phones and mail addresses as `city.contacts` makes them normal."""
        self.phones = frozenset(phones)
        self.mails = frozenset(mail.lower() for mail in mails)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicContacts) and (other.phones, other.mails) == (self.phones, self.mails)

    def __hash__(self) -> int:
        return hash((self.phones, self.mails))

    def __repr__(self) -> str:
        return f"PublicContacts({sorted(self.phones)}, {sorted(self.mails)})"

    @cached_property
    def _dialled(self) -> frozenset[str]:
        """The digits of every way to write the numbers: with and without country and area, without extension."""
        ways: set[str] = set()
        for phone in self.phones:
            number = phone.partition("转")[0].removeprefix("+")
            bare = number.removeprefix("0")
            ways |= {number, bare, f"86{bare}", f"0086{bare}"}
            if number.startswith("0") and not contacts.is_mobile(number):
                area = 3 if number[1] in "12" else 4
                ways.add(number[area:])
        return frozenset(ways)

    def has_phone(self, digits: str) -> bool:
        """Whether digits, taken as one number, are a public one."""
        return digits in self._dialled

    def has_mail(self, address: str) -> bool:
        """Whether an address is a public one."""
        return address.lower() in self.mails


def public_contacts(listed: Iterable[PublicContact]) -> PublicContacts:
    """What the listed contacts make public; one that cannot be dialled or mailed makes nothing public."""
    phones, mails = [], []
    for contact in listed:
        try:
            if contact.kind == "phone":
                phones.append(contacts.phone(contact.value))
            elif contact.kind == "mail":
                mails.append(contacts.mail(contact.value))
        except ValueError:
            continue
    return PublicContacts(filter(None, phones), filter(None, mails))


NONE: Final = PublicContacts()
"""Nothing is public."""
