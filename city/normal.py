"""Two forms of a text: as it was written, to be shown and kept; and as it is compared, searched and matched.

The written form takes away only what deceives: characters that nobody sees, and more combining marks than any
language puts on a letter. The normal form is lossy (NFKC, simplified characters); nobody is ever shown it. Both
cost time linear in the text: runs of combining marks are cut before they are ordered, which is quadratic in
their length (UAX #15, stream-safe text).
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from opencc import OpenCC  # type: ignore[import-untyped, unused-ignore]

from city.characters import BLANKS, EMOJI, IDEOGRAPHS, LINE_ENDS, MARKS, UNSHOWN

MOST_MARKS: Final = 30
"""Combining marks on one character; the number of UAX #15, more than any writing uses."""
LONGEST_EXPANSION: Final = 4
"""Characters one character may become in the normal form; U+FDFA would become 18, and stays as it is."""

_PICTURE: Final = f"(?:(?<=[{EMOJI}])|(?<=[{EMOJI}]\ufe0f))"
_MEANT: Final = (
    rf"{_PICTURE}\u200d(?=[{EMOJI}])|(?<=[{EMOJI}])[\ufe0e\ufe0f]|(?<=[0-9#*])\ufe0f(?=\u20e3)|"
    rf"(?<=[{IDEOGRAPHS}])[\ufe00-\ufe02\U000e0100-\U000e01ef]|(?<=[\u1820-\u18aa])[\u180b-\u180f]|"
    r"(?<=[\u0620-\u0dff])[\u200c\u200d](?=[\u0620-\u0dff])|"
    r"(?<=\U0001f3f4)[\U000e0020-\U000e007e]{1,8}\U000e007f"
)
"""Unseen characters that belong to what is seen: joined emoji, keycaps, glyphs of ideographs, Mongolian, Arabic
and Indic letters, flags of regions."""
_DECEIVING: Final = re.compile(f"({_MEANT})|[{UNSHOWN}]")
_UNSEEN: Final = re.compile(f"[{UNSHOWN}]")
"""Asked first: few texts have any, and telling those that are meant from the others costs a look around each."""
_MARK: Final = f"(?![\\x00-\u02ff\u30a0-\u9fff])[{MARKS}]"
"""A combining mark; what is surely none is told first, for the class of marks is long."""
_TOO_MANY_MARKS: Final = re.compile(f"((?:{_MARK}){{{MOST_MARKS}}})(?:{_MARK})+")
_LINE_END: Final = re.compile(f"\r\n|[{LINE_ENDS}]")
_BLANK: Final = re.compile(f"[{BLANKS}]+")
_BLANK_AT_END: Final = re.compile(r" (?=\n|\Z)")
_EMPTY_LINES: Final = re.compile(r"\n{3,}")
_PUNCTUATED: Final = "，！？：；（）％～…"
"""NFKC would turn these marks into ASCII ones, which no Chinese reader expects."""
_USUAL: Final = f"!-~\u4e00-\u9fff\u3001\u3002\u2018-\u201d\u2014{_PUNCTUATED}"
_ORDINARY: Final = re.compile(f"[{_USUAL}]+(?:[ \n][{_USUAL}]+)*")
"""What most texts are made of: it is its own written form, and NFKC leaves it alone but for its punctuation."""
_UNPUNCTUATED: Final = re.compile(f"[^{_PUNCTUATED}]+")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_UNCOUNTED: Final = re.compile(
    f"\r(?=\n)|{_MARK}|[\U000e0020-\U000e007f]|\u200d.|[\U0001f3fb-\U0001f3ff]|"
    "(?<=[\U0001f1e6-\U0001f1ff])[\U0001f1e6-\U0001f1ff]",
    re.DOTALL,
)


def written(text: str) -> str:
    """The text as the person wrote it, less what deceives: the form that is shown and kept.

    Unseen characters go, except those that emoji, names and some scripts need; line ends become newlines, runs of
    blanks one blank, more than one empty line one. Nothing else changes. Done once or twice, it is the same.
    """
    if _ORDINARY.fullmatch(text):
        return text
    text = _LINE_END.sub("\n", text)
    if not text.isascii():
        text = _TOO_MANY_MARKS.sub(r"\1", text)
        if _UNSEEN.search(text):
            text = _DECEIVING.sub(lambda match: match.group(1) or "", text)
    elif _UNSEEN.search(text):
        text = _UNSEEN.sub("", text)
    text = _BLANK_AT_END.sub("", _BLANK.sub(" ", text))
    return _EMPTY_LINES.sub("\n\n", text).strip()


def written_line(text: str) -> str:
    """The written form of what has one line, such as a title or a name: line ends become blanks."""
    return _BLANK.sub(" ", written(text).replace("\n", " "))


def shows_nothing(text: str) -> bool:
    """Whether a reader sees nothing of the text: no letter, number, mark of punctuation or picture."""
    return all(unicodedata.category(character)[0] in "ZCM" for character in text)


def length(text: str) -> int:
    """Characters as a person counts them: a line end is one, and so is a letter with its marks or a joined emoji."""
    return len(text) if _ORDINARY.fullmatch(text) else len(_UNCOUNTED.sub("", text))


def normal_form(text: str) -> str:
    """The form in which texts are compared, searched and matched; never shown.

    The written form in NFKC and simplified characters; Chinese punctuation stays Chinese. Full-width digits
    become plain ones. At most LONGEST_EXPANSION times as long as the text. Done once or twice, it is the same.
    """
    if text.isascii():
        return written(text)
    if _ORDINARY.fullmatch(text):
        return _simplified(text)
    text = written(text)
    if not unicodedata.is_normalized("NFKC", text):
        text = written(_UNPUNCTUATED.sub(_compatible, text))
    return _simplified(text)


def folded(text: str) -> str:
    """The text one character for one in plain letters and digits and simplified characters, so that offsets hold.

    It stands in for the normal form where a place in the text is pointed at. Characters that NFKC makes several
    stay as they are.
    """
    if _UNUSUAL.search(text):
        text = text.translate(_FOLDS)
    return _simplified(text)


def _compatible(match: re.Match[str]) -> str:
    run = match.group()
    if _EXPANDING.search(run):
        return "".join(
            part if _EXPANDING.match(part) else unicodedata.normalize("NFKC", part)
            for part in _EXPANDING_APART.split(run)
        )
    return unicodedata.normalize("NFKC", run)


def unstorable(text: str) -> str:
    """Why PostgreSQL would refuse the text, in Chinese; empty when it would not."""
    if "\0" in text:
        return "含有空字符 U+0000"
    if not text.isascii() and _SURROGATE.search(text):
        return "含有不完整的字符(孤立的代理码位)"
    return ""


class _Folds(dict[int, str]):
    """Character to its one-character compatibility form, worked out when it is first met."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        plain = unicodedata.normalize("NFKC", character)
        folds = len(plain) == 1 and character not in _PUNCTUATED
        self[point] = plain if folds else character
        return self[point]


_FOLDS: Final = _Folds()
_UNUSUAL: Final = re.compile(f"[^ \n{_USUAL}]")
_LONG: Final = "".join(
    chr(point)
    for point in (*range(0x3300, 0x3400), 0xFDFA, 0xFDFB)
    if len(unicodedata.normalize("NFKC", chr(point))) > LONGEST_EXPANSION
)
_EXPANDING: Final = re.compile(f"[{_LONG}]")
_EXPANDING_APART: Final = re.compile(f"([{_LONG}])")


def _simplifier() -> Callable[[str], str]:
    """Traditional to simplified by OpenCC's tables, looked up in one pass, one character for one.

    OpenCC's own converter needs half a millisecond for 300 characters and recurses once for each word;
    this one leaves simplified text alone after one search.
    """
    converter = OpenCC("t2s")
    characters: dict[str, str] = {}
    phrases: dict[str, str] = {}
    for _, _, table in converter.dict_cache.values():
        for key, value in table.items():
            (characters if len(key) == 1 else phrases)[key] = value.split(" ")[0]
    # 么 is the everyday simplified character, too: left alone, or every third post would take the slow way.
    characters.pop("么", None)
    changed = {
        here
        for key, value in {**characters, **phrases}.items()
        for here, there in zip(key, value, strict=True)
        if here != there
    }
    ordered = sorted(phrases, key=len, reverse=True)
    changed.discard("么")
    common = "".join(sorted(here for here in changed if here <= "\uffff"))
    touched = re.compile(f"[{common}\U00010000-\U0010ffff]")
    heads = re.escape("".join(sorted({key[0] for key in phrases})))
    words = re.compile(f"(?=[{heads}])(?:{'|'.join(map(re.escape, ordered))})|[{''.join(sorted(changed))}]")
    both = {**characters, **phrases}
    # No phrase goes on beyond these, so only the clauses that hold something to be changed are looked through.
    parting = "".join(set("，。！？；：、（）“” \n") - set().union(*phrases, characters))
    clause = re.compile(f"[^{parting}]+")

    def word(match: re.Match[str]) -> str:
        return both.get(match.group(), match.group())

    def in_clause(match: re.Match[str]) -> str:
        found = match.group()
        return words.sub(word, found) if touched.search(found) else found

    def simplified(text: str) -> str:
        return clause.sub(in_clause, text) if touched.search(text) else text

    return simplified


_simplified: Final = _simplifier()
"""Read once, before the first request: 14 ms."""
