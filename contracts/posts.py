"""Topic `posts`: what citizens (and the moderators of what they wrote) did to a post. Writer: intake."""

from typing import Literal

from contracts.attachments import Attachment
from contracts.facts import Fact

PostKind = Literal["consult", "complaint", "suggestion", "mailbox", "debate", "survey"]
"""咨询, 投诉, 建言献策, 领导信箱, 热点评议, 问卷调查: the six kinds of the city's 2011 report."""


Origin = Literal["online", "telephone", "counter", "letter", "dialogue"]
"""网上, 电话(12345), 窗口, 来信, 对话 (a question that a dialogue left open): the way by which a post came."""


class PostReceived(Fact, frozen=True, kw_only=True, tag="post.received.v1"):
    """A citizen asked: committed in PostgreSQL before the citizen was answered 202."""

    number: str
    """The public number, as printed on the citizen's receipt."""
    kind: PostKind
    title: str
    text: str
    area: str = ""
    """Division code of the area the citizen chose, or empty."""
    place: str = ""
    public: bool = True
    hide_name: bool = False
    citizen: str
    """Keyed hash of the phone or openid that was typed, else the post id: for counting; it proves nobody's identity."""
    sealed: bytes = b""
    """Until there were two boxes: what both of them hold, under one key."""
    channels: tuple[str, ...] = ()
    """Channels by which the citizen can be told, best first: wechat, sms, mail. No address is among them."""
    sealed_contact: bytes = b""
    """Name, phone, openid and mail, under the post's key for its contact."""
    sealed_text: bytes = b""
    """The unmasked title, text and place, under the post's key for its texts."""
    addressee: str = ""
    """Code of the city leader to whom a letter (mailbox) is written, or empty."""
    origin: Origin = "online"
    entered_by: str = ""
    """Staff id of who wrote it down for a caller (代录); empty for a post that its author sent."""
    attachments: tuple[Attachment, ...] = ()
    sealed_attachments: bytes = b""
    """The keys of these files and their names as they were given, under the post's key for its texts."""
    sealed_point: bytes = b""
    """Where exactly it is, under the post's key for its texts: `longitude` and `latitude` in degrees with at most six decimals,
    as they were given and never converted; `datum`, which says from what they are counted: `gcj02` (WeChat and the maps of
    China), or `wgs84` (satellites and browsers); `street_address`, a line of words. Empty without any of it."""


class PostHeld(Fact, frozen=True, kw_only=True, tag="post.held.v1"):
    """Moderation keeps the post from public view until a person has looked at it; its clock runs on."""

    reason: str
    by: str = ""
    """The moderator; empty when the word list held it."""


class PostReleased(Fact, frozen=True, kw_only=True, tag="post.released.v1"):
    """A moderator found nothing against showing the post."""

    reason: str = ""
    by: str


class PostHidden(Fact, frozen=True, kw_only=True, tag="post.hidden.v1"):
    """A moderator took the post out: it is not shown, not counted, and its clock ends."""

    reason: str
    by: str


class HidingAppealed(Fact, frozen=True, kw_only=True, tag="post.hiding-appealed.v1"):
    """The author of a hidden post asks that somebody looks at it again; once for each hiding."""

    reason: str


class HidingUpheld(Fact, frozen=True, kw_only=True, tag="post.hiding-upheld.v1"):
    """A moderator looked again: the post stays hidden."""

    reason: str
    by: str


class PostRestored(Fact, frozen=True, kw_only=True, tag="post.restored.v1"):
    """A hidden post was put back: it is shown, counted and handled as before, and the time in which it was hidden is nobody's."""

    reason: str
    by: str


class PostFollowedUp(Fact, frozen=True, kw_only=True, tag="post.followed-up.v1"):
    """The citizen added something to an own post."""

    follow_up: str
    text: str
    sealed: bytes = b""
    """The unmasked text, under the post's key for its texts; empty once the post was erased."""
    attachments: tuple[Attachment, ...] = ()
    sealed_attachments: bytes = b""
    """As in PostReceived."""


class PostSupported(Fact, frozen=True, kw_only=True, tag="post.supported.v1"):
    """A neighbour has the same matter at heart ("me too")."""

    supporter: str
    """Keyed hash of the supporter; one voice each."""
    signed: bool = False
    """A phone or openid was typed, so that the hash is a person's, as `citizen` in PostReceived: for counting alone."""


class FollowerJoined(Fact, frozen=True, kw_only=True, tag="post.follower-joined.v1"):
    """Somebody left a contact to be told what publicly becomes of the post; after a FollowerLeft it may be said again."""

    follower: str
    """Keyed hash of post and contact: the same contact follows a post once, and is nobody elsewhere."""
    channels: tuple[str, ...]
    """As in PostReceived."""
    sealed_contact: bytes
    """Phone, openid and mail, under a key that is the follower's alone."""


class FollowerLeft(Fact, frozen=True, kw_only=True, tag="post.follower-left.v1"):
    """The key of a follower's contact is destroyed: they are told nothing more about this post. Their voice stays counted."""

    follower: str
    """As in FollowerJoined."""


class PostWithdrawn(Fact, frozen=True, kw_only=True, tag="post.withdrawn.v1"):
    """The citizen took the post back: it is not counted and its clock ends."""


class PostsGrouped(Fact, frozen=True, kw_only=True, tag="post.grouped.v1"):
    """This post and others are one matter; said once about each member. Each keeps its own clock."""

    group: str
    lead: str
    """Post id of the member whose published reply answers them all."""
    lead_number: str
    members: tuple[str, ...]
    by: str


class PostUngrouped(Fact, frozen=True, kw_only=True, tag="post.ungrouped.v1"):
    """This post left its group and goes on as if it had never been in it."""

    group: str
    by: str


class PreferenceChosen(Fact, frozen=True, kw_only=True, tag="preference.chosen.v1"):
    """The author said by which channel, and whether at night, they are told about this post."""

    channel: Literal["best", "wechat", "sms", "mail", "none"]
    """best: the best that the contact holds, else the next; none: they are told nothing any more."""
    at_night: bool = False
    """Also in the hours in which citizens are not disturbed."""


class CitizenErased(Fact, frozen=True, kw_only=True, tag="post.citizen-erased.v1"):
    """The keys of this post's sealed boxes are destroyed; figures do not change."""

    citizen: str
    """As in PostReceived; the citizen's other posts are not touched."""


PostFact = (
    PostReceived
    | PostHeld
    | PostReleased
    | PostHidden
    | HidingAppealed
    | HidingUpheld
    | PostRestored
    | PostFollowedUp
    | PostSupported
    | FollowerJoined
    | FollowerLeft
    | PostWithdrawn
    | PostsGrouped
    | PostUngrouped
    | PreferenceChosen
    | CitizenErased
)
