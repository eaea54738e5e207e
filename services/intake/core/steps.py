"""At which step a case stands, also while it is hidden, and how it comes to another. Pure."""

from msgspec.structs import replace

from services.intake.core.case import Case, Step


def step_of(case: Case) -> Step:
    """The case's step; of a hidden case, the one at which it goes on once it is restored."""
    if case.step != "hidden":
        return case.step
    if case.hiding is not None:
        return case.hiding.step  # type: ignore[return-value]  # `hiding.py` stands below `case.py`, which names the steps
    # It was hidden before its step was kept.
    return "replied" if case.replies else "assigned" if case.department else "received"


def at_step(case: Case, step: Step) -> Case:
    """The case at another step: a hidden one as soon as it is restored."""
    if case.step != "hidden":
        return replace(case, step=step)
    hiding = case.hiding
    return case if hiding is None else replace(case, hiding=replace(hiding, step=step))
