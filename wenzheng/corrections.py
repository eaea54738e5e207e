"""What people decided about posts, read from the log as labelled posts to learn from.

A post counts with the unit a person gave it to: a held post chosen, a return ruled, a reassignment, a
meeting's lead; and, when nobody ever objected, with the unit whose published reply the citizen did not
reopen. Texts are the masked ones of the log.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from contracts.assignments import LeadNamed, PostAssigned, PostReassigned
from contracts.codec import Unreadable, decode
from contracts.facts import Fact
from contracts.identity import PARTITIONS
from contracts.posts import PostHidden, PostReceived, PostsGrouped, PostWithdrawn
from contracts.replies import PostReopened, ReplyPublished
from contracts.topics import ASSIGNMENTS, BY_NAME, POSTS, REPLIES
from wenzheng.log import reading, records
from wenzheng.stack import kafka
from wenzheng.stack.home import Home
from wenzheng.training import Row


@dataclass
class Told:
    """What the log tells of one post that bears on its label."""

    post: PostReceived | None = None
    department: str = ""
    by_person: bool = False
    replied: str = ""
    spoilt: bool = False
    """Withdrawn, hidden or reopened: nobody can say that the unit was right."""
    group: str = ""

    def hear(self, fact: Fact) -> None:
        """Facts of one topic come in their order; topics in any."""
        match fact:
            case PostReceived():
                self.post = fact
            case PostAssigned():
                if not self.by_person:
                    self.department, self.by_person = fact.department, bool(fact.chosen_by)
            case PostReassigned():
                self.department, self.by_person = fact.department, True
            case LeadNamed():
                self.department, self.by_person = fact.lead, True
            case ReplyPublished():
                self.replied = fact.department
            case PostsGrouped():
                self.group = fact.group
            case PostReopened() | PostWithdrawn() | PostHidden():
                self.spoilt = True

    def row(self) -> Row | None:
        """The labelled post, or None when nothing is certain."""
        certain = self.by_person or (self.replied == self.department and not self.spoilt)
        if self.post is None or not self.department or not certain:
            return None
        return Row(self.post.title, self.post.text, self.department, self.group)


async def read(home: Home) -> list[Row]:
    """The labelled posts of a running system's log."""
    rows: list[Row] = []
    async with reading(kafka.of_state(home, home.read_state())) as consumer:
        for partition in range(PARTITIONS):
            told: dict[str, Told] = defaultdict(Told)
            async for record in records(consumer, (POSTS, REPLIES, ASSIGNMENTS), partition):
                try:
                    event = decode(BY_NAME[record.topic], record.key, record.value, record.headers)
                except Unreadable:
                    # Parked by every reader: it decides nothing.
                    continue
                told[event.subject].hear(event.fact)
            rows += [row for one in told.values() if (row := one.row()) is not None]
    return rows


def write(rows: Iterable[Row], file: Path) -> None:
    """As lines of JSON that `wenzheng train` reads."""
    with file.open("w", encoding="utf-8") as lines:
        for row in rows:
            found = {"title": row.title, "text": row.text, "label": row.label}
            if row.group:
                found["dup_group"] = row.group
            lines.write(json.dumps(found, ensure_ascii=False) + "\n")
