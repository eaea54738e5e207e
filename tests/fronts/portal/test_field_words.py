"""Whoever is refused reads which field is wrong by its name on the page, not by its name in the interface."""

from collections.abc import Iterator

import msgspec
import pytest

from fronts.portal.field_words import FIELDS, called
from fronts.portal.services import Answer
from services.debate import web as _debate
from services.debate.core.requests import Body as DebateBody
from services.intake import web as _intake
from services.intake.core.requests import Body as IntakeBody
from services.stats.accountability import bodies as _records
from services.stats.bulletins import bodies as _bulletins
from services.stats.inspections import bodies as _rounds
from services.stats.written import Body as StatsBody
from services.survey.core.requests import Body as SurveyBody

LOADED = (_debate, _intake, _records, _bulletins, _rounds)
"""Where bodies are written down: a class is known once its module is read."""


def _kinds(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from _kinds(each)


@pytest.mark.parametrize(
    "body", [DebateBody, IntakeBody, StatsBody, SurveyBody], ids=lambda body: body.__module__
)
def test_every_field_of_every_body_has_its_word(body: type) -> None:
    fields = {field.encode_name for kind in _kinds(body) for field in msgspec.structs.fields(kind)}

    assert fields
    assert fields - FIELDS.keys() == set()


def test_an_item_of_a_list_is_named_by_its_place_and_an_unknown_field_as_it_is() -> None:
    assert called("contact.phone") == "电话"
    assert called("cases[1]") == "帖子编号(第 2 项)"
    assert called("somebody_elses") == "somebody_elses"


def test_a_refusal_is_a_sentence_without_a_word_of_the_interface() -> None:
    errors = [{"field": "text", "reason": "最多 300 个字"}, {"field": "new_date", "reason": "必填"}]
    refused = Answer(422, {"title": "填写的内容有问题", "errors": errors})

    assert refused.sentence == "填写的内容有问题;内容:最多 300 个字;延期至:必填"
