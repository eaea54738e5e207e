"""What a clerk reads of a reply before it goes is what its citizen will read."""

import pytest

from tests.fronts.portal.staff.office import HOLDER, Office


@pytest.mark.real
def test_a_preview_shows_stars_where_the_published_reply_will_have_them_and_hands_on_what_was_written(
    office: Office,
) -> None:
    number = office.accepted(title="站台积水一事")
    clerk = office.person("preview-clerk", HOLDER, "clerk")
    page = clerk.open(f"/staff/cases/{number}")
    written = "站台积水三月底前排干,电话0527-84368000。"

    shown = clerk.submit(page, f"/staff/cases/{number}/preview", text=written)

    assert "站台积水三月底前排干,电话*************。" in shown.text
    assert "只有登记为对外公开的电话、邮箱会显示" in shown.text
    assert dict(shown.form(f"/staff/cases/{number}/reply").fields)["text"] == written

    plain = clerk.submit(page, f"/staff/cases/{number}/preview", text="站台积水三月底前排干。")
    assert "星号" not in plain.text
