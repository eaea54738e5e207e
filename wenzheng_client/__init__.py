"""A small client of wenzheng's interfaces: post, read, act, and hear in words what was refused."""

from wenzheng_client.client import Addresses, Wenzheng
from wenzheng_client.words import Contact, FieldProblem, Point, Problem, Receipt, Standing

__all__ = ["Addresses", "Contact", "FieldProblem", "Point", "Problem", "Receipt", "Standing", "Wenzheng"]
