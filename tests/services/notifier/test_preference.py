"""How an author wants to be told: by which channel, at night or not, or not at all."""

import pytest
from msgspec.structs import replace

from contracts.posts import CitizenErased, PostFollowedUp, PostReleased, PreferenceChosen
from contracts.replies import CitizenAsked
from services.notifier.core.case import Outcome
from tests.services.deadline.facts import assigned, at
from tests.services.notifier.telling import POST, Told, told

NOW = at("2026-03-03T10:00")


def _chose(channel: str, at_night: bool = False) -> PreferenceChosen:
    return PreferenceChosen(at=NOW, channel=channel, at_night=at_night)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("chosen", "told_by"), [("best", "wechat"), ("sms", "sms"), ("mail", "mail"), ("wechat", "wechat")]
)
def test_an_author_is_told_by_the_channel_of_their_choice(chosen: str, told_by: str) -> None:
    post = replace(POST, channels=("wechat", "sms", "mail"))

    found = Told().hear(post, _chose(chosen, at_night=True), PostReleased(at=NOW, by="m"))

    assert [(notice.channel, notice.at_night) for notice in found.notices] == [(told_by, True)]


def test_a_choice_that_the_contact_does_not_hold_is_no_reason_to_say_nothing() -> None:
    found = Told().hear(POST, _chose("mail"), PostReleased(at=NOW, by="m"))

    assert [(notice.channel, notice.at_night) for notice in found.notices] == [("sms", False)]


def test_who_wants_no_notices_gets_none_until_they_choose_again_and_the_unit_hears_as_before() -> None:
    asked, followed = (
        CitizenAsked(at=NOW, question="q", text="哪里?", department="water", by="c1"),
        PostFollowedUp(at=NOW, follow_up="f", text="t"),
    )

    found = told(assigned("2026-03-02T10:00"), _chose("none"), asked, followed)
    assert [fact.reason for fact in found.suppressed] == ["unsubscribed"]
    assert "网民追问" in found.to("clerk")[-1]
    found.hear(_chose("best"), asked)
    assert [notice.kind for notice in found.notices if notice.audience == "citizen"][-1] == "asked"


@pytest.mark.parametrize(
    ("chosen", "ways"),
    [
        ("best", ["wechat", "sms", "mail"]),
        ("sms", ["sms", "wechat", "mail"]),
        ("mail", ["mail", "wechat", "sms"]),
    ],
)
def test_what_the_chosen_channel_refuses_goes_by_each_other_one_once(chosen: str, ways: list[str]) -> None:
    post = replace(POST, channels=("wechat", "sms", "mail"))
    found = Told().hear(post, _chose(chosen), PostReleased(at=NOW, by="m"))

    for _ in range(4):
        found.hear(Outcome(found.notices[-1], "failed", 1))

    assert [notice.channel for notice in found.notices][: len(ways)] == ways
    assert len({notice.id for notice in found.notices}) == len(ways)


@pytest.mark.parametrize(("first", "then"), [("best", "mail"), ("mail", "sms"), ("sms", "best")])
def test_a_choice_that_changes_while_a_notice_is_under_way_leaves_no_channel_out(
    first: str, then: str
) -> None:
    post = replace(POST, channels=("wechat", "sms", "mail"))
    found = Told().hear(post, _chose(first), PostReleased(at=NOW, by="m"))
    found.hear(Outcome(found.notices[-1], "failed", 1), _chose(then))

    found.hear(Outcome(found.notices[-1], "failed", 1))

    assert {notice.channel for notice in found.notices} == {"wechat", "sms", "mail"}


def test_who_was_erased_while_a_notice_was_under_way_is_told_by_no_other_channel() -> None:
    post = replace(POST, channels=("sms", "mail"))
    found = Told().hear(post, PostReleased(at=NOW, by="m"), CitizenErased(at=NOW, citizen="c"))

    assert len(found.hear(Outcome(found.notices[-1], "failed", 1)).notices) == 1


def test_a_notice_that_fails_after_its_reader_left_is_followed_by_no_other_channel() -> None:
    found = Told().hear(replace(POST, channels=("sms", "mail")), PostReleased(at=NOW, by="m"), _chose("none"))

    assert len(found.hear(Outcome(found.notices[-1], "failed", 1)).notices) == 1
