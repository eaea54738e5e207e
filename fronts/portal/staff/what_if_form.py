"""The form of a what-if (规则试算): its fields, what was typed as the service wants it, and what is shown of the answer. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Rules = Mapping[str, Mapping[str, Any]]

LABELS: Final = {
    "hours.morning_opens": "上午上班",
    "hours.morning_closes": "上午下班",
    "hours.afternoon_opens": "下午上班",
    "hours.closes": "下午下班",
    "extension.at_most": "最多延期几次",
    "extension.working_days": "每次最多延期几个工作日",
    "extension.long_works_days": "长期工程最多几天(自然日)",
    "pause.working_days": "等网民补充最多几个工作日",
    "reopen.reply_days": "重新办理几个工作日内答复",
    "ladder.bulletin": "超期几个工作日后点名",
}
"""Field, by table and key of the policy, to what it is called."""
DAYS: Final = {"days_off": "加放的假", "working_days": "加上的班"}
MONTHS: Final = {"since": "受理月份,从", "until": "到"}
STATES: Final = {
    "waiting": "排队",
    "running": "正在计算",
    "done": "已算完",
    "cancelled": "已取消",
    "failed": "没有算成",
}
BARS: Final = 15
"""Units in the chart, those with the largest difference."""

_SEPARATORS: Final = re.compile(r"[\s,,、;;]+")
_DAY: Final = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")


@dataclass(frozen=True)
class Field:
    """One number of the form."""

    name: str
    label: str
    present: str
    """As the rule in force has it."""
    hour: bool


def fields(rules: Rules) -> dict[str, list[Field]]:
    """Heading to its fields: every kind with a clock, then the others that date cases."""
    kinds = [
        Field(f"{table}.reply_days", f"{keys['name']}:几个工作日内答复", str(keys["reply_days"]), False)
        for table, keys in rules.items()
        if table.startswith("kinds.") and keys["clock"]
    ]
    others = [
        Field(name, label, str(rules[table][key]), table == "hours")
        for name, label in LABELS.items()
        for table, _, key in [name.rpartition(".")]
    ]
    return {
        "答复期限": kinds,
        "延期、补充、重新办理和点名": [one for one in others if not one.hour],
        "作息时间": [one for one in others if one.hour],
    }


def label_of(name: str, rules: Rules) -> str:
    """What a field is called; its own name where the form has none."""
    known = {one.name: one.label for group in fields(rules).values() for one in group}
    return (known | DAYS | MONTHS).get(name, name)


def asked(form: Mapping[str, str], rules: Rules) -> dict[str, Any]:
    """What was typed, as the service wants it: numbers that differ from those in force, and days.

    An empty field is the rule in force. What is no number goes as it was typed: the service says what is wrong.
    """
    policy: dict[str, dict[str, Any]] = {}
    for group in fields(rules).values():
        for one in group:
            typed = form.get(one.name, "").strip()
            if typed and typed != one.present:
                table, _, key = one.name.rpartition(".")
                policy.setdefault(table, {})[key] = typed if one.hour else _number(typed)
    return {
        "since": form.get("since", "").strip(),
        "until": form.get("until", "").strip(),
        "policy": policy,
        **{name: days(form.get(name, "")) for name in DAYS},
    }


def days(typed: str) -> list[str]:
    """The days of a field, however they are separated; what is no day stays as it is."""
    return [_day(word) for word in _SEPARATORS.split(typed) if word]


def wrong(errors: Sequence[Mapping[str, str]], body: Mapping[str, Any], rules: Rules) -> dict[str, str]:
    """Field of the form to what is wrong with it. What has no field of its own stands at the months."""
    known = {one.name for group in fields(rules).values() for one in group} | set(DAYS) | set(MONTHS)
    found: dict[str, str] = {}
    for error in errors:
        name, reason = error["field"].removeprefix("policy."), error["reason"]
        place = re.fullmatch(r"(days_off|working_days)\[([0-9]+)\]", name)
        if place is not None:
            name, reason = place[1], f"“{body[place[1]][int(place[2])]}” {reason}"
        if name not in known:
            name, reason = "since", f"{name}:{reason}"
        found[name] = f"{found[name]};{reason}" if name in found else reason
    return found


def changes(run: Mapping[str, Any], rules: Rules) -> Iterator[str]:
    """What a run asks, in sentences."""
    for one in run["changes"]:
        name = f"{one['table']}.{one['key']}"
        yield f"{label_of(name, rules)}:{one['before']} → {one['after']}"
    for name, label in DAYS.items():
        if run[name]:
            yield f"{label}:{'、'.join(run[name])}"


def turned(line: Mapping[str, Any]) -> int:
    """Handlings of a unit that are judged otherwise."""
    return int(line["turned_late"] + line["turned_in_time"])


def ordered(lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Units, those with most changes first."""
    return sorted(lines, key=lambda line: (-turned(line), -line["cases"], line["department"]))


def points(line: Mapping[str, Any]) -> float | None:
    """By how many points of a hundred the on-time rate would be higher; None where one of the two has no whole."""
    before, after = line["on_time_rate_before"], line["on_time_rate_after"]
    return None if before is None or after is None else round((after - before) * 100, 1)


def bars(lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The units of the chart: whose on-time rate moves most, else those that come first."""
    moved = [line for line in lines if points(line)]
    moved.sort(key=lambda line: (-abs(points(line) or 0), line["department"]))
    return moved[:BARS]


def _number(typed: str) -> int | str:
    return int(typed) if re.fullmatch(r"-?[0-9]{1,6}", typed) else typed


def _day(word: str) -> str:
    found = _DAY.fullmatch(word)
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else word
