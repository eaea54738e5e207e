"""Which posts become training rows: what people decided, and what citizens were content with."""

import json
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest

from contracts.assignments import LeadNamed, PostAssigned, PostReassigned
from contracts.facts import Fact
from contracts.posts import PostHidden, PostReceived, PostsGrouped, PostWithdrawn
from contracts.replies import PostReopened, ReplyPublished
from wenzheng.corrections import Told, write
from wenzheng.model import read_rows
from wenzheng.training import Row

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
POST = PostReceived(at=AT, number="SQ-1", kind="complaint", title="路灯", text="坏了", citizen="c")
REPLY = ReplyPublished(at=AT, reply="r", text="好", department="power", by="c")


def assigned(unit: str, by: str = "") -> PostAssigned:
    return PostAssigned(
        at=AT,
        number="SQ-1",
        department=unit,
        duty_item="",
        reasons=(),
        confidence=0.9,
        rule_version="r",
        chosen_by=by,
    )


def reassigned(unit: str) -> PostReassigned:
    return PostReassigned(at=AT, number="SQ-1", department=unit, previous="power", cause="return")


def label(*facts: Fact) -> str | None:
    told = Told()
    for fact in facts:
        told.hear(fact)
    row = told.row()
    return None if row is None else row.label


def test_a_held_post_that_a_person_decided_counts() -> None:
    assert label(POST, assigned("power", by="s1")) == "power"


def test_a_post_the_rules_assigned_counts_only_once_its_citizen_was_content() -> None:
    assert label(POST, assigned("power")) is None
    assert label(POST, assigned("power"), REPLY) == "power"


@pytest.mark.parametrize(
    "spoilt",
    [
        PostReopened(at=AT, reason="没好", reply="r", department="power"),
        PostWithdrawn(at=AT),
        PostHidden(at=AT, reason="违规", by="s"),
    ],
)
def test_nobody_can_say_that_the_unit_of_a_reopened_or_withdrawn_post_was_right(spoilt: Fact) -> None:
    assert label(POST, assigned("power"), REPLY, spoilt) is None
    assert label(POST, assigned("power", by="s1"), REPLY, spoilt) == "power"


def test_a_ruled_return_and_a_meeting_correct_the_label() -> None:
    assert label(POST, assigned("power"), reassigned("housing")) == "housing"
    named = LeadNamed(at=AT, lead="water", assisting=("power",), reason="裁定")
    assert label(POST, assigned("power"), reassigned("housing"), named) == "water"


def test_the_order_of_the_topics_changes_nothing() -> None:
    grouped = PostsGrouped(at=AT, group="g", lead="x", lead_number="SQ-0", members=("x",), by="s")
    for facts in permutations((POST, assigned("power"), REPLY, grouped)):
        told = Told()
        for fact in facts:
            told.hear(fact)
        assert told.row() == Row("路灯", "坏了", "power", "g")


def test_a_post_that_was_never_received_is_no_row() -> None:
    assert label(assigned("power", by="s1")) is None


def test_the_rows_written_are_those_train_reads(tmp_path: Path) -> None:
    rows = [Row("路灯", "坏了\n很黑", "power", "g"), Row("", "停水", "water")]
    write(rows, tmp_path / "rows.jsonl")

    assert read_rows([tmp_path / "rows.jsonl"]) == rows
    assert json.loads((tmp_path / "rows.jsonl").read_text().splitlines()[1]) == {
        "title": "",
        "text": "停水",
        "label": "water",
    }
