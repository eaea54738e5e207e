"""What people ask: who asks, which act of the table, and what was filled in, with its limits."""

from datetime import date, datetime
from typing import Annotated, Final, Generic, TypeVar

from msgspec import Meta, Struct
from msgspec.structs import astuple

from city.words import Verdict
from contracts.attachments import Attachment
from contracts.city_facts import CityFact
from contracts.posts import Origin
from contracts.replies import AdoptionOutcome, Solved

TEXT: Final = 10_000
"""Characters of a post, an answer or a reply, as a person counts them: a line end is one, and so is an emoji."""
SHORT: Final = 2_000
"""Characters of reasons, remarks and other texts beside those."""
BRIEF: Final = 300
"""Characters of a first word: it is said before the reply, and does not stand for it."""
CODE_POINTS: Final = 4
"""Code points allowed for each character of a limit. The schema's own limit only bounds what is looked at."""


def _free(limit: int, least: int = 1) -> Meta:
    """Marks a text that people write freely: it is judged, made ready and masked before a rule sees it."""
    return Meta(min_length=least, max_length=CODE_POINTS * limit, extra={"free": limit})


Text = Annotated[str, _free(TEXT)]
Short = Annotated[str, _free(SHORT)]
Brief = Annotated[str, _free(BRIEF)]
Optional = Annotated[str, _free(SHORT, least=0)]
END: Final = r"(?!\n)$"
"""The end of a pattern, in Python and in JSON Schema alike; `$` alone lets a line end follow in Python."""
Code = Annotated[str, Meta(min_length=1, max_length=64)]
Ticket = Annotated[str, Meta(min_length=1, max_length=2_000)]
Tickets = Annotated[tuple[Ticket, ...], Meta(max_length=20)]
"""Of files; the policy says how many there may be."""


class Actor(Struct, frozen=True):
    """Who acts: a member of staff by token, the author by the query code, or a neighbour."""

    person: str
    """Staff id; of a neighbour the keyed hash; of the author nothing."""
    department: str
    role: str
    """`clerk`, `leader`, `supervisor`, `mayor` or `operator`; else `author` or `neighbour`."""


AUTHOR: Final = Actor("", "", "author")


class Body(Struct, frozen=True, forbid_unknown_fields=True):
    """A request's JSON object; unknown fields are refused, so that a typing error is seen."""


def texts_of(body: Body) -> list[str]:
    """Everything in a body that is text."""
    return [value for value in astuple(body) if isinstance(value, str)]


B = TypeVar("B", bound=Body)


class Files(Struct, frozen=True):
    """Files that come with what is asked."""

    attachments: tuple[Attachment, ...] = ()
    """Names are masked."""
    sealed: bytes = b""
    """The box with their keys and names."""


NO_FILES: Final = Files()


class Asked(Struct, Generic[B], frozen=True):
    """An act asked for: `act` is its word in the table of acts."""

    act: str
    actor: Actor
    body: B
    """The act's body; free texts are normal and masked."""
    target: str = ""
    """The id in the path: the reply or extension the act concerns."""
    sealed: bytes = b""
    """The text as it was written, in a box; empty when nothing is sealed, or the post was erased."""
    files: Files = NO_FILES


class Submit(Struct, frozen=True):
    """A new post. Texts are masked; as they were written they lie in a box, the contact in another."""

    kind: str
    title: str
    text: str
    area: str
    place: str
    public: bool
    hide_name: bool
    citizen: str
    drawn: int
    """The number drawn for it; the rule makes the public number of it."""
    verdict: Verdict
    """What the city's word lists say of the texts as they were written."""
    channels: tuple[str, ...] = ()
    """By which the citizen can be told, best first."""
    sealed_contact: bytes = b""
    """Empty without a contact."""
    contact_key: bytes = b""
    sealed_text: bytes = b""
    text_key: bytes = b""
    addressee: str = ""
    """The city leader to whom a letter is written, by code or office."""
    origin: Origin = "online"
    entered_by: str = ""
    """Staff id of who wrote it down for a caller."""
    attachments: tuple[Attachment, ...] = ()
    """Names are masked."""
    sealed_attachments: bytes = b""
    sealed_point: bytes = b""
    """Where exactly it is; empty when that was not said."""


class Answered(Struct, frozen=True):
    """The group's lead was answered: this member is answered by the same reply."""

    lead: str
    reply: str
    text: str
    department: str
    by: str
    files: Files = NO_FILES
    """Those of the reply; the door puts their keys into a box of the member."""


class Publish(Struct, frozen=True):
    """The operator changes the city: a fact for one partition."""

    fact: CityFact
    at: datetime


# -- bodies of acts -----------------------------------------------------------------------------


class Nothing(Body, frozen=True):
    """No fields."""


class TextOnly(Body, frozen=True):
    """A text."""

    text: Text


class FirstWord(Body, frozen=True):
    """What the citizen is told before the reply (初步回复)."""

    text: Brief


class Added(TextOnly, frozen=True):
    """A text, and files: tickets, as `POST /v1/attachments` gives them."""

    attachments: Tickets = ()


class Drafted(Added, frozen=True):
    """A reply, its files, and by which day what it promises is done; a reply that promises says one of the two."""

    kept: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()
    """Ids of files that staff have given to this post: those of a draft sent back that stay, those of parts that the citizen shall see."""
    promised_day: date | None = None
    """What the reply promises is done by its closing time (承诺办结日期)."""
    no_promise: bool = False
    """The words promise nothing, though they name a day."""


class ReasonOnly(Body, frozen=True):
    """A reason."""

    reason: Short


class Instruction(Body, frozen=True):
    """A city leader's instruction."""

    text: Text
    published: bool = False
    """Everybody may read it who may see the post."""
    due_day: date | None = None
    """The unit is to report back by its closing time; None: the policy's day."""


class Remark(Body, frozen=True):
    """A leader's remark."""

    remark: Short


class SentBack(Body, frozen=True):
    """A leader's remark to a report, and by when the unit is to report again."""

    remark: Short
    due_day: date | None = None
    """None: the policy's day."""


class Grade(Body, frozen=True):
    """5 非常满意 … 1 非常不满意; and, where the author says so, whether the matter is solved."""

    grade: Annotated[int, Meta(ge=1, le=5)]
    text: Optional = ""
    solved: Solved | None = None


class Preference(Body, frozen=True):
    """How the author wants to be told; `best` is the best channel that the contact holds, `none` is not at all."""

    channel: Annotated[str, Meta(pattern=rf"^(best|wechat|sms|mail|none){END}")]
    at_night: bool = False


class Unsubscription(Body, frozen=True):
    """What the link of a notice holds."""

    number: Code
    token: Code


class Extension(Body, frozen=True):
    """Reason, new date and progress: all three (说清缘由、时间、进程)."""

    reason: Short
    new_date: date
    progress: Short
    long_works: bool = False


class Adoption(Body, frozen=True):
    """Whether the suggestion is adopted, and why."""

    outcome: AdoptionOutcome
    reason: Short


class FollowThrough(Body, frozen=True):
    """What was done of a suggestion, and on which day."""

    text: Short
    done_on: date


class Return(Body, frozen=True):
    """The duty item that says whose it is, and why."""

    duty_item: Code
    reason: Short


class Assignment(Body, frozen=True):
    """Who answers."""

    department: Code
    reason: Short
    assisting: tuple[Code, ...] = ()


class Ruling(Body, frozen=True):
    """What the meeting ruled."""

    lead: Code
    reason: Short
    assisting: tuple[Code, ...] = ()
    parts: dict[Code, Short] = {}
    """Unit to its part of the matter."""


class Moderation(Body, frozen=True):
    """`hold`, `release` or `hide`; of a hidden post `restore`, and `uphold` where an appeal of its author waits (`moderation_actions` of the case)."""

    action: Annotated[str, Meta(pattern=rf"^(hold|release|hide|restore|uphold){END}")]
    reason: Short


class Follower(Struct, frozen=True):
    """Who wants to be told what becomes of a post, with a contact that is already sealed."""

    id: str
    """Keyed hash of post and contact."""
    citizen: str = ""
    """Keyed hash of the contact alone, as the author's: whoever wrote the post is told anyway."""
    channels: tuple[str, ...] = ()
    sealed_contact: bytes = b""
    key: bytes = b""
    """Of the box."""
    known: bool = False
    """The contact has a key: they follow the post already."""


class Unfollow(Struct, frozen=True):
    """The link of a follower's notice was used."""

    follower: str


class Voice(Body, frozen=True):
    """A neighbour's voice, as the door met it."""

    network: str
    """Keyed hash of the address it came from."""
    known: bool = False
    """It is among the voices that were counted before and are remembered outside the case."""
    earlier: int = 0
    """How many of those came from the same network."""
    signed: bool = False
    """The neighbour gave a phone or an openid."""
    follower: Follower | None = None
    """They gave a contact by which they can be told of news."""


class Group(Body, frozen=True):
    """Posts that are one matter."""

    numbers: Annotated[tuple[Code, ...], Meta(min_length=2, max_length=200)]
    lead: Code


class Grouped(Body, frozen=True):
    """A group as each of its members meets it: the same posts, by their ids."""

    group: str
    lead: str
    lead_number: str
    members: tuple[str, ...]
