"""Holds the three-working-day clock of every case."""
