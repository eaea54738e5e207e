"""Every number of the city's rules, read from `policy.toml` and checked key by key."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import time
from hashlib import blake2b
from typing import Annotated, Any, Final, get_args

import msgspec
from msgspec import Meta, Struct, inspect

from city.attachments import Attachments
from city.expected import expected, fields_of
from city.notices import Notices, Prices, Quotas
from city.periodic import Accountability, Assessment, Bulletin, Inspection, OpenData, Promise
from city.points import Points
from city.rates import Rates
from contracts.posts import PostKind

_POST_KINDS: Final = frozenset(get_args(PostKind))

Days = Annotated[int, Meta(ge=1, le=30)]
Count = Annotated[int, Meta(ge=1, le=20)]
Step = Annotated[int, Meta(ge=-30, le=60)]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]


class Kind(Struct, frozen=True, forbid_unknown_fields=True):
    """How posts of one kind are treated."""

    name: Annotated[str, Meta(min_length=1, max_length=20)]
    """The Chinese name."""
    clock: bool = True
    """Whether somebody must answer within the deadline."""
    public: bool = True
    """Whether posts of the kind may be shown at all."""
    moderated: bool = False
    """Whether a post is held from public view until a moderator has released it."""
    reply_days: Days = 3
    """Working days after the day of receipt (the city's 2011 report)."""


class Hours(Struct, frozen=True, forbid_unknown_fields=True):
    """Working time of a working day, city time (civil service hours)."""

    morning_opens: time = time(9, 0)
    morning_closes: time = time(12, 0)
    afternoon_opens: time = time(14, 0)
    closes: time = time(18, 0)

    def may_close(self, at: time) -> bool:
        """Whether a day may close then: at a whole minute until which somebody works, in the morning or later."""
        if at.second or at.microsecond or at.tzinfo is not None:
            return False
        return self.morning_opens < at <= self.morning_closes or self.afternoon_opens < at


class Dispatch(Struct, frozen=True, forbid_unknown_fields=True):
    """Assigning posts to units (half a working day: Lüliang 2024)."""

    working_days: Annotated[float, Meta(gt=0.0, le=5.0)] = 0.5
    automatic_confidence: Share = 0.55
    """At least so sure, or a person chooses."""


class Return(Struct, frozen=True, forbid_unknown_fields=True):
    """ "Not ours" (首问负责 and 交办会: the city's 2011 report; one working day: Lüliang 2024)."""

    working_days: Days = 1
    """After the assignment; later, the holder keeps it."""
    at_most: Count = 1
    """Returns by one unit."""
    before_meeting: Count = 2
    """After this many returns the assignment meeting rules."""
    departments_before_meeting: Count = 2
    """With more departments drawn in, the assignment meeting rules."""
    meeting_working_days: Days = 1
    """In which the meeting names lead and assisting units."""


class Extension(Struct, frozen=True, forbid_unknown_fields=True):
    """More time (reason, new date and progress: the city's 2011 report; limits: Lüliang 2024)."""

    at_most: Count = 3
    working_days: Days = 3
    """Each, counted from the current due date."""
    long_works_days: Annotated[int, Meta(ge=1, le=3650)] = 180
    """Calendar days for works flagged as long."""


class Pause(Struct, frozen=True, forbid_unknown_fields=True):
    """The clock while a question to the citizen is open (CPGRAMS; IT service practice)."""

    working_days: Days = 5


class EarlyWarning(Struct, frozen=True, forbid_unknown_fields=True):
    """Warning before the due instant (DIGIT)."""

    share: Annotated[float, Meta(gt=0.0, lt=1.0)] = 0.8
    """Of the working time between start and due."""


class Ladder(Struct, frozen=True, forbid_unknown_fields=True):
    """Steps of escalation, in working days relative to the due date (city bureau rules)."""

    remind: Step = -1
    leader: Step = 0
    supervisor: Step = 1
    bulletin: Step = 5


class Rating(Struct, frozen=True, forbid_unknown_fields=True):
    """Grades 1 to 5 (好差评 GB/T 39735)."""

    days: Annotated[int, Meta(ge=1, le=365)] = 14
    satisfied_from: Annotated[int, Meta(ge=1, le=5)] = 4


class Reopen(Struct, frozen=True, forbid_unknown_fields=True):
    """The second handling (好差评 follow-up; LGSCO)."""

    days: Annotated[int, Meta(ge=1, le=365)] = 15
    """After the published reply."""
    reply_days: Days = 5
    """Working days for the second reply."""


class Instruction(Struct, frozen=True, forbid_unknown_fields=True):
    """A city leader's instruction (批示), reported back on (ours; counties report such matters within five working days)."""

    working_days: Days = 5
    """After the day it was given, where the leader names no day."""
    longest_days: Annotated[int, Meta(ge=1, le=3650)] = 365
    """Calendar days; no due day may be further away."""
    warning_working_days: Annotated[int, Meta(ge=0, le=30)] = 1
    """Before the due instant the unit is warned; 0: it is not."""


class Parking(Struct, frozen=True, forbid_unknown_fields=True):
    """Events that cannot be handled."""

    limit_per_hour: Annotated[int, Meta(ge=1, le=1_000_000)] = 100
    """More, and the service stops and calls a person."""


class Topics(Struct, frozen=True, forbid_unknown_fields=True):
    """Hot topics: many posts about one matter (ours; the report asks for "hot topics" without numbers)."""

    window_hours: Annotated[int, Meta(ge=1, le=24 * 31)] = 72
    """Posts older than this no longer make a topic."""
    enough: Annotated[int, Meta(ge=3, le=1000)] = 5
    """Posts that make a topic, and by which it has grown."""
    share: Annotated[float, Meta(gt=0.0, le=10.0)] = 0.25
    """It has grown by this share of its size, if that is more."""
    most_posts: Annotated[int, Meta(ge=100, le=100_000)] = 10_000
    """Posts of the window that are kept at once, the newest."""


class FollowUps(Struct, frozen=True, forbid_unknown_fields=True):
    """What an author may add to one post without being asked (ours: a case stays small enough to read)."""

    at_most: Annotated[int, Meta(ge=1, le=1000)] = 20
    characters: Annotated[int, Meta(ge=100, le=1_000_000)] = 20_000
    """Of all of them together."""


class Supports(Struct, frozen=True, forbid_unknown_fields=True):
    """Voices for a neighbour's post (ours: who they are is not known)."""

    a_network: Annotated[int, Meta(ge=1, le=10_000)] = 8
    """Voices for one post from one address: a household, or neighbours behind one router, and no more."""


class Debates(Struct, frozen=True, forbid_unknown_fields=True):
    """What people say in a debate that the government opened (ours: many are heard, and nobody fills the page)."""

    a_person: Annotated[int, Meta(ge=1, le=1000)] = 20
    """Comments of one person in one debate."""


class Wrong(Struct, frozen=True):
    """What is wrong in a policy, and under which keys, outermost first."""

    path: tuple[str, ...]
    reason: str

    def __str__(self) -> str:
        return f"[{'.'.join(self.path[:-1])}] {self.path[-1]}: {self.reason}" if self.path else self.reason


class PolicyError(ValueError):
    """A policy that cannot be used; `wrong` says everything that is wrong with it."""

    def __init__(self, wrong: tuple[Wrong, ...]) -> None:
        super().__init__(";".join(map(str, wrong)))
        self.wrong = wrong


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """The city's numbers."""

    kinds: dict[str, Kind]
    hours: Hours = Hours()
    dispatch: Dispatch = Dispatch()
    return_: Return = msgspec.field(default=Return(), name="return")
    extension: Extension = Extension()
    pause: Pause = Pause()
    warning: EarlyWarning = EarlyWarning()
    ladder: Ladder = Ladder()
    rating: Rating = Rating()
    reopen: Reopen = Reopen()
    instruction: Instruction = Instruction()
    promise: Promise = Promise()
    topics: Topics = Topics()
    notices: Notices = Notices()
    prices: Prices = Prices()
    quotas: Quotas = Quotas()
    parking: Parking = Parking()
    follow_ups: FollowUps = FollowUps()
    supports: Supports = Supports()
    attachments: Attachments = Attachments()
    points: Points = Points()
    debates: Debates = Debates()
    bulletin: Bulletin = Bulletin()
    accountability: Accountability = Accountability()
    assessment: Assessment = Assessment()
    inspection: Inspection = Inspection()
    open_data: OpenData = OpenData()
    rates: Rates = Rates()

    @property
    def posted(self) -> dict[str, Kind]:
        """The kinds that people post, by code: somebody answers them, or looks at them first; a questionnaire is neither."""
        return {
            code: kind
            for code, kind in self.kinds.items()
            if code in _POST_KINDS and (kind.clock or kind.moderated)
        }

    def kind(self, code: str) -> Kind:
        """The rules for a kind of post; an unknown kind is treated like a consultation without clock."""
        return self.kinds.get(code, _UNKNOWN)

    @property
    def version(self) -> str:
        """A short hash of every number."""
        return blake2b(msgspec.json.encode(self, order="deterministic"), digest_size=5).hexdigest()

    def changed(self, part: Mapping[str, Mapping[str, Any]]) -> "Policy":
        """With a part of the numbers changed; raises PolicyError naming each wrong key.

        Kinds are named as in the file, `kinds.consult`; as a table of their own under `kinds` they work too.
        """
        whole: dict[str, Any] = msgspec.to_builtins(self)
        wrong = []
        for table, values in part.items():
            inner, _, kind = table.partition(".")
            if not isinstance(values, Mapping):
                wrong.append(Wrong((table,), "应为一节"))
            elif inner not in whole or (kind and inner != "kinds"):
                wrong.append(Wrong((table,), "政策没有这一节"))
            elif kind:
                whole["kinds"][kind] = {**whole["kinds"].get(kind, {}), **values}
            elif inner == "kinds":
                for code, rules in values.items():
                    known = whole["kinds"].get(code, {})
                    whole["kinds"][code] = {**known, **rules} if isinstance(rules, Mapping) else rules
            else:
                whole[table] = {**whole[table], **values}
        if wrong:
            raise PolicyError(tuple(wrong))
        return policy_of(whole)


_UNKNOWN: Final = Kind("其他", clock=False)
_TABLES: Final = {
    table.encode_name: table.type.cls
    for table in inspect.type_info(Policy).fields  # type: ignore[attr-defined]
    if isinstance(table.type, inspect.StructType)
}
_HOUR: Final = re.compile(r"\d\d:\d\d")


def read_policy(text: str) -> Policy:
    """The policy of a `policy.toml`, its table `[city]` apart; raises PolicyError naming each wrong key."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise PolicyError((Wrong((), f"不是 TOML:{problem}"),)) from problem
    raw.pop("city", None)
    return policy_of(raw)


def policy_of(raw: Mapping[str, Any]) -> Policy:
    """The policy of plain tables; raises PolicyError naming each wrong key."""
    raw = {name: _with_seconds(table) for name, table in raw.items()}
    wrong = list(_wrong_keys(raw))
    if not wrong:
        policy = msgspec.convert(raw, Policy)
        wrong = list(_contradictions(policy))
        if not wrong:
            return policy
    raise PolicyError(tuple(wrong))


def line_of(text: str, path: tuple[str, ...]) -> int:
    """The line of a TOML text on which a key stands, else its table's header, else 1."""
    header, found = "", 1
    table, key = ".".join(path[:-1]), path[-1] if path else ""
    for line, content in enumerate(text.splitlines(), 1):
        stripped = content.strip()
        if stripped.startswith("["):
            header = stripped.split("#")[0].strip().strip("[]").strip()
            if header == ".".join(path):
                return line
            if header == table:
                found = line
        elif header == table and re.match(rf"[\"']?{re.escape(key)}[\"']?\s*=", stripped):
            return line
    return found


def _with_seconds(table: Any) -> Any:
    """Hours may be written `09:00`."""
    if not isinstance(table, Mapping):
        return table
    return {k: f"{v}:00" if isinstance(v, str) and _HOUR.fullmatch(v) else v for k, v in table.items()}


def _wrong_keys(raw: Mapping[str, Any]) -> Iterator[Wrong]:
    for name, table in raw.items():
        if not isinstance(table, Mapping):
            yield Wrong((name,), "应为一节")
        elif name == "kinds":
            for code, kind in table.items():
                if isinstance(kind, Mapping):
                    yield from _wrong_values(("kinds", code), kind, Kind)
                else:
                    yield Wrong(("kinds", code), "应为一节")
        elif name in _TABLES:
            yield from _wrong_values((name,), table, _TABLES[name])
        else:
            yield Wrong((name,), f"政策没有这一节,应为 {'、'.join(['kinds', *_TABLES])} 之一")
    if not raw.get("kinds"):
        yield Wrong(("kinds",), "缺少帖子种类")


def _wrong_values(path: tuple[str, ...], table: Mapping[str, Any], struct: type[Struct]) -> Iterator[Wrong]:
    known = fields_of(struct)
    annotations = struct.__annotations__
    for key, value in table.items():
        if key not in known:
            yield Wrong((*path, key), f"没有这一项,应为 {'、'.join(known)} 之一")
            continue
        try:
            msgspec.convert(value, annotations[key])
        except msgspec.ValidationError:
            yield Wrong((*path, key), f"{expected(known[key].type)},实为 {value!r}")
    for key, entry in known.items():
        if entry.required and key not in table:
            yield Wrong((*path, key), "缺少这一项")


def _contradictions(policy: Policy) -> Iterator[Wrong]:
    hours = policy.hours
    if not hours.morning_opens < hours.morning_closes <= hours.afternoon_opens < hours.closes:
        yield Wrong(("hours", "closes"), "上下班时间应按一天的先后排列")
    if any(at.second or at.microsecond or at.tzinfo for at in msgspec.structs.astuple(hours)):
        yield Wrong(("hours", "closes"), "上下班时间应为整分钟")
    if not policy.assessment.of_shares:
        yield Wrong(("assessment", "on_time"), "四项比率的分值不能都为零")
    key, reason = policy.points.wrong
    if key:
        yield Wrong(("points", key), reason)
    steps = msgspec.structs.astuple(policy.ladder)
    if list(steps) != sorted(steps):
        yield Wrong(("ladder", "remind"), "催办阶梯应逐级向后")
