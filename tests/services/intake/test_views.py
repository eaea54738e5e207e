"""What staff are shown of a case: every field is there, also one that says what is usual."""

from datetime import UTC, datetime

import msgspec

from services.intake.core import views
from services.intake.core.case import Case, Returned
from services.intake.core.instruction import Instruction
from services.intake.core.sealing import CLOSED
from tests.services.intake.door import PROFILE

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)


def test_a_return_that_waits_for_a_ruling_says_so() -> None:
    case = Case(
        number="SQ1", kind="complaint", received_at=AT, returns=(Returned("r1", "transport", "", AT),)
    )

    shown = msgspec.json.decode(msgspec.json.encode(views.staff(case, PROFILE, CLOSED)))

    assert shown["returns"][0]["state"] == "asked"


def test_a_name_that_is_not_to_be_public_is_not_told_to_the_unit_either() -> None:
    contact = {"name": "王小明", "phone": "13812345678"}
    opened = msgspec.structs.replace(CLOSED, contact=contact)
    case = Case(number="SQ1", kind="complaint", received_at=AT)
    nameless = msgspec.structs.replace(case, hide_name=True)

    assert views.staff(case, PROFILE, opened)["contact"] == contact
    assert views.staff(nameless, PROFILE, opened)["contact"] == {"phone": "13812345678"}
    assert views.own(nameless, PROFILE, opened)["contact"] == contact, "it is the author's own"


def test_an_instruction_of_before_they_were_followed_is_not_shown_as_one_that_a_unit_must_report_on() -> None:
    followed = Instruction("请查明原因。", "", AT, id="i1", by="wang")
    before = Instruction("请妥善处理。", "", AT)
    case = Case(number="SQ1", kind="complaint", received_at=AT, instructions=(before, followed))

    shown = views.staff(case, PROFILE, CLOSED)

    assert [one["instruction_id"] for one in shown["instructions_given"]] == ["i1"]
    assert [one["text"] for one in shown["instructions"]] == ["请妥善处理。", "请查明原因。"]
