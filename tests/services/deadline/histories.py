"""Random histories of a case, as a city could live them, and the orders in which the bus may tell them."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from hypothesis import strategies as st

from contracts.assignments import LeadNamed, MeetingCalled
from contracts.facts import Fact
from contracts.posts import PostHidden, PostRestored, PostWithdrawn
from contracts.replies import PostReopened, ReplyDrafted, ReplySentBack
from tests.services.deadline.facts import (
    answered,
    asked,
    assigned,
    at,
    day_off,
    extended,
    grouped,
    half_day,
    moved,
    policy,
    published,
    received,
    ungrouped,
)

START: Final = at("2026-02-10T09:00")
UNITS: Final = ("water", "transport", "housing")


@dataclass
class Life:
    """A case as it goes on: what is possible next, and the facts so far by topic, each topic in its order."""

    now: datetime
    topics: dict[str, list[Fact]] = field(
        default_factory=lambda: {"posts": [], "assignments": [], "replies": [], "city": []}
    )
    handling: int = 1
    open: bool = True
    question: int = 0
    asking: list[str] = field(default_factory=list)
    """Questions that are open."""
    extensions: int = 0
    group: int = 0
    grouped: bool = False
    by_lead: bool = False
    meeting: bool = False
    draft: bool = False
    gone: bool = False
    shut: "tuple[bool, list[str]] | None" = None
    """While it is hidden: whether it was open, and the questions that were."""

    def say(self, topic: str, fact: Fact) -> None:
        self.topics[topic].append(fact)

    def end(self) -> None:
        self.open = self.draft = False
        self.asking = []

    def happen(self, what: str, n: int) -> None:
        """Let it happen, when it can at this moment; `n` chooses among units and days."""
        when = self.now.replace(tzinfo=None).isoformat()
        day = self.now.date() + timedelta(days=1 + n)
        self._at_the_unit(what, n, when, day)
        self._around_it(what, n, when, day)

    def _at_the_unit(self, what: str, n: int, when: str, day: date) -> None:
        """What the unit, its leader and the citizen do."""
        match what:
            case "ask" | "ask again" if self.open and (what == "ask again" or not self.asking):
                self.question += 1
                self.asking.append(f"q{self.question}")
                self.say("replies", asked(when, self.asking[-1]))
            case "answer" if self.asking:
                self.say("replies", answered(when, self.asking.pop(n % len(self.asking))))
            case "extend" if self.open and self.extensions < 3:
                self.extensions += 1
                self.say("replies", extended(when, day.isoformat(), f"e{self.extensions}"))
            case "draft" if self.open and not self.draft:
                self.draft = True
                self.say(
                    "replies",
                    ReplyDrafted(at=self.now, reply="d", text="", department=UNITS[n % 3], by="c"),
                )
            case "send back" if self.draft:
                self.draft = False
                self.say(
                    "replies", ReplySentBack(at=self.now, reply="d", remark="", department=UNITS[0], by="l")
                )
            case "reply" if self.open:
                self.say("replies", published(when, self.handling))
                self.end()
            case "lead replies" if self.open and self.grouped:
                self.say("replies", published(when, self.handling, f"lead{self.group}"))
                self.by_lead = True
                self.end()
            case "reopen" if not self.open and not self.grouped and not self.gone:
                self.handling, self.open = self.handling + 1, True
                self.say("replies", PostReopened(at=self.now, reason="", reply="r", department="water"))
            case _:
                pass

    def _around_it(self, what: str, n: int, when: str, day: date) -> None:
        """What supervisors, the router, operators and the author's withdrawal do to it."""
        match what:
            case "group" if self.open and not self.grouped:
                self.group, self.grouped = self.group + 1, True
                self.say("posts", grouped(when, f"g{self.group}", f"lead{self.group}"))
            case "ungroup" if self.grouped and self.shut is None:
                self.say("posts", ungrouped(when, f"g{self.group}"))
                self.open, self.grouped, self.by_lead = (
                    self.open or (self.by_lead and not self.gone),
                    False,
                    False,
                )
            case "group for a while":
                for part in ("group", "lead replies", "ungroup"):
                    self.happen(part, n)
                    self.now += timedelta(hours=n)
            case "move":
                self.say("assignments", moved(when, UNITS[n % 3]))
            case "meet":
                self.meeting = not self.meeting
                if self.meeting:
                    until = self.now + timedelta(hours=7 * n)
                    called = MeetingCalled(at=self.now, departments=(), reason="", until=until)
                    self.say("assignments", called)
                else:
                    self.say(
                        "assignments", LeadNamed(at=self.now, lead=UNITS[n % 3], assisting=(), reason="")
                    )
            case "calendar":
                self.say("city", day_off(when, day.isoformat()) if n % 2 else half_day(when, day.isoformat()))
            case "policy":
                part: dict[str, dict[str, float | int | str | bool]] = {
                    "kinds.complaint": {"reply_days": 1 + n % 5},
                    "pause": {"working_days": 2 + n % 4},
                    "ladder": {"supervisor": 1 + n % 3},
                }
                self.say("city", policy(when, **part))
            case "withdraw" if self.open:
                self.say("posts", PostWithdrawn(at=self.now))
                self.gone = True
                self.end()
            case "hide" if not self.gone:
                self.say("posts", PostHidden(at=self.now, reason="", by="s"))
                self.gone, self.shut = True, (self.open, self.asking)
                self.end()
            case "restore" if self.shut is not None:
                self.say("posts", PostRestored(at=self.now, reason="", by="s"))
                self.gone = False
                (self.open, self.asking), self.shut = self.shut, None
            case "hide for a while":
                for part in ("hide", "restore"):
                    self.happen(part, n)
                    self.now += timedelta(hours=n)
            case _:
                pass


HAPPENINGS: Final = (
    *("move", "ask", "answer", "extend", "draft", "send back", "reply", "lead replies", "reopen", "group"),
    *("ungroup", "meet", "calendar", "policy", "ask", "answer", "extend", "group", "lead replies", "ungroup"),
    *("reply", "reopen", "withdraw", "hide", "group for a while", "group for a while", "ask again"),
    *("restore", "hide for a while"),
)
_STEPS = st.lists(
    st.tuples(st.sampled_from(HAPPENINGS), st.integers(1, 4 * 24 * 60), st.integers(0, 5)),
    min_size=1,
    max_size=14,
)


@st.composite
def histories(draw: st.DrawFn) -> dict[str, list[Fact]]:
    """A case's facts by topic, in order within each topic."""
    life = Life(START + timedelta(minutes=draw(st.integers(0, 20 * 24 * 60))))
    life.say("posts", received(life.now.replace(tzinfo=None).isoformat()))
    for n, (what, minutes, number) in enumerate(draw(_STEPS)):
        life.now += timedelta(minutes=minutes)
        if n == 0:
            life.say("assignments", assigned(life.now.replace(tzinfo=None).isoformat()))
        else:
            life.happen(what, number)
    return life.topics


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[dict[str, list[Fact]], list[tuple[str, int, Fact]]]:
    """The history, and one way in which the bus may deliver it: (topic, number in it, fact), with repeats.

    The order within a topic is kept, across topics it is any; everything may come again later.
    """
    history = draw(histories())
    chance = draw(st.randoms(use_true_random=False))
    left = {topic: list(enumerate(facts, 1)) for topic, facts in history.items() if facts}
    delivered: list[tuple[str, int, Fact]] = []
    while left:
        topic = chance.choice(sorted(left))
        number, fact = left[topic].pop(0)
        delivered.append((topic, number, fact))
        if not left[topic]:
            del left[topic]
        if chance.random() < 0.2:
            delivered.append(chance.choice(delivered))
    return history, delivered
