"""What city leaders were told and said: instructions as those who may see the post read them; with special reports, as staff do. Pure."""

from city.profile import Profile
from services.intake.core.answers_on_instructions import (
    BeforeCityLeaders,
    GivenInstruction,
    PublishedInstruction,
)
from services.intake.core.case import Case
from services.intake.core.instruction import STATE_NAMES, Instruction


def published(case: Case, city: Profile) -> list[PublishedInstruction]:
    """Those that everybody may read who may see the post."""
    return [
        {"text": one.text, "leader_name": _leader(one, city), "at": one.at}
        for one in case.instructions
        if one.published
    ]


def before_city_leaders(case: Case, city: Profile) -> BeforeCityLeaders:
    """Special reports, and the instructions that are followed, with all that became of them."""
    raised = sorted(case.special_reports, key=lambda one: one.at, reverse=True)
    return {
        "special_reports": [
            {"at": one.at, "reason": one.reason, "text": one.text, "by": one.by} for one in raised
        ],
        "instructions_given": [_given(one, city) for one in case.instructions if one.id],
    }


def _given(one: Instruction, city: Profile) -> GivenInstruction:
    return {
        "instruction_id": one.id,
        "text": one.text,
        "leader_name": _leader(one, city),
        "at": one.at,
        "by": one.by,
        "published": one.published,
        "state": one.state,
        "state_name": STATE_NAMES[one.state],
        "due": one.due,
        "overdue": one.overdue,
        "read_at": one.read_at,
        "in_hand_at": one.in_hand_at,
        "accepted_at": one.accepted_at,
        "reports": [
            {
                "text": report.text,
                "department_name": city.department_name(report.department),
                "by": report.by,
                "at": report.at,
                "in_time": report.in_time,
                "remark": report.remark,
                "returned_at": report.returned_at,
            }
            for report in one.reports
        ],
    }


def _leader(one: Instruction, city: Profile) -> str:
    return city.leader_name(one.leader) if one.leader else "市领导"
