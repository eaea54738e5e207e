"""By what somebody is entitled to one answer: a telephone number, a proof of it, or an invitation code that follows from the survey."""

import hmac
from datetime import datetime
from typing import Final

from chassis.passes import Passes
from chassis.vault import crockford, derived
from city import contacts
from city.typed import query_code
from services.survey.core.states import VOTER

CODE: Final = 10
"""Characters of a code's secret part: 50 bits."""
PLACE: Final = 5
"""Digits in front of it: which of the codes it is."""


class Entitlements:
    """Keyed hashes of a use of their own: what intake calls a citizen cannot be compared with a voter."""

    def __init__(self, secret: bytes) -> None:
        self._voter = derived(secret, b"survey voter")
        self._invitation = derived(secret, b"survey invitation")
        self._passes = Passes(secret)

    def invitation(self, survey: str, n: int) -> str:
        """The n-th code of a survey, from 1: its place, and what cannot be guessed. It is stored nowhere."""
        mac = hmac.digest(self._invitation, f"{survey}/{n}".encode(), "sha256")
        return f"{n:0{PLACE}d}-{crockford(mac, CODE)}"

    def by_invitation(self, survey: str, code: str, invitations: int) -> str:
        """The voter's subject. Raises ValueError for a code that was not handed out for this survey."""
        typed = query_code(code)
        number = typed[:PLACE]
        n = int(number) if number.isdigit() else 0
        expected = query_code(self.invitation(survey, n))
        if not 1 <= n <= invitations or not hmac.compare_digest(expected.encode(), typed.encode()):
            raise ValueError("邀请码不正确")
        return self._subject(survey, f"invitation {n}")

    def by_phone(self, survey: str, number: str) -> str:
        """The voter's subject. Raises ValueError, in Chinese, for what cannot be a telephone number."""
        dialled = contacts.phone(number)
        if not dialled:
            raise ValueError("请填写手机号码")
        return self._subject(survey, f"phone {dialled}")

    def by_pass(self, survey: str, given: str, now: datetime) -> str:
        """The voter's subject, of who has proved a number at intake; which one is not known here. `now`: real time.

        Raises ValueError, in Chinese, for a pass that is over, or is for another place.
        """
        name = self._passes.read(survey, given, now)
        if not name:
            raise ValueError("请先用短信验证码验证手机号码")
        return self._subject(survey, f"pass {name}")

    def _subject(self, survey: str, identity: str) -> str:
        return VOTER + crockford(hmac.digest(self._voter, f"{survey}/{identity}".encode(), "sha256"), 26)
