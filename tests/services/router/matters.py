"""Made-up posts of three matters, and the model fitted to them."""

import random
from functools import cache

from services.router.core.learning.model import Model
from wenzheng.training import Row, fit

SEED = 20110601

MATTERS = {
    "交通运输": ("公交车", "站台", "出租车拒载", "班次", "客运站", "司机", "路线", "地铁", "打表"),
    "教育文体": ("小学", "老师补课", "学区", "招生", "幼儿园", "学费", "校服", "教室", "高考"),
    "环境保护": ("化工厂", "废水", "臭气", "噪音扰民", "粉尘", "偷排", "垃圾焚烧", "油烟", "污染"),
}
FILLERS = ("请问", "我们小区", "希望领导", "一直", "没有人管", "谢谢", "严重影响", "居民", "多次反映", "附近")


def rows_of(count: int, seed: int = 1) -> list[Row]:
    """Made-up posts, each of words of its class and words of none; every tenth mentions another class."""
    lots = random.Random(seed)
    rows = []
    for number in range(count):
        label = list(MATTERS)[number % len(MATTERS)]
        words = lots.sample(MATTERS[label], 3) + lots.sample(FILLERS, 4)
        if number % 10 == 0:
            words += lots.sample(MATTERS[lots.choice(list(MATTERS))], 3)
        lots.shuffle(words)
        rows.append(Row(words[0], ",".join(words[1:]) + f"{number}。", label))
    return rows


@cache
def file() -> bytes:
    return fit(rows_of(300), seed=SEED)


@cache
def fitted() -> Model:
    return Model.load(file())
