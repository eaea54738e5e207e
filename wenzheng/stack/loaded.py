"""What the parent of all Python parts loads before it is asked for the first of them.

It is imported by that process alone, and by nobody else.
"""

import gc
import importlib
import sys

from wenzheng.stack.parts import MODULES
from wenzheng.stack.processes import become_parent

become_parent()
gc.disable()
for module in MODULES:
    importlib.import_module(f"{module}.__main__")
    # What it imports stays; it itself is run anew, and Python warns of that where it is known already.
    del sys.modules[f"{module}.__main__"]
# Faust, which only those load that hear the bus.
importlib.import_module("chassis.kafka.worker")
# What is loaded is never garbage; to look through it would copy it, in each child.
gc.freeze()
gc.enable()
