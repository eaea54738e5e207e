"""Assigns each post to the unit whose duty it is, and says why."""
