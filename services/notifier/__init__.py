"""Tells citizens and staff what happened, each thing once."""
