"""Debates and dialogues: what the government lets people talk over, and hours in which it answers questions."""

from collections.abc import Iterator
from typing import Any, ClassVar

from wenzheng_client.asking import NOBODY, Json
from wenzheng_client.records import Records
from wenzheng_client.words import Said


class Forums(Records):
    """What both have in common. A `holder` is a pass (`Wenzheng.pass_for`): its telephone is proved, and stays unknown here."""

    said: ClassVar[str]
    """What people say here, as paths name it."""

    def mine(self, forum: str, holder: str) -> Json:
        """What the holder said here and what became of it, and whom the holder supports."""
        return self._asking.read(f"{self._url}/{forum}/mine", bearer=holder)

    def support(self, forum: str, said: str, holder: str, key: str = "") -> int:
        """Be of the same mind, once a person. Returns how many are."""
        url = f"{self._url}/{forum}/{self.said}/{said}/support"
        return int(self._asking.send(url, {}, key=key, bearer=holder)["supports"])

    def withdraw(self, forum: str, said: str, holder: str, key: str = "") -> Said:
        """Take back what one said."""
        return self._speak(f"{forum}/{self.said}/{said}/withdrawal", {}, holder, key)

    def to_moderate(self, forum: str, standing: str = "held") -> list[Json]:
        """For supervisors: what waits to be looked through (`held`), or is `shown` or `hidden`."""
        url = f"{self._url}/{forum}/moderation"
        return list(self._asking.read(url, {"standing": standing})["comments"])

    def _speak(self, path: str, body: dict[str, Any], holder: str, key: str) -> Said:
        told = self._asking.send(f"{self._url}/{path}", body, key=key, bearer=holder)
        return Said(told["id"], told["standing"])

    def _all_said(self, forum: str, wanted: dict[str, str]) -> Iterator[Json]:
        return self._asking.pages(f"{self._url}/{forum}/{self.said}", "comments", wanted, NOBODY)


class Debates(Forums):
    """What people talk over. Staff write one with `open`, and `act` on it: `draft`, `publication`, `statements`, `closing`."""

    said = "comments"

    def comments(self, debate: str, **wanted: str) -> Iterator[Json]:
        """What people said with the answers to it, all pages; `order` as in the public description."""
        return self._all_said(debate, wanted)

    def comment(
        self,
        debate: str,
        text: str,
        *,
        holder: str = NOBODY,
        phone: str = "",
        answers: str = "",
        key: str = "",
    ) -> Said:
        """Say something, with a pass or with a telephone number; `answers` names the comment that it answers."""
        body = {"text": text} | {n: v for n, v in (("phone", phone), ("answers", answers)) if v}
        return self._speak(f"{debate}/comments", body, holder, key)


class Dialogues(Forums):
    """Hours in which somebody answers. Staff write one with `open`, and `act` on it: `draft`, `publication`, `answers`, `closing`."""

    said = "questions"

    def questions(self, dialogue: str, **wanted: str) -> Iterator[Json]:
        """What people asked with the answers to it, all pages; `which` chooses `answered` or `unanswered`."""
        return self._all_said(dialogue, wanted)

    def ask(self, dialogue: str, text: str, *, holder: str = NOBODY, phone: str = "", key: str = "") -> Said:
        """Ask something, with a pass or with a telephone number."""
        body = {"text": text} | ({"phone": phone} if phone else {})
        return self._speak(f"{dialogue}/questions", body, holder, key)

    def transcript(self, dialogue: str) -> Iterator[Json]:
        """What was said, in the order of the event, all pages."""
        return self._asking.pages(f"{self._url}/{dialogue}/transcript", "said", {}, NOBODY)

    def to_approve(self, dialogue: str, standing: str = "held") -> list[Json]:
        """For leaders and the host: answers that wait (`held`), or were sent back (`hidden`)."""
        return list(self._asking.read(f"{self._url}/{dialogue}/answers", {"standing": standing})["answers"])
