"""What decides with a model in force: its own threshold, the duty list as a witness, and the same model under another policy."""

from copy import copy
from importlib.util import find_spec

import pytest

from city.profile import Profile
from contracts.city_facts import PolicyChanged
from services.router.core.assigning.routing import UNSUPPORTED, Routing
from services.router.core.learning.model import Model
from tests.services.intake.door import PROFILE, at
from tests.services.router.matters import fitted
from tests.services.router.test_reading import post

pytestmark = pytest.mark.skipif(find_spec("sklearn") is None, reason="a model is fitted by scikit-learn")

BUS = "班次太少,司机不停站台"


def with_model(model: Model, profile: Profile = PROFILE) -> Routing:
    return Routing(profile, {"checksum": model}, "checksum")


@pytest.mark.parametrize(("above", "assigned"), [(0.0, True), (0.0001, False)])
def test_with_a_model_its_own_threshold_decides_and_not_the_policys(above: float, assigned: bool) -> None:
    model = copy(fitted())
    mine = post(BUS)
    sure = with_model(model).choose(mine)
    model.threshold = sure.confidence + above

    choice = with_model(model).choose(mine)

    assert choice.model_version == model.version
    [said] = [reason for reason in choice.candidates[0].reasons if reason.kind == "model"]
    assert 0 < sure.confidence <= said.weight <= 1, (
        "the chance that the model gives, of which something may be taken off"
    )
    assert choice.department == (sure.candidates[0].department if assigned else "")


def test_where_the_duty_list_speaks_for_others_only_a_tenth_is_taken_off() -> None:
    model = fitted()

    def chance_and_confidence(text: str) -> tuple[float, float]:
        mine = post(text)
        return model.read(mine.title, mine.text).judgement.ranked[0][1], with_model(model).choose(
            mine
        ).confidence

    chance, confidence = chance_and_confidence(f"停水三天,水压不足,{BUS}")
    assert confidence == pytest.approx(chance * UNSUPPORTED, abs=1e-5)

    chance, confidence = chance_and_confidence("请问领导")
    assert Routing(PROFILE).choose(post("请问领导")).candidates == (), "the duty list speaks for nobody"
    assert confidence == pytest.approx(chance, abs=1e-5)


def test_another_policy_is_judged_by_the_same_model() -> None:
    city = with_model(fitted())
    fact = PolicyChanged(at=at("2026-03-02T10:00"), part={"dispatch": {"automatic_confidence": 0.9}})

    assert city.amended(fact).model_version == fitted().version
    assert city.amended(fact).choose(post(BUS)).confidence == city.choose(post(BUS)).confidence


@pytest.mark.parametrize("text", ["路灯坏了。", "学校旁边路灯坏了。"])
def test_who_says_a_word_ten_times_is_heard_as_who_says_it_twice(text: str) -> None:
    twice, often = (Routing(PROFILE).choose(post(text * times)) for times in (2, 10))

    assert (often.confidence, often.candidates[0].department) == (twice.confidence, "urban-management")
