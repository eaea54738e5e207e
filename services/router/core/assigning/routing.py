"""The one way to decide: duty list and place, and the learned model where one is in force. Pure.

Without a model the duty list alone judges: the best unit's share decides, against the policy's
threshold. With a model (docs/routing.md follows one decision through all of it):

1. `share = 3/4 of the model's chance + 1/4 of the duty list's share` ranks the units.
2. The confidence is the model's calibrated chance for the unit put first. Where the duty list found
   words and none of its best three is that unit, a tenth is taken off.
3. The unit is assigned when its confidence reaches the model's own threshold, which was set on
   posts the model had not seen; otherwise a person chooses among the best three.

A county's matter goes to the area's government, where the area is known, whoever the model names:
the duty item says so, not statistics.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Final

from msgspec.structs import replace

from city.profile import Profile
from contracts.assignments import Candidate, Reason
from contracts.city_facts import ModelActivated
from contracts.facts import Fact
from contracts.posts import PostReceived
from services.router.core.assigning.duty import DutyList, governing
from services.router.core.assigning.place import Gazetteer, Place
from services.router.core.case import Choice
from services.router.core.compared import compared
from services.router.core.learning.model import Judgement, Model

RULES: Final = "duty-2"
"""Version of the rules in this file and in `duty`; a change of either changes it."""

MODEL_PART: Final = 0.75
DUTY_PART: Final = 0.25
UNSUPPORTED: Final = 0.9
"""What is left of the model's chance when the duty list speaks for others only."""
BEST: Final = 3


class UnknownModel(LookupError):
    """A model was activated that the router has not stored."""


class Routing:
    """The city as router knows it: the profile compiled, and the model in force. A value: amending it gives another.

    `models` holds the models fetched so far, by checksum; fetching them is the business of the edge.
    """

    def __init__(
        self, profile: Profile, models: Mapping[str, Model] | None = None, checksum: str = ""
    ) -> None:
        self.profile = profile
        self._models = models if models is not None else {}
        self.checksum = checksum
        """Of the model in force; empty when the duty list judges alone."""
        if checksum and checksum not in self._models:
            raise UnknownModel(f"router has no model {checksum}")
        self.model = self._models[checksum] if checksum else None

    @cached_property
    def _places(self) -> Gazetteer:
        return Gazetteer(self.profile.divisions)

    @cached_property
    def _duty_list(self) -> DutyList:
        governs = governing(self.profile.departments, self.profile.divisions)
        return DutyList(self.profile.duties, self.profile.departments, governs)

    @cached_property
    def rule_version(self) -> str:
        """Names the rules and the lists: the same rule and model version, the same decision."""
        return f"{RULES}-{self.profile.version}"

    @property
    def model_version(self) -> str:
        """Names the model in force; empty without one."""
        return self.model.version if self.model is not None else ""

    def amended(self, fact: Fact) -> "Routing":
        """After a fact about the city. Raises UnknownModel when the model told of was never stored."""
        if isinstance(fact, ModelActivated):
            changed = Routing(self.profile, self._models, fact.checksum)
            for compiled in ("_places", "_duty_list", "rule_version"):
                if compiled in self.__dict__:
                    changed.__dict__[compiled] = self.__dict__[compiled]
            return changed
        profile = self.profile.amended(fact)
        return self if profile is self.profile else Routing(profile, self._models, self.checksum)

    def owner(self, duty_item: str) -> str:
        """The unit of a duty item."""
        return self._duty_list.owner(duty_item)

    def choose(self, post: PostReceived) -> Choice:
        """Whose matter the post is, or, where that is not sure enough, nobody's: a person chooses."""
        post = compared(post)
        place = self._places.recognise(f"{post.title}\n{post.text}\n{post.place}", post.area)
        candidates = self._duty_list.score(post.title, post.text, place)
        confidence = candidates[0].score if candidates else 0.0
        threshold = self.profile.policy.dispatch.automatic_confidence
        if self.model is not None:
            judged = self.model.judge([(post.title, post.text)])[0]
            candidates, confidence = self._together(post, judged, candidates, place)
            threshold = self.model.threshold
        sure = bool(candidates) and confidence >= threshold
        return Choice(
            department=candidates[0].department if sure else "",
            candidates=tuple(candidates[:BEST]),
            confidence=confidence,
            rule_version=self.rule_version,
            model_version=self.model_version,
            area=place.area,
            street=place.street,
        )

    def _together(
        self, post: PostReceived, judged: Judgement, candidates: list[Candidate], place: Place
    ) -> tuple[list[Candidate], float]:
        """The units ranked by model and duty list together, and the confidence in the first."""
        assert self.model is not None
        chances: dict[str, float] = {}
        labels: dict[str, str] = {}
        for label, chance in judged.ranked:
            unit = self._duty_list.answering(label, candidates, place)
            chances[unit] = chances.get(unit, 0.0) + chance
            labels.setdefault(unit, label)
        by_duty = {candidate.department: candidate for candidate in candidates}
        together = []
        for unit in sorted({*chances, *by_duty}):
            candidate = by_duty.get(unit, Candidate(unit))
            share = MODEL_PART * chances.get(unit, 0.0) + DUTY_PART * candidate.score
            together.append(replace(candidate, score=round(share, 6)))
        together.sort(key=lambda candidate: (-candidate.score, candidate.department))
        best = together[:BEST]
        best = [
            replace(
                one,
                reasons=(*one.reasons, self._heard(post, labels[one.department], chances[one.department])),
            )
            if one.department in chances
            else one
            for one in best
        ]
        first = best[0].department
        confidence = chances.get(first, 0.0)
        if candidates and first not in [candidate.department for candidate in candidates[:BEST]]:
            confidence *= UNSUPPORTED
        return best, round(confidence, 6)

    def _heard(self, post: PostReceived, label: str, chance: float) -> Reason:
        """What the model says for a unit, with the characters that told it most."""
        assert self.model is not None
        telling = self.model.telling(post.title, post.text, label)
        listed = "、".join(gram for gram, _ in telling)
        text = f"以往同类帖子多由该单位办理(把握 {chance:.0%})" + (f",关键字“{listed}”" if listed else "")
        return Reason(kind="model", text=text, words=telling, weight=chance)
