"""Under which condition a row of the table is told: each says in its docstring when, for docs/notices.md. Pure."""

from collections.abc import Callable
from typing import Any

from city.profile import Profile
from contracts.deadlines import CaseEscalated, DeadlineRedated, DeadlineSet, MissWithdrawn
from contracts.dialogues import AnswerPrepared
from contracts.posts import PostHeld, PostReceived
from contracts.replies import FollowUpAnswered, InstructionGiven, PostRated, SuggestionDecided
from services.notifier.core.case import Case

Condition = Callable[[Case, Any, Profile], bool]


def always(case: Case, fact: Any, city: Profile) -> bool:
    """every time"""
    return True


def addressed(case: Case, fact: PostReceived, city: Profile) -> bool:
    """when it is a letter to a city leader"""
    return bool(fact.addressee)


def published(case: Case, fact: InstructionGiven, city: Profile) -> bool:
    """when the leader allows that it is published"""
    return fact.published


def with_a_day(case: Case, fact: InstructionGiven, city: Profile) -> bool:
    """when it says by which day the unit is to report back"""
    return fact.due_day is not None


def without_a_day(case: Case, fact: InstructionGiven, city: Profile) -> bool:
    """when it is from before instructions were followed"""
    return fact.due_day is None


def unit_and_date_known(case: Case, fact: Any, city: Profile) -> bool:
    """once, when number, unit and due date are all known, whichever came last"""
    known = case.number and case.department and case.due is not None
    return bool(known) and not case.told_assigned


def by_word_list(case: Case, fact: PostHeld, city: Profile) -> bool:
    """when a word list held it and no person"""
    return not fact.by


def second_clock(case: Case, fact: DeadlineSet, city: Profile) -> bool:
    """of a second handling"""
    return fact.clock == "second"


def date_moved(case: Case, fact: DeadlineRedated, city: Profile) -> bool:
    """when the date is another one"""
    return fact.previous != fact.due


def dissatisfied(case: Case, fact: PostRated, city: Profile) -> bool:
    """below what the policy calls satisfied"""
    return fact.grade < city.policy.rating.satisfied_from


def praised(case: Case, fact: PostRated, city: Profile) -> bool:
    """of the best grade, with words"""
    return fact.grade == 5 and bool(fact.text)


def in_own_words(case: Case, fact: FollowUpAnswered, city: Profile) -> bool:
    """unless a published reply answered it, which is told itself"""
    return bool(fact.text)


def adopted(case: Case, fact: SuggestionDecided, city: Profile) -> bool:
    """when it is adopted"""
    return fact.outcome == "adopted"


def partly_adopted(case: Case, fact: SuggestionDecided, city: Profile) -> bool:
    """when it is adopted in part"""
    return fact.outcome == "partly"


def not_adopted(case: Case, fact: SuggestionDecided, city: Profile) -> bool:
    """when it is not adopted"""
    return fact.outcome == "declined"


def to_follow_through(case: Case, fact: SuggestionDecided, city: Profile) -> bool:
    """when it is adopted, wholly or in part"""
    return fact.outcome != "declined"


def leader_heard_of_the_miss(case: Case, fact: MissWithdrawn, city: Profile) -> bool:
    """when the leader was told of the miss"""
    return fact.clock != "promise" and case.missed_told


def supervisor_heard_of_the_miss(case: Case, fact: MissWithdrawn, city: Profile) -> bool:
    """when the supervisor was told of the miss"""
    return fact.clock != "promise" and case.supervisor_told


def leader_heard_of_an_earlier_miss(case: Case, fact: MissWithdrawn, city: Profile) -> bool:
    """when the leader was told of the miss of a handling that is over"""
    return fact.clock != "promise" and fact.handling in case.missed_before


def supervisor_heard_of_an_earlier_miss(case: Case, fact: MissWithdrawn, city: Profile) -> bool:
    """when the supervisor was told of the miss of a handling that is over"""
    return fact.clock != "promise" and fact.handling in case.supervisor_before


def of_a_promise(case: Case, fact: MissWithdrawn, city: Profile) -> bool:
    """when a promise was kept after all"""
    return fact.clock == "promise"


def with_a_leader(case: Case, fact: AnswerPrepared, city: Profile) -> bool:
    """when the unit has a leader in the city's list of units"""
    return _has_leader(fact.department, city)


def leaderless(case: Case, fact: AnswerPrepared, city: Profile) -> bool:
    """when the unit has no leader there: the host approves it"""
    return not _has_leader(fact.department, city)


def _has_leader(department: str, city: Profile) -> bool:
    unit = city.department.get(department)
    return unit is not None and bool(unit.leader_role)


def first_step(case: Case, fact: CaseEscalated, city: Profile) -> bool:
    """at the first step"""
    return fact.level == "remind"


def leaders_step(case: Case, fact: CaseEscalated, city: Profile) -> bool:
    """at the leader's step, unless told of the miss at the same instant"""
    return fact.level == "leader" and not (case.missed_told and fact.at == fact.due)


def supervisors_step(case: Case, fact: CaseEscalated, city: Profile) -> bool:
    """at the supervisor's step"""
    return fact.level == "supervisor"


def bulletins_step(case: Case, fact: CaseEscalated, city: Profile) -> bool:
    """at the step of the bulletin"""
    return fact.level == "bulletin"
