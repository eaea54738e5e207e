"""A case's life as a citizen reads it: the steps behind, the present one, those to come, and what is next. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, Literal, NamedTuple

from city.explain import moment
from city.policy import Policy
from fronts.portal.citizens import due_calendar

State = Literal["done", "now", "later"]

STATE_NAMES: Final[Mapping[State, str]] = {"done": "已完成", "now": "当前", "later": "尚未开始"}


class Step(NamedTuple):
    """One step on the line."""

    name: str
    state: State
    at: str
    """When it was reached, RFC 3339; empty when it was not, or when nobody said."""

    @property
    def state_name(self) -> str:
        """The state in words: never colour alone."""
        return STATE_NAMES[self.state]


_USUAL: Final = (
    ("受理", "received"),
    ("交办", "assigned"),
    ("办理", "accepted"),
    ("答复", "replied"),
    ("评价", "rated"),
)
"""Step to the kind of the history's line that says it was reached; `first …`: the first of these lines."""
_REACHED: Final = {"received": 0, "assigned": 1, "accepted": 2, "replied": 3}
_ENDED: Final[Mapping[str, str]] = {"withdrawn": "withdrawn", "hidden": "moderated"}
"""How a case ended to the kind of the history's line that says so."""
_OPEN: Final = ("received", "assigned", "accepted", "asked", "reopened")
"""Somebody must still answer."""
_AGAIN: Final = (
    *(("受理", "received"), ("交办", "assigned"), ("办理", "first accepted"), ("答复", "first replied")),
    *(("重新办理", "reopened"), ("再次答复", "replied"), ("评价", "rated")),
)
"""The same of a case that was handled again."""
_REACHED_AGAIN: Final = {"replied": 5}


def course(
    case: Mapping[str, Any], deadline: Mapping[str, Any] | None, policy: Policy, today: date
) -> dict[str, Any]:
    """How far a case is, for its page: its steps, what is next, and the days to the due date, as far as a clock tells."""
    deadline = _of_this_handling(case, deadline)
    due = (deadline or {}).get("due") or case["due"] or ""
    return {
        "deadline": deadline,
        "steps": line(case, policy),
        "next": following(case, due, policy),
        "weeks": due_calendar.weeks(deadline, today) if deadline else [],
        "days_left": due_calendar.days_left(deadline, today) if deadline else None,
        "weekdays": due_calendar.WEEKDAYS,
    }


def _of_this_handling(
    case: Mapping[str, Any], deadline: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """The deadline, unless its clock has stopped while somebody must still answer: the next clock is not told yet."""
    stopped = deadline is not None and deadline.get("stopped")
    return None if stopped and case["status"] in _OPEN else deadline


def line(case: Mapping[str, Any], policy: Policy) -> list[Step]:
    """The steps of a case, in order; one is the present one, until all are done."""
    said = {f"first {entry['kind']}": entry["at"] for entry in reversed(case["history"])}
    said |= {entry["kind"]: entry["at"] for entry in case["history"]}
    status = case["status"]
    if status in ("withdrawn", "hidden"):
        ended = Step(case["status_name"], "now", said.get(_ENDED[status], ""))
        return [Step("受理", "done", case["received_at"] or ""), ended]
    if not policy.kind(case["kind"]).clock and not case["replies"]:
        return _marked([("受理", "received"), ("审核", ""), ("公开", "")], 3 if case["text"] else 1, said)
    again = status == "reopened" or "reopened" in said
    steps = list(_AGAIN if again else _USUAL)
    now = _REACHED_AGAIN.get(status, 4) if again else _REACHED.get(status, 0)
    if status == "asked":
        now = 5 if again else 3
        steps.insert(now, ("等您补充", "asked"))
    return _marked(steps, len(steps) if status == "rated" else now, said)


def _marked(steps: Sequence[tuple[str, str]], now: int, said: Mapping[str, str]) -> list[Step]:
    return [
        Step(
            name,
            "done" if place < now else "now" if place == now else "later",
            said.get(kind, "") if place <= now else "",
        )
        for place, (name, kind) in enumerate(steps)
    ]


def following(case: Mapping[str, Any], due: str, policy: Policy) -> str:
    """What happens next, and by when, in one or two sentences; `due` RFC 3339 or empty."""
    unit = case["department_name"] or "承办单位"
    by = f"应于 {moment(datetime.fromisoformat(due))} 前答复" if due else "答复后会在这里显示"
    if not policy.kind(case["kind"]).clock and case["status"] == "received":
        return "已公开,供大家评议;不交办,也不计时限。" if case["text"] else "接下来审核,审核后公开。"
    late = "已超过期限,正在逐级催办。" if case["overdue"] else ""
    match case["status"]:
        case "received":
            return f"{late}接下来按职责清单交给承办单位;{by}。"
        case "assigned":
            return f"{late}已交{unit},接下来由该单位受理;{by}。"
        case "accepted":
            return f"{late}{unit}正在办理,{by}。"
        case "asked":
            return f"{unit}需要您补充情况,计时已暂停;您补充后继续办理,最长等待 {policy.pause.working_days} 个工作日。"
        case "replied":
            return (
                f"{unit}已答复。请在 {policy.rating.days} 天内评价;"
                f"问题没有解决,可在 {policy.reopen.days} 天内申请重新办理。"
            )
        case "rated":
            return f"感谢您的评价。问题没有解决,可在答复后 {policy.reopen.days} 天内申请重新办理。"
        case "reopened":
            return f"{late}{unit}正在重新办理,{by}。"
        case "withdrawn":
            return "此帖已由发帖人撤回,不再办理。"
        case _:
            # Only its author is told the moderator's reasons.
            why = [entry["text"] for entry in case["history"] if entry["kind"] == _ENDED["hidden"]]
            return f"此帖不再显示。{why[-1]}。" if why else "此帖不再显示。"
