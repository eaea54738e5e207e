"""The newest posts of the whole city, as one memory: which are alike, and what many are about. Pure.

Numbers of `[topics]` that the city changes are in force from then on; a window made longer fills with what comes.
Topics and what is offered as alike come from what anyone may see: a post that is not public never counts
towards a topic; one that is withdrawn, hidden, held by moderation or erased leaves the window at once, and
the topic is measured anew without it. One that is released comes in again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from city.policy import Topics as Numbers
from city.profile import Profile
from contracts.city_facts import PolicyChanged
from contracts.codec import Event
from contracts.posts import (
    CitizenErased,
    PostHeld,
    PostHidden,
    PostReceived,
    PostReleased,
    PostRestored,
    PostWithdrawn,
)
from services.router.core.assigning.place import Gazetteer
from services.router.core.assigning.reading import Reading
from services.router.core.topics.similar import Alike, SimilarIndex
from services.router.core.topics.text import LONGEST
from services.router.core.topics.window import Found, Seen, TopicWindow

CAPACITY: Final = 30_000
"""Posts kept: two to four days of a city of five million, which posts 7,000 to 16,000 a day; with them, and a full
window of topics, the process stays under 300 MB."""

GONE: Final = -1

MOST_HELD: Final = 2_000
"""Held posts whose words are kept for the day when they are released, the newest; about 4 MB."""

ONE_OF_ALL: Final = "city:0"
"""A fact about the city is said to every partition; here, where all are read, one of them is enough."""


class Shown(Struct, frozen=True):
    """What is kept of a post to show it."""

    number: str
    title: str
    received_at: datetime
    public: bool
    held: bool

    @property
    def visible(self) -> bool:
        """Whether anyone may see it."""
        return self.public and not self.held


class CityPosts:
    """The newest posts of the city, in the order in which the bus brings them."""

    def __init__(self, profile: Profile, capacity: int = CAPACITY) -> None:
        self._profile = profile
        self._gazetteer = Gazetteer(profile.divisions)
        self._window = TopicWindow.of(self.numbers)
        self._similar = SimilarIndex(capacity)
        self._capacity = capacity
        self._shown: dict[str, Shown] = {}
        self._keys: dict[str, str] = {}
        """Number to post."""
        self._moderated: dict[str, tuple[int, bool]] = {}
        """Post to the number of the last fact of moderation and whether it is held since; -1: gone for good."""
        self._held: dict[str, Seen] = {}
        """What the window would see of public posts that are held."""
        self.changed = False
        """Whether anything was seen since the topics were last looked at."""

    def __len__(self) -> int:
        return len(self._shown)

    @property
    def numbers(self) -> Numbers:
        """The policy's numbers of topics now in force."""
        return self._profile.policy.topics

    def see(self, events: Sequence[Event]) -> None:
        """Take in facts about posts and policy; repeats change nothing, and of one post's facts the later ones win."""
        for event in events:
            match event.fact:
                case PolicyChanged() if event.subject == ONE_OF_ALL:
                    self._amend(event.fact)
                case PostHeld() | PostHidden():
                    self._moderate(event, held=True)
                case PostReleased() | PostRestored():
                    self._moderate(event, held=False)
                case PostWithdrawn() | CitizenErased():
                    self._forget(event)
        for event in events:
            if isinstance(event.fact, PostReceived):
                self._receive(event.subject, event.fact)

    def alike(self, text: str, limit: int) -> list[tuple[Alike, Shown]]:
        """The posts most like a text that anyone may see, best first."""
        found = self._similar.find(text, 2 * limit)
        return [(one, self._shown[one.key]) for one in found if self._shown[one.key].visible][:limit]

    def like(self, number: str, limit: int) -> list[tuple[Alike, Shown]]:
        """The posts most like one of the city's own, whoever may see them; for staff."""
        key = self._keys.get(number, "")
        return [(one, self._shown[one.key]) for one in self._similar.like(key, limit)]

    def shown(self, key: str) -> Shown | None:
        """A post that anyone may see; None for others."""
        found = self._shown.get(key)
        return found if found is not None and found.visible else None

    def topics(self, now: datetime) -> list[Found]:
        """What many posts of the window are about, for the one who tells of it: nothing has changed since."""
        self.changed = False
        return self.standing(now)

    def standing(self, now: datetime) -> list[Found]:
        """What many posts of the window are about; all of it from posts that anyone may see."""
        self._window.expire(now)
        return self._window.topics()

    def _amend(self, fact: PolicyChanged) -> None:
        before = self.numbers
        self._profile = self._profile.amended(fact)
        if self.numbers != before:
            self._window.change(self.numbers)
            self.changed = True

    def _receive(self, key: str, post: PostReceived) -> None:
        moderated = self._moderated.get(key, (0, False))
        if key in self._shown or moderated[0] == GONE:
            return
        while len(self._shown) >= self._capacity:
            self._drop(next(iter(self._shown)))
        shown = self._shown[key] = Shown(post.number, post.title, post.at, post.public, moderated[1])
        self._keys[post.number] = key
        reading = Reading(post.title, post.text, post.place)
        self._similar.add(key, reading.whole, post.at)
        if not shown.public:
            return
        area, street = self._gazetteer.where(reading, post.area)
        where = reading.place or self._gazetteer.area_name(area)
        seen = Seen(key, post.number, reading.title, reading.text, post.at, area, street, where)
        if shown.held:
            self._keep(seen)
        else:
            self._window.see(seen)
            self.changed = True

    def _keep(self, seen: Seen) -> None:
        """Until it is released; a text is cut to what the window would look at."""
        self._held[seen.key] = replace(seen, title=seen.title[:LONGEST], text=seen.text[:LONGEST])
        while len(self._held) > MOST_HELD:
            del self._held[next(iter(self._held))]

    def _moderate(self, event: Event, held: bool) -> None:
        last = self._moderated.get(event.subject, (0, False))[0]
        if last == GONE or last >= event.seq:
            return
        self._remember(event.subject, event.seq, held)
        shown = self._shown.get(event.subject)
        if shown is None or shown.held == held:
            return
        self._shown[event.subject] = replace(shown, held=held)
        if held:
            seen = self._window.remove(event.subject)
            if seen is not None:
                self._keep(seen)
        elif event.subject in self._held:
            self._window.see(self._held.pop(event.subject))
        self.changed = True

    def _forget(self, event: Event) -> None:
        """Gone for good, whatever comes after it or overtook it."""
        self._window.remove(event.subject)
        self._held.pop(event.subject, None)
        self._drop(event.subject)
        self._remember(event.subject, GONE, True)
        self.changed = True

    def _drop(self, key: str) -> None:
        self._similar.remove(key)
        gone = self._shown.pop(key, None)
        if gone is not None:
            self._keys.pop(gone.number, None)
        self._moderated.pop(key, None)

    def _remember(self, key: str, seq: int, held: bool) -> None:
        self._moderated[key] = (seq, held)
        while len(self._moderated) > self._capacity:
            del self._moderated[next(iter(self._moderated))]
