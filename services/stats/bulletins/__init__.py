"""Bulletins at stats' door: figures are frozen from the tables, people act on them, papers are made of them."""
