"""What each fact makes notifier remember and tell. Pure: the table says to whom and in which words."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, get_args

from msgspec.structs import replace

from city.profile import Profile
from contracts.assignments import LeadNamed, PostAssigned, PostReassigned
from contracts.deadlines import (
    ClockResumed,
    DeadlineExtended,
    DeadlineFact,
    DeadlineRedated,
    DeadlineSet,
    MissWithdrawn,
)
from contracts.decision import Context, Decision, Effect, Say
from contracts.facts import Fact
from contracts.identity import derived
from contracts.notices import NoticeFailed, NoticeSent, NoticeSuppressed
from contracts.posts import CitizenErased, PostReceived
from services.notifier.core import followers
from services.notifier.core.case import Case, Claim, Early, Notice, Outcome, Settle
from services.notifier.core.preference import order_of
from services.notifier.core.table import TOLD
from services.notifier.core.tell import SUPERVISION, URGENT, Tell
from services.notifier.core.wording import (
    CITIZEN_LENGTH,
    NUMBER,
    STAFF_LENGTH,
    TITLE_LENGTH,
    one_line,
    words,
)

Here = Context[Profile]

OF_A_CLOCK: Final = get_args(DeadlineFact)
"""Facts whose `handling` says which clock they are about; of replies and ratings it says which reply."""


def tell(case: Case, fact: Fact, context: Here) -> Decision[Case]:
    """Remember what the fact says; then tell whoever the table names."""
    known = case
    over = case.is_over(getattr(fact, "handling", 0)) and isinstance(fact, OF_A_CLOCK)
    remember = REMEMBERED.get(type(fact))
    if remember is not None and not over:
        case = remember(case, fact)
    effects: list[Effect] = []
    if case.waiting:
        case = _what_waited(case, fact.at, effects)
    for row in TOLD[type(fact)]:
        if (over and not row.over) or not row.when(case, fact, context.city):
            continue
        if row.sets is not None:
            case = replace(case, **{row.sets[0]: row.sets[1]})
        # Who newly assists is seen against those who did before.
        for unit in ("",) if row.audience == "citizen" else row.to(known, fact):
            case = _tell(case, row, unit or case.department, fact, context, effects)
    if isinstance(fact, MissWithdrawn) and over:
        case = _taken_back(case, fact)
    case = followers.note(case, fact, context, effects)
    return Decision(case, tuple(effects))


def erase(case: Case, fact: CitizenErased, context: Here) -> Decision[Case]:
    """Nobody can be told any more, and nothing is kept of who followed."""
    erased = replace(case, erased=True, sealed=b"", channels=(), followed=False)
    return Decision(erased, followers.forgotten(case))


def settle(case: Case, outcome: Outcome, context: Here) -> Decision[Case]:
    """A notice has ended; a citizen whose channel refused is told by the next one."""
    notice = outcome.notice
    ended = Settle(
        notice.id,
        outcome.state,
        outcome.attempts,
        outcome.reason,
        outcome.repeated,
        outcome.message,
        outcome.parts,
    )
    effects: list[Effect] = [ended]
    about: dict[str, Any] = {
        "notice": notice.id,
        "cause": notice.cause,
        "kind": notice.kind,
        "audience": notice.audience,
        "channel": notice.channel,
        "department": notice.department,
    }
    match outcome.state:
        case "sent":
            fact: NoticeSent | NoticeFailed | NoticeSuppressed = NoticeSent(
                at=context.now, attempts=outcome.attempts, repeated=outcome.repeated, **about
            )
        case "failed":
            fact = NoticeFailed(at=context.now, attempts=outcome.attempts, reason=outcome.reason, **about)
        case _:
            fact = NoticeSuppressed(at=context.now, reason=outcome.reason, **about)
    effects.append(Say(fact))
    if outcome.state == "failed":
        effects += _by_another_way(case, notice, context.now)
    return Decision(case, tuple(effects))


def _by_another_way(case: Case, notice: Notice, now: datetime) -> list[Effect]:
    """A citizen is told by the next channel, staff by their unit's robot, each under an id of its own."""
    if notice.follower:
        other = following(notice.channel, notice.others)
        return [Claim(followers.by_channel(notice, other, now))] if other else []
    if notice.audience != "citizen":
        if notice.channel == "robot":
            return []
        identity = derived(notice.id, "notice/robot instead")
        return [Claim(replace(notice, id=identity, channel="robot", at=now, direct=True))]
    # Notices of before the order was kept went by the best channel first.
    order = notice.others or case.channels
    channel = following(notice.channel, order)
    if case.chosen == "none" or channel not in case.channels:
        return []
    about = (notice.cause, notice.kind, "citizen", channel, notice.department, notice.text)
    return [Claim(_notice(*about, now, case.at_night, order))]


# -- what a fact makes known -----------------------------------------------------------------------


def _received(case: Case, post: PostReceived) -> Case:
    return replace(
        case,
        number=post.number,
        title=one_line(post.title[:TITLE_LENGTH]),
        sealed=b"" if case.erased else post.sealed_contact or post.sealed,
        channels=() if case.erased else post.channels,
    )


def _assigned(case: Case, fact: PostAssigned | PostReassigned) -> Case:
    return replace(case, department=fact.department, assisting=fact.assisting)


def _lead_named(case: Case, fact: LeadNamed) -> Case:
    return replace(case, assisting=fact.assisting)


def _dated(case: Case, fact: DeadlineSet | DeadlineExtended | DeadlineRedated | ClockResumed) -> Case:
    return replace(case, due=fact.due, provisional=fact.provisional)


def _set(case: Case, fact: DeadlineSet) -> Case:
    """The clock of another handling: what was told of a miss was told of the one before."""
    case = _dated(case, fact)
    if fact.handling <= case.handling:
        return case
    before = fact.handling - 1
    return replace(
        case,
        handling=fact.handling,
        missed_told=False,
        supervisor_told=False,
        missed_before=(*case.missed_before, *([before] if case.missed_told else [])),
        supervisor_before=(*case.supervisor_before, *([before] if case.supervisor_told else [])),
    )


def _taken_back(case: Case, fact: MissWithdrawn) -> Case:
    """Nobody believes any more that this handling, which is over, had missed its day."""
    if fact.clock == "promise":
        return case
    return replace(
        case,
        missed_before=tuple(one for one in case.missed_before if one != fact.handling),
        supervisor_before=tuple(one for one in case.supervisor_before if one != fact.handling),
    )


REMEMBERED: Final[Mapping[type[Fact], Callable[[Case, Any], Case]]] = {
    PostReceived: _received,
    PostAssigned: _assigned,
    PostReassigned: _assigned,
    LeadNamed: _lead_named,
    DeadlineSet: _set,
    DeadlineExtended: _dated,
    DeadlineRedated: _dated,
    ClockResumed: _dated,
}
"""Facts that make something known, whomever they are told to."""


# -- telling ---------------------------------------------------------------------------------------


def _tell(case: Case, row: Tell, unit: str, fact: Fact, context: Here, effects: list[Effect]) -> Case:
    """Claim a row's notice for one recipient, or let it wait for the post's number or for a unit."""
    audience: str = row.audience
    if audience != "citizen" and not unit and row.without_unit == "supervisor":
        audience, unit = "supervisor", SUPERVISION
    longest = CITIZEN_LENGTH if audience == "citizen" else STAFF_LENGTH
    said = context.city.notice_words.text(row.audience, row.name, row.text)
    before, after = words(said, case, fact, context.city, longest)
    numbered = NUMBER in said
    if (numbered and not case.number) or (audience != "citizen" and not unit):
        early = Early(row.kind, audience, unit, before, context.cause, after, fact.at)
        if any(_same_words(early, waits) for waits in case.waiting):
            return case
        return replace(case, waiting=(*case.waiting, early))
    text = f"{before}{case.number}{after}" if numbered else before
    effects.append(_claimed(case, row.kind, audience, unit, text, context.cause, fact.at))
    return case


def _what_waited(case: Case, at: datetime, effects: list[Effect]) -> Case:
    """Tell what was heard before the post, or before any unit held it; what must go on waiting stays."""
    if not case.number:
        return case
    waiting: list[Early] = []
    for early in case.waiting:
        unit = early.department or case.department
        if early.audience != "citizen" and not unit:
            waiting.append(early)
            continue
        before, after = early.text, early.after
        if early.at is None:
            # Of states of before the text was kept in two parts; the table's own {number} came first.
            before, _, after = early.text.partition(NUMBER)
        text = f"{before}{case.number}{after}"
        effects.append(_claimed(case, early.kind, early.audience, unit, text, early.cause, early.at or at))
    return replace(case, waiting=tuple(waiting))


def _same_words(early: Early, other: Early) -> bool:
    """A unit that will hold the post reads the same sentence once, however often it was to be said."""
    return (
        not early.department
        and early.audience != "citizen"
        and early == replace(other, cause=early.cause, at=early.at)
    )


def _claimed(case: Case, kind: str, audience: str, unit: str, text: str, cause: str, at: datetime) -> Effect:
    """The notice to staff by their robot, to a citizen by the best channel; without any it is suppressed."""
    if audience != "citizen":
        text = f"{text} {one_line(case.title)}".rstrip()
        # Named by the robot, whatever the inbox chose: a choice that changes tells nobody twice.
        return Claim(_notice(cause, kind, audience, "robot", unit, text, at, kind in URGENT))
    if case.channels and case.chosen != "none":
        order = order_of(case)
        return Claim(_notice(cause, kind, "citizen", order[0], unit, text, at, case.at_night, order))
    notice = _notice(cause, kind, "citizen", "sms", unit, "", at)
    return Say(
        NoticeSuppressed(
            at=at,
            notice=notice.id,
            cause=cause,
            kind=kind,
            audience="citizen",
            channel="sms",
            department=unit,
            reason=_why_not(case),
        )
    )


def _why_not(case: Case) -> str:
    if case.erased:
        return "erased"
    return "unsubscribed" if case.channels else "no contact"


def _notice(
    cause: str,
    kind: str,
    audience: str,
    channel: str,
    department: str,
    text: str,
    at: datetime | None,
    at_night: bool = False,
    others: tuple[str, ...] = (),
) -> Notice:
    recipient = audience if audience == "citizen" else f"{audience}:{department}"
    return Notice(
        id=derived(cause, f"notice/{kind}/{recipient}/{channel}"),
        cause=cause,
        kind=kind,
        audience=audience,
        channel=channel,
        department=department,
        text=text,
        at=at,
        at_night=at_night,
        others=others,
    )


def following(channel: str, channels: tuple[str, ...]) -> str:
    """The next of these channels, in the order in which they are tried, after one that refused; empty when there is none."""
    later = channels[channels.index(channel) + 1 :] if channel in channels else ()
    return later[0] if later else ""
