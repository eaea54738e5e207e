"""A month of real life on the running system: posts with their lives, surveys, and debates."""

from wenzheng.demo.month import RECEIVED, SPEED, START, Month

__all__ = ["RECEIVED", "SPEED", "START", "Month"]
