"""What intake answers about how many posts anyone may see."""

from typing import TypedDict


class ShownPosts(TypedDict):
    """How many posts of some days of receipt stand in the public list, as its filters find them."""

    total: int
    departments: dict[str, int]
    """A unit's are those it holds or assists with."""
    areas: dict[str, int]
    kinds: dict[str, int]
