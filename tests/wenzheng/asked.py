"""A part for tests: says in a file how it was made, and ends as it is told to."""

import atexit
import json
import os
import random
import secrets
import signal
import socket
import sys
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.identity import uuid7

ENDS = {"well": 0, "badly": 3, "with a sentence": "there is no key"}

if __name__ == "__main__":
    said, end = Path(sys.argv[1]), sys.argv[2]
    with socket.socket(fileno=int(os.environ["LISTENING"])) as listening:
        address = listening.getsockname()
    atexit.register(said.with_suffix(".over").touch)
    print("printed")
    print("complained", file=sys.stderr)
    found = {
        "environment": sorted(os.environ),
        "address": list(address),
        "session": os.getsid(0) == os.getpid(),
        "niceness": os.nice(0),
        "name": Path("/proc/self/comm").read_text().strip(),
        "drawn": [random.random(), secrets.token_hex(8), AESGCM.generate_key(256).hex(), uuid7()],
    }
    said.with_suffix(".new").write_text(json.dumps(found))
    said.with_suffix(".new").replace(said)
    while end == "waits":
        signal.pause()
    sys.exit(ENDS[end])
