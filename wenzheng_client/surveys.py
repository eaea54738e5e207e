"""Surveys: read, answer with a token that names nobody, and read the result."""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wenzheng_client.asking import NOBODY, Json
from wenzheng_client.blind import Hidden, hide, signature_of
from wenzheng_client.records import Records
from wenzheng_client.words import Token


class Surveys(Records):
    """What people are asked. Staff write a questionnaire with `open`, and `act` on it: `draft`, `publication`, `closing`, `result`, `texts`."""

    def hidden_token(self, survey: str) -> Hidden:
        """A token of one's own, which nobody has seen yet."""
        return hide(self.one(survey)["public_key"])

    def token(self, survey: str, entitled_by: str, hidden: Hidden) -> Token:
        """The token signed, once a person.

        `entitled_by` is an invitation code, a telephone number or, where numbers are `proven`, a pass (`Wenzheng.pass_for`).
        When the answer is lost, the same hidden token asked for again gets the same signature; another one is refused.
        """
        asked = {"entitled_by": entitled_by, "blinded": b64encode(hidden.blinded).decode()}
        given = self._asking.send(f"{self._url}/{survey}/tokens", asked, bearer=NOBODY)
        public_key = self.one(survey)["public_key"]
        return Token(hidden.token, signature_of(public_key, hidden, b64decode(given["signature"])))

    def answer(self, survey: str, token: Token, answers: Sequence[Mapping[str, Any]]) -> None:
        """Answer, once a token. Nothing in it says who answers; sent later, or from elsewhere, its time and address do not either."""
        ballot = {
            "token": b64encode(token.token).decode(),
            "signature": b64encode(token.signature).decode(),
            "answers": list(answers),
        }
        self._asking.send(f"{self._url}/{survey}/ballots", ballot, bearer=NOBODY)

    def result(self, survey: str) -> Json:
        """The published figures of every question, and the texts that are shown."""
        return self._asking.read(f"{self._url}/{survey}/result")

    def result_table(self, survey: str) -> bytes:
        """The result as CSV for spreadsheets."""
        return self._asking.file(f"{self._url}/{survey}/result.csv")

    def invitations(self, survey: str) -> list[str]:
        """For supervisors: the invitation codes, to be handed out."""
        table = self._asking.file(f"{self._url}/{survey}/invitations").decode("utf-8-sig")
        return table.split()[1:]

    def texts(self, survey: str, **wanted: str) -> Iterator[Json]:
        """For supervisors: what people wrote, all pages; `standing` chooses `held`, `shown` or `hidden`."""
        return self._asking.pages(f"{self._url}/{survey}/texts", "texts", wanted)
