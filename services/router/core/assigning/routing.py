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
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from msgspec.structs import replace

from city.profile import Department, Division, Duty, Profile
from contracts.assignments import Candidate, Reason
from contracts.city_facts import ModelActivated
from contracts.facts import Fact
from contracts.posts import PostReceived
from services.router.core.assigning.duty import DutyList, Judged, governing
from services.router.core.assigning.place import Gazetteer, Place
from services.router.core.assigning.reading import LONGEST, Reading, Sieve
from services.router.core.case import Choice
from services.router.core.learning.model import Model, Read

RULES: Final = "duty-3"
"""Version of the rules in this file and in `duty`; a change of either changes it."""

MODEL_PART: Final = 0.75
DUTY_PART: Final = 0.25
UNSUPPORTED: Final = 0.9
"""What is left of the model's chance when the duty list speaks for others only."""
BEST: Final = 3
_CUT: Final = Reason("words", f"正文较长,只读了前 {LONGEST} 字")


@dataclass(frozen=True)
class _Compiled:
    """The lists of a profile, as texts are read by them."""

    places: Gazetteer
    duties: DutyList
    sieve: Sieve


@lru_cache(maxsize=4)
def _compiled(
    divisions: tuple[Division, ...], departments: tuple[Department, ...], duties: tuple[Duty, ...]
) -> _Compiled:
    """Compiled once for all partitions: each has a city of its own, and nearly always the same lists."""
    places = Gazetteer(divisions)
    listed = DutyList(duties, departments, governing(departments, divisions))
    return _Compiled(places, listed, Sieve(listed.words, listed.names, places.names, places.crossings))


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
    def _compiled(self) -> "_Compiled":
        return _compiled(self.profile.divisions, self.profile.departments, self.profile.duties)

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
            return Routing(self.profile, self._models, fact.checksum)
        profile = self.profile.amended(fact)
        return self if profile is self.profile else Routing(profile, self._models, self.checksum)

    def owner(self, duty_item: str) -> str:
        """The unit of a duty item."""
        return self._compiled.duties.owner(duty_item)

    def choose(self, post: PostReceived) -> Choice:
        """Whose matter the post is, or, where that is not sure enough, nobody's: a person chooses.

        Reads the first 3,000 characters of the text (`reading.LONGEST`) and says so where there are more.
        """
        reading = Reading(post.title, post.text, post.place)
        self._compiled.sieve.mark(reading)
        place = self._compiled.places.read(reading, post.area)
        judged = self._compiled.duties.judge(reading, place)
        if self.model is None:
            best = [
                self._compiled.duties.candidate(claim, judged, reading, place)
                for claim in judged.claims[:BEST]
            ]
            confidence = best[0].score if best else 0.0
            threshold = self.profile.policy.dispatch.automatic_confidence
        else:
            best, confidence = self._together(self.model, reading, judged, place)
            threshold = self.model.threshold
        if reading.cut and best:
            best[0] = replace(best[0], reasons=(*best[0].reasons, _CUT))
        return Choice(
            department=best[0].department if best and confidence >= threshold else "",
            candidates=tuple(best),
            confidence=confidence,
            rule_version=self.rule_version,
            model_version=self.model_version,
            area=place.area,
            street=place.street,
        )

    def _together(
        self, model: Model, reading: Reading, judged: Judged, place: Place
    ) -> tuple[list[Candidate], float]:
        """The best three by model and duty list together, and the confidence in the first."""
        read = model.read(reading.title, reading.text)
        chances: dict[str, float] = {}
        labels: dict[str, str] = {}
        for label, chance in read.judgement.ranked:
            unit = self._compiled.duties.answering(label, judged, place)
            chances[unit] = chances.get(unit, 0.0) + chance
            labels.setdefault(unit, label)
        by_duty = {claim.department: claim for claim in judged.claims}
        shares = {
            unit: round(
                MODEL_PART * chances.get(unit, 0.0)
                + DUTY_PART * (by_duty[unit].share if unit in by_duty else 0.0),
                6,
            )
            for unit in {*chances, *by_duty}
        }
        best = []
        for unit in sorted(shares, key=lambda unit: (-shares[unit], unit))[:BEST]:
            claim = by_duty.get(unit)
            candidate = (
                self._compiled.duties.candidate(claim, judged, reading, place) if claim else Candidate(unit)
            )
            reasons = candidate.reasons
            if unit in chances:
                reasons = (*reasons, _heard(read, labels[unit], chances[unit]))
            best.append(replace(candidate, score=shares[unit], reasons=reasons))
        confidence = chances.get(best[0].department, 0.0)
        if judged.claims and best[0].department not in [claim.department for claim in judged.claims[:BEST]]:
            confidence *= UNSUPPORTED
        return best, round(confidence, 6)


def foresee(fact: Fact, city: Routing) -> Choice | None:
    """What of a rule's work needs no state, done before the transaction opens: the choice for a post that asks for a unit."""
    if isinstance(fact, PostReceived) and city.profile.policy.kind(fact.kind).clock:
        return city.choose(fact)
    return None


def _heard(read: Read, label: str, chance: float) -> Reason:
    """What the model says for a unit, with the characters that told it most."""
    telling = read.telling(label)
    listed = "、".join(gram for gram, _ in telling)
    text = f"以往同类帖子多由该单位办理(把握 {chance:.0%})" + (f",关键字“{listed}”" if listed else "")
    return Reason(kind="model", text=text, words=telling, weight=chance)
