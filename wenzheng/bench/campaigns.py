"""Made-up posts to judge topics by: campaigns told in many people's words, and neutral posts about all else.

Each post takes its own few sentences, in its own order, so that two posts of a campaign seldom share a
sentence; some name the place by half its name, some not at all.
"""

import random
import re

from wenzheng.bench.campaign_phrases import CAMPAIGNS, CLOSERS, MATTERS, NOISE, OPENERS, PLACES, Campaign

__all__ = ["CAMPAIGNS", "Campaign", "beside", "elsewhere", "neutral", "posts", "written"]

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_NAME = re.compile(r"<(\w+)>")


def written(phrase: str, names: dict[str, str], lots: random.Random) -> str:
    """A phrase with one of each of its alternatives."""
    while found := _CHOICE.search(phrase):
        phrase = phrase[: found.start()] + lots.choice(found[1].split("|")) + phrase[found.end() :]
    return _NAME.sub(lambda name: lots.choice(names[name[1]].split("|")), phrase)


def posts(campaign: Campaign, many: int, seed: int = 1) -> list[tuple[str, str]]:
    """Titles (some empty) and texts of a campaign, no two texts the same."""
    lots, made = random.Random(f"{campaign.name}{seed}"), dict[str, str]()
    while len(made) < many:
        body = [
            *lots.sample(campaign.core, lots.choice((1, 1, 2, 2, 3))),
            *lots.sample(campaign.around, lots.choice((0, 0, 1, 1, 2, 3, 4))),
            *lots.sample(NOISE, lots.choice((0, 0, 1, 1, 2, 3))),
        ]
        lots.shuffle(body)
        body += lots.sample(campaign.asks, lots.choice((0, 1, 1, 2)))
        phrases = [lots.choice(OPENERS), *body, lots.choice(CLOSERS)]
        text = "".join(written(phrase, campaign.names, lots) for phrase in phrases)
        title = written(lots.choice(campaign.titles), campaign.names, lots) if lots.random() < 0.5 else ""
        made.setdefault(text, title)
    return [(title, text) for text, title in made.items()]


def neutral(many: int, seed: int = 1) -> list[tuple[str, str]]:
    """Titles (all empty) and texts of posts each about its own place and one of a dozen matters."""
    lots = random.Random(f"neutral{seed}")
    made = []
    for n in range(many):
        matter = MATTERS[n % len(MATTERS)]
        body = [matter[0], *lots.sample(matter[1:], lots.choice((0, 1, 2)))]
        body += lots.sample(NOISE, lots.choice((0, 1, 1, 2)))
        turn = n // len(MATTERS)
        some = {kind: places.split("|") for kind, places in PLACES.items()}
        names = {kind: places[turn % len(places)] for kind, places in some.items()}
        phrases = [lots.choice(OPENERS), *body, lots.choice(CLOSERS)]
        made.append(("", "".join(written(phrase, names, lots) for phrase in phrases)))
    return made


def beside(place: str, many: int, seed: int = 1) -> list[tuple[str, str]]:
    """Titles (all empty) and texts of posts on a dozen everyday matters, all of one place."""
    lots = random.Random(f"beside{place}{seed}")
    names = dict.fromkeys(PLACES, place)
    made = []
    for n in range(many):
        matter = MATTERS[n % len(MATTERS)]
        body = [matter[0], *lots.sample(matter[1:], lots.choice((0, 1, 2)))]
        body += lots.sample(NOISE, lots.choice((0, 1, 2)))
        phrases = [lots.choice(OPENERS), *body, lots.choice(CLOSERS)]
        made.append(("", "".join(written(phrase, names, lots) for phrase in phrases)))
    return made


def elsewhere(campaign: Campaign, many: int, seed: int = 1) -> list[tuple[str, str]]:
    """Posts on a campaign's matter, in its words, each about another place: the nearest thing to it that is not it."""
    lots = random.Random(f"elsewhere{campaign.name}{seed}")
    own = {
        "town": "town",
        "road": "road",
        "station": "road",
        "spot": "estate",
        "plant": "town",
        "school": "town",
    }
    made = []
    for _ in range(many):
        names = dict(campaign.names)
        for kind in names:
            if kind in ("town", "road", "estate", "station", "spot", "plant", "school", "site"):
                place = lots.choice(PLACES[own.get(kind, "estate")].split("|"))
                ends = {"station": "垃圾站", "plant": "化工厂", "school": "小学", "site": "工地"}
                names[kind] = place + ends.get(kind, "")
        names["boss"] = "包工头|劳务公司|项目部"
        names["who"] = "保安|一个老头"
        names["bus"] = "公交|班车"
        phrases = [lots.choice(OPENERS), *lots.sample(campaign.core, 1), *lots.sample(campaign.around, 1)]
        made.append(("", "".join(written(phrase, names, lots) for phrase in phrases)))
    return made
