"""Topic `notices`: what was told to whom, by kind and channel, never by name. Writer: notifier."""

from typing import Literal

from contracts.facts import Fact

Audience = Literal["citizen", "clerk", "leader", "supervisor", "mayor"]
Channel = Literal["wechat", "sms", "mail", "robot"]
"""WeChat subscription message · SMS · mail · the department's group robot."""


class NoticeSent(Fact, frozen=True, kw_only=True, tag="notice.sent.v1"):
    """The gateway took the notice."""

    notice: str
    """Derived from cause event, kind, recipient and channel: the same notice is never another one."""
    cause: str
    """Id of the event told about."""
    kind: str
    """What is told, such as `assigned`, `extended`, `replied`, `missed`."""
    audience: Audience
    channel: Channel
    department: str = ""
    attempts: int = 1
    repeated: bool = False
    """An answer was lost, so the notice was repeated under the same id."""


class NoticeFailed(Fact, frozen=True, kw_only=True, tag="notice.failed.v1"):
    """The notice cannot reach its recipient by this channel; after NoticeSent: a receipt said so later."""

    notice: str
    cause: str
    kind: str
    audience: Audience
    channel: Channel
    department: str = ""
    attempts: int = 1
    reason: str


class NoticeSuppressed(Fact, frozen=True, kw_only=True, tag="notice.suppressed.v1"):
    """The notice was not sent, on purpose."""

    notice: str
    cause: str
    kind: str
    audience: Audience
    channel: Channel
    department: str = ""
    reason: str
    """Such as `erased`, `no contact`, `unsubscribed`."""


NoticeFact = NoticeSent | NoticeFailed | NoticeSuppressed
