"""One case with everything about it and the forms that are possible now."""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from city.profile import Profile
from city.typed import number_of
from fronts.portal.attached_files import passed_on
from fronts.portal.staff import quality, reasons
from fronts.portal.staff.acts import ACTS, DONE
from fronts.portal.staff.followed import followed
from fronts.portal.staff.promising import waiting
from fronts.portal.staff.similar import similar
from fronts.portal.staff.visits import Visit, visitor

NOTICE_CHANNELS: Final = {"sms": "短信", "wechat": "微信", "mail": "邮件", "robot": "群机器人"}
NOTICE_STATES: Final = {
    "sent": "已送达",
    "failed": "未送达",
    "suppressed": "不发送",
    "claimed": "发送中",
    "pending": "待发送",
}
EXTENSION_STATES: Final = {"asked": "待审批", "approved": "已同意", "refused": "未同意", "lapsed": "已失效"}
RETURN_STATES: Final = {
    "asked": "待裁定",
    "moved": "已转办",
    "refused": "不同意退回",
    "meeting": "提请交办会",
}

router = APIRouter(include_in_schema=False)
"""`/staff/cases/{number}`."""


@dataclass(frozen=True)
class Shown:
    """How a case's page is opened: plainly, after something was done, or after something was refused."""

    status: int = 200
    done: str = ""
    """What was done."""
    problem: str = ""
    """Why something was not done."""
    acting: str = ""
    """The act whose form shows again what was typed."""
    given: dict[str, str] = field(default_factory=dict)
    """What was typed."""
    kept: tuple[str, ...] | None = None
    """Those chosen of the draft that was sent back and of parts; None: nobody has chosen yet."""
    key: str = ""
    """The key of a form that may have been done; empty for a fresh one."""


async def read_case(visit: Visit, number: str) -> dict[str, Any]:
    """The case as intake tells it. Raises Turned with what intake said."""
    if number_of(number) != number:
        raise visit.turn(404, "没有这个编号的帖子。")
    answer = await visit.read("intake", "/v1/cases/{number}", number=number)
    if not answer.ok:
        raise visit.turn(answer.status, answer.sentence)
    holds = visit.me.role in ("clerk", "leader") and visit.me.department == answer.body["department"]
    if holds and not answer.body["erased"]:
        # The boxes are opened for the holding unit; the log knows of it before the page shows them.
        await visit.site.log.note("personal-read", visit.me.person, number, "联系方式和原文")
    return answer.body


async def findings(case: dict[str, Any], reply: str) -> tuple[quality.Finding, ...]:
    """What a reader would object to in a reply to the case."""
    return await quality.checked(reply, f"{case['title']}\n{case['text']}")


@router.get("/staff/cases/{number}")
async def show(
    visit: Annotated[Visit, Depends(visitor())], number: str, done: str = "", start: str = ""
) -> Response:
    """The page; `start`: what a reply begins with, a template's code or `parts` for what assisting units wrote."""
    case = await read_case(visit, number)
    # The clerk goes on with what was sent back, unless something else is chosen to begin with.
    back = None if start else case["sent_back"]
    text = (
        back["text"] if back else _beginning(start, case, visit.profile, visit.me.department) if start else ""
    )
    given = {"text": text} if text else {}
    if back and back["promised_day"]:
        given["promised_day"] = back["promised_day"]
    return await _page(visit, case, Shown(done=done, acting="reply" if start or text else "", given=given))


@router.get("/staff/cases/{number}/attachments/{file}")
async def attached(visit: Annotated[Visit, Depends(visitor())], number: str, file: str) -> Response:
    """A file of the case; intake logs who opens what not everybody may see."""
    if number_of(number) != number:
        raise visit.turn(404, "没有这个编号的帖子。")
    return await passed_on(visit, "cases", number, file, {"Authorization": f"Bearer {visit.token}"})


async def show_case(visit: Visit, number: str, shown: Shown) -> Response:
    """The page of a case, after an act was refused or is to be gone on with."""
    return await _page(visit, await read_case(visit, number), shown)


async def _page(visit: Visit, case: dict[str, Any], shown: Shown) -> Response:
    # The case was read first, and alone: who may not see it learns nothing from the others either.
    number, profile = case["number"], visit.profile
    assignment, deadline, notices, alike = await asyncio.gather(
        visit.read("router", "/v1/assignments/{number}", number=number),
        visit.read("deadline", "/v1/deadlines/{number}", number=number),
        visit.read("notifier", "/v1/notices/{number}", number=number),
        similar(visit.site.services, case),
    )
    decisions = reasons.decisions_of(assignment.body, profile) if assignment.ok else ()
    title, text = reasons.marked(case["title"], case["text"], _spoke(decisions))
    draft = case["draft"]
    instructions = followed(case, visit.me.staff, profile, visit.now())
    return visit.render(
        "case.html",
        shown.status,
        case=case,
        title=title,
        text=text,
        standing=visit.standing(case),
        assignment=assignment.ok,
        decisions=decisions,
        held=_held(case, decisions),
        deadline=deadline.body if deadline.ok else None,
        notices=notices.body["notices"] if notices.ok else None,
        findings=await findings(case, draft["text"]) if draft else (),
        asked=next((e for e in case["extensions"] if e["state"] == "asked"), None),
        offered={
            act.name: act
            for act in ACTS
            if act.offered(visit.me.staff, case) and instructions.choices.get(act.name, True)
        },
        followed=instructions,
        promising=waiting(case),
        alike=alike,
        templates=profile.templates_of(visit.me.department),
        unwritten=_unwritten(case, profile),
        units=profile.departments,
        names={unit.code: unit.name for unit in profile.departments},
        duties=profile.duty,
        notice_channels=NOTICE_CHANNELS,
        notice_states=NOTICE_STATES,
        extension_states=EXTENSION_STATES,
        return_states=RETURN_STATES,
        done=DONE.get(shown.done, ""),
        problem=shown.problem,
        acting=shown.acting,
        given=shown.given,
        typed_again=partial(_typed_again, visit, shown.acting),
        given_files=visit.attached,
        kept=shown.kept,
        limits=profile.policy.attachments,
        instruction_days=profile.policy.instruction.working_days,
        today=visit.now().date().isoformat(),
        key=shown.key,
    )


def _typed_again(visit: Visit, acting: str, act: str, name: str, place: int) -> str:
    """What was typed into one of several fields of the same name, for the act that was refused."""
    values = visit.form.all(name) if act == acting else []
    return values[place] if place < len(values) else ""


def _spoke(decisions: tuple[reasons.Decision, ...]) -> tuple[reasons.Reason, ...]:
    """The reasons whose words are marked in the post: of the last decision that had any, else of the best unit."""
    spoke = next((d.reasons for d in reversed(decisions) if d.reasons), ())
    if not spoke and decisions and decisions[-1].candidates:
        return decisions[-1].candidates[0].reasons
    return spoke


def _held(case: dict[str, Any], decisions: tuple[reasons.Decision, ...]) -> tuple[reasons.Candidate, ...]:
    """The best three of a case that waits for a person."""
    if not case["held"]:
        return ()
    return next((d.candidates for d in reversed(decisions) if d.candidates), ())


def _beginning(start: str, case: dict[str, Any], profile: Profile, unit: str) -> str:
    """What a reply begins with: what the assisting units wrote, or a template; nothing for what is neither."""
    if start == "parts":
        return "\n".join(f"{part['department_name']}:{part['text']}" for part in case["written_parts"])
    return next((template.text for template in profile.templates_of(unit) if template.code == start), "")


def _unwritten(case: dict[str, Any], profile: Profile) -> list[str]:
    """Names of the units that assist and have not written their part yet."""
    written = {part["department"] for part in case["written_parts"]}
    return [profile.department_name(unit) for unit in case["assisting"] if unit not in written]
