"""Who holds enough of a fingerprint: blocks in order tell the same posts as reading all of them does."""

import random
from datetime import UTC, datetime, timedelta

import numpy as np

from services.router.core.topics.fingerprint import BELONGS, Fingerprint, Scale, WindowPost
from services.router.core.topics.holders import BLOCK, Holders
from services.router.core.topics.ordered import OrderedPairs

START = datetime(2024, 3, 4, 9, tzinfo=UTC)
LETTERS = "桑墟公交停运老人出行不便路灯坏了几天没有人来修物业收费"


def post(turn: int, text: str) -> WindowPost:
    return WindowPost(turn, f"k{turn}", f"WZ{turn}", START + timedelta(minutes=turn), "", "", text)


def random_posts(many: int, seed: int) -> list[WindowPost]:
    chance = random.Random(seed)
    return [
        post(turn, "".join(chance.choices(LETTERS, k=chance.randint(0, 30)))) for turn in range(1, many + 1)
    ]


def fingerprint_of(of: WindowPost, weight: float) -> Fingerprint:
    """Of one post's pairs, out of order as those of topics are."""
    core = of.pairs[::-1].copy()
    many = core.size
    return Fingerprint(
        core, np.full(many, weight, np.float32), np.ones(many, np.int64), np.zeros(many, np.bool_)
    )


def read_one_by_one(posts: list[WindowPost], of: WindowPost, weight: float) -> list[int]:
    held = [(other.turn, len(set(other.pairs.tolist()) & set(of.pairs.tolist()))) for other in posts]
    return [turn for turn, many in held if many * weight >= BELONGS]


def test_blocks_and_the_newest_tell_whoever_holds_enough_in_the_order_they_came() -> None:
    posts = random_posts(2 * BLOCK + 100, seed=7)
    holders = Holders(Scale())
    for one in posts:
        holders.add(one)
    asked = [one for one in posts if one.pairs.size > 10][:: BLOCK // 8]
    assert len(asked) > 10
    for one in asked:
        found = holders.holding(fingerprint_of(one, 2.0))
        assert found == read_one_by_one(posts, one, 2.0)
        assert one.turn in found


def test_what_one_post_holds_is_forgotten_at_once_in_a_block_and_among_the_newest() -> None:
    posts = random_posts(BLOCK + 50, seed=8)
    holders = Holders(Scale())
    for one in posts:
        holders.add(one)
    in_block, newest = (
        next(one for one in part if one.pairs.size > 10) for part in (posts, posts[BLOCK + 20 :])
    )
    for gone in (in_block, newest):
        assert gone.turn in holders.holding(fingerprint_of(gone, 2.0))
        holders.forget(gone)
        posts.remove(gone)
        assert holders.holding(fingerprint_of(gone, 2.0)) == read_one_by_one(posts, gone, 2.0)


def test_a_block_is_let_go_when_its_last_post_leaves_and_no_sooner() -> None:
    posts = [post(turn, "桑墟镇的公交停运了") for turn in range(1, 2 * BLOCK + 1)]
    holders = Holders(Scale())
    for one in posts:
        holders.add(one)
    asked = fingerprint_of(posts[0], 2.0)
    holders.expire(BLOCK - 1)
    assert holders.holding(asked)[0] == 1
    holders.expire(BLOCK)
    assert holders.holding(asked)[0] == BLOCK + 1


def test_posts_that_hold_nothing_are_nobodys_holders() -> None:
    holders = Holders(Scale())
    for turn in range(1, BLOCK + 10):
        holders.add(post(turn, ""))
    assert holders.holding(fingerprint_of(post(BLOCK + 10, "桑墟镇的公交停运了"), 2.0)) == []


def test_the_holders_of_a_pair_stand_in_the_order_of_their_posts() -> None:
    several = [np.array(pairs, np.uint32) for pairs in ([3, 9], [], [3], [1, 3, 9])]
    ordered = OrderedPairs(several)
    first, many = ordered.held(np.array([9, 3, 2], np.uint32))
    assert [ordered.holders[at : at + n].tolist() for at, n in zip(first, many, strict=True)] == [
        [0, 3],
        [0, 2, 3],
        [],
    ]
    ordered.forget(0)
    first, many = ordered.held(np.array([9, 3], np.uint32))
    assert [ordered.holders[at : at + n].tolist() for at, n in zip(first, many, strict=True)] == [[3], [2, 3]]
