"""The one way to decide: duty list and place make shares; enough of a share and enough of a lead assigns. Pure."""

from functools import cached_property
from typing import Final

from city.profile import Profile
from contracts.facts import Fact
from contracts.posts import PostReceived
from services.router.core.case import Choice
from services.router.core.duty import DutyList
from services.router.core.place import Gazetteer

RULES: Final = "duty-2"
"""Version of the rules in this file and in `duty`; a change of either changes it."""

_GOVERNS: Final = "district"
_PARKS: Final = "park"


class DutyRouting:
    """The city as router knows it: the profile, with duty list and gazetteer compiled once."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile

    @cached_property
    def _places(self) -> Gazetteer:
        return Gazetteer(self.profile.divisions)

    @cached_property
    def _duty_list(self) -> DutyList:
        governs = {}
        for division in self.profile.divisions:
            unit = next((u for u in self.profile.departments if u.name.startswith(division.area)), None)
            if unit is not None and unit.kind in (_GOVERNS, _PARKS):
                governs[division.area_code] = unit.code
        return DutyList(self.profile.duties, self.profile.departments, governs)

    @cached_property
    def rule_version(self) -> str:
        """Names the rules and the lists: the same version, the same decision."""
        return f"{RULES}-{self.profile.version}"

    def amended(self, fact: Fact) -> "DutyRouting":
        """After a fact about the city."""
        profile = self.profile.amended(fact)
        return self if profile is self.profile else DutyRouting(profile)

    def owner(self, duty_item: str) -> str:
        """The unit of a duty item."""
        return self._duty_list.owner(duty_item)

    def choose(self, post: PostReceived) -> Choice:
        """The best unit when its share reaches the policy's threshold, else nobody: a person chooses."""
        place = self._places.recognise(f"{post.title}\n{post.text}\n{post.place}", post.area)
        candidates = self._duty_list.score(post.title, post.text, place)
        best = candidates[0] if candidates else None
        sure = best is not None and best.score >= self.profile.policy.dispatch.automatic_confidence
        return Choice(
            department=best.department if best is not None and sure else "",
            candidates=tuple(candidates[:3]),
            confidence=best.score if best is not None else 0.0,
            rule_version=self.rule_version,
            area=place.area,
            street=place.street,
        )
