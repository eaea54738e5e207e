"""The registry of topics: who writes, who reads, what is said, how long it is kept."""

import types
from dataclasses import dataclass, field
from typing import Any, Final, get_args

import msgspec

from contracts.accountability import AccountabilityFact
from contracts.assignments import AssignmentFact
from contracts.bulletins import BulletinFact
from contracts.city_facts import CityFact
from contracts.deadlines import DeadlineFact
from contracts.debates import CommentFact, DebateFact
from contracts.dialogues import DialogueFact
from contracts.facts import Fact
from contracts.groups import GroupFact
from contracts.identity import PARTITIONS
from contracts.inspections import InspectionFact
from contracts.notices import NoticeFact
from contracts.posts import PostFact
from contracts.replies import CaseFact
from contracts.surveys import BallotFact, SurveyFact


@dataclass(frozen=True)
class Topic:
    """A Kafka topic: exactly one writer; key = the subject of the fact."""

    name: str
    writer: str
    readers: tuple[str, ...]
    union: types.UnionType | type[Fact]
    """Every fact that may be said here; one alone stands for itself."""
    sentence: str
    """What is said here, in one sentence."""
    key: str = "post"
    partitions: int = PARTITIONS
    retention_ms: int = -1
    """-1: for ever. The log is the archive."""
    day_only: bool = False
    """Kafka keeps the day of a record and not its instant, by which one could find who it comes from."""
    watchers: tuple[str, ...] = ()
    """Who looks at all of it anew at each start, and remembers no place in it: they park nothing, and the audit asks them nothing."""
    facts: tuple[type[Fact], ...] = field(init=False)
    decoder: msgspec.json.Decoder[Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "facts", get_args(self.union) or (self.union,))
        object.__setattr__(self, "decoder", msgspec.json.Decoder(self.union))

    def __hash__(self) -> int:
        return hash(self.name)


POSTS: Final = Topic(
    "posts",
    "intake",
    ("router", "deadline", "notifier", "stats"),
    PostFact,
    "What citizens and moderators did to a post.",
)
REPLIES: Final = Topic(
    "replies",
    "intake",
    ("router", "deadline", "notifier", "stats"),
    CaseFact,
    "What staff, and citizens answering them, did to a case.",
)
ASSIGNMENTS: Final = Topic(
    "assignments",
    "router",
    ("intake", "deadline", "notifier", "stats", "department systems"),
    AssignmentFact,
    "Who must answer, and why.",
)
DEADLINES: Final = Topic(
    "deadlines", "deadline", ("intake", "notifier", "stats"), DeadlineFact, "What the clock of a case says."
)
NOTICES: Final = Topic(
    "notices", "notifier", (), NoticeFact, "What was told to whom, and whether it arrived."
)
GROUPS: Final = Topic(
    "groups",
    "router",
    ("notifier",),
    GroupFact,
    "What many people talk about at once.",
    key="topic of talk",
)
CITY: Final = Topic(
    "city",
    "intake",
    ("router", "deadline", "notifier", "stats"),
    CityFact,
    "Calendar, policy and model changes, said once to every partition.",
    key="city:<partition>",
    watchers=("debate",),
)
BULLETINS: Final = Topic(
    "bulletins",
    "stats",
    (),
    BulletinFact,
    "What a 通报 says of every unit, and how it came to be said.",
    key="bulletin",
)
ACCOUNTABILITY: Final = Topic(
    "accountability",
    "stats",
    ("notifier",),
    AccountabilityFact,
    "What units have to answer for (问责), what they say to it, and what follows.",
    key="record",
)
INSPECTIONS: Final = Topic(
    "inspections",
    "stats",
    ("notifier",),
    InspectionFact,
    "What the centre finds when it looks a drawn sample of answered cases through (督查), or calls their citizens (回访).",
    key="round",
)

SURVEYS: Final = Topic(
    "surveys",
    "survey",
    ("stats",),
    SurveyFact,
    "What the government asks the people, and what came out.",
    key="survey",
)
BALLOTS: Final = Topic(
    "ballots",
    "survey",
    (),
    BallotFact,
    "Answers to surveys, sealed until the end, each entitled and nobody's.",
    key="ballot",
    day_only=True,
)

DEBATES: Final = Topic(
    "debates",
    "debate",
    (),
    DebateFact,
    "What the government lets people talk over, and what was decided.",
    key="debate",
)
COMMENTS: Final = Topic(
    "comments",
    "debate",
    (),
    CommentFact,
    "What people and units said in debates and dialogues, and what became of it.",
    key="comment",
)
DIALOGUES: Final = Topic(
    "dialogues",
    "debate",
    ("notifier",),
    DialogueFact,
    "At what dated events officials answer the people, and how they ended.",
    key="dialogue",
)

TOPICS: Final = (
    POSTS,
    REPLIES,
    ASSIGNMENTS,
    DEADLINES,
    NOTICES,
    GROUPS,
    CITY,
    SURVEYS,
    BALLOTS,
    DEBATES,
    COMMENTS,
    DIALOGUES,
    BULLETINS,
    ACCOUNTABILITY,
    INSPECTIONS,
)
BY_NAME: Final = {topic.name: topic for topic in TOPICS}
TOPIC_OF: Final = {fact: topic for topic in TOPICS for fact in topic.facts}
"""Each kind of fact is said in exactly one topic."""


_TYPES: Final = {fact: str(fact.__struct_config__.tag) for fact in TOPIC_OF}


def type_of(fact: type[Fact]) -> str:
    """The CloudEvents type of a kind of fact, such as `post.received.v1`."""
    return _TYPES[fact]
