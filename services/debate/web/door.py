"""What every call of debate needs: who asks, which debate or dialogue is meant, and the desk that decides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import msgspec
from fastapi import Request
from fastapi.responses import Response

from chassis import problem
from chassis.clock import Clock
from chassis.engine.desk import Desk
from chassis.passes import Passes
from chassis.problem import HttpRefused
from chassis.tokens import Staff, Verifier, require
from chassis.vault import Secrets
from chassis.web.bodies import in_city_time
from chassis.web.cursors import Cursor
from chassis.web.headers import bearer
from chassis.web.keyed import hand_in
from chassis.web.limits import Limits
from city.normal import length, shows_nothing, written, written_line
from city.profile import Profile
from city.publication import Published
from contracts.codec import Event
from contracts.identity import city_subject
from services.debate.core.answers import Received
from services.debate.core.rights import Part, part_of
from services.debate.core.states import DIALOGUE, Comment, Debate, Dialogue, Forum
from services.debate.store import Debates

MODERATOR: Final = "supervisor"
"""The role that looks through what people say."""
OPENS: Final = (MODERATOR, "leader")
"""The roles that open debates, and speak for their unit."""
SPEAKS: Final = (*OPENS, "clerk")
"""The roles that may have something to say in a dialogue; `core/rights.py` says who what."""
Some = TypeVar("Some", bound=Forum)


@dataclass(frozen=True)
class Kind:
    """How one kind of forum is asked for."""

    path: str
    said: str
    """The part of an address below which stands what people say."""
    before: str
    """What its subjects have before the id."""
    name: str
    """What a person calls it."""
    missing: str
    speech: str
    """What a person says there."""

    def subject(self, identity: str) -> str:
        """The subject of the forum of this id. Raises HttpRefused 404 for what leads to a subject of another kind."""
        if ":" in identity:
            raise problem.plain(404, self.missing)
        return self.before + identity


DEBATES: Final = Kind("/v1/debates", "comments", "", "热点评议", "没有这个议题。", "发言")
DIALOGUES: Final = Kind("/v1/dialogues", "questions", DIALOGUE, "对话", "没有这次对话。", "提问")

encode: Final = msgspec.json.Encoder().encode


@dataclass
class Door:
    """Everything the web side needs."""

    profile: Profile
    desk: Desk
    clock: Clock
    debates: Debates
    passes: Passes
    secrets: Secrets
    verifier: Verifier
    limits: Limits
    real_now: Callable[[], datetime] = lambda: datetime.now(UTC)
    """Real time, in which passes end."""
    cursor: Cursor = field(init=False)
    _learnt: int = field(init=False, default=0)
    """The number of the last fact about the city that was taken."""

    def __post_init__(self) -> None:
        self.cursor = Cursor(self.secrets.cursor, "debate")

    def staff(self, request: Request, *roles: str) -> Staff:
        """The member of staff who asks, in one of the roles. Raises HttpRefused 401 or 403."""
        staff = require(self.verifier.staff(request.headers.get("authorization")), *roles)
        self.limits.check("acts", staff.person)
        return staff

    def holder(self, request: Request, debate: str) -> str:
        """By what the forum knows the holder of the pass that came with the request; empty without one.

        Raises HttpRefused 401 for a pass that is none, or is over.
        """
        if "authorization" not in request.headers:
            return ""
        name = self.passes.read(debate, bearer(request.headers["authorization"]), self.real_now())
        if not name:
            raise HttpRefused(401, "unauthenticated", "请先登录", "请以手机验证码登录。")
        return name

    def must_hold(self, request: Request, debate: str) -> str:
        """As `holder`. Raises HttpRefused 401 without a pass, too."""
        name = self.holder(request, debate)
        if not name:
            raise HttpRefused(401, "unauthenticated", "请先登录", "请以手机验证码登录。")
        return name

    def learn(self, events: Sequence[Event]) -> None:
        """Facts about the city, which is said to every partition: of one each is taken once, in its order.

        After a broken connection they are seen once more.
        """
        for event in events:
            if event.subject == city_subject(0) and event.seq > self._learnt:
                self._learnt = event.seq
                self.profile = self.desk.learn(event.fact)

    async def forum(self, kind: Kind, identity: str, staff: Staff | None = None) -> Forum:
        """A debate or a dialogue; a draft for those who may change it only. Raises HttpRefused 404."""
        found = await self.debates.one(kind.subject(identity))
        if found is None or (found.step == "draft" and not (staff and may_change(staff, found))):
            raise problem.plain(404, kind.missing)
        return found

    async def debate(self, identity: str, staff: Staff | None = None) -> Debate:
        """As `forum`, of a debate."""
        found = await self.forum(DEBATES, identity, staff)
        assert isinstance(found, Debate)
        return found

    async def dialogue(self, identity: str, staff: Staff | None = None) -> Dialogue:
        """As `forum`, of a dialogue."""
        found = await self.forum(DIALOGUES, identity, staff)
        assert isinstance(found, Dialogue)
        return found

    async def check_comment(self, kind: Kind, forum: str, comment: str) -> None:
        """Raises HttpRefused 404 for what nobody said in this forum; the rules see to its standing."""
        found = await self.debates.comment(comment)
        if found is None or found.debate != forum or await self.debates.one(kind.subject(forum)) is None:
            raise problem.plain(404, f"没有这条{kind.speech}。")

    async def taking_part(self, request: Request, identity: str) -> tuple[Staff, Dialogue, Part]:
        """Who asks, the dialogue, and as what they take part in it. Raises HttpRefused 401, 403 or 404."""
        staff = self.staff(request, *SPEAKS)
        found = await self.dialogue(identity, staff)
        assert found.matter is not None
        part = part_of(staff.role, staff.department, found.matter)
        if part == "nobody":
            raise HttpRefused(403, "forbidden", "没有此项权限", "这是其他单位的对话。")
        return staff, found, part

    async def own(self, request: Request, kind: Kind, identity: str) -> tuple[Staff, Forum]:
        """Who asks, and the forum, when it is theirs to change. Raises HttpRefused 401, 403 or 404."""
        staff = self.staff(request, *OPENS)
        found = await self.forum(kind, identity, staff)
        if not may_change(staff, found):
            raise HttpRefused(403, "forbidden", "没有此项权限", f"这是其他单位的{kind.name}。")
        return staff, found

    def in_city_time(self, instant: datetime, field: str) -> datetime:
        """Without an offset it is city time. Raises HttpRefused 422 for what no calendar shows."""
        return in_city_time(instant, self.profile.zone, field)

    def line(self, text: str, name: str, limit: int, empty: bool = False) -> str:
        """As `made_ready`, of one line."""
        return self.made_ready(written_line(text), name, limit, empty).texts[0]

    async def act(
        self,
        request: Request,
        caller: str,
        body: bytes,
        inputs: Sequence[tuple[str, Any]],
        answer: Callable[[list[object]], object],
    ) -> Response:
        """Hand inputs to the desk; 202 with what `answer` makes of the rules' answers. A repeat is answered as the first."""
        return await hand_in(self.desk, request, caller, body, inputs, lambda found: encode(answer(found)))

    def made_ready(self, text: str, name: str, limit: int, empty: bool = False) -> Published:
        """A text fit to be read by all, masked, with what the word lists say of it. Raises HttpRefused 422."""
        kept = written(text)
        if shows_nothing(kept):
            if not empty:
                raise problem.wrong_field(name, "不能为空")
            kept = ""
        if length(kept) > limit:
            raise problem.wrong_field(name, f"最多 {limit} 个字")
        return self.profile.published(kept)


def may_change(staff: Staff, forum: Forum) -> bool:
    """A supervisor may change every one, a leader those of the own unit."""
    if staff.role == MODERATOR:
        return True
    return staff.role == "leader" and forum.matter is not None and forum.matter.department == staff.department


def seen(found: Sequence[tuple[str, Some]], staff: Staff | None) -> list[tuple[str, Some]]:
    """What is published, and drafts of those who may change them."""
    return [
        (one, forum) for one, forum in found if forum.step != "draft" or (staff and may_change(staff, forum))
    ]


def received(comment: str, kept: object) -> Received:
    """What is answered to whoever said or judged something: its id, and how it stands."""
    assert isinstance(kept, Comment)
    assert kept.standing
    return Received(comment, kept.standing)


def unit_of(staff: Staff, asked: str) -> str:
    """The unit for which a forum is opened. Raises HttpRefused 403 for a leader of another."""
    department = asked or staff.department
    if staff.role != MODERATOR and department != staff.department:
        raise HttpRefused(403, "forbidden", "没有此项权限", "分管领导只能发起本单位的议题和对话。")
    return department
