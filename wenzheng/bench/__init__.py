"""Measurements, each beside calibration loops run in the same call; figures are ratios wherever they can be."""
