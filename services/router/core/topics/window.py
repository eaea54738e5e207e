"""Hot topics: posts of one matter found while they come in, over a sliding window. Pure.

Posts of a campaign share few phrases: a name that is rare elsewhere, and some of the matter's words. So a
topic is a fingerprint: the character pairs its posts hold much more often than all others do. A post belongs to
it when it holds several separate pieces of that fingerprint, a name and something of the matter, whose weights
reach a mark; a post that names nothing must hold much more. A topic is born from a post and those before it
that share rare pairs with it, once enough of them belong to their own common fingerprint, one name runs through
them, and few are about another place: else posts on lifts or on exams all over a city would pass for one
matter. Then, and each time it has grown, it takes in the posts of the window that belong and lets go those
that do not; every post is measured against the fingerprint, none against a neighbour, so that topics do not
spread by chains.

Memory is bounded: at most `most` posts, and tables of fixed size.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from city.policy import Topics as Numbers
from services.router.core.topics.counts import PairCounts
from services.router.core.topics.fingerprint import Common, Fingerprint, Scale, WindowPost, common_of
from services.router.core.topics.holders import Holders
from services.router.core.topics.text import BITS, form
from services.router.core.topics.words import describe

NEIGHBOURS: Final = 24
SEED: Final = 5
"""Posts a topic is born from, if it has enough when it has taken in all that belong."""
THREAD: Final = 0.4
"""Share of a topic's posts that hold one and the same name."""
PLACED: Final = 0.15
"""Share of a topic's posts that name it so that it reads like a place."""
ELSEWHERE: Final = 0.5
"""How many posts may name other places only, for each post that holds the name."""
COHESION: Final = 12.0
"""Weight of the fingerprint that half of a topic's posts must hold."""
ROUNDS: Final = 4
STEADY: Final = 0.05
"""A topic of which a smaller share came or went in a round is settled."""

_ONE_POST: Final = np.zeros(1, dtype=np.int64)


class Seen(Struct, frozen=True):
    """A post as the window sees it."""

    key: str
    number: str
    title: str
    text: str
    at: datetime
    area: str = ""
    street: str = ""
    place: str = ""


class Found(Struct, frozen=True):
    """Enough posts of the window are about one matter."""

    topic: str
    words: tuple[str, ...]
    posts: tuple[str, ...]
    """Keys, oldest first."""
    numbers: tuple[str, ...]
    area: str
    place: str
    growth: float
    """Posts an hour over the window."""
    why: str
    """Chinese, one line: what the posts share."""


class _Topic:
    """A topic of the window."""

    def __init__(self, name: str, fingerprint: Fingerprint) -> None:
        self.name, self.fingerprint = name, fingerprint
        self.usual = 0.0
        self.members: dict[int, WindowPost] = {}
        self.size_settled = 0
        self.described: Found | None = None
        """As it was last told; None since it changed."""
        self.words: tuple[tuple[str, ...], str] | None = None
        """Telling words and name; None since it was settled or a post left it, which takes its words along at once."""
        self.read_until = 0
        """The turn at which that was: words are read from the posts up to it. Reading them takes milliseconds, those that only
        join change few of them, and a crowd that posts the same would have them read again every second."""


class TopicWindow:
    """The topics among the posts of the last `hours`, at most the newest `most` posts.

    A topic has at least `enough` posts; it is measured anew when it has gained a `share` of its size.
    """

    def __init__(self, hours: float = 72.0, enough: int = 5, share: float = 0.25, most: int = 10_000) -> None:
        self._hours, self._enough, self._share, self._most = hours, enough, share, most
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._posts: dict[int, WindowPost] = {}
        self._turns: dict[str, int] = {}
        self._turn = 0
        self._counts = PairCounts()
        self._scale = Scale()
        self._holders = Holders(self._scale)
        self._topics: dict[str, _Topic] = {}
        self._leads: dict[int, list[str]] = {}
        """Topics by each pair of their fingerprints."""
        self._leading: NDArray[np.bool_] = np.zeros(1 << BITS, dtype=np.bool_)
        """The pairs of `_leads`."""

    def __len__(self) -> int:
        return len(self._posts)

    @staticmethod
    def of(numbers: Numbers) -> "TopicWindow":
        """An empty window by the policy's numbers."""
        return TopicWindow(numbers.window_hours, numbers.enough, numbers.share, numbers.most_posts)

    def change(self, numbers: Numbers) -> None:
        """Go on by other numbers: what no longer fits is let go, topics that are now too small end."""
        self._hours, self._enough = numbers.window_hours, numbers.enough
        self._share, self._most = numbers.share, numbers.most_posts
        while len(self._posts) > self._most:
            self._drop()
        self.expire(self._latest)
        for topic in self._topics.values():
            topic.described = None
        self.settle()

    @property
    def _window(self) -> timedelta:
        return timedelta(hours=self._hours)

    def see(self, seen: Seen) -> None:
        """Take a post in. A post seen before, or older than the window, changes nothing."""
        if seen.key in self._turns or self._latest - seen.at > self._window:
            return
        self.expire(seen.at)
        post = self._kept(seen)
        topic = self._joined(post)
        if topic is None:
            self._born(post)
        elif len(topic.members) >= topic.size_settled * (1 + self._share):
            self._settle(topic)

    def remove(self, key: str) -> Seen | None:
        """Let go of a post at once, as if it had never been seen; its topic is measured anew, and may end.

        Returns what `see` would take of it; None for a post that is not in the window.
        """
        turn = self._turns.pop(key, None)
        if turn is None:
            return None
        post = self._posts.pop(turn)
        self._counts.leave(post, forget=True)
        self._holders.forget(post)
        topic = self._topics.get(post.topic)
        if topic is not None:
            self._release(topic, post)
            if len(topic.members) < self._enough:
                self._forget(topic)
            else:
                self._settle(topic)
        return Seen(post.key, post.number, "", post.text, post.at, post.area, "", post.place)

    def expire(self, now: datetime) -> None:
        """Let go of posts older than the window; a time before the latest one means that one."""
        self._latest = max(self._latest, now)
        while self._posts and self._latest - next(iter(self._posts.values())).at > self._window:
            self._drop()

    def settle(self) -> None:
        """Measure every post of the window anew against every topic, as is done when a topic has grown."""
        for topic in list(self._topics.values()):
            if topic.name in self._topics:
                self._settle(topic)

    def topics(self) -> list[Found]:
        """All topics as they stand, oldest first; reading them changes nothing."""
        for topic in self._topics.values():
            topic.described = topic.described or self._as_found(topic)
        return [topic.described for topic in self._topics.values() if topic.described is not None]

    def _kept(self, seen: Seen) -> WindowPost:
        while len(self._posts) >= self._most:
            self._drop()
        self._turn += 1
        text = form(seen.title, seen.text)
        post = WindowPost(self._turn, seen.key, seen.number, seen.at, seen.area, seen.place, text)
        self._counts.add(post)
        self._holders.add(post)
        self._posts[post.turn] = post
        self._turns[post.key] = post.turn
        return post

    def _drop(self) -> None:
        """Let go of the oldest; what it held is still known to be said in the city, except what a topic held."""
        post = self._posts.pop(next(iter(self._posts)))
        del self._turns[post.key]
        topic = self._topics.get(post.topic)
        self._counts.leave(post, forget=topic is not None)
        self._holders.expire(post.turn)
        if topic is not None:
            self._release(topic, post)
            if not topic.members:
                self._forget(topic)

    def _joined(self, post: WindowPost) -> _Topic | None:
        """The topic a new post belongs to most, which takes it in."""
        leading = post.pairs[self._leading[post.pairs]].tolist()
        hits = Counter([name for pair in leading for name in self._leads[pair]])
        best, most = None, 0.0
        asked = (self._topics[name] for name, _ in hits.most_common(8))
        # Of most the post holds some pairs and not enough of them, which a plain sum tells soonest.
        likely = (one for one in asked if self._scale.may_belong(post.pairs, _ONE_POST, one.fingerprint)[0])
        for topic in likely:
            weight = float(self._scale.belonging([post], topic.fingerprint, topic.usual)[0])
            if weight > most:
                best, most = topic, weight
        if best is not None:
            self._take(best, post)
        return best

    def _take(self, topic: _Topic, post: WindowPost) -> None:
        post.topic = topic.name
        topic.members[post.turn] = post
        topic.described = None

    def _release(self, topic: _Topic, post: WindowPost) -> None:
        post.topic = ""
        del topic.members[post.turn]
        self._to_read(topic)

    def _to_read(self, topic: _Topic) -> None:
        """Let its words be read anew, from all it has now."""
        topic.described, topic.words, topic.read_until = None, None, self._turn

    def _common(self, posts: Sequence[WindowPost]) -> Common:
        return common_of(posts, self._counts.counts, self._counts.total, self._counts.present)

    def _coheres(self, fingerprint: Fingerprint, usual: float, posts: Sequence[WindowPost]) -> bool:
        """Whether one name runs through the posts as a place's, and they hold enough in common."""
        if usual < COHESION or fingerprint.thread < THREAD * len(posts):
            return False
        name = frozenset(fingerprint.core[fingerprint.named].tolist())
        here = sum(post.is_here(name) for post in posts)
        elsewhere = sum(post.is_elsewhere(name) for post in posts)
        return here >= PLACED * len(posts) and elsewhere <= ELSEWHERE * fingerprint.thread

    def _neighbours(self, post: WindowPost) -> list[WindowPost]:
        """Posts without a topic that share several rare pairs with this one, nearest first."""
        turns = self._counts.near(post, oldest=next(iter(self._posts)))
        others = (self._posts.get(turn) for turn in turns)
        return list(islice((other for other in others if other is not None and not other.topic), NEIGHBOURS))

    def _born(self, post: WindowPost) -> None:
        """A topic of this post and its neighbours, if they make one."""
        seed = min(self._enough, SEED)
        members = [post, *self._neighbours(post)]
        if len(members) < seed:
            return
        for _ in range(ROUNDS):
            common = self._common(members)
            able = self._able(members, common)
            # Most posts end here. Only the others are worth reading where names stand in them, which takes longest.
            if len(able) < seed or able[0] is not post:
                return
            fingerprint = common.named_by(members)
            weights = self._scale.belonging(able, fingerprint, 0.0)
            kept = [member for member, weight in zip(able, weights.tolist(), strict=True) if weight]
            if len(kept) < seed or kept[0] is not post:
                return
            settled, members = len(kept) == len(members), kept
            if settled:
                break
        usual = float(np.median(weights[weights > 0]))
        if not self._coheres(fingerprint, usual, members):
            return
        members.sort(key=lambda member: member.turn)
        first = "\n".join(member.key for member in members[: self._enough])
        topic = _Topic(sha256(first.encode()).hexdigest()[:16], fingerprint)
        self._topics[topic.name] = topic
        topic.usual = usual
        for member in members:
            self._take(topic, member)
        self._settle(topic)

    def _able(self, members: list[WindowPost], common: Common) -> list[WindowPost]:
        """Those that could belong, whatever turns out to be a name; none when the first of them could not."""
        if not common.core.size:
            return []
        # One post alone is soon weighed, and half of those that come end here.
        if not self._scale.could_alone(members[0], common):
            return []
        some = [members[n] for n in common.heavy]
        could = self._scale.could_belong(some, common)
        return [some[n] for n in np.flatnonzero(could).tolist()]

    def _settle(self, topic: _Topic) -> None:
        """Take in what belongs, let go what does not, until little changes; a topic that does not cohere ends."""
        fingerprint, usual = topic.fingerprint, topic.usual
        for _ in range(ROUNDS):
            members = list(topic.members.values())
            fingerprint = self._common(members).named_by(members)
            able = [other for other in self._candidates(fingerprint) if other.topic in ("", topic.name)]
            weights = self._scale.belonging(able, fingerprint, usual)
            belonging = {
                other.turn: other for other, weight in zip(able, weights.tolist(), strict=True) if weight
            }
            changed = len(belonging.keys() ^ topic.members.keys())
            for other in [other for turn, other in topic.members.items() if turn not in belonging]:
                self._release(topic, other)
            for turn, other in belonging.items():
                if turn not in topic.members:
                    self._take(topic, other)
            usual = float(np.median(weights[weights > 0])) if belonging else 0.0
            if len(belonging) < self._enough or changed <= STEADY * len(belonging):
                break
        members = list(topic.members.values())
        if len(members) < self._enough or not self._coheres(fingerprint, usual, members):
            self._forget(topic)
            return
        self._unlead(topic)
        topic.fingerprint, topic.usual = fingerprint, usual
        self._to_read(topic)
        for pair in fingerprint.core.tolist():
            self._leads.setdefault(pair, []).append(topic.name)
            self._leading[pair] = True
        topic.size_settled = len(topic.members)

    def _candidates(self, fingerprint: Fingerprint) -> list[WindowPost]:
        """The posts of the window that may belong."""
        posts = (self._posts.get(turn) for turn in self._holders.holding(fingerprint))
        return [post for post in posts if post is not None]

    def _unlead(self, topic: _Topic) -> None:
        if not topic.size_settled:
            return
        for pair in topic.fingerprint.core.tolist():
            self._leads[pair].remove(topic.name)
            if not self._leads[pair]:
                del self._leads[pair]
                self._leading[pair] = False

    def _forget(self, topic: _Topic) -> None:
        for post in list(topic.members.values()):
            self._release(topic, post)
        self._unlead(topic)
        del self._topics[topic.name]

    def _as_found(self, topic: _Topic) -> Found:
        members = [topic.members[turn] for turn in sorted(topic.members)]
        if topic.words is None:
            topic.words = describe(
                topic.fingerprint, [one for one in members if one.turn <= topic.read_until]
            )
        words, name = topic.words
        place = _most(post.place for post in members) or name
        shared = "、".join(f"“{word}”" for word in words[:4])
        where = f",地点多为{place}" if place and place not in words[:4] else ""
        return Found(
            topic.name,
            words,
            tuple(post.key for post in members),
            tuple(post.number for post in members),
            _most(post.area for post in members),
            place,
            round(len(members) / self._hours, 3),
            f"{len(members)} 条帖子都说到{shared}{where}",
        )


def _most(values: Iterable[str]) -> str:
    """The value at least half of the posts share."""
    counted = Counter(values)
    if not counted:
        return ""
    value, many = counted.most_common(1)[0]
    return value if 2 * many >= counted.total() else ""
