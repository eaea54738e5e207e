"""Keeps live reply rates and satisfaction, computed from facts alone."""
