"""What the parent of all Python parts loads before it is asked for the first of them.

It is imported by that process alone, and by nobody else.
"""

from wenzheng.stack.parts import MODULES
from wenzheng.stack.processes import become_parent, load

become_parent()
# Faust comes with the worker, for those who hear the bus; the others do without it.
load(["chassis.kafka.worker", *(f"{module}.__main__" for module in MODULES)])
