"""I4: every notice that is said to be sent reached the gateway, once, by itself or with one digest; and whoever follows is told."""

from collections import Counter

import httpx2

from contracts.notices import NoticeFailed, NoticeSent
from contracts.topics import NOTICES
from wenzheng.audit.followed import Followed
from wenzheng.audit.row import Invariant
from wenzheng.audit.snapshot import Part, Snapshot


class Arrived(Invariant):
    """The notices in notifier's table, the facts about them, and what the gateway received."""

    name = "I4"
    sentence = "每条通知到达一次 each notice reached the gateway once"

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        self._sent: set[str] = set()
        """Ids of the notices that were said to be sent."""
        self._sent_before: set[str] = set()
        """Those of them that were said before the snapshot was taken, and so must be in it."""
        self._failed: set[str] = set()
        """Ids of those that were said to have failed, some of them after they were sent."""
        self._followed = Followed(snapshot)

    async def part(self, part: Part) -> None:
        """Remember what was said, and who follows what."""
        self._followed.part(part)
        for logged in part.log[NOTICES.name]:
            if logged.event is not None and isinstance(logged.event.fact, NoticeSent):
                self._sent.add(logged.event.fact.notice)
                if logged.offset < self.snapshot.ends[(NOTICES.name, part.partition)]:
                    self._sent_before.add(logged.event.fact.notice)
            elif logged.event is not None and isinstance(logged.event.fact, NoticeFailed):
                self._failed.add(logged.event.fact.notice)

    async def whole(self) -> None:
        """Compare the table with what arrived, and with what was said."""
        for sentence in await self._followed.wrong():
            self.row.fail(sentence)
        self.row.checked += self._followed.checked
        self.row.in_flight += self._followed.in_flight
        arrived = await self._arrivals()
        known = await self._digests(arrived)
        unsent = [fact for facts in self.snapshot.outboxes["notifier"].values() for fact in facts.values()]
        waits = {fact.notice for fact in unsent if isinstance(fact, NoticeSent)}
        came_back = self._failed | {fact.notice for fact in unsent if isinstance(fact, NoticeFailed)}
        async for notice in self.snapshot.connection.cursor(
            "select id::text, state, repeated, attempts, digest::text from notifier.notice"
        ):
            self.row.checked += 1
            known.add(notice["id"])
            times = arrived.get(notice["id"], 0) + arrived.get(notice["digest"] or "", 0)
            if notice["state"] in ("pending", "claimed"):
                self.row.in_flight += 1
            elif notice["state"] == "sent" and times == 0:
                self.row.fail(f"notice {notice['id']} is said to be sent and never arrived")
            elif (
                notice["state"] == "sent" and times > 1 and not notice["repeated"] and notice["attempts"] < 2
            ):
                self.row.fail(f"notice {notice['id']} arrived {times} times and is no repeat")
            # One whose answer was lost may be suppressed when it is to be repeated; it has been tried twice.
            elif notice["state"] == "suppressed" and times and notice["attempts"] < 2:
                self.row.fail(f"notice {notice['id']} is said to be suppressed and arrived")
            if notice["state"] == "sent" and notice["id"] not in self._sent | waits:
                self.row.fail(f"notice {notice['id']} was sent and nobody said so")
            # What was sent may come back, which is said, too; an operator may have sent it once more since.
            elif (
                notice["state"] in ("failed", "suppressed") and notice["id"] in self._sent_before - came_back
            ):
                self.row.fail(f"notice {notice['id']} was said to be sent and is {notice['state']}")
        for identity in arrived.keys() - known:
            if identity in self._sent_before:
                self.row.fail(f"notice {identity} arrived and is not known")
            else:
                # Claimed after the snapshot.
                self.row.in_flight += 1

    async def _digests(self, arrived: dict[str, int]) -> set[str]:
        """Compare each digest with what arrived and with the notices that belong to it; returns their ids."""
        known = set()
        async for digest in self.snapshot.connection.cursor(
            "select id::text, state, repeated, attempts, notices, "
            "(select count(*) from notifier.notice n where n.digest = d.id) as members from notifier.digest d"
        ):
            self.row.checked += 1
            known.add(digest["id"])
            times = arrived.get(digest["id"], 0)
            if digest["state"] in ("pending", "claimed"):
                self.row.in_flight += 1
            elif digest["state"] == "sent" and times == 0:
                self.row.fail(f"digest {digest['id']} is said to be sent and never arrived")
            if times > 1 and not digest["repeated"] and digest["attempts"] < 2:
                self.row.fail(f"digest {digest['id']} arrived {times} times and is no repeat")
            # An operator sends what failed once more, each notice by itself.
            if digest["state"] != "failed" and digest["members"] != digest["notices"]:
                self.row.fail(
                    f"digest {digest['id']} counts {digest['notices']} notices and has {digest['members']}"
                )
        return known

    async def _arrivals(self) -> dict[str, int]:
        arrived: Counter[str] = Counter()
        address = self.snapshot.state["services"]["gateway"]
        async with httpx2.AsyncClient(timeout=30) as http:
            since = 0
            while True:
                page = (await http.get(f"{address}/outbox.json", params={"since": since})).json()
                for arrival in page["arrivals"]:
                    arrived.update(arrival["notices"])
                if page["next"] == since:
                    return dict(arrived)
                since = page["next"]
