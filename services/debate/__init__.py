"""Debates: questions of the government that people talk over in public, until it says what was decided."""
