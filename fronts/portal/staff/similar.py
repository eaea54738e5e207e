"""Posts like this one, from router: answers to learn from, and the same matter asked twice."""

from dataclasses import dataclass
from typing import Any, Final

from city.masking import mask
from fronts.portal.services import Services

COMPARED: Final = 300
"""Characters of a post that are compared; they travel in an address."""


@dataclass(frozen=True)
class Alike:
    """A public post like another one."""

    number: str
    title: str
    score: float
    """Between 0 and 1."""
    answered: bool
    received_at: str


async def similar(services: Services, case: dict[str, Any]) -> tuple[Alike, ...]:
    """Public posts like a case, best first; none while router does not answer.

    The holding unit sees a post unmasked; what is sent in an address is masked again.
    """
    text = mask(f"{case['title']}\n{case['text']}")[:COMPARED]
    answer = await services.offer("router", "/v1/similar", text=text)
    return tuple(
        Alike(
            str(one["number"]),
            str(one["title"]),
            float(one["score"]),
            one["state"] == "answered",
            str(one["received_at"]),
        )
        for one in answer.get("posts", ())
        if one["number"] != case["number"]
    )
