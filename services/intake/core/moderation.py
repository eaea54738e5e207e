"""What the city's word lists say of a text that citizens wrote. Pure."""

from city.profile import Profile
from city.words import Verdict
from contracts.decision import Invalid


def judge(city: Profile, *texts: str) -> str:
    """Why a person must look before the texts are public; empty when nobody must.

    Raises Invalid for a word that may not be published at all.
    """
    return hold(city.words.judge("\n".join(texts)))


def hold(verdict: Verdict) -> str:
    """Why a person must look before texts are public of which the lists say this; empty when nobody must.

    Raises Invalid for a word that may not be published at all.
    """
    named = "、".join(verdict.found)
    if verdict.outcome == "block":
        raise Invalid("blocked", "内容含有不能发布的词语", f"请修改后再提交:{named}")
    return f"需人工查看:{named}" if verdict.outcome == "hold" else ""
