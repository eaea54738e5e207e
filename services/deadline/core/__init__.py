"""The clock of one case: its facts, the fold that makes a clock of them, and what is said about it. Pure."""
