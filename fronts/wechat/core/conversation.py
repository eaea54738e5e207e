"""What the conversation with one person remembers, what it hears, and what it asks of the services: values only."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from msgspec import Struct

from city.profile import Profile

Stage = Literal["idle", "phone", "code", "draft", "list", "case"]
"""idle · waiting for a telephone · for the code sent there · for a part of the draft · a list is read · a case is read."""
Part = Literal["kind", "leader", "text", "place", "sure"]
"""The part of a draft that is asked for next."""
Heard = Literal[
    "text",
    "menu",
    "place",
    "picture",
    "film",
    "voice",
    "other",
    "followed",
    "left",
    "consented",
    "refused",
    "delivered",
    "reported",
    "unasked",
]
"""What a message is: words, a key of the menu, a place on the map, a picture, a film, speech, another thing; the person followed
or left the account; gave or took back consent to be told; a notice used one up; what became of a notice that
used none; an event nobody asked for."""


class Point(Struct, frozen=True):
    """A place on the map, in degrees as WeChat's map has them (GCJ-02, up to 700 m beside WGS 84 within China)."""

    latitude: float
    longitude: float


class Picture(Struct, frozen=True, omit_defaults=True):
    """A picture that was sent for a draft."""

    id: str
    """Of the message that brought it: a repeat brings no second one."""
    media: str
    """Its MediaId, under which WeChat hands it out for three days."""
    ticket: str = ""
    """Of the file at intake, for two hours; empty: not there yet."""


class Draft(Struct, frozen=True, omit_defaults=True):
    """A post that is being written."""

    key: str
    """The idempotency key under which it is sent, however often."""
    part: Part = "kind"
    kind: str = ""
    leader: str = ""
    """Code of the city leader to whom a letter is written; empty: to none of them by name."""
    text: str = ""
    place: str = ""
    """In words, for everybody."""
    point: Point | None = None
    """On the map, for the author and the unit that holds the post."""
    label: str = ""
    """What the map calls that point, for them, too."""
    pictures: tuple[Picture, ...] = ()
    refused: str = ""
    """Why a picture that was sent last is not among them; empty when none was refused."""
    public: bool = True
    whole: bool = False
    """Every part has been asked for: what is changed from now on leads back to the last look."""


class Conversation(Struct, frozen=True, omit_defaults=True):
    """All that is remembered of one person; it is stored sealed."""

    stage: Stage = "idle"
    phone: str = ""
    """The telephone that was proved, or is being proved."""
    sign_in: str = ""
    """Names the code that was sent."""
    token: str = ""
    """Of the session that the code opened; empty: nothing is proved."""
    after: Literal["", "post", "mine"] = ""
    """What the person wanted, before a telephone had to be proved."""
    draft: Draft | None = None
    listed: tuple[str, ...] = ()
    """Numbers of the posts that were listed last; a digit chooses one."""
    cursor: str = ""
    """Where the rest of the list begins."""
    number: str = ""
    """The case that was read last."""
    rest: str = ""
    """What did not fit in the last answer."""
    added: tuple[Picture, ...] = ()
    """Pictures for what will be added to that case."""
    refused: str = ""
    """Why a picture that was sent for it last is not among them; empty when none was refused."""
    consents: int = 0
    """Notices that the person still agreed to receive by WeChat."""


class Message(Struct, frozen=True):
    """One message of a person."""

    id: str
    """The same for a repeat."""
    person: str
    """The openid."""
    kind: Heard
    text: str = ""
    """Words, the key of the menu, or the name of the place."""
    point: Point | None = None
    """Of a place."""
    media: str = ""
    """The MediaId of a picture."""
    count: int = 0
    """Consents given, or used up."""


class AskCode(Struct, frozen=True):
    """Send a code to a telephone."""

    phone: str


class SignIn(Struct, frozen=True):
    """The code that was typed."""

    sign_in: str
    code: str


class SignOut(Struct, frozen=True):
    """The telephone is no longer this person's here."""

    token: str


class Submit(Struct, frozen=True):
    """The post."""

    key: str
    body: Mapping[str, Any]
    again: bool = False
    """It was refused once for tickets that were too old, and has new ones."""


class ListPosts(Struct, frozen=True):
    """The posts of the telephone that was proved."""

    token: str
    cursor: str = ""


class Look(Struct, frozen=True):
    """One case: its author's view where it is one of the token's posts, else the one for anybody."""

    number: str
    token: str = ""


class Act(Struct, frozen=True):
    """Something the author does to an own case, by the word of intake's table."""

    number: str
    token: str
    act: str
    body: Mapping[str, Any]
    key: str
    again: bool = False
    """As of a post."""


class Support(Struct, frozen=True):
    """A neighbour's voice for a post (关注)."""

    number: str
    contact: Mapping[str, str]
    """The telephone that was proved, who has one voice and is counted once, and the openid; the openid alone where none was."""
    key: str
    token: str = ""


class Fetch(Struct, frozen=True):
    """Pictures are fetched from WeChat and given to intake."""

    pictures: tuple[Picture, ...]
    then: Submit | Act | None = None
    """What waits for them."""


Call = AskCode | SignIn | SignOut | Submit | Fetch | ListPosts | Look | Act | Support


class Outcome(Struct, frozen=True):
    """What a service answered; status 503 where none did."""

    status: int
    body: Mapping[str, Any]
    sentence: str = ""
    """What went wrong, for a person."""
    kind: str = ""
    """The kind of problem, such as `idempotency-key-reused`."""
    cursor: str = ""
    """Where the next page of a list begins."""

    @property
    def ok(self) -> bool:
        """Whether it went well."""
        return self.status < 400


class Step(Struct, frozen=True):
    """What follows from a message, or from the outcome of a call."""

    state: Conversation
    say: str = ""
    """The answer; empty when there is nothing to say, or a call comes first."""
    call: Call | None = None
    later: Fetch | None = None
    """What takes longer than an answer may: made once the state is kept. What is said is said when its outcome is not there in time."""


_SHORTEST: Final = 2
"""Characters of a name that keeps its last one: 宿城区 is also called 宿城."""


class City(Struct, frozen=True):
    """What the conversation knows of its city."""

    profile: Profile
    site: str = ""
    """Address of the pages, without a slash at its end; empty where they are not known."""
    pictures: bool = True
    """Whether this front end can fetch pictures: it has the account's credential."""

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """Code and name of the kinds that people post."""
        return [(code, kind.name) for code, kind in self.profile.policy.posted.items()]

    @property
    def leaders(self) -> list[tuple[str, str]]:
        """Code and office of the city leaders to whom letters are written."""
        return [(leader.code, leader.name) for leader in self.profile.leaders]

    def area(self, place: str) -> str:
        """The code of the area that a place names; empty when it names none."""
        for division in self.profile.divisions:
            short = division.area[:-1] if len(division.area) > _SHORTEST else division.area
            if short in place:
                return division.area_code
        return ""
