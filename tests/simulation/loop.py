"""A loop whose time is simulated: nobody sleeps, and what happens next follows from a seed alone.

Every callback belongs to a process, or to the world outside all of them. A frozen process's callbacks wait until
it thaws; a killed one's tasks are cancelled, and nothing it does reaches anybody any more.
"""

import asyncio
import heapq
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context, ContextVar, copy_context
from random import Random
from typing import Any


class Process:
    """A process of the simulated city: its tasks run, are frozen, or are gone."""

    def __init__(self, loop: "VirtualLoop", name: str) -> None:
        self.name = name
        self.alive = True
        self.frozen = False
        self.ended = asyncio.Event()
        self.reason: BaseException | None = None
        """What ended it; None where it was killed, or stopped."""
        self.on_end: dict[Callable[[], None], None] = {}
        """What the world notices at its end: its connections break."""
        self.fuses: list[tuple[int, Callable[[], None]]] = []
        """(step, what happens before it); steps are counted while anything is to happen."""
        self._steps = 0
        self._loop = loop
        self._held: deque[_Handle] = deque()
        self._tasks: list[asyncio.Task[Any]] = []

    def run(self, work: Coroutine[Any, Any, Any]) -> None:
        """Background work; whatever it raises ends the process."""
        context = copy_context()
        context.run(PROCESS.set, self)
        self._tasks.append(self._loop.create_task(self._guarded(work), context=context))

    async def _guarded(self, work: Coroutine[Any, Any, Any]) -> None:
        try:
            await work
        except asyncio.CancelledError:
            raise
        except BaseException as problem:
            self.kill(problem)

    def kill(self, reason: BaseException | None = None) -> None:
        """End at once. Whatever its code does while it is unwound reaches nobody."""
        if not self.alive:
            return
        self.alive, self.reason = False, reason
        self.thaw()
        for notice in list(self.on_end):
            notice()
        for task in self._tasks:
            task.cancel()
        self.ended.set()

    def strike(self, steps: int, what: Callable[[], None]) -> None:
        """Something happens to it after so many more steps: between two awaits of whatever it does then."""
        self.fuses.append((self._steps + steps, what))

    def burn(self) -> None:
        """A step is about to be done."""
        self._steps += 1
        for fuse in [fuse for fuse in self.fuses if fuse[0] <= self._steps]:
            self.fuses.remove(fuse)
            fuse[1]()

    def freeze(self) -> None:
        """From now on nothing of it happens: as under SIGSTOP, or while its machine is out of breath."""
        self.frozen = self.alive

    def thaw(self) -> None:
        """Everything that was due meanwhile happens, late, and in its order."""
        self.frozen = False
        self._loop.put_back(self._held)
        self._held.clear()

    def hold(self, handle: "_Handle") -> None:
        """A callback that came due while it is frozen."""
        self._held.append(handle)


PROCESS: ContextVar[Process | None] = ContextVar("process", default=None)
"""The process whose code runs; None outside all of them."""


def outside() -> Context:
    """A context of no process: for what the servers and the world do."""
    context = copy_context()
    context.run(PROCESS.set, None)
    return context


class _Handle(asyncio.Handle):
    """A callback, in the context that says whose it is. The base's constructor is left out: it asks for debugging."""

    def __init__(self, callback: Any, args: Any, context: Context | None) -> None:
        self._callback, self._args, self._cancelled = callback, args, False
        self._context = copy_context() if context is None else context

    def cancel(self) -> None:
        self._cancelled, self._callback, self._args = True, None, ()


class _Timer(asyncio.TimerHandle):
    """The same at an instant."""

    def __init__(self, when: float, callback: Any, args: Any, context: Context | None) -> None:
        self._callback, self._args, self._cancelled = callback, args, False
        self._context = copy_context() if context is None else context
        self._when = when

    def cancel(self) -> None:
        self._cancelled, self._callback, self._args = True, None, ()


LOOK = 10e-6
"""Simulated seconds between two looks at the clock."""


class Standstill(Exception):
    """Nothing is left that could ever happen, and what was waited for has not."""


class _Pause:
    """What `VirtualLoop.pause` gives to await."""

    __slots__ = ("_loop", "_seconds")

    def __init__(self, loop: "VirtualLoop", seconds: float) -> None:
        self._loop, self._seconds = loop, seconds

    def __await__(self) -> Generator[Any, None, None]:
        future = asyncio.Future[None](loop=self._loop)
        timer = self._loop.call_later(self._seconds, wake, future)
        try:
            yield from future
        finally:
            timer.cancel()


def wake(future: "asyncio.Future[None]") -> None:
    """Whoever waits goes on, unless something else woke it."""
    if not future.done():
        future.set_result(None)


class VirtualLoop(asyncio.AbstractEventLoop):
    """asyncio's loop without a clock and without sockets: time jumps to the next timer."""

    def __init__(self, seed: int = 0) -> None:
        self.now = 0.0
        """The instant, for the world itself: `time` is the look of a process, which costs a little."""
        self._random = Random(f"loop {seed}")
        self.stall = 0.0
        """Seconds for which the machine is out of breath now and then; 0: it is not."""
        self.hits: Counter[str] = Counter()
        self._ready: deque[Any] = deque()
        self._timers: list[tuple[float, int, _Timer]] = []
        self._count = 0
        self.problems: list[dict[str, Any]] = []
        """What nobody caught: a bug of the simulation, or of the code it runs."""

    def time(self) -> float:
        """A look at the clock costs a little: code that looks often has run for long."""
        self.now += LOOK
        if self.stall and self._random.random() < 0.002:
            self.hits["out of breath"] += 1
            self.now += self.stall
        return self.now

    def put_back(self, handles: deque["_Handle"]) -> None:
        """Callbacks that were held, in front of all others."""
        self._ready.extendleft(reversed(handles))

    def call_soon(self, callback: Any, *args: Any, context: Context | None = None) -> asyncio.Handle:
        handle = _Handle(callback, args, context)
        self._ready.append(handle)
        return handle

    def call_later(
        self, delay: float, callback: Any, *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        when = self.now + delay
        timer = _Timer(when, callback, args, context)
        self._count += 1
        heapq.heappush(self._timers, (when, self._count, timer))
        return timer

    def call_at(
        self, when: float, callback: Any, *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        timer = _Timer(when, callback, args, context)
        self._count += 1
        heapq.heappush(self._timers, (when, self._count, timer))
        return timer

    def pause(self, seconds: float) -> _Pause:
        """As `asyncio.sleep`, for what happens a hundred times a post."""
        return _Pause(self, seconds)

    def create_future(self) -> "asyncio.Future[Any]":
        return asyncio.Future(loop=self)

    def create_task(
        self, coro: Any, *, name: str | None = None, context: Context | None = None
    ) -> "asyncio.Task[Any]":
        return asyncio.Task(coro, loop=self, name=name, context=context)

    def run_until_complete(self, future: Any) -> Any:
        """Until this is done, however long that is in simulated time. Raises Standstill when it never will be."""
        asyncio._set_running_loop(self)
        try:
            task = self.create_task(future)
            step, done = self._step, task.done
            while not done():
                step()
            return task.result()
        finally:
            asyncio._set_running_loop(None)

    def unwind(self) -> None:
        """Let what was cancelled come to its end; nothing else happens any more."""
        asyncio._set_running_loop(self)
        try:
            self._timers.clear()
            for _ in range(10_000):
                if not self._ready:
                    return
                self._step()
        finally:
            asyncio._set_running_loop(None)

    def _step(self) -> None:
        if not self._ready:
            while self._timers and self._timers[0][2]._cancelled:
                heapq.heappop(self._timers)
            if not self._timers:
                raise Standstill("nothing is left that could happen")
            self.now = max(self.now, self._timers[0][0])
            while self._timers and self._timers[0][0] <= self.now:
                self._ready.append(heapq.heappop(self._timers)[2])
        handle = self._ready.popleft()
        if handle._cancelled:
            return
        context = handle._context
        process = context.get(PROCESS)
        if process is not None:
            if process.fuses and not process.frozen:
                process.burn()
            if process.frozen:
                process.hold(handle)
                return
        try:
            context.run(handle._callback, *handle._args)
        except Exception as problem:  # as asyncio's loop: told, and the others go on
            self.call_exception_handler({"exception": problem, "handle": repr(handle._callback)})

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def get_debug(self) -> bool:
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.problems.append(context)
