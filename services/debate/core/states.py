"""What is remembered: of a debate or a dialogue, of a comment, of somebody who takes part, of a voice for a comment.

A debate and a dialogue are forums: people speak in both, and what they say there is kept in the same way. A comment of a
dialogue is a question. A debate's subject is its id, a dialogue's its id behind `dialogue:`. A comment's is its id behind
`comment:`; a person's is a keyed hash of forum and telephone, one for who has proved it and one for who types it; a voice's
follows from comment and person, so that there is one at most.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

from msgspec import Struct

from contracts.debates import Matter
from contracts.dialogues import Occasion
from contracts.identity import derived

Step = Literal["", "draft", "open", "closed"]
Standing = Literal["", "held", "shown", "hidden", "withdrawn"]
DIALOGUE: Final = "dialogue:"
COMMENT: Final = "comment:"
PERSON: Final = "person:"
TOLD_EACH: Final = timedelta(hours=1)
"""A unit's leader is told at most this often of answers that join others; of the first at once."""
REMINDED_EACH: Final = timedelta(days=1)
"""Outside the event's own hours nobody stands and waits: who has judged nothing is reminded this often."""
TYPED: Final = "typed:"
"""Behind `PERSON`: whoever types a number, which may be somebody else's."""
VOICE: Final = "voice:"


class Debate(Struct, frozen=True, tag="debate"):
    """A debate as it stands."""

    step: Step = ""
    matter: Matter | None = None
    opened_at: datetime | None = None
    summary: str = ""
    decision: str = ""
    reason: str = ""
    """Why it ended before its time."""
    closed_at: datetime | None = None

    @property
    def exists(self) -> bool:
        """Whether anybody ever wrote it."""
        return bool(self.step)

    def hears(self, now: datetime) -> bool:
        """Whether people are heard."""
        return self.step == "open" and self.matter is not None and now < self.matter.ends


class Dialogue(Struct, frozen=True, tag="dialogue"):
    """A dialogue as it stands."""

    step: Step = ""
    matter: Occasion | None = None
    opened_at: datetime | None = None
    summary: str = ""
    reason: str = ""
    """Why it ended before its time."""
    closed_at: datetime | None = None
    waiting: Mapping[str, int] = {}
    """Unit to how many prepared answers of it nobody has judged."""
    told: Mapping[str, datetime] = {}
    """Unit to when its leader was last told that some wait."""

    @property
    def exists(self) -> bool:
        """Whether anybody ever wrote it."""
        return bool(self.step)

    def hears(self, now: datetime) -> bool:
        """Whether people may ask."""
        matter = self.matter
        return self.step == "open" and matter is not None and matter.asked_from <= now < matter.ends

    def to_remind(self, now: datetime) -> list[str]:
        """Units whose leader is to be told again that answers wait: each hour of the event, else once a day.

        Only while it is open: after the closing nothing is approved any more.
        """
        matter = self.matter
        if self.step != "open" or matter is None:
            return []
        rest = TOLD_EACH if matter.begins <= now < matter.ends else REMINDED_EACH
        return sorted(unit for unit in self.waiting if unit not in self.told or now - self.told[unit] >= rest)


Forum = Debate | Dialogue
"""Where people speak."""


class Comment(Struct, frozen=True, tag="comment"):
    """Something that was said: by a person, or officially by a unit. In a dialogue a person's is a question."""

    debate: str = ""
    """Id of the forum."""
    standing: Standing = ""
    text: str = ""
    """Masked; nothing of a comment that was withdrawn."""
    answers: str = ""
    """Id of the comment that it answers."""
    at: datetime | None = None
    person: str = ""
    proven: bool = False
    department: str = ""
    """Of an official statement: the unit that says it."""
    speaker: Literal["", "guest", "host"] = ""
    """Of an answer in a dialogue: who speaks, when it is not the unit."""
    prepared: bool = False
    """An official answer that nobody has approved yet; everybody else's way to it is closed."""
    post: str = ""
    """Number of the post as which a question was written down that was left open."""
    reason: str = ""
    """Why it is held or hidden."""
    supports: int = 0

    @property
    def exists(self) -> bool:
        """Whether it was ever said."""
        return bool(self.standing)


class Person(Struct, frozen=True, tag="person"):
    """Somebody who takes part in a forum."""

    debate: str = ""
    comments: int = 0


class Voice(Struct, frozen=True, tag="voice"):
    """Somebody is of the same mind as a comment."""

    debate: str = ""
    comment: str = ""
    person: str = ""

    @property
    def exists(self) -> bool:
        """Whether it was given."""
        return bool(self.comment)


Kept = Debate | Dialogue | Comment | Person | Voice


def new(subject: str) -> Kept:
    """What is known of a subject never met."""
    if subject.startswith(COMMENT):
        return Comment()
    if subject.startswith(PERSON):
        return Person()
    if subject.startswith(DIALOGUE):
        return Dialogue()
    return Voice() if subject.startswith(VOICE) else Debate()


def taking_part(person: str, proven: bool) -> str:
    """The subject that counts what a person says. Who merely types a number is counted apart: nobody can use up what
    the number's owner may say."""
    return f"{PERSON}{'' if proven else TYPED}{person}"


def voice_of(comment: str, person: str) -> str:
    """The subject of the one voice that a person has for a comment."""
    return VOICE + derived(f"{comment}/{person}", "voice")
