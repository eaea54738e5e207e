"""Rounds of 督查 and 回访 at stats' door: a sample is drawn, looked through or called, units put right, the centre ends it."""
