"""How an author wants to be told: from now on, and of what waits for them already. Pure."""

from msgspec.structs import replace

from city.profile import Profile
from contracts.decision import Context, Decision
from contracts.identity import derived
from contracts.posts import PreferenceChosen
from services.notifier.core.case import Case, Notice, Reroute


def prefer(case: Case, fact: PreferenceChosen, context: Context[Profile]) -> Decision[Case]:
    """From now on the author is told so, or not at all; what waits for the morning, too."""
    case = replace(case, chosen=fact.channel, at_night=fact.at_night)
    if case.chosen == "none" or not case.channels:
        # Whoever sends looks whether they still want to be told.
        return Decision(case)
    return Decision(case, (Reroute(order_of(case), case.at_night),))


def order_of(case: Case) -> tuple[str, ...]:
    """The chosen channel first, then the others, best first."""
    return tuple(sorted(case.channels, key=lambda channel: channel != case.chosen))


def rerouted(notice: Notice, chosen: Reroute) -> Notice:
    """A notice to the author that nobody has tried to send yet, as they want it now.

    One that another channel has refused stays on its way: that channel would be tried twice.
    """
    if not notice.others or notice.channel != notice.others[0]:
        return replace(notice, at_night=chosen.at_night)
    channel = chosen.order[0]
    identity = derived(notice.cause, f"notice/{notice.kind}/citizen/{channel}")
    return replace(notice, id=identity, channel=channel, others=chosen.order, at_night=chosen.at_night)
