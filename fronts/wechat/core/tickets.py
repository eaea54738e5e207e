"""Pictures leave with what they were sent for: none is left behind, and one whose ticket is too old is fetched anew. Pure."""

from collections.abc import Sequence

from msgspec.structs import replace

from fronts.wechat.core.conversation import Act, Call, Conversation, Fetch, Outcome, Picture, Step, Submit


def sent_with(state: Conversation, call: Submit | Act, pictures: Sequence[Picture]) -> Step:
    """Make a call with these pictures, once all of them are there."""
    missing = missing_of(pictures)
    return Step(state, call=Fetch(missing, call) if missing else with_tickets(call, pictures))


def with_tickets(call: Submit | Act, pictures: Sequence[Picture]) -> Call:
    """A call whose body names the tickets of pictures."""
    tickets = [picture.ticket for picture in pictures]
    return replace(call, body={**call.body, "attachments": tickets}) if tickets else call


def missing_of(pictures: Sequence[Picture]) -> tuple[Picture, ...]:
    """Those that are not there yet."""
    return tuple(picture for picture in pictures if not picture.ticket)


def anew(call: Submit | Act, pictures: Sequence[Picture], outcome: Outcome) -> Fetch | None:
    """Fetch pictures once more, when their tickets were refused for the first time; None for another outcome.

    A ticket holds for two hours, a conversation rests for longer, and WeChat has its pictures for three days.
    """
    refused = any(error["field"] == "attachments" for error in outcome.body.get("errors", ()))
    if call.again or not refused or not pictures:
        return None
    return Fetch(tuple(replace(picture, ticket="") for picture in pictures), replace(call, again=True))
