"""What people write at stats' door: limits, and texts as they are kept: normal and masked."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from chassis import problem
from city.normal import length, shows_nothing, written
from city.profile import Profile
from city.typed import case_number

SHORT: Final = 2_000
"""Characters of an objection, a statement or an answer, as a person counts them."""
CODE_POINTS: Final = 4
"""Code points allowed for each character of a limit."""
MOST_CASES: Final = 20

Short = Annotated[str, Meta(min_length=1, max_length=CODE_POINTS * SHORT)]
Cases = Annotated[tuple[Annotated[str, Meta(max_length=40)], ...], Meta(max_length=MOST_CASES)]


class Body(Struct, frozen=True, forbid_unknown_fields=True):
    """A request's JSON object; unknown fields are refused, so that a typing error is seen."""


def free(field: str, text: str, limit: int, profile: Profile) -> str:
    """A text as it is kept and shown. Raises Refused 422 when it shows nothing, or is too long."""
    kept = written(text)
    if shows_nothing(kept):
        raise problem.wrong_field(field, "不能为空")
    if length(kept) > limit:
        raise problem.wrong_field(field, f"最多 {limit} 个字")
    return profile.published(kept).texts[0]


def numbers(typed: tuple[str, ...]) -> tuple[str, ...]:
    """The numbers of cases as they are written, each once."""
    return tuple(dict.fromkeys(number for text in typed if (number := case_number(text))))
