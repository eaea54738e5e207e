"""Pictures on their way from WeChat to intake: each is fetched and given once at a time, however many messages wait for it.

The way goes on when nobody waits any more, for WeChat's five seconds are short. Nothing is kept here: a process that ends
forgets what was on its way, and the conversation, which names the picture, asks for it again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from weakref import WeakValueDictionary

import structlog

from fronts.wechat.core.conversation import Outcome, Picture
from fronts.wechat.media import Later, Media, Refused

SECONDS: Final = 60.0
"""Real time for one try, once its turn has come."""
AT_ONCE: Final = 8
"""Pictures in memory at the same time: with 8 MB each they take 64 MB."""
OF_ONE: Final = 3
"""Of one person; intake takes four."""
PAUSES: Final = (0.0, 2.0, 6.0)
"""Real seconds before each try; what then has not come waits until the person writes again."""
MOST: Final = 400
"""Pictures that wait for their turn; those beyond are asked for again."""
_FINAL: Final = (413, 422)
"""Intake says so of a file that it will never take."""
_log = structlog.get_logger()

Give = Callable[[str, bytes], Awaitable[Outcome]]
"""Gives a person's file to intake."""


class Gathering:
    """Fetches pictures by `media` and hands them on by `give`."""

    def __init__(self, media: Media | None, give: Give, seconds: float = SECONDS) -> None:
        self._media = media
        self._give = give
        self._seconds = seconds
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        """Each person's own turn, for as long as somebody waits for it."""
        self._going: dict[tuple[str, str], asyncio.Task[tuple[str, str]]] = {}

    async def fetched(self, person: str, pictures: Sequence[Picture], seconds: float) -> Outcome:
        """What has come within so many seconds: `taken`, tickets by picture, and `refused`, the reasons."""
        going = {picture.id: self._started(person, picture) for picture in pictures}
        tasks = {identity: task for identity, task in going.items() if task is not None}
        if tasks:
            await asyncio.wait(tasks.values(), timeout=max(0.0, seconds))
        results = {identity: task.result() for identity, task in tasks.items() if task.done()}
        taken = {identity: ticket for identity, (ticket, _) in results.items() if ticket}
        refused = {identity: reason for identity, (_, reason) in results.items() if reason}
        return Outcome(200, {"taken": taken, "refused": refused})

    def _started(self, person: str, picture: Picture) -> asyncio.Task[tuple[str, str]] | None:
        """The way of a picture, begun now or before; None when too many are on theirs."""
        name = (person, picture.id)
        if name not in self._going:
            if len(self._going) >= MOST:
                return None
            self._going[name] = asyncio.create_task(self._bring(person, picture))
            self._going[name].add_done_callback(lambda _: self._going.pop(name, None))
        return self._going[name]

    async def _bring(self, person: str, picture: Picture) -> tuple[str, str]:
        """Ticket or reason; neither when it is worth asking again."""
        own = self._turns.get(person) or asyncio.Semaphore(OF_ONE)
        self._turns[person] = own
        for pause in PAUSES:
            await asyncio.sleep(pause)
            try:
                async with own, self._turn, asyncio.timeout(self._seconds):
                    return await self._brought(person, picture)
            except Refused as refused:
                return "", str(refused)
            except (Later, TimeoutError) as problem:
                _log.warning("a picture did not come", reason=str(problem) or "time")
        return "", ""

    async def _brought(self, person: str, picture: Picture) -> tuple[str, str]:
        """The ticket. Raises Refused and Later."""
        if self._media is None:
            raise Refused("暂时不能接收图片")
        given = await self._give(person, await self._media.picture(picture.media))
        if given.status in _FINAL:
            raise Refused(str(given.body.get("detail") or given.sentence))
        if not given.ok:
            raise Later(f"intake said {given.status}")
        return str(given.body["attachment"]), ""
