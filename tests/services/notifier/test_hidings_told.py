"""Who is told that a post was hidden, appealed for and restored; and what of it is told to nobody."""

from typing import Any

import pytest

from city.templates import PLACE
from contracts.posts import HidingAppealed, HidingUpheld, PostFollowedUp, PostHidden, PostRestored
from contracts.replies import CitizenAnswered, PostRated, PostReopened
from services.notifier.core.table import TOLD
from tests.services.deadline.facts import assigned, at
from tests.services.notifier.telling import NUMBER, told

NOW = at("2026-03-03T10:00")


def test_hiding_is_told_to_the_author_with_what_can_be_done_and_to_the_unit_that_stops() -> None:
    found = told(assigned("2026-03-02T10:00"), PostHidden(at=NOW, reason="广告", by="m"))

    assert "广告" in found.to("citizen")[-1]
    assert "申诉" in found.to("citizen")[-1]
    assert "修改后重新提交" in found.to("citizen")[-1]
    assert found.to("clerk", "water")[-1].startswith("帖子已屏蔽,停止办理")


def test_an_appeal_is_told_to_who_looks_again_and_its_end_to_the_author_and_where_it_goes_on_to_the_unit() -> (
    None
):
    hidden = PostHidden(at=NOW, reason="广告", by="m")
    found = told(assigned("2026-03-02T10:00"), hidden, HidingAppealed(at=NOW, reason="不是广告"))

    assert found.to("supervisor", "supervision")[-1].startswith(f"网民申诉,请复核 {NUMBER}")
    found.hear(HidingUpheld(at=NOW, reason="有商家电话", by="m"))
    assert found.to("citizen")[-1] == f"您对{NUMBER}未予公开的申诉已复核,维持原处理:有商家电话"
    found.hear(PostRestored(at=NOW, reason="误判", by="m"))
    assert found.to("citizen")[-1] == f"您的帖子{NUMBER}已恢复办理:误判"
    assert found.to("clerk", "water")[-1].startswith(f"帖子恢复办理 {NUMBER}")


@pytest.mark.parametrize(
    "said",
    [
        PostFollowedUp(at=NOW, follow_up="f", text="不是广告"),
        CitizenAnswered(at=NOW, question="q1", text="不是广告"),
        PostReopened(at=NOW, reason="不是广告", reply="r1", department="water"),
        HidingAppealed(at=NOW, reason="不是广告"),
        PostRated(at=NOW, reply="r1", grade=5, text="不是广告", department="water"),
    ],
    ids=lambda said: type(said).__name__,
)
def test_what_an_author_adds_is_read_with_the_case_and_stands_in_no_notice(said: Any) -> None:
    found = told(assigned("2026-03-02T10:00"), said)
    written = getattr(said, "text", "") or getattr(said, "reason", "")

    assert written
    assert written not in str(found.notices), "in the city's own words"
    places = {place for row in TOLD[type(said)] for place in PLACE.findall(row.text)}
    assert places.isdisjoint(("text", "reason")), "in the product's, to which they fall back"
