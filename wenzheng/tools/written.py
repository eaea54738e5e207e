"""Says whether all that is written from code is what the code says now: `python -m wenzheng.tools.written`.

The commands that write it run with `--check` in one process: what they import is most of what they cost.
"""

import runpy
import sys
from typing import Final

COMMANDS: Final = ("publish_contracts", "draw_clock", "draw_topics", "write_figures", "write_notices")


def main() -> int:
    """Each of them, however many find something stale."""
    stale = 0
    sys.argv[1:] = ["--check"]
    for command in COMMANDS:
        try:
            runpy.run_module(f"wenzheng.tools.{command}", run_name="__main__")
        except SystemExit as ended:
            if isinstance(ended.code, str):
                print(ended.code, file=sys.stderr)
            stale |= bool(ended.code)
    return stale


if __name__ == "__main__":
    sys.exit(main())
