"""The auditor's page: the security log, newest first. It can be read, and that somebody read it is in it."""

from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from city.profile import Profile
from contracts.roles import ACTOR_NAMES
from fronts.portal.security_log import KINDS, PAGE
from fronts.portal.staff.visits import Visit, visitor

_WORDS: Final = ACTOR_NAMES | {"local": "本地", "oidc": "统一身份认证", "demo": "演示"}


def told(kind: str, detail: str, profile: Profile) -> str:
    """What is said of an entry: its codes of roles and units by their names, where it holds nothing else.

    What an auditor looked for is a kind of entry and a person, whose id may be anything.
    """
    words = detail.split(" ")
    if kind == "log-read":
        kinds = {str(code): name for code, name in KINDS.items()}
        return " ".join([kinds.get(words[0], words[0]), *words[1:]])
    names = _WORDS | {unit.code: unit.name for unit in profile.departments}
    return " ".join(names[word] for word in words) if all(word in names for word in words) else detail


router = APIRouter(include_in_schema=False)
"""`/staff/log`."""


@router.get("/staff/log")
async def log(
    visit: Annotated[Visit, Depends(visitor("auditor"))], kind: str = "", person: str = "", before: str = ""
) -> Response:
    """A page of entries, of one kind or one person, older than `before`."""
    chosen = {"kind": kind if kind in KINDS else "", "person": person.strip()[:64]}
    older = int(before) if before.isascii() and before.isdecimal() and len(before) <= 18 else 0
    entries = await visit.site.log.page(chosen["kind"], chosen["person"], older)
    looked_for = " ".join(value for value in chosen.values() if value)
    await visit.site.log.note("log-read", visit.me.person, detail=looked_for)
    return visit.render(
        "log.html",
        entries=entries,
        told=partial(told, profile=visit.profile),
        named=KINDS,
        chosen=chosen,
        before=entries[-1].id if len(entries) == PAGE else 0,
    )
