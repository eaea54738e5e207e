"""Who is told why more time was granted and how far the work is; everybody is told the dates. Pure."""

from services.deadline.core.case import Case


def reasons_shown(case: Case, role: str = "", department: str = "") -> bool:
    """Whether a reader is told what was written for an extension.

    Anybody is, of a post that anybody may see; else the units that hold the case or assist with it,
    and those who oversee all. The author reads it at intake, which knows the query code.
    """
    if role in ("supervisor", "mayor"):
        return True
    if role in ("clerk", "leader") and department in (case.department, *case.helpers):
        return True
    return case.shown
