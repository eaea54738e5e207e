"""Near-duplicates: what the index finds, what it forgets, and how much room it takes."""

import sys
import tracemalloc
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.router.core.topics.similar import SimilarIndex

pytestmark = pytest.mark.medium

START = datetime(2024, 3, 4, 9, tzinfo=UTC)
BUS = (
    "泗阳县李口镇到县城的6路公交车从上个月底停了，老人去县医院看病要走四里路才能坐上别的车，"
    "孩子们上学也不方便。我们问过汽车站，说是线路亏损，请交通部门给个说法，尽快恢复这条线路。"
)
SMELL = (
    "沭阳县经济开发区一家化工厂晚上排放刺鼻的气体，离实验小学不到三百米，孩子们上课都要关着窗户，"
    "家长非常担心，希望环保局来查一查，看看到底排了什么东西，给家长一个交代。"
)
PAY = (
    "我在宿城区一个楼盘的工地上做木工，一共干了四个月，包工头拖着两万多块钱工资不给，打电话也不接，"
    "快过年了，家里等着用钱，请劳动监察大队帮我们讨回血汗钱。"
)


def index(*texts: str, capacity: int = 100) -> SimilarIndex:
    kept = SimilarIndex(capacity)
    for number, text in enumerate(texts):
        kept.add(f"p{number}", text, START + timedelta(minutes=number))
    return kept


def test_the_same_words_are_wholly_alike() -> None:
    [alike] = index(BUS, SMELL, PAY).find(BUS)
    assert (alike.key, alike.score) == ("p0", 1.0)


def test_a_copy_with_other_beginnings_and_ends_is_found() -> None:
    copy = "领导您好，麻烦看看我们这里的事。" + BUS[3:-12] + "谢谢了。"
    [alike] = index(SMELL, BUS, PAY).find(copy)
    assert alike.key == "p1"
    assert 0.7 < alike.score < 1


@pytest.mark.parametrize(
    ("query", "key"),
    [("李口镇6路公交车停运怎么办", "p0"), ("化工厂气味刺鼻学校附近", "p1"), ("工地包工头拖欠工资", "p2")],
)
def test_a_citizen_who_typed_a_few_words_is_shown_the_post_about_them(query: str, key: str) -> None:
    found = index(BUS, SMELL, PAY).find(query)
    assert found[0].key == key
    assert len(found) == 1


def test_unrelated_posts_are_not_alike() -> None:
    assert index(BUS, SMELL).find(PAY) == []


def test_spaces_marks_and_capitals_make_no_difference() -> None:
    [alike] = index("A区ETC通道，天天堵 车").find("a区 etc通道!天天堵车。")
    assert alike.score == 1.0


@pytest.mark.parametrize("text", ["", "  \n", "。。。！", "水", "\ud800"])
def test_a_text_of_nearly_nothing_breaks_nothing(text: str) -> None:
    kept = index(BUS, text)
    assert [alike.key for alike in kept.find(text)] in ([], ["p1"])


def test_the_best_come_first_and_no_more_than_asked_for() -> None:
    kept = index(BUS[:40], BUS[:60], BUS)
    found = kept.find(BUS, limit=2, at_least=0.1)
    assert [alike.key for alike in found] == ["p2", "p1"]
    assert kept.find(BUS, limit=0) == []


def test_nothing_below_the_wanted_score_is_given() -> None:
    kept = index(BUS[:30])
    [alike] = kept.find(BUS, at_least=0.1)
    assert kept.find(BUS, at_least=alike.score + 0.01) == []


def test_a_removed_post_is_found_no_more_and_removing_twice_changes_nothing() -> None:
    kept = index(BUS, SMELL)
    kept.remove("p0")
    kept.remove("p0")
    assert kept.find(BUS) == []
    assert [alike.key for alike in kept.find(SMELL)] == ["p1"]
    assert ("p0" in kept, len(kept)) == (False, 1)


def test_a_post_added_again_is_kept_once_with_its_new_words() -> None:
    kept = index(BUS)
    kept.add("p0", SMELL, START)
    assert (len(kept), kept.find(BUS)) == (1, [])
    assert kept.find(SMELL)[0].key == "p0"


def test_a_full_index_drops_the_oldest_and_refuses_one_older_still() -> None:
    kept = index(BUS, SMELL, capacity=2)
    kept.add("new", PAY, START + timedelta(hours=1))
    assert ("p0" in kept, "p1" in kept, "new" in kept) == (False, True, True)
    kept.add("ancient", BUS, START - timedelta(days=900))
    assert "ancient" not in kept
    assert kept.find(BUS) == []


def test_no_room_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        SimilarIndex(0)


def _words(seed: int, many: int = 150) -> str:
    random = np.random.default_rng(seed)
    return "".join(map(chr, random.integers(0x4E00, 0x5600, many)))


def test_posts_are_found_after_many_came_and_went() -> None:
    kept = SimilarIndex(300)
    for number in range(1000):
        kept.add(str(number), _words(number), START + timedelta(seconds=number))
    assert len(kept) == 300
    for number in (700, 850, 999):
        assert kept.find(_words(number))[0].key == str(number)
        assert kept.find(_words(number)[40:70])[0].key == str(number)
    assert kept.find(_words(699)) == []


def test_a_post_takes_less_than_two_thousand_bytes_however_many_have_been_seen() -> None:
    texts = [_words(number, 400) for number in range(200)]
    tracemalloc.start()
    kept = SimilarIndex(2000)
    for number in range(2500):
        kept.add(f"WZ{number:012d}", texts[number % 200], START + timedelta(seconds=number))
    full, _ = tracemalloc.get_traced_memory()
    for number in range(2500, 4000):
        kept.add(f"WZ{number:012d}", texts[number % 200], START + timedelta(seconds=number))
    later, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    fixed = 6 * 65536
    assert (full - fixed) / 2000 < 2000
    assert later < full * 1.05 + sys.getsizeof("")


@given(st.lists(st.tuples(st.integers(0, 5), st.text("水电路停车费涨了吗", max_size=12)), max_size=30))
@settings(max_examples=60)
def test_whatever_comes_and_goes_only_kept_posts_are_found_and_each_finds_itself(
    steps: list[tuple[int, str]],
) -> None:
    kept, texts = SimilarIndex(4), dict[str, str]()
    for number, (name, text) in enumerate(steps):
        key = str(name)
        if name == 5:
            kept.remove("0")
            texts.pop("0", None)
        else:
            kept.add(key, text, START + timedelta(seconds=number))
            texts[key] = text
    for key, text in texts.items():
        found = {alike.key: alike.score for alike in kept.find(text, limit=9)}
        assert all(other in kept for other in found)
        if key in kept:
            assert found[key] == pytest.approx(1.0)
