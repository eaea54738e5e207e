"""Where inboxes of staff keep what was chosen: channel, pace, and addresses that were shown to be theirs.

An address is sealed under a key that intake and notifier alone can derive; nothing clear is stored but its last digits.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol

import asyncpg
from msgspec import Struct
from msgspec.structs import replace

from chassis.clock import Clock
from chassis.vault import derived, seal, unseal
from services.notifier.core.inboxes import UNCHOSEN, Choice, Inbox, StaffChannel

TRIES: Final = 5
"""Wrong codes after which an address must be given anew."""
TRIAL_MINUTES: Final = 10
"""Real minutes for which a code is good."""
TRIALS_A_DAY: Final = 10
"""Codes that an inbox may have sent in a day, and one a minute: a code may cost money, or trouble a stranger."""


class Address(Struct, frozen=True):
    """An address of an inbox, as it is shown."""

    channel: StaffChannel
    shown: str
    """Its beginning and end."""
    by: str
    """Who proved it."""


class Kept(Struct, frozen=True):
    """All that is known of an inbox."""

    choice: Choice = UNCHOSEN
    addresses: tuple[Address, ...] = ()
    """One a channel at most."""
    trial: Address | None = None
    """One that is to be proved by the code that was sent to it."""
    by: str = ""
    """Who chose last; empty where nobody did."""
    at: datetime | None = None
    """When, in city time."""


class Boxes:
    """Seals addresses and opens them."""

    def __init__(self, secret: bytes) -> None:
        self._key = derived(secret, b"addresses of inboxes")

    def sealed(self, inbox: Inbox, channel: str, fields: Mapping[str, str]) -> bytes:
        """The address, bound to its inbox and channel."""
        return seal(self._key, fields, f"{inbox.subject}:{channel}")

    def opened(self, inbox: Inbox, channel: str, box: bytes) -> dict[str, str]:
        """What `sealed` was given; nothing where the secret is another one by now."""
        try:
            return unseal(self._key, box, f"{inbox.subject}:{channel}")
        except ValueError:
            return {}


class Trial(Struct, frozen=True):
    """An address for which a code has been sent."""

    address: Address
    fields: dict[str, str]
    """What the channel needs: `phone`, `mail`, or a robot's `kind`, `key` and `secret`."""
    code: bytes
    """Keyed hash of the code."""
    tries: int = 0


class Inboxes(Protocol):
    """What the door asks."""

    async def kept(self, inbox: Inbox) -> Kept:
        """What was chosen."""

    async def begin(self, inbox: Inbox, trial: Trial) -> bool:
        """Remember an address to be proved; False where this inbox asked too often."""

    async def prove(self, inbox: Inbox, code: bytes) -> bool:
        """The address under trial is the inbox's own from now on; False for a wrong or late code, or without a trial."""

    async def choose(self, inbox: Inbox, choice: Choice, by: str) -> None:
        """From now on the inbox is told so."""


_CHOSEN: Final = (
    "select channel, hourly, chosen_by, chosen_at from inbox where (department, audience) = ($1, $2)"
)
_ADDRESSES: Final = """
select channel, shown, proven_by as by from inbox_address where (department, audience) = ($1, $2) order by channel"""
_TRIAL: Final = """
select channel, shown, asked_by as by from inbox_trial where (department, audience) = ($1, $2) and tries < $3
and asked_at > clock_timestamp() - make_interval(mins => $4)"""
_BEGIN: Final = """
insert into inbox_trial as old (department, audience, channel, sealed, shown, code, asked_by, asked)
values ($1, $2, $3, $4, $5, $6, $7, 1)
on conflict (department, audience) do update set channel = excluded.channel, sealed = excluded.sealed,
    shown = excluded.shown, code = excluded.code, asked_by = excluded.asked_by, tries = 0, asked_at = clock_timestamp(),
    asked = case when old.begun_at > clock_timestamp() - interval '1 day' then old.asked + 1 else 1 end,
    begun_at = case when old.begun_at > clock_timestamp() - interval '1 day' then old.begun_at else clock_timestamp() end
where old.asked_at < clock_timestamp() - interval '1 minute'
  and (old.asked < $8 or old.begun_at < clock_timestamp() - interval '1 day')
returning true"""
# One statement: a code is tried and counted at once, so that tries side by side are counted, too.
_TRY: Final = """
update inbox_trial set tries = tries + 1 where (department, audience) = ($1, $2) and tries < $4
and asked_at > clock_timestamp() - make_interval(mins => $5)
returning code = $3 as right, channel, sealed, shown, asked_by"""
_PROVEN: Final = """
insert into inbox_address (department, audience, channel, sealed, shown, proven_by) values ($1, $2, $3, $4, $5, $6)
on conflict (department, audience, channel) do update
set sealed = excluded.sealed, shown = excluded.shown, proven_by = excluded.proven_by, proven_at = clock_timestamp()"""
_OVER: Final = (
    "update inbox_trial set tries = $3, code = '', sealed = '' where (department, audience) = ($1, $2)"
)
_CHOOSE: Final = """
insert into inbox (department, audience, channel, hourly, chosen_by, chosen_at) values ($1, $2, $3, $4, $5, $6)
on conflict (department, audience) do update set channel = excluded.channel, hourly = excluded.hourly,
    chosen_by = excluded.chosen_by, chosen_at = excluded.chosen_at"""


class PostgresInboxes:
    """In notifier's schema."""

    def __init__(self, pool: asyncpg.Pool, boxes: Boxes, clock: Clock) -> None:
        self._pool = pool
        self._boxes = boxes
        self._clock = clock

    async def kept(self, inbox: Inbox) -> Kept:
        chosen = await self._pool.fetchrow(_CHOSEN, *inbox)
        addresses = tuple(Address(**row) for row in await self._pool.fetch(_ADDRESSES, *inbox))
        trial = await self._pool.fetchrow(_TRIAL, *inbox, TRIES, TRIAL_MINUTES)
        kept = Kept(addresses=addresses, trial=Address(**trial) if trial is not None else None)
        if chosen is None:
            return kept
        zone = self._clock.now().tzinfo
        return replace(
            kept,
            choice=Choice(chosen["channel"], chosen["hourly"]),
            by=chosen["chosen_by"],
            at=chosen["chosen_at"].astimezone(zone),
        )

    async def begin(self, inbox: Inbox, trial: Trial) -> bool:
        channel = trial.address.channel
        sealed = self._boxes.sealed(inbox, channel, trial.fields)
        values = (channel, sealed, trial.address.shown, trial.code, trial.address.by, TRIALS_A_DAY)
        return bool(await self._pool.fetchval(_BEGIN, *inbox, *values))

    async def prove(self, inbox: Inbox, code: bytes) -> bool:
        async with self._pool.acquire() as connection, connection.transaction():
            trial = await connection.fetchrow(_TRY, *inbox, code, TRIES, TRIAL_MINUTES)
            if trial is None or not trial["right"]:
                return False
            values = (trial["channel"], trial["sealed"], trial["shown"], trial["asked_by"])
            await connection.execute(_PROVEN, *inbox, *values)
            await connection.execute(_OVER, *inbox, TRIES)
        return True

    async def choose(self, inbox: Inbox, choice: Choice, by: str) -> None:
        now = self._clock.now()
        await self._pool.execute(_CHOOSE, *inbox, choice.channel, choice.hourly, by, now)


class MemoryInboxes:
    """The twin. Real time passes only where it is moved by hand."""

    def __init__(self) -> None:
        self.choices: dict[Inbox, Choice] = {}
        self.passed = timedelta()
        """Real time since it was made."""
        self._kept: dict[Inbox, Kept] = {}
        self._fields: dict[tuple[Inbox, str], dict[str, str]] = {}
        self._trials: dict[Inbox, Trial] = {}
        self._asked: dict[Inbox, list[timedelta]] = {}

    def address(self, inbox: Inbox, channel: str) -> dict[str, str]:
        """What a channel needs; nothing where nothing was proved."""
        return self._fields.get((inbox, channel), {})

    async def kept(self, inbox: Inbox) -> Kept:
        kept, trial = self._kept.get(inbox, Kept()), self._open_trial(inbox)
        return replace(kept, trial=trial.address if trial is not None else None)

    async def begin(self, inbox: Inbox, trial: Trial) -> bool:
        asked = [at for at in self._asked.get(inbox, []) if at > self.passed - timedelta(days=1)]
        if len(asked) >= TRIALS_A_DAY or (asked and asked[-1] > self.passed - timedelta(minutes=1)):
            return False
        self._asked[inbox] = [*asked, self.passed]
        self._trials[inbox] = trial
        return True

    async def prove(self, inbox: Inbox, code: bytes) -> bool:
        trial = self._open_trial(inbox)
        if trial is None:
            return False
        self._trials[inbox] = replace(trial, tries=trial.tries + 1)
        if trial.code != code:
            return False
        del self._trials[inbox]
        kept, address = self._kept.get(inbox, Kept()), trial.address
        others = [one for one in kept.addresses if one.channel != address.channel]
        addresses = tuple(sorted([*others, address], key=lambda one: one.channel))
        self._kept[inbox] = replace(kept, addresses=addresses)
        self._fields[inbox, address.channel] = trial.fields
        return True

    async def choose(self, inbox: Inbox, choice: Choice, by: str) -> None:
        """Nobody asks the twin when."""
        self.choices[inbox] = choice
        self._kept[inbox] = replace(self._kept.get(inbox, Kept()), choice=choice, by=by)

    def _open_trial(self, inbox: Inbox) -> Trial | None:
        trial = self._trials.get(inbox)
        if trial is None or trial.tries >= TRIES:
            return None
        late = self.passed - self._asked[inbox][-1] >= timedelta(minutes=TRIAL_MINUTES)
        return None if late else trial
