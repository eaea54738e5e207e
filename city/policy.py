"""Every number of the city's rules, read from `policy.toml` and checked key by key."""

import tomllib
from datetime import time
from hashlib import blake2b
from typing import Any, Final

import msgspec
from msgspec import Struct


class Kind(Struct, frozen=True, forbid_unknown_fields=True):
    """How posts of one kind are treated."""

    name: str
    """The Chinese name."""
    clock: bool = True
    """Whether somebody must answer within the deadline."""
    public: bool = True
    """Whether posts of the kind may be shown at all."""
    reply_days: int = 3
    """Working days after the day of receipt."""


class Hours(Struct, frozen=True, forbid_unknown_fields=True):
    """Working time of a working day, city time."""

    morning_opens: time = time(9, 0)
    morning_closes: time = time(12, 0)
    afternoon_opens: time = time(14, 0)
    closes: time = time(18, 0)


class Dispatch(Struct, frozen=True, forbid_unknown_fields=True):
    """Assigning posts to units (half a working day: Lüliang 2024)."""

    working_days: float = 0.5
    automatic_confidence: float = 0.55
    """At least so sure, or a person chooses."""


class Return(Struct, frozen=True, forbid_unknown_fields=True):
    """ "Not ours" (首问负责: the city's 2011 report; one working day: Lüliang 2024)."""

    working_days: int = 1
    before_meeting: int = 2


class Extension(Struct, frozen=True, forbid_unknown_fields=True):
    """More time (reason, new date and progress: the city's 2011 report; limits: Lüliang 2024)."""

    at_most: int = 3
    working_days: int = 3
    """Each, counted from the current due date."""
    long_works_days: int = 180
    """Calendar days for works flagged as long."""


class Pause(Struct, frozen=True, forbid_unknown_fields=True):
    """The clock while a question to the citizen is open."""

    working_days: int = 5


class EarlyWarning(Struct, frozen=True, forbid_unknown_fields=True):
    """Warning before the due instant."""

    share: float = 0.8
    """Of the working time between start and due."""


class Ladder(Struct, frozen=True, forbid_unknown_fields=True):
    """Steps of escalation, in working days relative to the due date."""

    remind: int = -1
    leader: int = 0
    supervisor: int = 1
    bulletin: int = 5


class Rating(Struct, frozen=True, forbid_unknown_fields=True):
    """Grades 1 to 5 (好差评 GB/T 39735)."""

    days: int = 14
    satisfied_from: int = 4


class Reopen(Struct, frozen=True, forbid_unknown_fields=True):
    """The second handling."""

    days: int = 15
    reply_days: int = 5


class Parking(Struct, frozen=True, forbid_unknown_fields=True):
    """Events that cannot be handled."""

    limit_per_hour: int = 100


class Rates(Struct, frozen=True, forbid_unknown_fields=True):
    """Requests a minute per client; 0 is without limit."""

    posts: int = 10
    supports: int = 30
    reads: int = 300


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
    parking: Parking = Parking()
    rates: Rates = Rates()

    def kind(self, code: str) -> Kind:
        """The rules for a kind of post; an unknown kind is treated like a consultation without clock."""
        return self.kinds.get(code, _UNKNOWN)

    @property
    def version(self) -> str:
        """A short hash of every number."""
        return blake2b(msgspec.json.encode(self, order="deterministic"), digest_size=5).hexdigest()

    def changed(self, part: dict[str, dict[str, Any]]) -> "Policy":
        """With a part of the numbers changed; raises ValueError naming the wrong key."""
        whole: dict[str, Any] = msgspec.to_builtins(self)
        for table, values in part.items():
            if table not in whole:
                raise ValueError(f"no table [{table}] in the policy")
            whole[table] = {**whole[table], **values}
        return _checked(whole)


_UNKNOWN: Final = Kind("其他", clock=False)
_POSITIVE: Final = {
    "dispatch": ("working_days",),
    "return": ("working_days", "before_meeting"),
    "extension": ("at_most", "working_days", "long_works_days"),
    "pause": ("working_days",),
    "rating": ("days",),
    "reopen": ("days", "reply_days"),
    "parking": ("limit_per_hour",),
}


def _checked(raw: dict[str, Any]) -> Policy:
    try:
        policy = msgspec.convert(raw, Policy, strict=False)
    except msgspec.ValidationError as problem:
        raise ValueError(str(problem)) from problem
    for table, keys in _POSITIVE.items():
        for key in keys:
            if not raw.get(table, {}).get(key, 1) > 0:
                raise ValueError(f"[{table}] {key} must be greater than 0")
    hours = policy.hours
    if not hours.morning_opens < hours.morning_closes <= hours.afternoon_opens < hours.closes:
        raise ValueError("[hours] must be in the order of the day")
    if not 0 < policy.warning.share < 1:
        raise ValueError("[warning] share must lie between 0 and 1")
    if not 0 <= policy.dispatch.automatic_confidence <= 1:
        raise ValueError("[dispatch] automatic_confidence must lie between 0 and 1")
    if not 1 <= policy.rating.satisfied_from <= 5:
        raise ValueError("[rating] satisfied_from must be a grade from 1 to 5")
    if any(kind.reply_days < 1 for kind in policy.kinds.values()):
        raise ValueError("[kinds] reply_days must be at least 1")
    return policy


def read_policy(text: str) -> Policy:
    """The policy of a `policy.toml`; raises ValueError naming the key that is wrong."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ValueError(str(problem)) from problem
    return _checked(raw)
