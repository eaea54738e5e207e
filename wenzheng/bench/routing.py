"""How right and how fast routing is: the learned model on posts it has not seen, its speed beside jieba, the duty list alone."""

import tempfile
import time
from pathlib import Path
from typing import Any, Final

from city.profile import Profile
from services.router.core.assigning.duty import DutyList, governing
from services.router.core.assigning.place import Gazetteer
from wenzheng import model
from wenzheng.posts_file import shared_folder
from wenzheng.stack.home import CITY, ROOT
from wenzheng.tools import duty_check

FOLDS: Final = 10
"""Every post is judged by a model made without its tenth: one tenth alone would be too few posts to tell .003 apart."""
SEED: Final = 1
CLASSES: Final = ROOT / "deploy" / "examples" / "seven_classes.toml"
LETTERS: Final = "classify_taidi_train.jsonl.gz"


def measure() -> dict[str, Any]:
    """Figures of `wenzheng evaluate` over all folds, speed and size of the model of all posts, and the duty list alone.

    Nothing without labelled posts: they are not part of the repository and are looked for beside the checkout.
    """
    folder = shared_folder()
    if folder is None or not (folder / LETTERS).exists():
        return {"skipped": f"no {LETTERS} beside the checkout"}
    rows = model.read_rows([folder / LETTERS])
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "model"
        started = time.process_time()
        fitted = model.train_rows(rows, file)
        found: dict[str, Any] = {
            "train_cpu_s": round(time.process_time() - started, 1),
            "model_bytes": file.stat().st_size,
        }
    found |= model.speed(fitted, rows)
    found |= model.cross_evaluate(rows, FOLDS, SEED)
    del found["classes"]
    return found | _duty(folder / LETTERS)


def _duty(letters: Path) -> dict[str, Any]:
    profile = Profile.load(CITY)
    mapping = duty_check.read_mapping(CLASSES, profile)
    figures = duty_check.evaluate(profile, duty_check.read_letters(letters), mapping)
    places = Gazetteer(profile.divisions)
    duties = DutyList(profile.duties, profile.departments, governing(profile.departments, profile.divisions))
    posts = [(one.title, one.text) for one in duty_check.read_letters(letters)][: model.SPEED_POSTS]
    started = time.process_time()
    for title, text in posts:
        duties.score(title, text, places.recognise(f"{title}\n{text}"))
    seconds = time.process_time() - started
    return {
        "duty_macro_f1": round(figures.macro_f1, 4),
        "duty_accuracy": round(figures.accuracy, 4),
        "duty_posts_per_s": round(len(posts) / seconds),
    }
