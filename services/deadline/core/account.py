"""The account of a case's clock for people: one text for the citizen's page, the staff and the command. Pure."""

from collections.abc import Callable
from datetime import datetime

from city.explain import explain, moment
from city.profile import Profile
from services.deadline.core.answers import AssistedTime, CountedDeadline, HeldTime, NoClock
from services.deadline.core.case import Case
from services.deadline.core.clock import Clock, assisted, clock, ledger


def account(
    case: Case, profile: Profile, now: datetime, *, reasons: bool = True
) -> CountedDeadline | NoClock:
    """Due date, days, pauses, extensions, ladder and ledger of a case, and all of it told in `lines`.

    Without `reasons` nothing that a person wrote: of extensions only the dates.
    """
    made = clock(case, profile)
    if made is None:
        reason = "此类帖子不计时限"
        return {"number": case.number, "clock": None, "reason": reason, "lines": [reason]}
    until = made.stop or max(now, made.start)
    name = profile.department_name
    held: list[HeldTime] = [
        {"holder": one.holder, "name": _holder(one.holder, name), "minutes": one.minutes}
        for one in ledger(case, made, until, profile.working_time)
    ]
    helped: list[AssistedTime] = [
        {"department": one.holder, "name": name(one.holder), "minutes": one.minutes}
        for one in assisted(case, made, until, profile.working_time)
    ]
    return {
        "number": case.number,
        "clock": case.clock_name,
        "start": made.start,
        "due": made.due,
        "first_due": made.first_due,
        "provisional": made.provisional,
        "counted": [
            {"day": day.day, "counts": day.counts, "reason": day.reason, "text": text}
            for day, text in zip(made.counted, explain(made.counted), strict=True)
        ],
        "pauses": [
            {"question": p.question, "from": p.start, "to": p.end, "answered": p.answered, "due": p.due_after}
            for p in made.pauses
        ],
        "extensions": [
            {
                "extension": e.id,
                "at": e.approved_at,
                "reason": e.reason if reasons else "",
                "new_date": e.new_date,
                "progress": e.progress if reasons else "",
                "department": e.department,
                "promise_broken": e.id in case.said.broken,
            }
            for e in case.extensions
        ],
        "ladder": list(case.said.escalated),
        "missed": case.said.missed,
        "stopped": made.stop,
        "in_time": made.in_time if made.stop is not None else None,
        "held": held,
        "assisting": helped,
        "lines": _lines(case, made, held, helped, now, profile, reasons),
    }


def _lines(
    case: Case,
    made: Clock,
    held: list[HeldTime],
    helped: list[AssistedTime],
    now: datetime,
    profile: Profile,
    reasons: bool,
) -> list[str]:
    """The clock from receipt to stop in Chinese, one happening a line, in order of time."""
    kind = "重新办理" if case.reopened else "受理"
    told = [f"{moment(made.start)} {kind},计时开始", *explain(made.counted)]
    told.append(f"应于 {moment(made.first_due)} 前答复{'(暂定)' if made.provisional else ''}")
    happened: list[tuple[datetime, str]] = []
    for pause in made.pauses:
        happened.append((pause.start, f"{moment(pause.start)} 请网民补充,计时暂停"))
        if pause.waited_out and pause.end > now and made.stop is None:
            latest = f"等待网民补充,最迟 {moment(pause.end)} 恢复计时,届时期限为 {moment(pause.due_after)}"
            happened.append((pause.end, latest))
            continue
        if pause.end == made.stop:
            continue
        why = "网民已补充" if pause.answered else "等待期满"
        happened.append((pause.end, f"{moment(pause.end)} {why},计时恢复,期限为 {moment(pause.due_after)}"))
    dues = {moved.extension: moved.due for moved in made.extensions}
    for extension in case.extensions:
        if extension.id in dues:
            line = f"{moment(extension.approved_at)} 延期至 {moment(dues[extension.id])}"
            if reasons:
                line += f",原因:{extension.reason};进展:{extension.progress}"
            happened.append((extension.approved_at, line))
            if extension.id in case.said.broken:
                date = profile.working_time.closing_from(extension.new_date)
                happened.append((date, f"{moment(date)} 承诺的日期未兑现"))
    if case.said.missed is not None:
        happened.append((case.said.missed, f"{moment(case.said.missed)} 到期未答复,已超期"))
    if made.stop is not None:
        ended = {"replied": "已答复", "withdrawn": "已撤回", "hidden": "已屏蔽"}[made.cause]
        late = "" if made.cause != "replied" else ",按时" if made.in_time else ",超期"
        happened.append((made.stop, f"{moment(made.stop)} {ended}{late},计时停止"))
    told += [text for _, text in sorted(happened, key=lambda one: one[0])]
    told += [f"{one['name']}用时 {spent(one['minutes'])}" for one in held]
    told += [f"{one['name']}协办 {spent(one['minutes'])}" for one in helped]
    return told


def spent(minutes: int) -> str:
    """Working minutes in words."""
    hours, rest = divmod(minutes, 60)
    return f"{hours} 小时 {rest} 分" if hours else f"{rest} 分"


def _holder(holder: str, name: Callable[[str], str]) -> str:
    special = {"citizen": "等待网民补充", "meeting": "交办会", "router": "待交办"}
    if holder.startswith("leader:"):
        return f"{name(holder[7:])}(领导审阅)"
    return special.get(holder) or name(holder)
