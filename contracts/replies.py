"""Topic `replies`: what staff, and citizens answering them, did to a case. Writer: intake.

`by` is always the person's staff id, `department` the unit for which the person acted.
"""

from datetime import date, datetime
from typing import Literal

from contracts.attachments import Attachment
from contracts.facts import Fact

AdoptionOutcome = Literal["adopted", "partly", "declined"]
"""采纳, 部分采纳, 未采纳: what a unit decides of a suggestion."""
Solved = Literal["yes", "partly", "no"]
"""What a citizen says of the matter itself (解决情况): 已解决, 部分解决, 未解决."""


class CaseAccepted(Fact, frozen=True, kw_only=True, tag="case.accepted.v1"):
    """The holding unit's clerk took the case on (及时受理)."""

    department: str
    by: str


class FirstWordGiven(Fact, frozen=True, kw_only=True, tag="first-word.given.v1"):
    """A first word to the citizen before the reply (初步回复), public like it; it stops no clock and needs no leader."""

    text: str
    handling: int = 1
    """As in ReplyPublished; each unit that holds the case says at most one in each."""
    department: str
    by: str


class CitizenAsked(Fact, frozen=True, kw_only=True, tag="citizen.asked.v1"):
    """The clerk needs something from the citizen; the clock pauses while the question is open."""

    question: str
    text: str
    department: str
    by: str


class CitizenAnswered(Fact, frozen=True, kw_only=True, tag="citizen.answered.v1"):
    """The citizen answered the open question; the clock resumes."""

    question: str
    text: str
    sealed: bytes = b""
    """The unmasked text, under the post's key for its texts; empty once the post was erased."""
    attachments: tuple[Attachment, ...] = ()
    sealed_attachments: bytes = b""
    """As in PostReceived."""


class ReplyDrafted(Fact, frozen=True, kw_only=True, tag="reply.drafted.v1"):
    """A clerk laid a reply before the leader (报领导审阅)."""

    reply: str
    text: str
    promised_day: date | None = None
    """As in ReplyPublished."""
    department: str
    by: str
    attachments: tuple[Attachment, ...] = ()
    sealed_attachments: bytes = b""
    """As in PostReceived; those that stay of a draft that was sent back are among them."""


class ReplyApproved(Fact, frozen=True, kw_only=True, tag="reply.approved.v1"):
    """The leader put the unit's name under the reply; it is published in the same breath."""

    reply: str
    department: str
    by: str


class ReplyToSign(Fact, frozen=True, kw_only=True, tag="reply.to-sign.v1"):
    """The unit's leader approved an answer to a letter; the city leader it was written to has to sign it (签发)."""

    reply: str
    addressee: str
    department: str
    by: str
    """The unit's leader."""


class ReplySentBack(Fact, frozen=True, kw_only=True, tag="reply.sent-back.v1"):
    """The leader, or the city leader who was to sign it, wants the reply improved."""

    reply: str
    remark: str
    department: str
    by: str


class ReplyPublished(Fact, frozen=True, kw_only=True, tag="reply.published.v1"):
    """The approved reply, visible to the citizen; it stops the clock."""

    reply: str
    text: str
    department: str
    by: str
    """The clerk who drafted it: a second handling is another person's."""
    handling: int = 1
    """1 the first handling, 2 after the citizen reopened the case."""
    lead: str = ""
    """Post id of the group's lead whose reply this is; empty for the post's own reply."""
    group: str = ""
    """The group by which that reply answers this member: it counts until the member leaves it. Empty in facts of before."""
    in_name_of: str = ""
    """Code of the city leader in whose name it is given; empty: in the unit's."""
    signed_by: str = ""
    """Staff id of whoever signed it for that leader."""
    attachments: tuple[Attachment, ...] = ()
    sealed_attachments: bytes = b""
    """As in PostReceived: of a group's member the same files, their keys in a box of its own."""
    promised_day: date | None = None
    """What the reply promises is done by the closing time of this day (承诺办结日期); None: it promises nothing."""


class PromiseReported(Fact, frozen=True, kw_only=True, tag="promise.reported.v1"):
    """The unit says that what its reply promised is done, and how; everybody reads it who reads the reply."""

    reply: str
    """The reply that made the promise."""
    text: str
    department: str
    by: str


class ExtensionRequested(Fact, frozen=True, kw_only=True, tag="extension.requested.v1"):
    """The unit asks for more time, with reason, new date and progress: all three (说清缘由、时间、进程)."""

    extension: str
    reason: str
    new_date: date
    progress: str
    long_works: bool = False
    department: str
    by: str


class ExtensionApproved(Fact, frozen=True, kw_only=True, tag="extension.approved.v1"):
    """The leader granted it; intake judged it by the time of the request, nobody judges it again."""

    extension: str
    reason: str
    new_date: date
    """The due instant becomes the closing time of this day, and a promise of its own."""
    progress: str
    department: str
    by: str


class ExtensionRefused(Fact, frozen=True, kw_only=True, tag="extension.refused.v1"):
    """The leader refused; nothing changes."""

    extension: str
    remark: str
    department: str
    by: str


class PartWritten(Fact, frozen=True, kw_only=True, tag="part.written.v1"):
    """An assisting unit wrote what it has to say on its part (协办意见); the lead unit answers the citizen."""

    part: str
    text: str
    department: str
    """The assisting unit."""
    lead: str
    """The unit that holds the case."""
    by: str
    attachments: tuple[Attachment, ...] = ()
    sealed_attachments: bytes = b""
    """As in PostReceived."""


class ReturnRequested(Fact, frozen=True, kw_only=True, tag="return.requested.v1"):
    """ "Not ours": the unit cites the duty item that says whose it is."""

    request: str
    duty_item: str
    reason: str
    department: str
    by: str


class AssignmentChosen(Fact, frozen=True, kw_only=True, tag="assignment.chosen.v1"):
    """The supervisor decided who answers, for a held post or against the router's choice."""

    department: str
    assisting: tuple[str, ...] = ()
    reason: str
    by: str


class MeetingRuled(Fact, frozen=True, kw_only=True, tag="meeting.ruled.v1"):
    """The assignment meeting (交办会) named the lead unit and those who assist."""

    lead: str
    assisting: tuple[str, ...] = ()
    reason: str
    parts: dict[str, str] = {}
    """Unit to its part of the matter (masked), where the meeting said so."""
    by: str


class SpecialReportRequested(Fact, frozen=True, kw_only=True, tag="special-report.requested.v1"):
    """The supervisor takes the case to the city leaders (专报)."""

    text: str
    by: str


class InstructionGiven(Fact, frozen=True, kw_only=True, tag="instruction.given.v1"):
    """A city leader wrote an instruction (批示)."""

    text: str
    by: str
    published: bool = False
    """The leader allows that everybody reads it who may see the post."""
    instruction: str = ""
    """Its id; empty, as are the two below, of those given before they were followed."""
    leader: str = ""
    """Code of the leader; empty where the account is no leader's of the profile."""
    due_day: date | None = None
    """The unit is to report back by the closing time of this day."""


class InstructionRead(Fact, frozen=True, kw_only=True, tag="instruction.read.v1"):
    """Somebody of the holding unit took note of the instruction (签收)."""

    instruction: str
    department: str
    by: str


class InstructionTakenInHand(Fact, frozen=True, kw_only=True, tag="instruction.in-hand.v1"):
    """The unit works on it."""

    instruction: str
    department: str
    by: str


class InstructionReported(Fact, frozen=True, kw_only=True, tag="instruction.reported.v1"):
    """The unit reported back what it did (反馈); its clock stops."""

    instruction: str
    text: str
    department: str
    by: str


class InstructionAccepted(Fact, frozen=True, kw_only=True, tag="instruction.accepted.v1"):
    """The instructing leader is content with the report; the instruction is done."""

    instruction: str
    department: str
    """The unit that holds the case."""
    by: str


class InstructionSentBack(Fact, frozen=True, kw_only=True, tag="instruction.sent-back.v1"):
    """The instructing leader wants more than was reported; its clock runs anew."""

    instruction: str
    remark: str
    due_day: date
    """The unit is to report again by the closing time of this day."""
    department: str
    """The unit that holds the case."""
    by: str


class CaseUrged(Fact, frozen=True, kw_only=True, tag="case.urged.v1"):
    """The supervisor urged the unit (催办)."""

    text: str
    by: str


class FollowUpAnswered(Fact, frozen=True, kw_only=True, tag="follow-up.answered.v1"):
    """What the citizen added was answered by the holding unit, in words of their own or by a published reply."""

    follow_up: str
    asked_at: datetime
    """When the citizen added it."""
    text: str = ""
    """The answer, for the author alone; empty where a reply answered it."""
    reply: str = ""
    """The published reply that answered it."""
    department: str
    by: str


class SuggestionDecided(Fact, frozen=True, kw_only=True, tag="suggestion.decided.v1"):
    """The holding unit's leader said whether the suggestion is adopted (采纳情况); a later one replaces it."""

    outcome: AdoptionOutcome
    reason: str
    department: str
    by: str


class SuggestionFollowedThrough(Fact, frozen=True, kw_only=True, tag="suggestion.followed-through.v1"):
    """Something was done of what was adopted (落实情况)."""

    follow_through: str
    text: str
    done_on: date
    """The day it was done."""
    department: str
    by: str


class PostRated(Fact, frozen=True, kw_only=True, tag="post.rated.v1"):
    """The citizen graded the published reply: 5 非常满意 … 1 非常不满意; once per reply."""

    reply: str
    grade: int
    text: str = ""
    handling: int = 1
    department: str
    """The unit whose reply was rated."""
    solved: Solved | None = None
    """Whether the matter is solved; None where the citizen did not say."""


class PostReopened(Fact, frozen=True, kw_only=True, tag="post.reopened.v1"):
    """Dissatisfied, the citizen asks for a second handling, which has a clock of its own."""

    reason: str
    reply: str
    department: str


CaseFact = (
    CaseAccepted
    | FirstWordGiven
    | CitizenAsked
    | CitizenAnswered
    | ReplyDrafted
    | ReplyApproved
    | ReplyToSign
    | ReplySentBack
    | ReplyPublished
    | PromiseReported
    | ExtensionRequested
    | ExtensionApproved
    | ExtensionRefused
    | PartWritten
    | ReturnRequested
    | AssignmentChosen
    | MeetingRuled
    | SpecialReportRequested
    | InstructionGiven
    | InstructionRead
    | InstructionTakenInHand
    | InstructionReported
    | InstructionAccepted
    | InstructionSentBack
    | CaseUrged
    | FollowUpAnswered
    | SuggestionDecided
    | SuggestionFollowedThrough
    | PostRated
    | PostReopened
)
