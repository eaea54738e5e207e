"""What Aliyun says later became of text messages: every report of a batch is heard, and says no more than it should."""

from typing import Any

from services.notifier import receipt_web
from services.notifier.core.case import Receipt


async def test_what_aliyun_says_of_text_messages_is_taken_in_and_answered_as_it_wants(door: Any) -> None:
    http, receipts = door
    notice = "0195a000-0000-7000-8000-000000000001"
    reports = [
        {
            "phone_number": "13800000000",
            "success": False,
            "err_code": "MOBILE_NOT_ON_SERVICE",
            "out_id": notice,
        },
        {
            "phone_number": "13800000000",
            "success": True,
            "err_code": "DELIVERED",
            "out_id": notice[:-1] + "2",
        },
        {"phone_number": "13800000000", "success": True, "out_id": "another system's"},
    ]

    answer = await http.post("/v1/receipts/sms", json=reports)

    assert (answer.status_code, answer.json()) == (200, {"code": 0, "msg": "接收成功"})
    assert list(receipts.kept.values()) == [
        Receipt("sms", notice, False, "MOBILE_NOT_ON_SERVICE"),
        Receipt("sms", notice[:-1] + "2", True),
    ]
    assert (await http.post("/v1/receipts/sms", json={"success": True})).status_code in (400, 422)


def _reports(*told: dict[str, Any]) -> list[dict[str, Any]]:
    """Reports that texts did not arrive, each about a notice of its own unless it says another."""
    return [
        {"success": False, "out_id": f"0195a000-0000-7000-8000-{n:012d}"} | one for n, one in enumerate(told)
    ]


async def test_of_a_long_batch_no_report_is_passed_over_since_none_is_brought_again(door: Any) -> None:
    http, receipts = door

    answer = await http.post("/v1/receipts/sms", json=_reports(*({} for _ in range(250))))

    assert (answer.status_code, len(receipts.kept)) == (200, 250)


async def test_a_report_that_says_too_little_or_too_much_keeps_no_other_from_being_heard(door: Any) -> None:
    http, receipts = door
    reports = _reports({"err_code": "x" * 1000}, {"err_code": None}, {"out_id": None}, {"err_code": "空号"})

    answer = await http.post("/v1/receipts/sms", json=reports)

    assert answer.status_code == 200
    assert [receipt.reason for receipt in receipts.kept.values()] == ["x" * 200, "", "空号"]


async def test_a_providers_word_is_one_line_that_deceives_nobody_and_names_no_number(door: Any) -> None:
    http, receipts = door
    told = {"err_code": "UNDELIV\n领导批示:\u202e速转账 13900001234"}

    await http.post("/v1/receipts/sms", json=_reports(told))

    assert [receipt.reason for receipt in receipts.kept.values()] == ["UNDELIV 领导批示:速转账 ***********"]


def test_of_two_reports_about_one_text_in_a_batch_the_first_stands() -> None:
    first, other = _reports({"success": True}, {"err_code": "EXPIRED"})
    reports = [receipt_web.SmsReport(**(one | {"out_id": first["out_id"]})) for one in (first, other)]

    assert receipt_web.of_reports(reports) == [Receipt("sms", first["out_id"], True)]
