"""What-if beside the clock: runs that wait for one another, work in a child process, and are kept by nobody (ADR 37)."""
