"""A round, and a record that a person opened, as a naive reader of the rules would keep them. Shares no code."""

from collections.abc import Hashable
from typing import Any, NamedTuple

UNDONE = ("waiting", "faulty", "reported")


class Round(NamedTuple):
    """A round that was opened."""

    form: str
    items: tuple[tuple[str, str, bool], ...]
    """Case, standing, and whether its unit has ever reported."""
    step: str = "opened"


class Record(NamedTuple):
    """A record that was opened."""

    step: str = "opened"
    named: bool = False
    spoke: frozenset[str] = frozenset()
    blamed: bool = False
    found_by: str = ""
    appealed: frozenset[str] = frozenset()


class Asked(NamedTuple):
    """An act: its word, its body, and what was answered."""

    act: str
    body: Any
    heard: str = ""
    """Where the time decides, whichever was answered is believed."""


def step(state: Any, asked: Asked) -> tuple[Any, Hashable]:
    """The state afterwards, and `taken` or `refused`."""
    after = _of_round(state, asked) if isinstance(state, Round) else _of_record(state, asked)
    return (state, "refused") if after is None else (after, "taken")


def _of_round(state: Round, asked: Asked) -> Round | None:
    act, body = asked.act, asked.body
    if state.step != "opened":
        return None
    if act == "close":
        undone = any(standing in UNDONE for _, standing, _ in state.items)
        return None if undone else state._replace(step="closed")
    if act == "stop":
        return state._replace(step="stopped")
    if (act == "call") != (state.form == "callback"):
        return None
    case, standing, reported = next(one for one in state.items if one[0] == body.case)
    after = ""
    match act, standing:
        case "inspect", "waiting" | "sound" | "faulty" if not reported:
            after = "faulty" if body.faults else "sound"
        case "report", "faulty" | "reported":
            after, reported = "reported", True
        case "judge", "reported":
            after = "faulty" if body.outcome == "returned" else body.outcome
        case "call", "waiting" | "unreached":
            after = body.contact
    if not after:
        return None
    changed = (case, after, reported)
    return state._replace(items=tuple(changed if one[0] == case else one for one in state.items))


def _of_record(state: Record, asked: Asked) -> Record | None:
    act, body = asked.act, asked.body
    side = "person" if state.named and body.by == "person" else "unit"
    match act, state.step:
        case "name", "opened" if not state.named:
            return state._replace(named=True)
        case "state", "opened":
            return state._replace(spoke=state.spoke | {side})
        case "find", "opened":
            heard = "unit" in state.spoke and (not state.named or "person" in state.spoke)
            if not heard and asked.heard != "taken":
                return None
            return state._replace(step="found", blamed=body.responsible, found_by=body.by)
        case "appeal", "found" | "appealed" if state.blamed and side not in state.appealed:
            return state._replace(step="appealed", appealed=state.appealed | {side})
        case "decide", "appealed" if body.by != state.found_by:
            return state._replace(step="decided")
        case "close", "found" if not state.blamed:
            return state._replace(step="closed")
        case "close", "decided":
            return state._replace(step="closed")
    return None
