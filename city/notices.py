"""When citizens are told, what notices cost, and how many are agreed for a month; part of the city's policy."""

from datetime import time
from typing import Annotated

from msgspec import Meta, Struct

Yuan = Annotated[float, Meta(ge=0.0, le=100.0)]
Messages = Annotated[int, Meta(ge=0, le=100_000_000)]


class Notices(Struct, frozen=True, forbid_unknown_fields=True):
    """When citizens are not disturbed, city time; what is to be told then is told afterwards (ours)."""

    quiet_from: time = time(22, 0)
    quiet_until: time = time(8, 0)
    """The same hour as `quiet_from`: never quiet."""
    an_address_a_day: Annotated[int, Meta(ge=1, le=1_000_000)] = 20
    """Messages to one telephone or mailbox in a day: nobody has shown that it is the author's own."""

    followers_a_month: Messages = 20_000
    """Text messages to those who follow posts in a month, as they are charged (ours: a thousand yuan or so); 0: no limit."""

    def is_quiet(self, at: time) -> bool:
        """Whether an hour of the day is one in which citizens are not disturbed."""
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= at < self.quiet_until
        return at >= self.quiet_from or at < self.quiet_until


class Prices(Struct, frozen=True, forbid_unknown_fields=True):
    """Yuan for one message by each channel that may cost, by the city's contracts (SMS: list price of a bundle, 2024)."""

    wechat: Yuan = 0.0
    sms: Yuan = 0.045
    mail: Yuan = 0.0


class Quotas(Struct, frozen=True, forbid_unknown_fields=True):
    """Messages a month that are bought or granted for each channel; 0: none was agreed (ours)."""

    wechat: Messages = 0
    sms: Messages = 0
    mail: Messages = 0
