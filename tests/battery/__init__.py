"""Faults of real parts, one after the other, on a real stack that people use meanwhile: `make battery`."""
