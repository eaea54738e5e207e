"""A late dispatch or a late meeting that was none: facts heard later say that it ended in time, or had longer. Pure.

Each is taken back as a miss of the case is, and said anew where its time is over later.
"""

from datetime import datetime

from msgspec.structs import replace

from city.profile import Profile
from contracts.deadlines import DispatchLateWithdrawn, MeetingLateWithdrawn
from contracts.decision import Context
from contracts.facts import Fact
from services.deadline.core.case import Case, Said
from services.deadline.core.clock import Clock, put_off

Here = Context[Profile]


def taken_back(case: Case, made: Clock, said: Said, facts: list[Fact], context: Here, at: datetime) -> Said:
    """What stands of dispatch and meetings of a handling. `at` dates what is taken back."""
    return _meetings(case, made, _dispatch(case, made, said, facts, context, at), facts, context, at)


def _dispatch(case: Case, made: Clock, said: Said, facts: list[Fact], context: Here, at: datetime) -> Said:
    if said.dispatch_over is None:
        return said
    by_policy, told = said.dispatch_over
    over = put_off(made, made.start, by_policy, context.city.working_time)
    if told == over and not case.department_at(over) and not _stopped_by(made, over):
        return said
    facts.append(DispatchLateWithdrawn(at=at, due=told))
    return replace(said, dispatch=False, dispatch_over=None)


def _meetings(case: Case, made: Clock, said: Said, facts: list[Fact], context: Here, at: datetime) -> Said:
    known = dict(said.meetings_over)
    for call in case.meetings:
        if call.until is None or call.at not in known:
            continue
        over, told = put_off(made, call.at, call.until, context.city.working_time), known[call.at]
        ended = any(end <= over for end in case.ends_of(call)) or _stopped_by(made, over)
        if told == over and not ended:
            continue
        facts.append(MeetingLateWithdrawn(at=at, until=call.until, department=case.department_at(told)))
        said = replace(
            said,
            meetings=tuple(one for one in said.meetings if one != call.at),
            meetings_over=tuple(one for one in said.meetings_over if one[0] != call.at),
        )
    return said


def _stopped_by(made: Clock, over: datetime) -> bool:
    """Whether nobody waited any more when the time was over: the case was answered, or had left."""
    return made.stop is not None and made.stop <= over
