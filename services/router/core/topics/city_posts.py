"""The newest posts of the whole city, as one memory: which are alike, and what many are about. Pure.

Numbers of `[topics]` that the city changes are in force from then on; a window made longer fills with what comes.
Only what anyone may see is offered as alike: not what is withdrawn, hidden, held by moderation or not
public. A post that is not public still counts towards a topic, which shows no text of it.
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
from contracts.posts import PostHeld, PostHidden, PostReceived, PostReleased, PostWithdrawn
from services.router.core.assigning.place import Gazetteer
from services.router.core.compared import compared
from services.router.core.topics.similar import Alike, SimilarIndex
from services.router.core.topics.window import Found, Seen, TopicWindow

CAPACITY: Final = 30_000
"""Posts kept: two to four days of a city of five million, which posts 7,000 to 16,000 a day; with them, and a full
window of topics, the process stays under 300 MB."""

GONE: Final = -1

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
                case PostHeld():
                    self._moderate(event, held=True)
                case PostReleased():
                    self._moderate(event, held=False)
                case PostHidden() | PostWithdrawn():
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
        """What many posts of the window are about."""
        self.changed = False
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
        self._shown[key] = Shown(post.number, post.title, post.at, post.public, moderated[1])
        self._keys[post.number] = key
        post = compared(post)
        self._similar.add(key, f"{post.title}\n{post.text}", post.at)
        place = self._gazetteer.recognise(f"{post.title}\n{post.text}\n{post.place}", post.area)
        where = post.place or place.area_name
        self._window.see(
            Seen(key, post.number, post.title, post.text, post.at, place.area, place.street, where)
        )
        self.changed = True

    def _moderate(self, event: Event, held: bool) -> None:
        last = self._moderated.get(event.subject, (0, False))[0]
        if last == GONE or last >= event.seq:
            return
        self._remember(event.subject, event.seq, held)
        shown = self._shown.get(event.subject)
        if shown is not None:
            self._shown[event.subject] = replace(shown, held=held)

    def _forget(self, event: Event) -> None:
        """Gone for good, whatever comes after it or overtook it."""
        self._drop(event.subject)
        self._remember(event.subject, GONE, True)

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
