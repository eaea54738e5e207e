"""A wire between the services and their database that can be slow, or cut."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from typing import Final

PIECE: Final = 16_384
"""Bytes that cross the wire at once."""


class Wire:
    """A port that leads to another one; in a thread of its own, so that nothing else slows it."""

    def __init__(self, port: int) -> None:
        self._beyond = port
        self.delay = 0.0
        self.cut = False
        """Nothing crosses; nobody is told."""
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def open(self) -> None:
        """Take connections from now on."""
        self._thread.start()
        self._ready.wait()

    def close(self) -> None:
        """End, with all connections."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop)
        self._thread.join()

    async def _end(self) -> None:
        mine = asyncio.current_task()
        carried = [task for task in asyncio.all_tasks() if task is not mine]
        for task in carried:
            task.cancel()
        await asyncio.gather(*carried, return_exceptions=True)
        self._loop.stop()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._joined, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            to, back = await asyncio.open_connection("127.0.0.1", self._beyond)
        except OSError:
            writer.close()
            return
        await asyncio.gather(self._carry(reader, back), self._carry(to, writer))

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await source.read(PIECE):
                if self.delay:
                    await asyncio.sleep(self.delay)
                while self.cut:
                    await asyncio.sleep(0.05)
                sink.write(piece)
                await sink.drain()
        sink.close()


@contextlib.contextmanager
def wire(port: int) -> Iterator[Wire]:
    """An open wire to a port of this machine."""
    opened = Wire(port)
    opened.open()
    try:
        yield opened
    finally:
        opened.close()
