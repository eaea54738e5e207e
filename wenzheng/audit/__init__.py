"""The audit: folds the log to exactly the stored positions and recomputes what every state must be.

Positions, states, waiting records and outboxes of all services are read in one REPEATABLE READ
snapshot; the topics are read a partition (and, for long logs, a bucket of subjects) at a time, so
that memory is bounded. It runs against a live, loaded system: what was committed but not yet
published, or published but not yet heard, is in flight, not a violation. Each invariant is a file
with its sentence; `run.INVARIANTS` is the table of them.
"""

from wenzheng.audit.row import Row
from wenzheng.audit.run import INVARIANTS, SENTENCES, audit

__all__ = ["INVARIANTS", "SENTENCES", "Row", "audit"]
