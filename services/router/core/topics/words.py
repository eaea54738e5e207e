"""The telling words and the name of a topic, as people read them. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import rjieba

from services.router.core.topics.endings import NAME_ENDINGS
from services.router.core.topics.fingerprint import Fingerprint, WindowPost

WORDS: Final = 6
SHOWN: Final = 40
"""Posts read for a topic's words."""
_HOLLOW: Final = tuple("updcrymtkzef")
"""Tags of words that tell nothing of a matter."""
_JOINING: Final = tuple("nabjmq")
"""Tags of words that may be parts of one name."""
_LONGEST_NAME: Final = 10


def describe(fingerprint: Fingerprint, members: Sequence[WindowPost]) -> tuple[tuple[str, ...], str]:
    """Telling words, best first, and the name most posts hold, in its fullest common form."""
    weight = dict(zip(fingerprint.core.tolist(), fingerprint.weights.tolist(), strict=True))
    named = set(fingerprint.core[fingerprint.named].tolist())
    words: Counter[str] = Counter()
    names: Counter[str] = Counter()
    value: dict[str, float] = {}
    for post in members[:: max(1, len(members) // SHOWN)]:
        numbers = post.sequence.tolist()
        here = dict(_phrases(post.text, [weight.get(number, 0.0) for number in numbers]))
        value |= here
        words.update(here.keys())
        names.update(set(_names(post.text, [number in named for number in numbers])))
    ranked = sorted(words, key=lambda word: (-value[word] * words[word], word))
    name = _fullest(names)
    chosen = [name] if name else []
    for word in ranked:
        if words[word] >= 2 and not any(word in other or other in word for other in chosen):
            chosen.append(word)
            if len(chosen) == WORDS:
                break
    return tuple(chosen), name


def _phrases(text: str, weights: Sequence[float]) -> Iterator[tuple[str, float]]:
    """Words of a text, and two or three in a row that may be one name, all of whose pairs have weight, and that weight."""
    tokens = rjieba.tag(text)
    start = 0
    for n, (word, tag) in enumerate(tokens):
        end = start + len(word)
        if len(word) >= 2 and not tag.startswith(_HOLLOW):
            least = min(weights[start : end - 1])
            if least > 0:
                yield word, least * (end - start - 1) ** 0.5
        until = end
        for next_word, next_tag in tokens[n + 1 : n + 3]:
            if not (tag.startswith(_JOINING) and next_tag.startswith(_JOINING)):
                break
            until += len(next_word)
            if until - start > _LONGEST_NAME:
                break
            least = min(weights[start : until - 1])
            if least <= 0:
                break
            yield text[start:until], least * (until - start - 1) ** 0.5
        start = end


def _names(text: str, is_name: Sequence[bool]) -> Iterator[str]:
    """The names in a text: words in a row joined by pairs of names, and what names end in after them."""
    name, here = "", 0
    for token in rjieba.cut(text):
        after = here + len(token)
        inside = any(is_name[here : after - 1])
        joined = 0 < here <= len(is_name) and is_name[here - 1]
        if name and (joined or inside or token in NAME_ENDINGS) and len(name) + len(token) <= _LONGEST_NAME:
            name += token
        else:
            if len(name) >= 2:
                yield name
            begins = inside or (after <= len(is_name) and is_name[after - 1])
            name = token if begins and token.strip() else ""
        if not token.strip():
            name = ""
        here = after
    if len(name) >= 2:
        yield name


def _fullest(names: Counter[str]) -> str:
    """The name most posts hold, or a longer one with it inside that at least a third as many hold."""
    if not names:
        return ""
    best = max(names, key=lambda name: (sum(many for other, many in names.items() if name in other), name))
    fuller = [name for name in names if best in name and 3 * names[name] >= names[best]]
    return max(fuller, key=lambda name: (names[name] * len(name), name), default=best)
