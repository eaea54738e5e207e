"""The log read anew after a run, and which fact each act says in it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from contracts.accountability import (
    AppealDecided,
    AppealRaised,
    DefenceStated,
    FindingMade,
    PersonNamed,
    RecordClosed,
    RecordOpened,
)
from contracts.city_facts import CalendarPublished, ModelActivated, PolicyChanged
from contracts.codec import Event, Unreadable, decode
from contracts.debates import (
    CommentHidden,
    CommentReceived,
    CommentReleased,
    CommentSupported,
    CommentWithdrawn,
    DebateClosed,
    DebateOpened,
    QuestionEntered,
    StatementMade,
)
from contracts.dialogues import DialogueClosed, DialogueOpened
from contracts.facts import Fact
from contracts.inspections import (
    CaseInspected,
    CitizenCalled,
    CorrectionJudged,
    CorrectionReported,
    RoundClosed,
    RoundOpened,
    RoundStopped,
)
from contracts.posts import (
    CitizenErased,
    HidingAppealed,
    HidingUpheld,
    PostFollowedUp,
    PostHeld,
    PostHidden,
    PostReceived,
    PostReleased,
    PostRestored,
    PostsGrouped,
    PostSupported,
    PostUngrouped,
    PostWithdrawn,
    PreferenceChosen,
)
from contracts.replies import (
    AssignmentChosen,
    CaseAccepted,
    CaseUrged,
    CitizenAnswered,
    CitizenAsked,
    ExtensionApproved,
    ExtensionRefused,
    ExtensionRequested,
    FirstWordGiven,
    FollowUpAnswered,
    InstructionAccepted,
    InstructionGiven,
    InstructionRead,
    InstructionReported,
    InstructionSentBack,
    InstructionTakenInHand,
    MeetingRuled,
    PartWritten,
    PostRated,
    PostReopened,
    PromiseReported,
    ReplyDrafted,
    ReplyPublished,
    ReplySentBack,
    ReplyToSign,
    ReturnRequested,
    SpecialReportRequested,
    SuggestionDecided,
    SuggestionFollowedThrough,
)
from contracts.surveys import BallotCast, ResultPublished, SurveyClosed, SurveyPublished
from contracts.topics import BY_NAME, TOPICS
from services.debate.core.states import DIALOGUE
from tests.simulation.asking import Operation
from tests.simulation.parked import GARBAGE
from tests.simulation.world import World

SAYS: Final = {
    "submit": PostReceived,
    "acceptance": CaseAccepted,
    "first-word": FirstWordGiven,
    "question": CitizenAsked,
    "answer": CitizenAnswered,
    "reply": ReplyDrafted,
    "reply-return": ReplySentBack,
    "approval": ReplyPublished,
    "rating": PostRated,
    "reopening": PostReopened,
    "withdrawal": PostWithdrawn,
    "appeal": HidingAppealed,
    "erasure": CitizenErased,
    "follow-up": PostFollowedUp,
    "support": PostSupported,
    "urging": CaseUrged,
    "assignment": AssignmentChosen,
    "group": PostsGrouped,
    "ungroup": PostUngrouped,
    "promise-report": PromiseReported,
    "extension": ExtensionRequested,
    "extension-approval": ExtensionApproved,
    "extension-refusal": ExtensionRefused,
    "preference": PreferenceChosen,
    "return": ReturnRequested,
    "part": PartWritten,
    "ruling": MeetingRuled,
    "special-report": SpecialReportRequested,
    "signature": ReplyPublished,
    "signature-return": ReplySentBack,
    "adoption": SuggestionDecided,
    "follow-up-answer": FollowUpAnswered,
    "follow-through": SuggestionFollowedThrough,
    "instruction": InstructionGiven,
    "instruction-reading": InstructionRead,
    "instruction-in-hand": InstructionTakenInHand,
    "instruction-report": InstructionReported,
    "instruction-acceptance": InstructionAccepted,
    "instruction-return": InstructionSentBack,
    "forum:publish": DebateOpened,
    "forum:close": DebateClosed,
    "forum:comment": CommentReceived,
    "forum:state": StatementMade,
    "forum:support": CommentSupported,
    "forum:enter": QuestionEntered,
    "survey:publish": SurveyPublished,
    "survey:cast": BallotCast,
    "survey:close": SurveyClosed,
    "survey:result": ResultPublished,
    "records:open": RecordOpened,
    "records:name": PersonNamed,
    "records:state": DefenceStated,
    "records:find": FindingMade,
    "records:appeal": AppealRaised,
    "records:decide": AppealDecided,
    "records:close": RecordClosed,
    "rounds:open": RoundOpened,
    "rounds:inspect": CaseInspected,
    "rounds:report": CorrectionReported,
    "rounds:judge": CorrectionJudged,
    "rounds:call": CitizenCalled,
    "rounds:close": RoundClosed,
    "rounds:stop": RoundStopped,
    "city:calendar": CalendarPublished,
    "city:policy": PolicyChanged,
    "city:model": ModelActivated,
}
"""Act to the fact that it says, once."""


MODERATED: Final[dict[str, type[Fact]]] = {
    "hold": PostHeld,
    "release": PostReleased,
    "hide": PostHidden,
    "restore": PostRestored,
    "uphold": HidingUpheld,
}
"""What a supervisor does about a post to the fact that it says."""


def said_by(one: Operation) -> type[Fact] | None:
    """The fact that an act says; None of a draft and of a token, of which nobody hears."""
    dialogue = one.subject.startswith(DIALOGUE)
    match one.act:
        case "forum:draft" | "survey:draft" | "survey:token":
            return None
        case "forum:publish" if dialogue:
            return DialogueOpened
        case "forum:close" if dialogue:
            return DialogueClosed
        case "approval" if one.letter:
            return ReplyToSign
        case "moderation":
            return MODERATED[one.body.action]
        case "forum:moderate":
            return CommentReleased if one.body[1] else CommentHidden
        case "forum:withdraw":
            return CommentWithdrawn
    return SAYS[one.act]


NEED_NOT: Final = ("forum:moderate", "forum:withdraw", "erasure", "preference")
"""Acts that may be taken and change nothing, since it was so already."""


class Facts:
    """The log read anew: each fact once, and what is wrong with the log itself."""

    def __init__(self, world: World) -> None:
        self._memory = world.memory
        self._states: dict[tuple[str, str], Any] = {}
        self.wrong: list[str] = []
        self.events: dict[tuple[str, str], dict[int, Event]] = defaultdict(dict)
        """Topic and subject to number to event."""
        self.ids: set[str] = set()
        self.times: dict[str, float] = {}
        """Event to when it was first appended."""
        self.places: dict[tuple[str, str], dict[int, tuple[int, int]]] = defaultdict(dict)
        """Topic and subject to number to partition and offset at which it was first appended."""
        self.count = 0
        for topic in TOPICS:
            for partition in sorted({place[1] for place in world.broker.log.records}):
                for offset, record in enumerate(world.broker.log.records[(topic.name, partition)]):
                    self.count += 1
                    if record is GARBAGE:
                        continue
                    try:
                        event = decode(BY_NAME[topic.name], record.key, record.value, record.headers)
                    except Unreadable as problem:
                        self.wrong.append(f"{topic.name}/{partition} {offset}: {problem}")
                        continue
                    self.places[(topic.name, event.subject)].setdefault(event.seq, (partition, offset))
                    known = self.events[(topic.name, event.subject)].setdefault(event.seq, event)
                    if known != event:
                        self.wrong.append(
                            f"{topic.name} {event.subject}: {event.seq} says "
                            f"{type(known.fact).__name__} and {type(event.fact).__name__}"
                        )
                    if event.id not in self.ids:
                        self.ids.add(event.id)
                        self.times[event.id] = world.broker.times[(topic.name, partition)][offset]
        self._in_order = {
            place: [found[seq] for seq in sorted(found)] for place, found in self.events.items()
        }
        self._of_kind: dict[type[Fact], list[Event]] = defaultdict(list)
        for found in self.events.values():
            for event in found.values():
                self._of_kind[type(event.fact)].append(event)

    def every(self, kind: type[Fact]) -> Sequence[Event]:
        """All facts of a kind."""
        return self._of_kind.get(kind, ())

    def of(self, subject: str, topic: str) -> Sequence[Event]:
        """The facts of a subject in a topic, in order."""
        return self._in_order.get((topic, subject), ())

    def state(self, service: str, subject: str) -> Any:
        """What a service remembers of a subject now that everything is at rest; None for nothing. Many checks ask for the same."""
        place = service, subject
        if place not in self._states:
            self._states[place] = self._memory[service].state_of(subject)
        return self._states[place]
