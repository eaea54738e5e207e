"""A month of real life on the running system: posts with their lives, surveys, and debates."""

from wenzheng.demo.month import RECEIVED, START, Month

__all__ = ["RECEIVED", "START", "Month"]
