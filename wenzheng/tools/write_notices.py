"""Writes who is told of what, from notifier's table: `python -m wenzheng.tools.write_notices [--check]`.

Writes `docs/notices.md`; with `--check`, says whether it is what the table says.
"""

import sys
from typing import Final

from city.notice_words import FOLLOWER
from contracts.topics import TOPICS
from services.notifier.core.conditions import always
from services.notifier.core.followers import PAUSE
from services.notifier.core.news import A_PAGE
from services.notifier.core.table import NOBODY, TOLD
from services.notifier.core.table_of_followers import FOLLOWERS_TOLD
from services.notifier.core.tell import URGENT, Tell
from services.notifier.core.wording import CITIZEN_LENGTH, STAFF_LENGTH
from wenzheng.stack.home import ROOT

PAGE: Final = ROOT / "docs" / "notices.md"

AUDIENCES: Final = {
    "citizen": "citizen 网民",
    "clerk": "clerks 承办人",
    "leader": "leader 分管领导",
    "supervisor": "supervisor 督查",
    "mayor": "city leaders 市领导",
}

_SHOWN: Final = "while anybody may read the post"
_GONE: Final = "when anybody could read it; it is the last"

HEAD: Final = f"""# Who is told of what 通知

Written by `python -m wenzheng.tools.write_notices` from `services/notifier/core/table.py`; `make check` says when it is stale.
Every fact of every topic stands here: who is told, or why nobody.

A notice is named by cause, kind, recipient and channel, so it goes out once. Citizens are told by the channel they
chose, else by the best they gave (WeChat, then SMS, then mail); where one refuses, by each of the others, best first. Staff are told by their unit's robot or as their inbox chose, with the
post's title after the text; **at once** marks what is urgent and never waits for a digest of the hour. What somebody wrote is repeated on one line, for citizens up to {CITIZEN_LENGTH} characters, for staff up to {STAFF_LENGTH}; the whole stands on the page.
Those who follow a post (关注, with a contact) are told while anybody may read it, as citizens are, {A_PAGE} of them at a time and the next after {PAUSE.seconds} seconds,
not in the quiet hours; what happens while it is held is told at its release. Their texts repeat nothing that anybody wrote
([ADR 65](adr/0065-followers-in-rows-of-their-own.md)).
**Name**: by which a city says it in its own words, under `[texts.AUDIENCE]` of its `notices.toml` ([how](../city/README.md#a-citys-own-words)).
A unit that does not hold the post yet is told as soon as it does; where that could be too late, the supervisor is told at once.
Of a handling that is over, for the post was reopened, nobody is told but who believes that it had missed its day, when it had not.
"""


def page() -> str:
    """The page as the table has it."""
    parts = [HEAD]
    for topic in TOPICS:
        parts += [
            f"## `{topic.name}`",
            "",
            "| Fact | Who is told | When | Words | Name |",
            "|---|---|---|---|---|",
        ]
        for fact in topic.facts:
            if fact in NOBODY:
                parts.append(f"| {fact.__name__} | nobody: {NOBODY[fact]} | | | |")
            for row in TOLD.get(fact, ()):
                when = "" if row.when is always else str(row.when.__doc__)
                parts.append(
                    f"| {fact.__name__} | {_who(row)} | {when} | {row.text} | `{row.audience}.{row.name}` |"
                )
            news = FOLLOWERS_TOLD.get(fact)
            if news is not None:
                when = _GONE if news.leaves else _SHOWN
                parts.append(
                    f"| {fact.__name__} | those who follow it 关注者 | {when} | {news.text} | `{FOLLOWER}.{news.kind}` |"
                )
        parts.append("")
    return "\n".join(parts)


def _who(row: Tell) -> str:
    who = AUDIENCES[row.audience]
    if row.audience != "citizen" and row.kind in URGENT:
        who = f"**at once** {who}"
    if row.audience in ("clerk", "leader"):
        who += f" of {row.to.__doc__}"
        if row.without_unit == "supervisor":
            who += "; without one, the supervisor"
    return who


def main() -> None:
    """The command."""
    stale = not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page()
    if "--check" in sys.argv:
        if stale:
            sys.exit("docs/notices.md: not what the table says; run python -m wenzheng.tools.write_notices")
        return
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
