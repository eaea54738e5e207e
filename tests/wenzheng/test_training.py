"""What a model says of itself must come from posts it has not seen."""

import random

import pytest

from services.router.core.learning.model import Model
from wenzheng.training import Row, fit

pytestmark = pytest.mark.medium

SYLLABLES = "东西南北中山水林田路桥河湖春夏秋冬金木火土日月星云风雨雪光明和平安康福寿喜乐"


def rows(many: int, seed: int) -> list[Row]:
    """Posts each of its own words, with labels drawn by lot: there is nothing to learn from them."""
    lots = random.Random(seed)
    return [
        Row("", "".join(lots.choices(SYLLABLES, k=24)), lots.choice(("housing", "transport")))
        for _ in range(many)
    ]


def test_labels_drawn_by_lot_are_never_assigned_without_a_person() -> None:
    model = Model.load(fit(rows(600, seed=3), seed=1))

    assert model.threshold == 1.0
    assert model.header.promised > 0.9


def test_a_model_is_no_surer_of_posts_it_has_seen_than_it_may_be_of_others() -> None:
    """It knows them by heart, and what it says is still the chance that was found on posts it did not know."""
    seen = rows(600, seed=3)
    model = Model.load(fit(seen, seed=1))

    judged = model.judge([(row.title, row.text) for row in seen])
    assert sum(one.confidence for one in judged) / len(judged) < 0.75
