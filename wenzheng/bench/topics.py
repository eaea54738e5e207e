"""How well and how fast topics are found: two planted campaigns among real posts, over and over."""

import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from services.router.core.topics.window import Seen, TopicWindow
from wenzheng.bench.campaign_phrases import CAMPAIGNS
from wenzheng.bench.campaigns import neutral, posts
from wenzheng.posts_file import read_posts, shared_folder

AMONG: Final = 4_326
EACH: Final = 55
"""Posts of a campaign."""
FILES: Final = ("messages_taidi_test_unlabelled.jsonl.gz", "classify_taidi_train.jsonl.gz")
START: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
EVERYTHING: Final = 24 * 366.0
"""Hours of a window from which nothing is dropped."""


def measure() -> dict[str, Any]:
    """Each campaign planted once; the worst recall, precision and size, and the mean milliseconds a post."""
    others, real = _others()
    runs = [_run(others, first, seed) for seed, first in enumerate(range(0, len(CAMPAIGNS), 2), 1)]
    return {
        "among": len(others),
        "real": real,
        "campaigns": len(CAMPAIGNS),
        "recall_min": round(min(recall for run in runs for recall in run["recall"]), 3),
        "precision_min": round(min(precision for run in runs for precision in run["precision"]), 3),
        "topics_a_campaign_max": max(many for run in runs for many in run["pieces"]),
        "largest": max(run["largest"] for run in runs),
        "others_max": max(run["others"] for run in runs),
        "ms_per_post": round(sum(run["ms"] for run in runs) / len(runs), 2),
    }


def _others() -> tuple[list[tuple[str, str]], bool]:
    """Titles and texts of the posts campaigns are planted among, and whether they are real."""
    folder = shared_folder()
    paths = [folder / name for name in FILES] if folder is not None else []
    if not paths or not all(path.exists() for path in paths):
        return neutral(AMONG), False
    bodies = [line.body for path in paths for line in read_posts(path) if line.body is not None]
    return [(body["title"], body["text"]) for body in bodies[:AMONG]], True


def _run(others: list[tuple[str, str]], first: int, seed: int) -> dict[str, Any]:
    pair = CAMPAIGNS[first : first + 2]
    rows = [(campaign.name, *post) for campaign in pair for post in posts(campaign, EACH, seed)]
    rows += [("", *post) for post in others]
    random.Random(seed).shuffle(rows)
    seen = [
        Seen(f"{kind}/{n}", str(n), title, text, START + timedelta(minutes=n))
        for n, (kind, title, text) in enumerate(rows)
    ]
    window = TopicWindow(hours=EVERYTHING, most=len(seen))
    begun = time.process_time()
    for post in seen:
        window.see(post)
    window.settle()
    spent = time.process_time() - begun
    kinds = [[key.split("/")[0] for key in topic.posts] for topic in window.topics()]
    best = [max((kind.count(campaign.name), -len(kind)) for kind in [*kinds, []]) for campaign in pair]
    return {
        "recall": [own / EACH for own, _ in best],
        "precision": [own / -size if size else 0.0 for own, size in best],
        "pieces": [sum(campaign.name in kind for kind in kinds) for campaign in pair],
        "largest": max(map(len, kinds), default=0),
        "others": sum(kind.count("") > len(kind) / 2 for kind in kinds),
        "ms": 1000 * spent / len(seen),
    }
