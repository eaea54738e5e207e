"""Hot topics: posts of one matter found while they come in, over a sliding window. Pure.

Posts of a campaign share few phrases: a name that is rare elsewhere, and some of the matter's words. So a
topic is a profile: the character pairs its posts hold much more often than all others do. A post belongs to
it when it holds several separate pieces of that profile (neighbouring pairs are one piece), a name and
something of the matter, whose weights reach a mark; a post that names nothing must hold much more. A topic
is born from a post and those before it that share rare pieces with it, once enough of them belong to their
own common profile and one name runs through them: without a name, posts on lifts or on exams all over a city
would pass for one matter. Then, and each time it has grown, it takes in the posts of the window that belong
and lets go those that do not; every post is measured against the profile, none against a neighbour, so
that topics do not spread by chains.

All pairs are hashed to 2^20 numbers. Memory is bounded: at most `most` posts, their pairs in one ring.
"""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

import numpy as np
import rjieba
from msgspec import Struct
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Weights = NDArray[np.float32]

LONGEST: Final = 500
"""Characters of a post that are looked at, title first."""
BITS: Final = 20
NOTHING: Final = 0
"""The number of a pair with a mark or a space in it."""
RING: Final = 250
"""Different pairs of a post for which the ring has room, on average; longer posts push old ones out sooner."""
MEMORY: Final = 40_000
"""Posts after which counts are halved: what is common changes slowly. Posts that left the window as a topic's
are not counted: a matter that goes on for weeks must not become an everyday one."""
PRIOR: Final = 100.0
"""Posts without a pair that are added to the count of all others: little seen, little believed."""

FAR: Final = 96
"""Posts with the same pair that are looked at, newest first."""
RARE: Final = 0.02
"""A pair in a larger share of all posts leads to no neighbours."""
LOOKED_UP: Final = 128
SEED: Final = 5
"""Posts a topic is born from, if it has enough when it has taken in all that belong."""
NEIGHBOURS: Final = 40
NEAR: Final = 10.0
"""Weight two posts must share to be neighbours."""

LIFT: Final = 2.5
"""log of how much likelier a pair must be in a topic than elsewhere to count, and taken off its weight."""
HEAVIEST: Final = 5.0
CORE: Final = 80
"""Pairs of a profile."""
REST: Final = 0.15
"""Within a piece, the heaviest pair counts in full and the others by so much."""
PIECES: Final = 2
BELONGS: Final = 6.4
"""Weight of a profile a post must hold to belong."""
MATTER: Final = 1.5
"""Of that, the weight besides names: a place alone is no matter."""
NAMELESS: Final = 8.0
"""Weight a post that holds no name of the topic must hold, at least."""
NAMELESS_USUAL: Final = 0.35
"""And so much of what its posts usually hold."""
CHANCE: Final = 60
"""Characters of a nameless post that hold a weight of 1 by chance."""
CHANCE_NAMED: Final = 200

EXCLUSIVE: Final = 0.5
"""Of the window's posts that hold a topic's name, so many are its own."""
CALLED: Final = 0.3
"""A pair is of a name when it reads like one in so many of the posts that hold it; word cutting often errs."""
USED: Final = 0.15
"""And in so many after "in" or "to", or with "road", "estate" or the like at its end."""
NAME: Final = 2.0
"""Weight of a pair that may be of a name."""
THREAD: Final = 0.4
"""Share of a topic's posts that hold one and the same name."""
ELSEWHERE: Final = 0.25
"""Share of a topic's posts that may name another place instead."""
COHESION: Final = 12.0
"""Weight of the profile that half of a topic's posts must hold."""
NAMELESS_COHESION: Final = 22.0
NAMELESS_THREAD: Final = 0.6
"""The same for a topic without a name, which nothing but one wording makes a matter."""
BURST: Final = 4.0
"""And how much oftener its first pairs come than before the window; with no such memory, there is none."""
ROUNDS: Final = 4
WORDS: Final = 6
SHOWN: Final = 40
"""Posts read for a topic's words."""

_LINK: Final = re.compile(r"(?:https?://|www\.)[\x21-\x7e]+", re.IGNORECASE)
_STRONG_ENDS: Final = frozenset(
    [
        "小区",
        "花园",
        "家园",
        "新村",
        "公寓",
        "广场",
        "大厦",
        "名城",
        "名邸",
        "华府",
        "大道",
        "大街",
        "新城",
        "国际",
        "雅苑",
        "佳苑",
        "嘉园",
    ]
)
"""What names of estates and squares end in, whatever stands before."""
_NAME_ENDS: Final = _STRONG_ENDS | frozenset(
    [
        "路",
        "街",
        "巷",
        "镇",
        "乡",
        "村",
        "里",
        "苑",
        "园",
        "城",
        "府",
        "湾",
        "庭",
        "郡",
        "居",
        "轩",
        "阁",
        "期",
        "组",
        "桥",
        "厂",
        "社区",
        "街道",
        "工业园",
        "开发区",
        "公司",
        "集团",
        "小学",
        "中学",
        "学校",
        "幼儿园",
        "医院",
        "商场",
        "超市",
        "市场",
        "酒店",
        "工地",
    ]
)
"""What names end in after something that is no everyday word."""
_WHERE: Final = "里上下中内外边"
_COUNTING: Final = "一二三四五六七八九十几两0123456789"
_NAME_ENDINGS: Final = tuple(_NAME_ENDS)
_BEFORE_PLACES: Final = frozenset(
    ["在", "到", "去", "往", "从", "至", "离", "距", "位于", "住在", "来到", "距离"]
)
_HOLLOW: Final = tuple("updcrymtkzef")
"""Tags of words that tell nothing of a matter."""
_JOINING: Final = tuple("nabjmq")
"""Tags of words that may be parts of one name."""
_LONGEST_NAME: Final = 10
_ONE: Final = np.uint32(2_654_435_761)
"""Knuth's multiplier, the golden ratio of 2^32."""
_TWO: Final = np.uint32(2_246_822_519)
_MIX: Final = np.uint32(3_266_489_917)
"""Odd constants of the public-domain hash xxHash32."""


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


class Grown(Struct, frozen=True):
    """More posts joined a topic since it was last spoken of."""

    topic: str
    words: tuple[str, ...]
    posts: tuple[str, ...]
    """Keys of the posts that joined, oldest first."""
    numbers: tuple[str, ...]
    size: int
    area: str
    place: str
    growth: float
    why: str


class _Post:
    """What is kept of a post of the window."""

    __slots__ = (
        "_names",
        "area",
        "at",
        "key",
        "number",
        "pairs",
        "place",
        "sequence",
        "text",
        "topic",
        "turn",
    )

    def __init__(self, post: Seen, turn: int, text: str, sequence: Numbers, pairs: Numbers) -> None:
        self.key, self.number, self.at, self.area, self.place = (
            post.key,
            post.number,
            post.at,
            post.area,
            post.place,
        )
        self.turn, self.text, self.sequence, self.pairs = turn, text, sequence, pairs
        self.topic: _Topic | None = None
        self._names: tuple[frozenset[int], frozenset[int]] | None = None

    @property
    def names(self) -> tuple[frozenset[int], frozenset[int]]:
        """Pairs of its names, and those used as a place's; read off once, when first asked for."""
        if self._names is None:
            self._names = _name_pairs(self.text, self.sequence)
        return self._names


class _Profile(Struct, frozen=True):
    """What posts of a topic hold more often than others do, heaviest first."""

    core: Numbers
    weights: Weights
    held: Numbers
    """How many of the posts hold each pair."""
    named: NDArray[np.bool_]
    """Which pairs are of names."""
    usual: float = 0.0
    """Weight half of the posts hold."""

    @property
    def thread(self) -> int:
        """How many posts hold the commonest name."""
        return int(self.held[self.named].max(initial=0))


class _Topic:
    """A topic of the window."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.members: dict[int, _Post] = {}
        self.untold: set[int] = set()
        self.told: set[int] = set()
        self.size_settled = 0
        self.size_told = 0
        self.profile: _Profile | None = None


class TopicWindow:
    """The topics among the posts of the last `hours`, at most the newest `most` posts.

    A topic is found when it has `enough` posts, and grown when it gained `enough` again or, if that is
    more, a `share` of its size.
    """

    def __init__(self, hours: float = 72, enough: int = 5, share: float = 0.25, most: int = 10_000) -> None:
        self._hours, self._enough, self._share, self._most = hours, enough, share, most
        self._window = timedelta(hours=hours)
        self._seed = min(enough, SEED)
        size = 1 << BITS
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._posts: dict[int, _Post] = {}
        self._order: deque[int] = deque()
        self._turns: dict[str, int] = {}
        self._turn = 0
        self._counts: NDArray[np.int32] = np.zeros(size, dtype=np.int32)
        self._total = 0
        self._present: NDArray[np.int32] = np.zeros(size, dtype=np.int32)
        self._room = max(most, 64) * RING
        self._head: Numbers = np.zeros(size, dtype=np.int64)
        self._back: NDArray[np.int32] = np.zeros(self._room, dtype=np.int32)
        self._who: Numbers = np.zeros(self._room, dtype=np.int64)
        self._written = 1
        self._starts: dict[int, int] = {}
        self._marks: Weights = np.zeros(size, dtype=np.float32)
        self._name_marks: NDArray[np.bool_] = np.zeros(size, dtype=np.bool_)
        self._topics: dict[str, _Topic] = {}
        self._leads: dict[int, list[_Topic]] = {}

    def __len__(self) -> int:
        return len(self._posts)

    def see(self, seen: Seen) -> list[Found | Grown]:
        """Take a post in; what is to be told because of it.

        A post seen before, or older than the window, changes nothing.
        """
        if seen.key in self._turns or self._latest - seen.at > self._window:
            return []
        self.expire(seen.at)
        post = self._kept(seen)
        topic = self._joined(post)
        if topic is None:
            topic = self._born(post)
        elif len(topic.members) >= topic.size_settled * (1 + self._share):
            self._settle(topic)
        if topic is None or topic.name not in self._topics:
            return []
        return self._told(topic)

    def expire(self, now: datetime) -> None:
        """Let go of posts older than the window; a time before the latest one means that one."""
        self._latest = max(self._latest, now)
        while self._order and self._latest - self._posts[self._order[0]].at > self._window:
            self._drop()

    def topics(self) -> list[Found]:
        """All topics as they stand, settled once more, oldest first."""
        for topic in list(self._topics.values()):
            if topic.name in self._topics:
                self._settle(topic)
        return [self._as_found(topic) for topic in self._topics.values()]

    def _kept(self, seen: Seen) -> _Post:
        text = _form(seen.title, seen.text)
        sequence = _sequence(text)
        pairs = np.unique(sequence)
        pairs = pairs[pairs != NOTHING]
        while self._order and (
            len(self._order) >= self._most
            or self._written + pairs.size - self._starts[self._order[0]] > self._room
        ):
            self._drop()
        self._turn += 1
        post = _Post(seen, self._turn, text, sequence, pairs)
        here = np.arange(self._written, self._written + pairs.size)
        before = self._head[pairs]
        back = here - before
        back[(before == 0) | (back >= self._room)] = 0
        slots = here % self._room
        self._back[slots] = back
        self._who[slots] = post.turn
        self._head[pairs] = here
        self._starts[post.turn] = self._written
        self._written += pairs.size
        self._present[pairs] += 1
        self._counts[pairs] += 1
        self._total += 1
        if self._total >= MEMORY:
            self._counts >>= 1
            self._total >>= 1
        self._posts[post.turn] = post
        self._turns[post.key] = post.turn
        self._order.append(post.turn)
        return post

    def _drop(self) -> None:
        turn = self._order.popleft()
        post = self._posts.pop(turn)
        del self._starts[turn], self._turns[post.key]
        self._present[post.pairs] -= 1
        topic = post.topic
        if topic is not None:
            self._counts[post.pairs] = np.maximum(self._counts[post.pairs] - 1, self._present[post.pairs])
            self._total -= 1
            self._release(topic, post)
            topic.told.discard(turn)
            if not topic.members:
                self._forget(topic)

    def _holders(self, pairs: Numbers) -> tuple[Numbers, Numbers]:
        """Which posts of the window hold which of these pairs: indexes of pairs, turns of posts."""
        at, which = self._head[pairs], np.arange(pairs.size)
        oldest = self._starts[self._order[0]]
        found_which, found_turns = [which[:0]], [which[:0]]
        for _ in range(FAR):
            alive = at >= oldest
            if not alive.all():
                at, which = at[alive], which[alive]
            if not at.size:
                break
            slots = at % self._room
            found_which.append(which)
            found_turns.append(self._who[slots])
            back = self._back[slots]
            at = np.where(back == 0, 0, at - back)
        return np.concatenate(found_which), np.concatenate(found_turns)

    def _joined(self, post: _Post) -> _Topic | None:
        """The topic a new post belongs to most, which takes it in."""
        hits: Counter[str] = Counter()
        for pair in post.pairs.tolist():
            for topic in self._leads.get(pair, ()):
                hits[topic.name] += 1
        best, most = None, 0.0
        for name, count in hits.most_common(8):
            topic = self._topics[name]
            if count < PIECES or topic.profile is None:
                continue
            weight = self._belonging([post], topic.profile)[0]
            if weight > most:
                best, most = topic, weight
        if best is not None:
            self._take(best, post)
        return best

    def _take(self, topic: _Topic, post: _Post) -> None:
        post.topic = topic
        topic.members[post.turn] = post
        if post.turn not in topic.told:
            topic.untold.add(post.turn)

    def _release(self, topic: _Topic, post: _Post) -> None:
        post.topic = None
        del topic.members[post.turn]
        topic.untold.discard(post.turn)

    def _profile(self, posts: Sequence[_Post]) -> _Profile:
        n = len(posts)
        pairs, held = np.unique(np.concatenate([post.pairs for post in posts]), return_counts=True)
        some = held >= max(3, 0.15 * n)
        pairs, held = pairs[some], held[some]
        others = np.maximum(self._counts[pairs] - held, 0) + 0.5
        rate = others / (max(self._total - n, 0) + PRIOR)
        lift = np.log(held / (n + 1) / rate)
        weights = np.minimum(lift - LIFT, HEAVIEST) * np.sqrt(np.minimum(1, 2 * held / n))
        good = np.flatnonzero(weights > 0)
        good = good[np.argsort(-weights[good], kind="stable")[:CORE]]
        core, weights, held = pairs[good], weights[good].astype(np.float32), held[good]
        able = (weights >= NAME) & (held >= EXCLUSIVE * self._present[core])
        called = Counter(pair for post in posts for pair in post.names[0])
        used = Counter(pair for post in posts for pair in post.names[1])
        calls = np.array([called[pair] for pair in core.tolist()], dtype=np.int64)
        uses = np.array([used[pair] for pair in core.tolist()], dtype=np.int64)
        return _Profile(core, weights, held, able & (calls >= CALLED * held) & (uses >= USED * held))

    def _belonging(self, posts: Sequence[_Post], profile: _Profile) -> Weights:
        """What each post holds of a profile; 0 for one that does not belong."""
        self._marks[profile.core] = profile.weights
        names = profile.core[profile.named]
        self._name_marks[names] = True
        total, matter, pieces = _weighed(posts, self._marks, self._name_marks)
        self._marks[profile.core] = 0
        self._name_marks[names] = False
        named = matter < total
        length = np.array([len(post.text) for post in posts])
        mark = np.where(
            named,
            BELONGS + length / CHANCE_NAMED,
            np.maximum(NAMELESS, NAMELESS_USUAL * profile.usual) + length / CHANCE,
        )
        total[(total < mark) | (pieces < PIECES) | (matter < MATTER)] = 0
        return total

    def _coheres(self, profile: _Profile, posts: Sequence[_Post]) -> bool:
        """Whether one name runs through the posts, and they hold enough in common."""
        many = len(posts)
        if profile.thread >= THREAD * many:
            core, names = frozenset(profile.core.tolist()), profile.core[profile.named].tolist()
            nameless = (post for post in posts if not np.isin(post.pairs, names).any())
            elsewhere = sum(bool(post.names[1] - core) for post in nameless)
            return profile.usual >= COHESION and elsewhere <= ELSEWHERE * many
        strongest = int(profile.held[profile.weights >= NAME].max(initial=0))
        if profile.usual < NAMELESS_COHESION or strongest < NAMELESS_THREAD * many:
            return False
        window = len(self._posts)
        before = self._total - window
        if before < window:
            return False
        first = profile.core[:10]
        earlier = np.maximum(self._counts[first] - self._present[first], 0) / before
        return bool(np.median(profile.held[:10] / window / (earlier + 0.5 / before)) >= BURST)

    def _neighbours(self, post: _Post) -> list[_Post]:
        """Posts without a topic that share several rare pieces with this one, nearest first."""
        counts = self._counts[post.pairs]
        able = (counts >= 3) & (counts <= max(RARE * self._total, 8))
        pairs, counts = post.pairs[able], counts[able]
        if pairs.size > LOOKED_UP:
            rarest = np.argsort(counts, kind="stable")[:LOOKED_UP]
            pairs, counts = pairs[rarest], counts[rarest]
        weights = np.log((self._total + PRIOR) / counts).astype(np.float32)
        which, turns = self._holders(pairs)
        if not turns.size:
            return []
        oldest = self._order[0]
        sums = np.bincount(turns - oldest, weights[which])
        near = np.flatnonzero(sums >= NEAR)
        near = near[np.argsort(-sums[near], kind="stable")[: 2 * NEIGHBOURS]]
        others = [self._posts[turn] for turn in (near + oldest).tolist() if turn != post.turn]
        others = [other for other in others if other.topic is None]
        if len(others) + 1 < self._seed:
            return []
        self._marks[pairs] = weights
        total, _, pieces = _weighed(others, self._marks, self._name_marks)
        self._marks[pairs] = 0
        total[pieces < PIECES] = 0
        ranked = np.argsort(-total, kind="stable")[:NEIGHBOURS].tolist()
        return [others[n] for n in ranked if total[n] >= NEAR]

    def _born(self, post: _Post) -> _Topic | None:
        """A topic of this post and its neighbours, if they make one."""
        members = [post, *self._neighbours(post)]
        if len(members) < self._seed:
            return None
        for _ in range(ROUNDS):
            profile = self._profile(members)
            weights = self._belonging(members, profile)
            kept = [member for member, weight in zip(members, weights.tolist()) if weight]
            if len(kept) < self._seed:
                return None
            settled, members = len(kept) == len(members), kept
            if settled:
                break
        if post not in members:
            return None
        profile = _with_usual(profile, weights[weights > 0])
        if not self._coheres(profile, members):
            return None
        members.sort(key=lambda member: member.turn)
        first = "\n".join(member.key for member in members[: self._enough])
        topic = _Topic(sha256(first.encode()).hexdigest()[:16])
        if topic.name in self._topics:
            return None
        self._topics[topic.name] = topic
        for member in members:
            self._take(topic, member)
        topic.profile = profile
        self._settle(topic)
        return topic if topic.name in self._topics else None

    def _settle(self, topic: _Topic) -> None:
        """Take in what belongs, let go what does not, until little changes; a topic that does not cohere ends."""
        usual = topic.profile.usual if topic.profile is not None else 0.0
        for _ in range(ROUNDS):
            profile = self._profile(list(topic.members.values()))
            profile = _with_usual(profile, np.array([usual]))
            candidates = self._candidates(profile)
            candidates |= topic.members
            able = [other for other in candidates.values() if other.topic is None or other.topic is topic]
            weights = self._belonging(able, profile)
            belonging = {other.turn: other for other, weight in zip(able, weights.tolist()) if weight}
            changed = len(belonging.keys() ^ topic.members.keys())
            for other in [other for turn, other in topic.members.items() if turn not in belonging]:
                self._release(topic, other)
            for turn, other in belonging.items():
                if turn not in topic.members:
                    self._take(topic, other)
            profile = _with_usual(profile, weights[weights > 0])
            usual = profile.usual
            if len(belonging) < self._enough or changed <= 0.05 * len(belonging):
                break
        members = list(topic.members.values())
        if len(members) < self._enough or not self._coheres(profile, members):
            self._forget(topic)
            return
        self._unlead(topic)
        topic.profile = profile
        for pair in profile.core.tolist():
            self._leads.setdefault(pair, []).append(topic)
        topic.size_settled = len(topic.members)

    def _candidates(self, profile: _Profile) -> dict[int, _Post]:
        which, turns = self._holders(profile.core)
        if not turns.size:
            return {}
        oldest = self._order[0]
        sums = np.bincount(turns - oldest, profile.weights[which])
        return {turn: self._posts[turn] for turn in (np.flatnonzero(sums >= BELONGS) + oldest).tolist()}

    def _unlead(self, topic: _Topic) -> None:
        if topic.profile is None or not topic.size_settled:
            return
        for pair in topic.profile.core.tolist():
            self._leads[pair].remove(topic)
            if not self._leads[pair]:
                del self._leads[pair]

    def _forget(self, topic: _Topic) -> None:
        for post in list(topic.members.values()):
            self._release(topic, post)
        self._unlead(topic)
        del self._topics[topic.name]

    def _told(self, topic: _Topic) -> list[Found | Grown]:
        size = len(topic.members)
        if not topic.size_told:
            topic.size_told, topic.told, topic.untold = size, set(topic.members), set()
            return [self._as_found(topic)]
        if len(topic.untold) < max(self._enough, self._share * topic.size_told):
            return []
        joined = [topic.members[turn] for turn in sorted(topic.untold)]
        topic.size_told = size
        topic.told |= topic.untold
        topic.untold = set()
        whole = self._as_found(topic)
        return [
            Grown(
                topic.name,
                whole.words,
                tuple(post.key for post in joined),
                tuple(post.number for post in joined),
                size,
                whole.area,
                whole.place,
                whole.growth,
                whole.why,
            )
        ]

    def _as_found(self, topic: _Topic) -> Found:
        members = [topic.members[turn] for turn in sorted(topic.members)]
        words, name = self._words(topic, members)
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

    def _words(self, topic: _Topic, members: list[_Post]) -> tuple[tuple[str, ...], str]:
        """Telling words, best first, and the name most posts hold, in its fullest common form."""
        profile = topic.profile
        if profile is None:
            return (), ""
        self._marks[profile.core] = profile.weights
        named = set(profile.core[profile.named].tolist())
        words: Counter[str] = Counter()
        names: Counter[str] = Counter()
        value: dict[str, float] = {}
        step = max(1, len(members) // SHOWN)
        for post in members[::step]:
            weights = self._marks[post.sequence].tolist()
            is_name = [number in named for number in post.sequence.tolist()]
            here = dict(_phrases(post.text, weights))
            value |= here
            words.update(here.keys())
            names.update(set(_names(post.text, is_name)))
        self._marks[profile.core] = 0
        ranked = sorted(words, key=lambda word: (-value[word] * words[word], word))
        name = _fullest(names)
        chosen = [name] if name else []
        for word in ranked:
            if words[word] >= 2 and not any(word in other or other in word for other in chosen):
                chosen.append(word)
                if len(chosen) == WORDS:
                    break
        return tuple(chosen), name


def _with_usual(profile: _Profile, weights: Weights | NDArray[np.float64]) -> _Profile:
    usual = float(np.median(weights)) if weights.size else 0.0
    return _Profile(profile.core, profile.weights, profile.held, profile.named, usual)


def _form(title: str, text: str) -> str:
    """Title and text in lower case, without addresses of pages, a space for every mark."""
    whole = f"{title} {text}" if title and title not in text else text
    if "." in whole:
        whole = _LINK.sub(" ", whole)
    return "".join([sign if sign.isalnum() else " " for sign in whole[:LONGEST].lower()])


def _sequence(form: str) -> Numbers:
    """The numbers of the pairs of a form in order, NOTHING where a mark or space is."""
    points = np.frombuffer(form.encode("utf-32-le", "replace"), dtype=np.uint32)
    if points.size < 2:
        return np.empty(0, dtype=np.int64)
    mixed = ((points[:-1] * _TWO) ^ (points[1:] * _ONE)) * _MIX >> np.uint32(32 - BITS)
    gap = points == ord(" ")
    mixed[gap[:-1] | gap[1:]] = NOTHING
    return mixed.astype(np.int64)


def _weighed(
    posts: Sequence[_Post], marks: Weights, names: NDArray[np.bool_]
) -> tuple[Weights, Weights, Numbers]:
    """For each post, the weight of all its marked pieces and of those without a name, and how many there are.

    A piece is a run of marked pairs; a pair counts once in a post, the heaviest of a piece in full.
    """
    many = len(posts)
    lengths = np.array([post.sequence.size + 1 for post in posts])
    gap = np.zeros(1, dtype=np.int64)
    whole = np.concatenate([part for post in posts for part in (post.sequence, gap)])
    held = marks[whole]
    places = np.flatnonzero(held)
    if not places.size:
        return np.zeros(many, np.float32), np.zeros(many, np.float32), np.zeros(many, np.int64)
    owner = np.repeat(np.arange(many), lengths)[places]
    _, first = np.unique((owner << BITS) | whole[places], return_index=True)
    first.sort()
    places, owner = places[first], owner[first]
    held = held[places]
    starts = np.flatnonzero(np.diff(places, prepend=-9) > 1)
    top = np.maximum.reduceat(held, starts)
    piece = top + np.float32(REST) * (np.add.reduceat(held, starts) - top)
    nameless = ~np.logical_or.reduceat(names[whole[places]], starts)
    of = owner[starts]
    total = np.bincount(of, piece, many).astype(np.float32)
    matter = np.bincount(of[nameless], piece[nameless], many).astype(np.float32)
    return total, matter, np.bincount(of, minlength=many)


def _name_pairs(text: str, sequence: Numbers) -> tuple[frozenset[int], frozenset[int]]:
    """The pairs in what reads like a name, and those of them in names used as a place's or a company's."""
    called: list[int] = []
    used: list[int] = []
    span: list[int] = []
    here, before, sure = 0, ("", "x"), False
    for word, tag in [*rjieba.tag(text), ("", "x")]:
        joins = here > 0 and _joins_a_name(before, (word, tag))
        is_name = _names_something(word, tag)
        if span and not joins:
            sure = sure or word in _NAME_ENDS
            called += span
            used += span if sure else []
            span, sure = [], False
        if joins:
            sure = sure or before[0].endswith(_NAME_ENDINGS)
            span.append(here - 1)
        if is_name:
            sure = sure or before[0] in _BEFORE_PLACES
            span.extend(range(here, here + len(word) - 1))
        if span:
            sure = sure or word.endswith(_NAME_ENDINGS)
        here, before = here + len(word), (word, tag)
    nothing = {NOTHING}
    return (
        frozenset(sequence[called].tolist() if called else ()) - nothing,
        frozenset(sequence[used].tolist() if used else ()) - nothing,
    )


def _names_something(word: str, tag: str) -> bool:
    """A place of the dictionary, or a noun or name no dictionary has."""
    if len(word) < 2 or not tag.startswith("n"):
        return False
    if word[0] in _COUNTING or (len(word) == 2 and word[1] in _WHERE):
        return False
    return tag == "ns" or not rjieba.has_word(word)


def _joins_a_name(before: tuple[str, str], after: tuple[str, str]) -> bool:
    """Whether two words in a row are parts of one name, which ends with what names end in."""
    (first, first_tag), (last, last_tag) = before, after
    if not first_tag.startswith(_JOINING) or not last.strip():
        return False
    named = _names_something(first, first_tag)
    if last in _NAME_ENDS:
        return named or last in _STRONG_ENDS or (first_tag.startswith("a") and len(first) > 1)
    if not last_tag.startswith(_JOINING) or first.endswith(_NAME_ENDINGS):
        return False
    return named or (len(first) == 1 and first_tag.startswith("n") and _names_something(last, last_tag))


def _phrases(text: str, weights: Sequence[float]) -> Iterator[tuple[str, float]]:
    """Words of a text, and two or three in a row that may be one name, all of whose pairs have weight, and that weight."""
    tokens = rjieba.tag(text)
    start = 0
    for n, (word, tag) in enumerate(tokens):
        end = start + len(word)
        if len(word) >= 2 and not tag.startswith(_HOLLOW):
            least = min(weights[start : end - 1])
            if least > 0:
                yield word, least * (end - start - 1) ** 0.5
        until = end
        for next_word, next_tag in tokens[n + 1 : n + 3]:
            if not (tag.startswith(_JOINING) and next_tag.startswith(_JOINING)):
                break
            until += len(next_word)
            if until - start > _LONGEST_NAME:
                break
            least = min(weights[start : until - 1])
            if least <= 0:
                break
            yield text[start:until], least * (until - start - 1) ** 0.5
        start = end


def _names(text: str, is_name: Sequence[bool]) -> Iterator[str]:
    """The names in a text: words in a row joined by pairs of names, and what names end in after them."""
    name, here = "", 0
    for token in rjieba.cut(text):
        after = here + len(token)
        inside = any(is_name[here : after - 1])
        joined = 0 < here <= len(is_name) and is_name[here - 1]
        if name and (joined or inside or token in _NAME_ENDS) and len(name) + len(token) <= _LONGEST_NAME:
            name += token
        else:
            if len(name) >= 2:
                yield name
            begins = inside or (after <= len(is_name) and is_name[after - 1])
            name = token if begins and token.strip() else ""
        if not token.strip():
            name = ""
        here = after
    if len(name) >= 2:
        yield name


def _fullest(names: Counter[str]) -> str:
    """The name most posts hold, or a longer one with it inside that at least a third as many hold."""
    if not names:
        return ""
    best = max(names, key=lambda name: (sum(many for other, many in names.items() if name in other), name))
    fuller = [name for name in names if best in name and 3 * names[name] >= names[best]]
    return max(fuller, key=lambda name: (names[name] * len(name), name), default=best)


def _most(values: Iterable[str]) -> str:
    """The value at least half of the posts share."""
    counted = Counter(values)
    if not counted:
        return ""
    value, many = counted.most_common(1)[0]
    return value if 2 * many >= counted.total() else ""
