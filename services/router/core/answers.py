"""What router answers, shape by shape; the OpenAPI schemas follow from these."""

from datetime import datetime
from typing import Literal, TypedDict

from services.router.core.case import Decided, Returned


class AlikePost(TypedDict):
    """A post like another one, and how it stands."""

    number: str
    title: str
    score: float
    """Share of what both say, 0 to 1."""
    state: Literal["answered", "open"]
    supports: int
    department: str
    department_name: str
    received_at: datetime


class AlikePosts(TypedDict):
    """Posts alike, best first."""

    posts: list[AlikePost]


class PostOfTopic(TypedDict):
    """A post that a topic rests on."""

    number: str
    title: str


class StandingTopic(TypedDict):
    """What many people have posted about."""

    topic: str
    words: tuple[str, ...]
    area: str
    area_name: str
    place: str
    size: int
    growth: float
    """Posts an hour over the window."""
    why: str
    first_at: datetime | None
    last_at: datetime | None
    posts: list[PostOfTopic]


class StandingTopics(TypedDict):
    """The topics that stand, the largest first."""

    as_of: datetime
    topics: list[StandingTopic]


class Assignment(TypedDict):
    """Whose case it is and was, and why; `similar` is how the city decided of posts alike."""

    number: str
    department: str
    assisting: tuple[str, ...]
    held: bool
    meeting: bool
    decisions: tuple[Decided, ...]
    returns: tuple[Returned, ...]
    similar: list[AlikePost]


class StoredModel(TypedDict):
    """A model file that was stored."""

    checksum: str
    version: str
    threshold: float
    classes: int
    bytes: int
    by: str
    at: datetime


class ModelChange(TypedDict):
    """A change-over to a model; without a checksum, to none."""

    at: datetime
    version: str
    checksum: str
    threshold: float
    by: str


class ModelList(TypedDict):
    """The model files stored, oldest first, and every change-over."""

    models: list[StoredModel]
    activated: list[ModelChange]


class ModelKept(TypedDict):
    """A model file that is stored now."""

    checksum: str
    version: str
    threshold: float
