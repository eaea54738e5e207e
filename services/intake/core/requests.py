"""What people ask of a case: the inputs that the web door makes of requests. Texts are masked already."""

from datetime import date, datetime

from msgspec import Struct

from contracts.city_facts import CityFact


class Actor(Struct, frozen=True):
    """The member of staff who acts."""

    person: str
    department: str
    role: str


class Submit(Struct, frozen=True):
    """A new post."""

    number: str
    kind: str
    title: str
    text: str
    area: str
    place: str
    public: bool
    hide_name: bool
    citizen: str
    personal: dict[str, str]
    """Name, contact and unmasked texts; sealed before the rule sees the request."""
    channels: tuple[str, ...] = ()
    """By which the citizen can be told, best first."""
    hold: str = ""
    """Why moderation holds it; empty when it does not."""
    sealed: bytes = b""


class FollowUp(Struct, frozen=True):
    """The citizen adds something."""

    text: str
    personal: dict[str, str] = {}
    sealed: bytes = b""


class Answer(Struct, frozen=True):
    """The citizen answers the open question."""

    text: str
    personal: dict[str, str] = {}
    sealed: bytes = b""


class Rate(Struct, frozen=True):
    """The citizen grades the published reply."""

    grade: int
    text: str


class Reopen(Struct, frozen=True):
    """The citizen asks for a second handling."""

    reason: str


class Withdraw(Struct, frozen=True):
    """The citizen takes the post back."""


class Erase(Struct, frozen=True):
    """The citizen wants to be forgotten; the key is deleted in the same transaction."""

    citizen: str


class Support(Struct, frozen=True):
    """A neighbour has the same matter at heart."""

    supporter: str


class Accept(Struct, frozen=True):
    """The clerk takes the case on."""

    actor: Actor


class Ask(Struct, frozen=True):
    """The clerk asks the citizen."""

    actor: Actor
    text: str


class DraftReply(Struct, frozen=True):
    """The clerk lays a reply before the leader."""

    actor: Actor
    text: str


class Approve(Struct, frozen=True):
    """The leader approves the draft; it is published."""

    actor: Actor
    reply: str


class SendBack(Struct, frozen=True):
    """The leader sends the draft back."""

    actor: Actor
    reply: str
    remark: str


class Answered(Struct, frozen=True):
    """The group's lead was answered: this member is answered by the same reply."""

    lead: str
    reply: str
    text: str
    department: str
    by: str


class RequestExtension(Struct, frozen=True):
    """The clerk asks for more time."""

    actor: Actor
    reason: str
    new_date: date
    progress: str
    long_works: bool = False


class ApproveExtension(Struct, frozen=True):
    """The leader grants it."""

    actor: Actor
    extension: str


class RefuseExtension(Struct, frozen=True):
    """The leader refuses it."""

    actor: Actor
    extension: str
    remark: str


class WritePart(Struct, frozen=True):
    """The clerk of an assisting unit writes its part."""

    actor: Actor
    text: str


class GiveBack(Struct, frozen=True):
    """The clerk says "not ours", citing a duty item."""

    actor: Actor
    duty_item: str
    reason: str


class Choose(Struct, frozen=True):
    """The supervisor decides who answers."""

    actor: Actor
    department: str
    assisting: tuple[str, ...]
    reason: str


class Rule(Struct, frozen=True):
    """The assignment meeting has ruled."""

    actor: Actor
    lead: str
    assisting: tuple[str, ...]
    reason: str
    parts: dict[str, str] = {}
    """Unit to its part of the matter."""


class SpecialReport(Struct, frozen=True):
    """The supervisor takes the case to the city leaders."""

    actor: Actor
    text: str


class Urge(Struct, frozen=True):
    """The supervisor urges the unit."""

    actor: Actor
    text: str


class Instruct(Struct, frozen=True):
    """A city leader writes an instruction."""

    actor: Actor
    text: str


class Moderate(Struct, frozen=True):
    """The supervisor holds, releases or hides a post."""

    actor: Actor
    action: str
    reason: str


class Join(Struct, frozen=True):
    """The supervisor puts the case into a group."""

    actor: Actor
    group: str
    lead: str
    lead_number: str
    members: tuple[str, ...]


class Leave(Struct, frozen=True):
    """The supervisor takes the case out of its group."""

    actor: Actor
    group: str


class Publish(Struct, frozen=True):
    """The operator changes the city: a fact for one partition."""

    fact: CityFact
    at: datetime
