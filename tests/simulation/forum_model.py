"""One debate or dialogue as a naive reader of the rules would keep it: what is taken now, and what it changes. Shares no code."""

from collections.abc import Hashable
from typing import NamedTuple

A_PERSON = 20
"""Comments of one person in one forum at most."""


class Comment(NamedTuple):
    """What was said."""

    ids: frozenset[str]
    """The ids that it may have: one, or those of every try when no answer came."""
    standing: str
    person: str = ""
    """Empty of what was said officially."""
    answers: bool = False
    post: bool = False
    """A question that became a post."""


class Forum(NamedTuple):
    """What decides whether an act is taken."""

    step: str = ""
    comments: frozenset[Comment] = frozenset()
    voices: frozenset[tuple[frozenset[str], str]] = frozenset()
    said: tuple[tuple[str, int], ...] = ()
    """Person, by proof, to how often it spoke."""


class Asked(NamedTuple):
    """An act."""

    act: str
    target: str = ""
    person: str = ""
    proven: bool = True
    held: bool = False
    shown: bool = True
    made: frozenset[str] = frozenset()


STEPS = {"draft": (("", "draft"), "draft"), "publish": (("draft",), "open"), "close": (("open",), "closed")}
"""Act on the forum itself to the steps at which it is taken, and the step that follows."""


def step(forum: Forum, asked: Asked) -> tuple[Forum, Hashable]:
    """The forum afterwards, and `taken`, `refused`, or `unchanged` of what was so already."""
    after = _taken(forum, asked)
    if after is None:
        return forum, "refused"
    return (
        (after, "unchanged") if after == forum and asked.act in ("moderate", "withdraw") else (after, "taken")
    )


def _taken(forum: Forum, asked: Asked) -> Forum | None:
    if asked.act in STEPS:
        steps, after = STEPS[asked.act]
        return forum._replace(step=after) if forum.step in steps else None
    if asked.act in ("comment", "state"):
        return _said(forum, asked)
    found = next((one for one in forum.comments if asked.target in one.ids), None)
    if found is None:
        return None
    match asked.act:
        case "support":
            voice = found.ids, asked.person
            mine = not found.person or found.person == asked.person or voice in forum.voices
            if forum.step != "open" or found.standing != "shown" or mine:
                return None
            return forum._replace(voices=forum.voices | {voice})
        case "moderate":
            if found.standing == "withdrawn":
                return None
            return _with(forum, found, found._replace(standing="shown" if asked.shown else "hidden"))
        case "withdraw":
            if found.person != asked.person:
                return None
            return _with(forum, found, found._replace(standing="withdrawn"))
        case "enter":
            if forum.step != "closed" or found.standing != "shown" or not found.person or found.post:
                return None
            return _with(forum, found, found._replace(post=True))
    raise ValueError(f"the model does not know {asked.act}")


def _said(forum: Forum, asked: Asked) -> Forum | None:
    if forum.step != "open":
        return None
    if asked.target:
        above = next((one for one in forum.comments if asked.target in one.ids), None)
        if above is None or above.standing != "shown" or above.answers:
            return None
    if asked.act == "state":
        return forum._replace(
            comments=forum.comments | {Comment(asked.made, "shown", "", bool(asked.target))}
        )
    who, said = f"{asked.person} {asked.proven}", dict(forum.said)
    if said.get(who, 0) >= A_PERSON:
        return None
    said[who] = said.get(who, 0) + 1
    new = Comment(asked.made, "held" if asked.held else "shown", asked.person, bool(asked.target))
    return forum._replace(comments=forum.comments | {new}, said=tuple(sorted(said.items())))


def _with(forum: Forum, before: Comment, after: Comment) -> Forum:
    return forum._replace(comments=forum.comments - {before} | {after})
