"""Paths of the services: what people type stands in them as one part, or names nothing."""

import ast
from pathlib import Path

import pytest

import fronts.portal
from fronts.portal.services import NOTHING, Answer, filled
from tests.parsing import parsed

PATH = "/v1/debates/{debate}/comments/{comment}/moderation"


@pytest.mark.parametrize(
    "identity", ["SQ261127-000001", "2026-06-c1", "01985c3e-0000-7000-8000-000000000000", "o-1", "a" * 120]
)
def test_an_id_stands_in_a_path_as_it_is(identity: str) -> None:
    path, query = filled(PATH, {"debate": identity, "comment": "c-1", "standing": "held"})

    assert path == f"/v1/debates/{identity}/comments/c-1/moderation"
    assert query == {"standing": "held"}


@pytest.mark.parametrize(
    "typed",
    ["", "..", ".", "a/b", "a?b=c", "a#b", "a%2Fb", "a b", "a\n", "{comment}", "\0", "路", "１", "a" * 121],
)
def test_what_can_be_no_id_names_nothing_and_leads_nowhere_else(typed: str) -> None:
    path, query = filled(PATH, {"debate": typed, "comment": typed})

    assert path == f"/v1/debates/{NOTHING}/comments/{NOTHING}/moderation"
    assert query == {}


def test_a_part_that_nobody_gave_is_a_mistake_and_no_path() -> None:
    with pytest.raises(KeyError):
        filled(PATH, {"debate": "d-1"})


def test_no_page_puts_what_was_typed_into_a_path_by_itself() -> None:
    by_itself = [
        f"{path.name}:{node.lineno}"
        for path in sorted(Path(str(fronts.portal.__file__)).parent.rglob("*.py"))
        for node in ast.walk(parsed(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr)
        and isinstance(node.values[0], ast.Constant)
        and str(node.values[0].value).startswith("/v1/")
    ]

    assert by_itself == [], "a path names its parts in braces, and the services fill them in"


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ("应晚于今天。", "日期不对;延期至:应晚于今天"),
        ("请改正。", "日期不对;请改正;延期至:应晚于今天"),
        ("", "日期不对;延期至:应晚于今天"),
    ],
)
def test_what_a_service_refuses_is_read_once(detail: str, said: str) -> None:
    errors = [{"field": "new_date", "reason": "应晚于今天"}]

    assert Answer(422, {"title": "日期不对", "detail": detail, "errors": errors}).sentence == said


def test_a_refusal_without_fields_keeps_its_sentence() -> None:
    assert Answer(409, {"title": "现在不能受理", "detail": "已受理。"}).sentence == "现在不能受理;已受理。"
