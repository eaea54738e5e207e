"""The cases a storm is made of are such as the services' own rules leave behind."""

from city.profile import Profile
from services.notifier.core.case import Claim, Settle
from wenzheng.bench.lives import lives
from wenzheng.stack.home import ROOT

PROFILE = Profile.load(ROOT / "cities" / "suqian")


def test_each_service_has_heard_what_the_others_have_said() -> None:
    for life in lives(PROFILE, 3):
        said = {topic: n for row in life.remembered.values() for topic, n in row.said.items()}
        said["assignments"] = 1

        for name, row in life.remembered.items():
            assert row.seen == {topic: said[topic] for topic in row.seen}, name
        assert life.remembered["intake"].seen.keys() == {"assignments", "deadlines"}


def test_a_case_has_been_warned_and_reminded_and_waits_for_its_miss_and_the_word_to_the_leader() -> None:
    for life in lives(PROFILE, 3):
        case = life.remembered["deadline"].state

        assert case.said.near
        assert case.said.escalated == ("remind",)
        assert case.next_at == life.due
        assert not life.remembered["intake"].state.missed


def test_whoever_was_to_be_told_has_been_told() -> None:
    for life in lives(PROFILE, 3):
        effects = [one.effect for one in life.effects["notifier"]]
        claimed = {effect.notice.id for effect in effects if isinstance(effect, Claim)}

        assert claimed
        assert claimed == {effect.id for effect in effects if isinstance(effect, Settle)}


def test_when_the_storm_comes_every_case_is_missed_and_its_leader_is_told_once() -> None:
    for life in lives(PROFILE, 3):
        before = len(life.effects["notifier"])

        life.ring(life.due)

        assert life.remembered["intake"].state.missed
        assert life.remembered["stats"].state.overdue_since() is not None
        assert [one.effect.notice.audience for one in life.effects["notifier"][before:]] == ["leader"]


def test_cases_are_spread_over_the_units_and_no_two_are_the_same() -> None:
    found = list(lives(PROFILE, 5))

    assert len({life.subject for life in found}) == 5
    assert len({life.remembered["deadline"].state.department for life in found}) == 5
