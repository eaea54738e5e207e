"""A supervisor whose form names a unit that is none finds in it all that was typed."""

import pytest

from tests.fronts.portal.staff.office import HOLDER, SUPERVISION, Office


@pytest.mark.real
def test_a_ruling_that_is_refused_keeps_the_assisting_units_and_their_parts(office: Office) -> None:
    number = office.assigned(title="站台与路口一事")
    supervisor = office.person("typing-supervisor", SUPERVISION, "supervisor")
    page = supervisor.open(f"/staff/cases/{number}")
    ruling = f"/staff/cases/{number}/ruling"

    refused = supervisor.submit(
        page,
        ruling,
        lead=HOLDER,
        reason="共同办理",
        assisting=["没有的单位", "市教育局", ""],
        part=["站台", "路口", "", ""],
    )

    assert refused.status == 422
    fields = refused.form(ruling).fields
    assert [value for name, value in fields if name == "assisting"] == ["没有的单位", "市教育局", ""]
    assert [value for name, value in fields if name == "part"] == ["站台", "路口", "", ""]
    other = refused.form(f"/staff/cases/{number}/assignment").fields
    assert [value for name, value in other if name == "assisting"] == ["", "", ""]
