"""What goes wrong at a provider: for the next calls, or until the weather changes."""

from collections import deque
from collections.abc import Mapping
from typing import Any, Final

CHANNELS: Final = ("wechat", "sms", "mail", "robot", "media", "customer")
FULL: Final[Mapping[str, int | str]] = {
    "wechat": 45009,
    "sms": "isv.BUSINESS_LIMIT_CONTROL",
    "mail": 452,
    "robot": 45009,
    "media": 45009,
    "customer": 45009,
}
"""How each provider says that it takes no more just now."""
SLOW_SECONDS: Final = 12.0
"""Real time, longer than notifier waits for an answer."""

Step = dict[str, Any]
"""`code`: the provider's refusal; `delay`: seconds before the answer; `lose`: the effect stays, the answer is lost;
`down`: nothing is done, some machine on the way says so; `receipt`: it is taken, and what a receipt says of it later."""


class Script:
    """What goes wrong next: per channel a queue of scripted answers, and the weather behind it."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[Step]] = {}
        self._weather: dict[str, Step] = {}

    def add(self, channel: str, times: int, step: Step) -> None:
        """For the next `times` calls."""
        self._queues.setdefault(channel, deque()).extend([step] * times)

    def turn(self, channel: str, weather: str, seconds: float = SLOW_SECONDS) -> None:
        """From now on a provider is `fair`, `down`, `slow`, `lying` or `full`. Raises KeyError for another word."""
        steps: dict[str, Step] = {
            "fair": {},
            "down": {"down": True},
            "slow": {"delay": seconds},
            "lying": {"lose": True},
            "full": {"code": FULL[channel]},
        }
        self._weather[channel] = steps[weather]

    def next(self, channel: str) -> Step:
        """The step for this call; empty for a good day."""
        queue = self._queues.get(channel)
        return queue.popleft() if queue else self._weather.get(channel, {})
