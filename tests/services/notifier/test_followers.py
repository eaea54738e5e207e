"""Who follows a post is told of what anybody may read of it, once, and of nothing else; many are told page after page."""

from datetime import datetime, timedelta
from string import Formatter
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.decision import Context, Say
from contracts.facts import Fact
from contracts.posts import (
    CitizenErased,
    FollowerJoined,
    FollowerLeft,
    PostHeld,
    PostHidden,
    PostReleased,
    PostRestored,
    PostsGrouped,
    PostWithdrawn,
    PreferenceChosen,
)
from contracts.replies import PostReopened, PromiseReported, ReplyPublished
from services.notifier.app import RULES
from services.notifier.core.case import Case, Claim, Notice, Outcome
from services.notifier.core.followers import KEPT, PAUSE, follow, spread, unfollow
from services.notifier.core.news import (
    A_PAGE,
    DropFollower,
    DropFollowers,
    Follower,
    KeepFollower,
    NewsDue,
    Spread,
)
from services.notifier.core.table import TOLD
from services.notifier.core.table_of_followers import FOLLOWERS_TOLD
from tests.services.deadline.facts import PROFILE, assigned, at
from tests.services.notifier.telling import NUMBER, POST

NOW = at("2026-03-03T10:00")
LATER = at("2026-03-03T11:00")
NIGHT = at("2026-03-03T23:30:12.345678")
WATER = PROFILE.department_name("water")


def joined(name: str = "F1", when: datetime = NOW, channels: tuple[str, ...] = ("sms",)) -> FollowerJoined:
    return FollowerJoined(at=when, follower=name, channels=channels, sealed_contact=b"box")


def replied(when: datetime = LATER) -> ReplyPublished:
    return ReplyPublished(at=when, reply="r", text="已修复", department="water", by="c")


def held(when: datetime = NOW) -> PostHeld:
    return PostHeld(at=when, reason="待看", by="m")


class Post:
    """A post, who follows it, and what the store does about both between two facts."""

    def __init__(self, *facts: Fact) -> None:
        self.case = Case()
        self.kept: dict[str, Follower] = {}
        self.spreads: list[Spread] = []
        self.notices: dict[str, Notice] = {}
        self.met = 0
        self.hear(POST, *facts)

    def hear(self, *facts: Any, now: datetime | None = None) -> "Post":
        for fact in facts:
            self.met += 1
            when = now or getattr(fact, "at", LATER)
            decision = RULES[type(fact)](self.case, fact, Context("post", f"cause-{self.met}", when, PROFILE))
            self.case = decision.state
            self._keep(decision.effects)
        return self

    def _keep(self, effects: Any) -> None:
        for effect in effects:
            match effect:
                case Claim(notice=notice) if notice.follower:
                    self.notices.setdefault(notice.id, notice)
                case KeepFollower(follower=follower):
                    self.kept[follower.id] = follower
                case DropFollower(follower=name):
                    self.kept.pop(name, None)
                case DropFollowers():
                    self.kept.clear()
                case Spread():
                    self.spreads.append(effect)

    def pages(self, now: datetime = LATER) -> int:
        """Tell everything that is due until nothing is; how many pages it took."""
        count = 0
        while due := [one for one in self.spreads if one.at <= now]:
            self.spreads.remove(due[0])
            page = sorted(name for name in self.kept if name > due[0].after)
            told = tuple(self.kept[name] for name in page[:A_PAGE])
            self.hear(NewsDue("n", due[0].news, due[0].after, told, len(page) > A_PAGE), now=now)
            count += 1
        return count

    def told(self, name: str = "F1") -> list[str]:
        """What a follower has read."""
        self.pages()
        return [notice.text for notice in self.notices.values() if notice.follower == name]


# -- what is told, and to whom ---------------------------------------------------------------------


def test_a_follower_is_told_of_the_reply_with_number_and_unit_and_not_a_word_that_anybody_wrote() -> None:
    assert Post(joined(), replied()).told() == [f"您关注的帖子{NUMBER}已由{WATER}回复"]


@pytest.mark.parametrize("fact", FOLLOWERS_TOLD, ids=lambda fact: fact.__name__)
def test_every_kind_of_news_repeats_nothing_that_somebody_wrote(fact: type[Fact]) -> None:
    names = {name for _, name, _, _ in Formatter().parse(FOLLOWERS_TOLD[fact].text) if name}

    assert names <= {"number", "unit"}
    assert fact in TOLD, "the author, or the unit, is told of it, too"


def test_each_of_what_matters_is_told_once_whatever_is_heard_twice() -> None:
    post = Post(joined(), replied())
    post.pages()
    reopened = PostReopened(at=LATER, reason="还没好", reply="r", department="water")
    done = PromiseReported(at=LATER, reply="r", text="修好了", department="water", by="c")
    grouped = PostsGrouped(at=LATER, group="g", lead="p", lead_number="SQ9", members=("p",), by="s")

    post.hear(reopened, replied(), done, grouped)

    kinds = [notice.kind for _ in [post.told()] for notice in post.notices.values()]
    assert kinds == ["news-replied", "news-reopened", "news-replied", "news-promise", "news-grouped"]
    assert not any("SQ9" in text or "还没好" in text for text in post.told()), (
        "the lead may be nobody's to read"
    )


def test_news_whose_fact_names_no_unit_are_told_as_those_of_the_unit_that_has_the_post() -> None:
    grouped = PostsGrouped(at=LATER, group="g", lead="p", lead_number="SQ9", members=("p",), by="s")

    post = Post(assigned("2026-03-02T10:00", "water"), joined(), grouped)
    post.pages()

    assert [(it.kind, it.department) for it in post.notices.values()] == [("news-grouped", "water")]


HIDDEN = PostHidden(at=LATER, reason="广告", by="m")
RESTORED = PostRestored(at=LATER, reason="误判", by="m")


def test_who_was_told_that_a_post_is_hidden_is_told_that_it_is_back() -> None:
    post = Post(joined(), HIDDEN)
    gone = post.told()

    assert gone == [f"您关注的帖子{NUMBER}不再公开,也不再办理"]
    assert post.hear(RESTORED).told() == [*gone, f"您关注的帖子{NUMBER}恢复公开和办理"]


def test_that_a_post_left_is_told_to_nobody_any_more_once_it_is_back() -> None:
    """Hidden and restored in one night, before anybody was told."""
    post = Post(joined(), HIDDEN, RESTORED)

    assert post.told() == [f"您关注的帖子{NUMBER}恢复公开和办理"]
    late = post.hear(joined("F2", NOW)).told("F2")
    assert late == [f"您关注的帖子{NUMBER}恢复公开和办理"]


def test_who_followed_a_post_whose_author_was_erased_is_forgotten() -> None:
    post = Post(joined(), CitizenErased(at=LATER, citizen="c"))

    assert (post.kept, post.hear(replied()).told()) == ({}, [])


def test_nobody_follows_so_nothing_is_spread() -> None:
    assert Post(replied()).spreads == []


def test_what_happened_before_somebody_followed_is_not_told() -> None:
    assert Post(joined("F1", NOW), replied(), joined("F2", LATER + timedelta(hours=1))).told("F2") == []


def test_news_heard_before_the_follower_who_was_there_before_them_are_told_with_the_following() -> None:
    """Replies and posts come by different topics, in any order."""
    assert len(Post(replied(LATER), joined("F1", NOW)).told()) == 1
    assert len(Post(joined("F0", NOW), replied(LATER), joined("F1", NOW)).told()) == 1, "by both ways once"


def test_who_follows_at_the_very_instant_of_the_news_is_told_of_them_in_any_order() -> None:
    assert len(Post(joined("F1", LATER), replied(LATER)).told()) == 1
    assert len(Post(replied(LATER), joined("F1", LATER)).told()) == 1


def test_whose_following_is_heard_once_the_post_is_gone_is_told_that_and_nothing_that_was_said_in_it() -> (
    None
):
    hidden = PostHidden(at=LATER, reason="核实", by="m")

    told = Post(replied(LATER), hidden, joined("F1", NOW)).told()

    assert told == Post(joined("F1", NOW), hidden).told()
    assert len(told) == 1


def test_the_author_s_own_choice_changes_nothing_for_those_who_follow() -> None:
    assert len(Post(joined(), PreferenceChosen(at=NOW, channel="none"), replied()).told()) == 1


def test_who_left_is_told_nothing_more() -> None:
    assert Post(joined(), joined("F2"), FollowerLeft(at=NOW, follower="F1"), replied()).told() == []


# -- only what anybody may read --------------------------------------------------------------------


def test_of_a_private_post_nothing_is_news() -> None:
    post = Post()
    post.hear(replace(POST, public=False), joined(), replied())

    assert post.told() == []


def test_what_happens_while_a_post_is_held_is_told_once_it_is_released() -> None:
    post = Post(joined(), held(), replied())
    assert post.told() == []

    post.hear(PostReleased(at=LATER, by="m"))

    assert len(post.told()) == 1


def test_a_hold_in_the_middle_of_the_telling_stops_it_and_the_release_goes_on() -> None:
    names = [f"F{n:04d}" for n in range(A_PAGE + 5)]
    post = Post(*(joined(name) for name in names), replied())
    [first] = post.spreads
    post.pages(first.at)

    post.hear(held(LATER))
    post.pages(LATER + PAUSE)
    assert len(post.notices) == A_PAGE

    post.hear(PostReleased(at=LATER, by="m"))
    post.pages(LATER + PAUSE)
    post.pages(LATER + 2 * PAUSE)
    assert sorted(notice.follower for notice in post.notices.values()) == names


@pytest.mark.parametrize(
    ("leaving", "words"),
    [
        (PostWithdrawn(at=LATER), "已由发帖人撤回"),
        (PostHidden(at=LATER, reason="含隐私", by="m"), "不再公开"),
    ],
)
def test_that_a_post_is_gone_is_told_and_after_it_nothing(leaving: Fact, words: str) -> None:
    post = Post(joined(), leaving, replied())

    [text] = post.told()
    assert words in text
    assert "含隐私" not in text, "why is not public"


def test_after_the_author_s_erasure_followers_are_told_nothing() -> None:
    assert Post(joined(), CitizenErased(at=NOW, citizen="c"), replied()).told() == []


# -- how it is told --------------------------------------------------------------------------------


def test_a_follower_is_told_by_the_best_channel_and_by_the_next_where_it_refuses() -> None:
    post = Post(joined(channels=("wechat", "mail")), replied())
    post.told()
    [notice] = post.notices.values()
    assert (notice.channel, notice.at_night) == ("wechat", False)

    post.hear(Outcome(notice, "failed", 1))

    last = list(post.notices.values())[-1]
    assert (last.channel, last.follower, last.kind) == ("mail", "F1", "news-replied")
    assert last.id != notice.id
    post.hear(Outcome(last, "failed", 1))
    assert len(post.notices) == 2


def test_how_a_notice_to_a_follower_ended_is_said_without_a_word_on_who_it_was() -> None:
    post = Post(joined(), replied())
    post.told()
    [notice] = post.notices.values()

    decision = RULES[Outcome](post.case, Outcome(notice, "sent", 1), Context("post", "c", LATER, PROFILE))

    [said] = [effect.fact for effect in decision.effects if isinstance(effect, Say)]
    assert "F1" not in repr(said)


def test_ten_thousand_followers_are_told_page_after_page_with_a_pause_between_each_once() -> None:
    names = [f"F{n:05d}" for n in range(10_000)]
    post = Post(joined(names[0]))
    post.kept = {name: Follower(name, ("sms",), NOW) for name in names}
    post.hear(replied())
    now, pages = LATER, 0

    while post.spreads:
        [waiting] = post.spreads
        now = max(now, waiting.at)
        before = len(post.notices)
        pages += post.pages(now)
        assert len(post.notices) - before <= A_PAGE, "no transaction is larger than a page"

    assert pages == 100
    assert now - LATER == 99 * PAUSE
    assert sorted(notice.follower for notice in post.notices.values()) == names


def test_at_night_nothing_is_spread_before_the_morning() -> None:
    post = Post(joined(), replied(NIGHT))

    post.pages(NIGHT)

    assert post.notices == {}
    [waiting] = post.spreads
    assert waiting.at == at("2026-03-04T08:00")


def test_the_state_of_a_post_that_has_many_news_and_followers_stays_small() -> None:
    post = Post(*(joined(f"F{n}") for n in range(300)), *(replied() for _ in range(3 * KEPT)))

    assert len(post.case.news) == KEPT
    assert not any(f"F{n}" in repr(post.case) for n in range(300)), "who follows stands elsewhere"


def test_the_rules_by_themselves() -> None:
    context = Context("post", "c", NOW, PROFILE)

    assert follow(Case(), joined(), context).state.followed
    assert unfollow(Case(), FollowerLeft(at=NOW, follower="F1"), context).effects == (DropFollower("F1"),)
    assert spread(Case(public=False), NewsDue("n", _news(), "", (), True), context).effects == ()


def _news() -> Any:
    return Post(joined(), replied()).spreads[0].news
