"""Why a case came to a unit: reasons ready to be shown, and the words that spoke for it, marked in the post. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from city.profile import Profile

Piece = tuple[str, bool]
"""A stretch of text, and whether it is marked."""

KINDS: Final = {
    "words": "关键词",
    "duty": "职责",
    "place": "地点",
    "level": "层级",
    "model": "模型",
    "similar": "相似帖",
    "person": "人工",
    "ruling": "裁定",
}
DECISIONS: Final = {
    "PostAssigned": "交办",
    "AssignmentHeld": "待人工选定",
    "PostReassigned": "转办",
    "ReturnRefused": "不同意退回",
    "MeetingCalled": "提请交办会",
    "LeadNamed": "明确牵头",
    "SpecialReportRaised": "专报",
}


@dataclass(frozen=True)
class Reason:
    """One thing that spoke for a unit."""

    kind: str
    text: str
    words: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Candidate:
    """A unit that might answer."""

    department: str
    name: str
    duty: str
    duty_item: str
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Decision:
    """One decision of the router on the case."""

    at: str
    name: str
    unit: str
    confidence: float
    reasons: tuple[Reason, ...]
    candidates: tuple[Candidate, ...]
    version: str
    chosen_by: str


def reasons_of(told: Iterable[dict[str, Any]]) -> tuple[Reason, ...]:
    """Reasons as the router tells them."""
    return tuple(
        Reason(
            KINDS.get(one.get("kind", ""), ""),
            str(one.get("text", "")),
            tuple((str(word), int(at)) for word, at in one.get("words", ())),
        )
        for one in told
    )


def candidates_of(told: Iterable[dict[str, Any]], profile: Profile) -> tuple[Candidate, ...]:
    """The best units, best first."""
    candidates = []
    for one in told:
        code = str(one.get("department", ""))
        item = str(one.get("duty_item", ""))
        duty = profile.duty.get(item)
        candidates.append(
            Candidate(
                code,
                profile.department_name(code),
                duty.name if duty is not None else "",
                item,
                float(one.get("score", 0.0)),
                reasons_of(one.get("reasons", ())),
            )
        )
    return tuple(candidates)


def decisions_of(assignment: dict[str, Any], profile: Profile) -> tuple[Decision, ...]:
    """All decisions, oldest first."""
    decisions = []
    for one in assignment.get("decisions", ()):
        unit = str(one.get("department", ""))
        decisions.append(
            Decision(
                str(one.get("at", "")),
                DECISIONS.get(str(one.get("kind", "")), str(one.get("kind", ""))),
                profile.department_name(unit) if unit else "",
                float(one.get("confidence", 0.0)),
                reasons_of(one.get("reasons", ())),
                candidates_of(one.get("candidates", ()), profile),
                " ".join(filter(None, (one.get("rule_version", ""), one.get("model_version", "")))),
                str(one.get("chosen_by", "")),
            )
        )
    return tuple(decisions)


def marked(title: str, text: str, reasons: Sequence[Reason]) -> tuple[list[Piece], list[Piece]]:
    """Title and text in pieces, the matched words marked.

    Offsets are those of the masked post; those who see it unmasked have other lengths before a word,
    so a word that is not where it should be is looked for nearby.
    """
    whole = f"{title}\n{text}"
    marks = [False] * len(whole)
    for word, at in {pair for reason in reasons for pair in reason.words}:
        start = _nearest(whole, word, at)
        if start >= 0:
            marks[start : start + len(word)] = [True] * len(word)
    return _pieces(title, marks[: len(title)]), _pieces(text, marks[len(title) + 1 :])


def _nearest(whole: str, word: str, at: int) -> int:
    if not word:
        return -1
    if whole.startswith(word, at):
        return at
    before, after = whole.rfind(word, 0, max(0, at)), whole.find(word, max(0, at))
    if before < 0 or after < 0:
        return max(before, after)
    return before if at - before <= after - at else after


def _pieces(text: str, marks: Sequence[bool]) -> list[Piece]:
    grouped = groupby(zip(text, marks), key=lambda pair: pair[1])
    return [("".join(character for character, _ in group), mark) for mark, group in grouped]
