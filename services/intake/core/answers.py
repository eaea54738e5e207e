"""What intake answers, shape by shape: views are built as these, and the OpenAPI schemas follow from them."""

from datetime import date, datetime
from typing import Literal, NotRequired, TypedDict

from contracts.assignments import Candidate
from contracts.posts import Origin
from contracts.replies import AdoptionOutcome, Solved
from services.intake.core.answers_on_attachments import AttachedFile
from services.intake.core.answers_on_instructions import BeforeCityLeaders, PublishedInstruction
from services.intake.core.answers_on_replies import DraftedReply, GivenFirstWord, PublishedReply
from services.intake.core.answers_on_telling import ToldBy
from services.intake.core.case import Moderation
from services.intake.core.steps import Step


class ReceiptLinks(TypedDict):
    """Where the post and its deadline are read."""

    self: str
    deadline: str


class Receipt(TypedDict):
    """What a citizen keeps of a post."""

    number: str
    query_code: str
    links: ReceiptLinks


class EntryReceipt(Receipt):
    """What staff who wrote a post down hand to the caller."""

    proved_by: Literal["code", "telephone"]
    """`telephone`: the caller has a mobile, and opens the post by it; `query_code` is empty, for the post is theirs alone."""


class Links(TypedDict):
    """Where more is read."""

    deadline: str


class Line(TypedDict):
    """A line of the history."""

    at: datetime
    kind: str
    text: str


class StaffLine(Line):
    """A line of the history with the member of staff who wrote it, where one did."""

    by: NotRequired[str]


class FollowedThrough(TypedDict):
    """Something that was done of a suggestion."""

    text: str
    done_on: date
    at: datetime


class AdoptionOfCase(TypedDict):
    """What was decided of a suggestion, and what was done of it."""

    outcome: AdoptionOutcome
    outcome_name: str
    reason: str
    department: str
    department_name: str
    at: datetime
    follow_throughs: list[FollowedThrough]


class AskedQuestion(TypedDict):
    """A question to the citizen; `answer` is empty until there is one."""

    question_id: str
    text: str
    at: datetime
    answer: str
    answered_at: datetime | None
    attachments: list[AttachedFile]
    """Of the answer."""


class AddedText(TypedDict):
    """What the citizen added, and what the unit answered: in words of its own, or (empty) by a published reply."""

    id: str
    text: str
    at: datetime
    answer: str
    answered_at: datetime | None
    attachments: list[AttachedFile]


class GivenRating(TypedDict):
    """A grade for a reply, 1 to 5; `solved` is null where the author did not say."""

    reply: str
    grade: int
    text: str
    at: datetime
    solved: Solved | None


class AskedExtension(TypedDict):
    """A request for more time, and what became of it."""

    extension_id: str
    reason: str
    new_date: date
    progress: str
    state: Literal["asked", "approved", "refused", "lapsed"]
    at: datetime


class PartOfUnit(TypedDict):
    """What an assisting unit has to say on its part."""

    part_id: str
    text: str
    department: str
    department_name: str
    by: str
    at: datetime
    attachments: list[AttachedFile]
    """For whoever reads the part; the citizen sees those that the lead's reply keeps."""


class AskedReturn(TypedDict):
    """A unit's "not ours", and what became of it."""

    id: str
    department: str
    duty_item: str
    at: datetime
    state: Literal["asked", "moved", "refused", "meeting"]


class GroupMember(TypedDict):
    """A post of a group, as far as the reader may see it."""

    number: str
    title: str
    status: Step
    status_name: str
    department: str
    department_name: str


class GroupOfCase(TypedDict):
    """The group a case is in: `members` are those the reader may see, `size` counts all."""

    id: str
    lead_number: str
    members: list[GroupMember]
    size: int


class Summary(TypedDict):
    """One line of a list."""

    number: str
    kind: str
    kind_name: str
    title: str
    status: Step
    status_name: str
    department: str
    """Code of the unit that must answer; empty while there is none."""
    department_name: str
    area: str
    received_at: datetime | None
    due: datetime | None
    """None where nobody has to answer, and until the deadline is known."""
    provisional: bool
    """The calendar of the year is not published yet: the date may move."""
    paused: bool
    overdue: bool
    supports: int
    addressee: str
    """Code of the city leader to whom a letter is written; empty of what is no letter to one."""
    addressee_name: str


class ListedPost(Summary):
    """One post of the public list, with its replies."""

    text: str
    replies: list[str]
    answered_at: datetime | None
    adoption: AdoptionOfCase | None
    """Of a suggestion whose unit has decided."""


class ListedPosts(TypedDict):
    """A page of public posts; the header `Link` leads to the next."""

    posts: list[ListedPost]


class ListedCase(Summary, BeforeCityLeaders):
    """One case of a list for staff, with what waits."""

    held: bool
    to_approve: bool
    to_sign: bool
    returned: bool
    followed_up: bool
    level: str
    allowed: tuple[str, ...]


class ListedCases(TypedDict):
    """A page of cases; the header `Link` leads to the next."""

    cases: list[ListedCase]


class OwnLine(Summary):
    """One post of a proved number, with what its author can do now."""

    allowed: list[str]
    query_code: str


class MyPosts(TypedDict):
    """A page of the posts of a proved number; the header `Link` leads to the next."""

    posts: list[OwnLine]


class CodeGiven(TypedDict):
    """A code is ready: its sealed letter goes to notifier."""

    sign_in: str
    letter: str
    until: datetime
    """Real time."""


class SessionOpened(TypedDict):
    """The token of a session."""

    token: str


class PassGiven(TypedDict):
    """A pass for one place."""

    token: str
    until: datetime
    """Real time."""


class SessionEnded(TypedDict):
    """Signed out."""

    ended: bool


class PublicPost(Summary):
    """What anyone may see of a post; without its words where it is not shown."""

    links: Links
    text: str
    place: str
    attachments: list[AttachedFile]
    history: list[Line]
    first_words: list[GivenFirstWord]
    replies: list[PublishedReply]
    instructions: list[PublishedInstruction]
    adoption: AdoptionOfCase | None


class GivenPoint(TypedDict):
    """Where exactly it is, as its author said."""

    longitude: float | None
    """Degrees; None where only the street was said."""
    latitude: float | None
    datum: str
    """`gcj02` or `wgs84`; empty without degrees."""
    street_address: str


class ToldPost(Summary):
    """What author and staff are told alike: as it was written where the boxes were opened, else masked."""

    text: str
    place: str
    point: GivenPoint | None
    """For those to whom the boxes are opened; else, and without one, None."""
    attachments: list[AttachedFile]
    contact: dict[str, str]
    public: bool
    hide_name: bool
    origin: Origin
    origin_name: str
    moderation: Moderation
    """Empty when anyone may see the post."""
    first_words: list[GivenFirstWord]
    replies: list[PublishedReply]
    instructions: list[PublishedInstruction]
    adoption: AdoptionOfCase | None
    questions: list[AskedQuestion]
    follow_ups: list[AddedText]
    ratings: list[GivenRating]
    extensions: list[AskedExtension]
    preference: ToldBy
    links: Links


class OwnPost(ToldPost):
    """Everything the author said and was told."""

    history: list[Line]
    erased: bool
    allowed: list[str]


class StaffCase(ToldPost, BeforeCityLeaders):
    """Everything on a case, for those whose case it is."""

    history: list[StaffLine]
    allowed: tuple[str, ...]
    moderation_actions: tuple[str, ...]
    """What a moderator may do to it now: actions of `…/moderation`."""
    assisting: tuple[str, ...]
    parts: dict[str, str]
    """Unit to its part of the matter, as the meeting ruled."""
    held: bool
    candidates: tuple[Candidate, ...]
    meeting: bool
    level: str
    draft: DraftedReply | None
    sent_back: DraftedReply | None
    """The draft that a leader sent back, until there is another."""
    written_parts: list[PartOfUnit]
    returns: list[AskedReturn]
    group: GroupOfCase | None
    erased: bool
    entered_by: str
    """Staff id of who wrote it down for a caller; empty for a post that its author sent."""
    assigned_at: datetime | None


class Standing(TypedDict):
    """How a case stands after an act: number, status and what is possible next."""

    number: str
    status: Step
    status_name: str
    allowed: tuple[str, ...]


class ReplyDrafted(TypedDict):
    """The draft that was made."""

    number: str
    reply_id: str


class ExtensionAsked(TypedDict):
    """The request that was made."""

    number: str
    extension_id: str


class Supported(TypedDict):
    """How many neighbours support the post."""

    number: str
    supports: int


class Grouped(TypedDict):
    """The group that was made."""

    group: str
    lead: str


class CityChanged(TypedDict):
    """What was said to every partition, and when."""

    published: str
    at: datetime
