"""The learned classifier: the same answer every time, a file that cannot be mistaken, and honest figures."""

import hashlib
import random
from importlib.util import find_spec
from itertools import pairwise

import msgspec
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.router.core.learning import model as made
from services.router.core.learning.features import buckets, hashed, normal
from services.router.core.learning.model import MAGIC, Damaged, Header, Model, pack
from services.router.core.learning.neighbours import NeighbourIndex, Neighbours, doubtful
from tests.services.router.matters import file, fitted, rows_of

pytestmark = pytest.mark.skipif(find_spec("sklearn") is None, reason="a model is fitted by scikit-learn")


def forged(header: Header, body: bytes) -> bytes:
    """A file whose checksum holds, whatever it says."""
    told = msgspec.json.encode(header)
    whole = len(told).to_bytes(4, "little") + told + body
    return MAGIC + hashlib.sha256(whole).digest() + whole


def arrays(data: bytes) -> bytes:
    """What follows the header."""
    body = data[len(MAGIC) + 32 :]
    return body[4 + int.from_bytes(body[:4], "little") :]


# -- features -----------------------------------------------------------------------------------


def test_spaces_and_case_do_not_matter() -> None:
    assert normal("ATM 机", " 坏 了\n") == normal("atm", "机坏了") == "atm机坏了"


@pytest.mark.medium
@given(st.lists(st.text(max_size=30), min_size=1, max_size=9))
def test_a_form_is_hashed_the_same_alone_and_among_others(forms: list[str]) -> None:
    single, pair, borders = hashed(forms)

    begin = 0
    for form, border in zip(forms, borders.tolist(), strict=True):
        alone = buckets(form)
        assert border == begin + len(form)
        assert single[begin:border].tolist() == alone[: len(form)].tolist()
        assert pair[begin : max(begin, border - 1)].tolist() == alone[len(form) :].tolist()
        begin = border + 1


def test_pairs_differ_from_their_reverse_and_spread_over_the_buckets() -> None:
    assert buckets("路灯")[2] != buckets("灯路")[2]

    lots = random.Random(7)
    text = "".join(chr(lots.randrange(0x4E00, 0x9FA5)) for _ in range(50_000))
    _, pair, _ = hashed([text])

    # 50,000 balls in 2^20 urns leave 1,164 to share one (expected; standard deviation 33).
    assert 50_000 - len(np.unique(pair[: len(text) - 1])) < 1_330


# -- judging ------------------------------------------------------------------------------------


def test_it_learns_what_words_belong_to_a_class() -> None:
    judged = fitted().judge([("公交车", "班次太少,司机不停站台"), ("", "化工厂偷排废水,臭气熏天")])

    assert [one.ranked[0][0] for one in judged] == ["交通运输", "环境保护"]
    assert fitted().classes == ("交通运输", "教育文体", "环境保护")
    assert all(one.confidence == one.ranked[0][1] > 0.8 for one in judged)


def test_where_two_classes_are_close_the_posts_most_like_it_tell_which_it_is() -> None:
    # Each n-gram of the doubtful post speaks for both classes alike; no other labelled post has all three.
    neighbours = Neighbours(posts=3, entries=6, close=0.3, asked=2, nearest=1, share=0.5)
    posts = NeighbourIndex(
        neighbours,
        classes=2,
        features=4,
        lengths=np.array([2, 2, 2]),
        labels=np.array([0, 1, 0]),
        rows=np.array([1, 4, 1, 2, 2, 3]),
        weights=np.array([0.5, 0.5, 0.6, 0.6, 0.1, 0.1]),
    )

    assert doubtful([0.1, 0.0], neighbours.close)
    assert not doubtful([0.5, 0.0], neighbours.close)
    assert posts.added([0.1, 0.0], np.array([1, 2]), np.array([0.7, 0.7])) == pytest.approx([0.1, 0.5])
    assert posts.added([0.1, 0.0], np.array([], np.intp), np.array([])) == [0.1, 0.0], "none is like it"


def test_posts_alike_in_the_same_measure_answer_together() -> None:
    neighbours = Neighbours(posts=3, entries=3, close=0.3, asked=2, nearest=1, share=0.6)
    posts = NeighbourIndex(
        neighbours,
        2,
        1,
        np.array([1, 1, 1]),
        np.array([0, 1, 1]),
        np.array([1, 1, 1]),
        np.array([0.5, 0.5, 0.5]),
    )

    assert posts.added([0.0, 0.0], np.array([1]), np.array([1.0])) == pytest.approx([0.2, 0.4])


def test_no_posts_are_no_judgements() -> None:
    assert fitted().judge([]) == []


@pytest.mark.medium
@given(st.lists(st.tuples(st.text(max_size=9), st.text(max_size=60)), max_size=150), st.data())
@settings(max_examples=60)
@example([("", "")], None)
# The model kept every n-gram of this post: no row of zeros stands before them.
@example([("", "公交车")], None)
def test_a_post_alone_is_judged_to_the_bit_as_among_others(
    posts: list[tuple[str, str]], data: st.DataObject | None
) -> None:
    known = [(row.title, row.text) for row in rows_of(12, seed=3)]
    posts = posts + known
    if data is not None:
        posts = data.draw(st.permutations(posts))

    together = fitted().judge(posts)

    assert together == [fitted().judge([post])[0] for post in posts]
    forms = [normal(*post) for post in posts]
    assert fitted().scores(forms) == [fitted().scores([form])[0] for form in forms]


@given(st.tuples(st.text(max_size=20), st.text(max_size=200)))
def test_the_best_come_first_and_are_no_more_than_certain(post: tuple[str, str]) -> None:
    (judged,) = fitted().judge([post])

    chances = [chance for _, chance in judged.ranked]
    assert chances == sorted(chances, reverse=True)
    assert judged.confidence == chances[0] <= 1.0
    assert min(chances) >= 0.0
    assert sum(chances) <= 1.0 + 1e-5
    assert len({name for name, _ in judged.ranked}) == len(chances) <= 5


def test_a_very_long_post_is_judged() -> None:
    (judged,) = fitted().judge([("公交车", "站台" * 50_000)])

    assert judged.ranked[0][0] == "交通运输"


# -- reasons ------------------------------------------------------------------------------------


def test_the_telling_pairs_stand_where_they_are_said_to_stand() -> None:
    title, text = "学区 划分", "我们小区请问小学\n招生,老师补课"

    told = fitted().read(title, text).telling("教育文体")

    source = f"{title}\n{text}"
    assert 1 <= len(told) <= 5
    assert all(source[offset : offset + 2] == pair for pair, offset in told)
    assert not {"我们", "请问", "小区"} & {pair for pair, _ in told}
    assert {"小学", "招生"} & {pair for pair, _ in told}


@given(st.text(max_size=30), st.text(max_size=90), st.integers(min_value=0, max_value=6))
@example("İ公交车", "公 交 站台", 5)
def test_reasons_never_overlap_and_are_words_of_the_post(title: str, text: str, count: int) -> None:
    told = fitted().read(title, text).telling("交通运输", count)

    source = f"{title}\n{text}"
    offsets = sorted(offset for _, offset in told)
    assert len(told) <= count
    assert all(source[offset : offset + 2] == pair and not set(pair) & set(" \n") for pair, offset in told)
    assert all(right - left >= 2 for left, right in pairwise(offsets))


def test_nothing_tells_for_a_class_the_model_does_not_know() -> None:
    assert fitted().read("公交车", "站台").telling("天气") == ()


# -- the file -----------------------------------------------------------------------------------


def test_the_version_is_the_head_of_the_checksum() -> None:
    data = file()

    assert fitted().version == hashlib.sha256(data[len(MAGIC) + 32 :]).hexdigest()[:12]
    assert fitted().header.rows == 300
    assert 0.0 < fitted().threshold <= 1.0


@given(st.data())
def test_a_changed_byte_or_a_missing_end_is_noticed(data: st.DataObject) -> None:
    good = file()
    place = data.draw(st.integers(0, len(good) - 1))
    change = data.draw(st.integers(1, 255))

    with pytest.raises(Damaged):
        Model.load(good[:place] + bytes([good[place] ^ change]) + good[place + 1 :])
    with pytest.raises(Damaged):
        Model.load(good[:place])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"hashing": "words-1"}, "words-1"),
        ({"features": 0}, "length"),
        ({"features": 3}, "length"),
        ({"classes": ("教育文体", "教育文体", "环境保护")}, "classes"),
        ({"bias": (0.0,)}, "bias"),
        ({"knots": ()}, "knots"),
        ({"knots": ((0.5, 0.9), (0.4, 0.95))}, "knots"),
        ({"knots": ((0.4, 0.9), (0.5, 0.8))}, "knots"),
        ({"knots": ((0.4, 0.9), (0.5, 1.8))}, "knots"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(changes: dict[str, object], told: str) -> None:
    header = msgspec.structs.replace(fitted().header, **changes)

    with pytest.raises(Damaged, match=told):
        Model.load(forged(header, arrays(file())))


@pytest.mark.parametrize(
    "changes",
    [{"posts": 299}, {"nearest": 301}, {"nearest": 0}, {"asked": 0}],
    ids=lambda changes: f"{changes}",
)
def test_labelled_posts_that_cannot_be_are_refused(changes: dict[str, int]) -> None:
    neighbours = fitted().header.neighbours
    assert neighbours is not None
    changed = msgspec.structs.replace(neighbours, **changes)
    if "posts" in changes:
        changed = msgspec.structs.replace(changed, entries=neighbours.entries + 1)

    with pytest.raises(Damaged, match="labelled posts"):
        Model.load(forged(msgspec.structs.replace(fitted().header, neighbours=changed), arrays(file())))


def test_a_file_of_before_there_were_labelled_posts_in_it_still_judges() -> None:
    header = fitted().header
    old = forged(
        msgspec.structs.replace(header, neighbours=None),
        arrays(file())[: header.features * (6 + 2 * len(header.classes))],
    )

    (judged,) = Model.load(old).judge([("公交车", "班次太少,司机不停站台")])

    assert judged.ranked[0][0] == "交通运输"


def test_a_file_with_a_good_checksum_and_no_header_is_refused() -> None:
    for body in (b"", b"\xff\xff\xff\xff", b"\x02\x00\x00\x00{}", b"\x03\x00\x00\x00\xff\xfe{}"):
        with pytest.raises(Damaged):
            Model.load(MAGIC + hashlib.sha256(body).digest() + body)


def test_buckets_in_disorder_are_refused() -> None:
    body = arrays(file())

    with pytest.raises(Damaged, match="buckets"):
        Model.load(forged(fitted().header, body[4:8] + body[:4] + body[8:]))


def test_a_file_never_grows_beyond_eight_megabytes() -> None:
    header, count = fitted().header, made.MOST_FEATURES
    many = msgspec.structs.replace(header, classes=tuple(map(str, range(70))), features=count)

    with pytest.raises(ValueError, match="larger"):
        pack(
            many,
            np.arange(count, dtype=np.uint32),
            np.ones(count, dtype=np.float32),
            np.zeros((count, 70), dtype=np.int16),
        )
