"""Bulletins on paper: 公文 by GB/T 9704-2012 as docx and PDF, and the figures as XLSX. Made in a process of its own."""

from services.stats.bulletins.papers.paper import Paper, paper
from services.stats.bulletins.papers.press import KINDS, Press

__all__ = ["KINDS", "Paper", "Press", "paper"]
