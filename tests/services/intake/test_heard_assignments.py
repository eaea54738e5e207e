"""What the facts of assignment change in a case, all of it: these fields, this line of its history, and nothing else."""

from datetime import date
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from contracts.assignments import (
    AssignmentFact,
    AssignmentHeld,
    Candidate,
    LeadNamed,
    MeetingCalled,
    PostAssigned,
    PostReassigned,
    ReturnRefused,
    SpecialReportRaised,
)
from services.intake.core.case import Draft, Extension, Returned, SpecialReport, WrittenPart
from services.intake.core.instruction import Instruction
from tests.services.intake.door import PROFILE
from tests.services.intake.hearing import BEFORE, CASE, DUE, NOW, QUESTION, READ, REPORTED, Heard

CANDIDATE = Candidate(department="housing", score=0.4)
OTHER = Candidate(department="transport", score=0.3)
DRAFT = Draft("d1", "草稿", "clerk-1", BEFORE)
ASKED = Extension("e1", "等备件", date(2026, 3, 9), "已勘察", "clerk-1", BEFORE)
NOT_OURS = (
    Returned("x1", "transport", "housing-1", BEFORE, state="refused"),
    Returned("x2", "transport", "housing-1", BEFORE),
)
OF_OLD = Instruction("已阅", "mayor", BEFORE, read_at=BEFORE)
PART = WrittenPart("w1", "sport", "已修", "clerk-2", BEFORE)


def _assigned(**fields: Any) -> PostAssigned:
    given = {
        "department": "housing",
        "duty_item": "h1",
        "reasons": (),
        "confidence": 0.9,
        "rule_version": "1",
    }
    return PostAssigned(at=NOW, number=CASE.number, **(given | fields))


def _moved(**fields: Any) -> PostReassigned:
    given = {"department": "housing", "previous": "transport", "cause": "return"}
    return PostReassigned(at=NOW, number=CASE.number, **(given | fields))


HOUSING, SPORT = PROFILE.department_name("housing"), PROFILE.department_name("sport")
TAKEN_UP = {"department": "housing", "assisting": (), "assigned_at": NOW, "step": "assigned"}
TO_HOUSING = f"交{HOUSING}办理"

ROWS = {
    "the router assigns": Heard(
        _assigned(assisting=("sport",)),
        TAKEN_UP | {"assisting": ("sport",)},
        ("assigned", TO_HOUSING, True),
        {"step": "received", "department": "", "assisting": (), "assigned_at": None},
    ),
    "a person assigns what was held": Heard(
        _assigned(),
        TAKEN_UP | {"held": False},
        ("assigned", TO_HOUSING, True),
        {"step": "received", "department": "", "held": True, "candidates": (CANDIDATE,)},
    ),
    "a ruling moves it": Heard(
        _moved(assisting=("sport",)),
        TAKEN_UP
        | {
            "assisting": ("sport",),
            "held": False,
            "draft": None,
            "sent_back": None,
            "extensions": (replace(ASKED, state="lapsed"),),
            "returns": (NOT_OURS[0], replace(NOT_OURS[1], state="moved")),
            "instructions": (replace(READ, read_at=None, in_hand_at=None), REPORTED, OF_OLD),
        },
        ("reassigned", TO_HOUSING, True),
        {
            "held": True,
            "draft": DRAFT,
            "sent_back": DRAFT,
            "extensions": (ASKED,),
            "returns": NOT_OURS,
            "instructions": (READ, REPORTED, OF_OLD),
            "written_parts": (PART,),
        },
    ),
    "the same unit is named again": Heard(
        _moved(department="transport", assisting=("sport",)),
        {"assigned_at": NOW, "step": "assigned"},
        ("reassigned", f"交{PROFILE.department_name('transport')}办理", True),
        {"extensions": (ASKED,), "instructions": (READ,)},
    ),
    "a question is open while it moves": Heard(
        _moved(assisting=("sport",)),
        TAKEN_UP | {"assisting": ("sport",), "step": "asked"},
        ("reassigned", TO_HOUSING, True),
        {"step": "asked", "questions": QUESTION},
    ),
    "the router holds it": Heard(
        AssignmentHeld(at=NOW, number=CASE.number, candidates=(CANDIDATE, OTHER), rule_version="1"),
        {"held": True, "candidates": (CANDIDATE, OTHER)},
        ("held", "待人工交办", False),
    ),
    "a return is refused": Heard(
        ReturnRefused(at=NOW, request="x2", department="transport", reason="首问负责"),
        {"held": False, "returns": (NOT_OURS[0], replace(NOT_OURS[1], state="refused"))},
        ("return-refused", "不同意退回:首问负责", False),
        {"held": True, "returns": NOT_OURS},
    ),
    "a return is refused while another waits": Heard(
        ReturnRefused(at=NOW, request="x1", department="transport", reason="首问负责"),
        {},
        ("return-refused", "不同意退回:首问负责", False),
        {"returns": NOT_OURS},
    ),
    "a meeting is called": Heard(
        MeetingCalled(at=NOW, departments=("transport", "housing"), reason="两家都不认", until=DUE),
        {"meeting": True, "returns": (NOT_OURS[0], replace(NOT_OURS[1], state="meeting"))},
        ("meeting", "提请交办会:两家都不认", False),
        {"returns": NOT_OURS},
    ),
    "the meeting names who leads": Heard(
        LeadNamed(at=NOW, lead="housing", assisting=("sport",), reason="路灯归建设", parts={"sport": "场地"}),
        {"meeting": False, "held": False, "assisting": ("sport",), "parts": {"sport": "场地"}},
        ("lead-named", f"交办会明确 {HOUSING} 牵头,{SPORT} 协办", False),
        {"meeting": True, "held": True, "assisting": ()},
    ),
    "a supervisor names who leads alone": Heard(
        LeadNamed(at=NOW, lead="housing", assisting=(), reason="路灯归建设"),
        {"assisting": ()},
        ("lead-named", f"督查明确 {HOUSING} 牵头", False),
    ),
    "a special report": Heard(
        SpecialReportRaised(at=NOW, reason="无主管单位", text="建议明确", by="s1"),
        {"special_reports": (SpecialReport(NOW, "无主管单位", "建议明确", "s1"),)},
        ("special-report", "专报:无主管单位", False),
    ),
    "a second special report": Heard(
        SpecialReportRaised(at=NOW, reason="无主管单位"),
        {"special_reports": (SpecialReport(BEFORE, "甲"), SpecialReport(NOW, "无主管单位"))},
        ("special-report", "专报:无主管单位", False),
        {"special_reports": (SpecialReport(BEFORE, "甲"),)},
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_a_fact_of_assignment_changes_this_and_nothing_else(row: Heard) -> None:
    row.is_true()


def test_every_fact_of_assignment_has_a_row() -> None:
    assert {type(row.fact) for row in ROWS.values()} == set(get_args(AssignmentFact))
