"""The twins in memory: the same promises, in one process, never kinder than the real parts."""
