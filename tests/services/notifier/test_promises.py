"""Who is told of what a reply promises: the unit before it is due, unit and supervision when it is broken, its citizen when it is done."""

from typing import Any

from contracts.deadlines import ReplyPromiseBreakWithdrawn, ReplyPromiseBroken, ReplyPromiseNear
from contracts.replies import PromiseReported
from tests.services.deadline.facts import assigned, at
from tests.services.notifier.telling import NUMBER, Told, told

DUE = at("2026-03-06T18:00")
ABOUT: dict[str, Any] = {"reply": "r1", "day": DUE.date(), "due": DUE, "department": "water"}


def heard(*facts: Any) -> Told:
    return told(assigned("2026-03-02T10:00"), *facts)


def test_the_clerk_is_warned_with_the_instant() -> None:
    near = ReplyPromiseNear(at=at("2026-03-05T18:00"), **ABOUT)

    assert f"承诺即将到期 {NUMBER},3月6日18:00前请登记办结 路灯不亮" in heard(near).to("clerk", "water")


def test_what_is_broken_is_told_to_clerk_leader_and_supervision_and_so_is_its_correction() -> None:
    broken, back = ReplyPromiseBroken(at=DUE, **ABOUT), ReplyPromiseBreakWithdrawn(at=DUE, **ABOUT)

    found = [kind for kind in heard(broken, back).kinds() if "reply-promise" in kind[2]]

    assert found == [
        ("clerk", "water", "reply-promise-broken"),
        ("leader", "water", "reply-promise-break-withdrawn"),
        ("leader", "water", "reply-promise-broken"),
        ("supervisor", "supervision", "reply-promise-break-withdrawn"),
        ("supervisor", "supervision", "reply-promise-broken"),
    ]


def test_the_citizen_reads_what_was_done() -> None:
    done = PromiseReported(at=DUE, reply="r1", text="已修好", department="water", by="c")

    assert any("已办结:已修好" in text for text in heard(done).to("citizen"))
