"""Scores of units (考核): read by the supervising office and, each its own, by the units."""
