"""A router and a stats of the tests' own: they speak `/v1/similar`, `/v1/topics` and `/v1/stream` over HTTP.

What they say is set by the test; they can be slow, broken or gone, as the real ones may be.
"""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Neighbour:
    """What it says, and what it was asked."""

    def __init__(self) -> None:
        self.similar: list[dict[str, Any]] = []
        self.topics: list[dict[str, Any]] = []
        self.broken = False
        self.slow = 0.0
        self.asked: list[str] = []
        """Texts that were compared."""
        self.streams = 0
        """Streams open now."""
        self.opened = 0
        """Streams ever opened."""
        self.events: list[tuple[str, dict[str, Any]]] = []
        """What a stream says, one after another; it goes on when more is added."""
        self.cut = threading.Event()
        """Set: every stream ends."""
        self.address = ""


def alike(number: str, title: str, state: str = "open", supports: int = 11) -> dict[str, Any]:
    """A post as `/v1/similar` tells it."""
    return {
        "number": number,
        "title": title,
        "score": 0.9,
        "state": state,
        "supports": supports,
        "received_at": "2026-03-02T10:00:00+08:00",
    }


def _handler(neighbour: Neighbour) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            time.sleep(neighbour.slow)
            if neighbour.broken:
                self.send_error(500)
            elif address.path == "/v1/similar":
                neighbour.asked.append(parse_qs(address.query)["text"][0])
                self._json({"posts": neighbour.similar})
            elif address.path == "/v1/topics":
                self._json({"topics": neighbour.topics, "as_of": "2026-03-02T10:00:00+08:00"})
            elif address.path == "/v1/stream":
                self._stream()
            else:
                self.send_error(404)

        def handle(self) -> None:
            with contextlib.suppress(OSError):  # who asks may go away before the answer is written
                super().handle()

        def _json(self, body: dict[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _stream(self) -> None:
            neighbour.streams += 1
            neighbour.opened += 1
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            said = 0
            try:
                while not neighbour.cut.is_set():
                    for name, data in neighbour.events[said:]:
                        self.wfile.write(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode())
                        said += 1
                    self.wfile.write(b": nothing new\n\n")
                    self.wfile.flush()
                    time.sleep(0.01)
            except OSError:
                pass  # the reader went away, which is how most streams end
            finally:
                neighbour.streams -= 1

        def log_message(self, format: str, *arguments: Any) -> None:
            """Tests print nothing."""

    return Handler


@contextmanager
def speaking() -> Iterator[Neighbour]:
    """One that answers until the context is left."""
    neighbour = Neighbour()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(neighbour))
    server.daemon_threads = True
    neighbour.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield neighbour
    finally:
        neighbour.cut.set()
        server.shutdown()
        server.server_close()
