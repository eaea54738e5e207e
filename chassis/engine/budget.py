"""How many inputs one transaction may take: bounded by time, learnt from what earlier ones cost."""

SECONDS = 0.5
"""Seconds one batch may take, from loading to saving.

PostgreSQL ends a transaction whose client is silent for 3 s. A batch that fits into a sixth of that still
fits when others take the processor, and a restart loses at most so much work."""

FIRST = 64
"""Inputs of the first batch of a process, whose cost is not known yet."""


class Budget:
    """The number of inputs of the next batch.

    It follows the cost of an input in the last batch, at most doubles from batch to batch, and is halved
    by a failure. So an overload, a slow rule or a slow database makes batches smaller, never longer.
    """

    def __init__(self, limit: int = 3000, seconds: float = SECONDS, first: int = FIRST) -> None:
        self.seconds = seconds
        self._limit = limit
        self.size = min(first, limit)
        """Inputs that the next batch takes at most; at least 1."""

    def spent(self, inputs: int, seconds: float) -> None:
        """A batch of `inputs` took `seconds`."""
        if not inputs:
            return
        affordable = self.seconds * inputs / max(seconds, 1e-6)
        self.size = max(1, min(int(affordable), 2 * self.size, self._limit))

    def failed(self) -> None:
        """A batch failed: the next one is half as large."""
        self.size = max(1, self.size // 2)
