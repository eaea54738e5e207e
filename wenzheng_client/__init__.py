"""A small client of wenzheng's interfaces: post, read, act, and hear in words what was refused."""

from wenzheng_client.asking import Addresses
from wenzheng_client.client import Wenzheng
from wenzheng_client.words import (
    CodeSent,
    Contact,
    FieldProblem,
    File,
    Point,
    Problem,
    Receipt,
    Said,
    Standing,
    Token,
)

__all__ = [
    "Addresses",
    "CodeSent",
    "Contact",
    "FieldProblem",
    "File",
    "Point",
    "Problem",
    "Receipt",
    "Said",
    "Standing",
    "Token",
    "Wenzheng",
]
