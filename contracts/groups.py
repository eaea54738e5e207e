"""Topic `groups`: what many people talk about at once. Writer: router, which sees the whole city."""

from contracts.facts import Fact


class TopicFound(Fact, frozen=True, kw_only=True, tag="topic.found.v1"):
    """Posts of several people within the window are about one matter."""

    topic: str
    words: tuple[str, ...]
    posts: tuple[str, ...]
    """Post ids, oldest first: the evidence."""
    numbers: tuple[str, ...] = ()
    area: str = ""
    place: str = ""
    growth: float = 0.0
    """Posts an hour over the window."""
    why: str = ""
    """Chinese, one line: what the posts share."""


class TopicGrown(Fact, frozen=True, kw_only=True, tag="topic.grown.v1"):
    """More posts joined a known topic."""

    topic: str
    words: tuple[str, ...]
    posts: tuple[str, ...]
    """The posts that joined since the topic was last spoken of."""
    numbers: tuple[str, ...] = ()
    size: int
    area: str = ""
    place: str = ""
    growth: float = 0.0
    why: str = ""


GroupFact = TopicFound | TopicGrown
