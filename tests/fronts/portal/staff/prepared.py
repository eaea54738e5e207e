"""A case at the step where an act is possible, and the form that would be sent: for each act of staff."""

from collections.abc import Callable

import httpx2

from tests.fronts.portal.staff.alone import PROFILE
from tests.fronts.portal.staff.office import HOLDER, OTHER, REPLY, SUPERVISION, Office
from tests.patience import PATIENCE

MAYOR = "roles-mayor"
"""The city leader whom the tests sign in: a report is judged by whoever gave the instruction."""

Fields = dict[str, list[str]]


def prepared(office: Office, act: str) -> tuple[str, Fields]:
    """A case at which the act is possible, and the fields of its form."""
    made: dict[str, tuple[Callable[[], str], Callable[[str], dict[str, str]]]] = {
        "acceptance": (office.assigned, lambda _: {}),
        "first-word": (office.accepted, lambda _: {"text": "已派人到现场查看,两日内答复。"}),
        "question": (office.accepted, lambda _: {"text": "请补充哪一站?"}),
        "reply": (office.accepted, lambda _: {"text": REPLY}),
        "part": (office.accepted, lambda _: {"text": "站台由我局维修。"}),
        "preview": (office.accepted, lambda _: {"text": REPLY}),
        "extension": (
            office.accepted,
            lambda n: {"reason": "等材料", "new_date": office.later(n), "progress": "已看现场"},
        ),
        "return": (office.assigned, lambda _: {"duty_item": _foreign_duty(), "reason": "不是我单位职责"}),
        "promise-report": (office.promised, lambda n: _done(office, n)),
        "approval": (office.drafted, lambda n: {"id": _draft(office, n)}),
        "reply-return": (office.drafted, lambda n: {"id": _draft(office, n), "remark": "请写日期"}),
        "extension-approval": (office.stretched, lambda n: {"id": _extension(office, n)}),
        "extension-refusal": (office.stretched, lambda n: {"id": _extension(office, n), "remark": "太晚"}),
        "adoption": (office.suggested, lambda _: {"outcome": "partly", "reason": "列入明年计划"}),
        "follow-up-answer": (
            office.asked_again,
            lambda n: {"text": "周内修好", "id": office.case(n)["follow_ups"][0]["id"]},
        ),
        "follow-through": (
            office.adopted,
            lambda n: {"text": "已加装", "done_on": office.case(n)["received_at"][:10]},
        ),
        "assignment": (office.assigned, lambda _: {"department": HOLDER, "reason": "职责"}),
        "ruling": (office.assigned, lambda _: {"lead": HOLDER, "reason": "交办会"}),
        "urging": (office.assigned, lambda _: {"text": "请抓紧"}),
        "special-report": (office.assigned, lambda _: {"text": "长期未决"}),
        "moderation": (office.assigned, lambda _: {"action": "hold", "reason": "待核实"}),
        "instruction": (office.assigned, lambda _: {"text": "请办结"}),
        "instruction-reading": (office.instructed, lambda n: {"id": office.instruction(n)}),
        "instruction-in-hand": (office.instructed, lambda n: {"id": office.instruction(n)}),
        "instruction-report": (office.instructed, lambda n: {"id": office.instruction(n), "text": "已查明"}),
        "instruction-acceptance": (
            lambda: office.reported(by=MAYOR),
            lambda n: {"id": office.instruction(n)},
        ),
        "instruction-return": (
            lambda: office.reported(by=MAYOR),
            lambda n: {"id": office.instruction(n), "remark": "写明责任"},
        ),
        "signature": (office.to_sign, lambda n: {"id": _draft(office, n)}),
        "signature-return": (office.to_sign, lambda n: {"id": _draft(office, n), "remark": "写明日期"}),
        "group": (office.assigned, lambda _: {"more": office.assigned()}),
        "ungroup": (
            lambda: _grouped(office),
            lambda n: {"member": n, "group": office.case(n)["group"]["id"]},
        ),
    }
    prepare, fields = made[act]
    return (number := prepare()), {name: [value] for name, value in fields(number).items()}


def _done(office: Office, number: str) -> dict[str, str]:
    return {"text": "已修好", "id": str(office.case(number)["replies"][-1]["reply_id"])}


def _draft(office: Office, number: str) -> str:
    return str(office.case(number)["draft"]["reply_id"])


def _foreign_duty() -> str:
    return next(duty.code for duty in PROFILE.duties if duty.department == OTHER)


def _extension(office: Office, number: str) -> str:
    return next(str(e["extension_id"]) for e in office.case(number)["extensions"] if e["state"] == "asked")


def _grouped(office: Office) -> str:
    numbers = [office.assigned(), office.assigned()]
    token = office.stack.token("s", SUPERVISION, "supervisor")
    httpx2.post(
        f"{office.stack.address('intake')}/v1/groups",
        json={"numbers": numbers, "lead": numbers[0]},
        headers={**token, "Idempotency-Key": numbers[0]},
        timeout=PATIENCE,
    ).raise_for_status()
    return numbers[0]
