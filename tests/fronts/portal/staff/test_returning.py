"""What a clerk is shown after a return: it may have moved the case before the next page is read."""

import pytest

from tests.fronts.portal.staff.alone import PROFILE
from tests.fronts.portal.staff.office import HOLDER, OTHER, Office
from tests.patience import until


@pytest.mark.real
def test_a_clerk_whose_return_moves_the_case_at_once_is_told_that_it_was_sent(office: Office) -> None:
    number = office.assigned(title="站台的灯不亮")
    clerk = office.person("returning-clerk", HOLDER, "clerk")
    duty = next(duty for duty in PROFILE.duties if duty.department == OTHER)
    page = clerk.open(f"/staff/cases/{number}/return?q={duty.name}")
    form = next(form for form in page.forms if form.action.endswith("/return") and form.method == "post")

    answer = clerk.http.post(
        form.action,
        data={**dict(form.fields), "duty_item": duty.code, "reason": "不是我单位职责"},
        follow_redirects=False,
    )
    until(lambda: office.case(number)["department"] == OTHER)
    told = clerk.open(answer.headers["location"])

    assert told.status == 200
    assert "已申请退回" in told.text
    assert clerk.open(f"/staff/cases/{number}").status == 403, "the case is another unit's by now"
