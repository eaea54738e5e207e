"""Offices that work: posts brought to a step of their life over the services' interfaces, and staff at their desks."""

import asyncio
import uuid
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, Final, TypeVar

import asyncpg
import httpx2

from services.debate.web.examples import ENDING, OCCASION
from tests.fronts.portal.person import Person
from tests.fronts.portal.staff.alone import PROFILE, QUICK
from tests.patience import PATIENCE, until
from tests.services.intake.files import picture
from tests.stack import Stack
from wenzheng.accounts import with_accounts
from wenzheng.stack.status import database

HOLDER: Final = "transport"
ASSISTING: Final = "urban-management"
OTHER: Final = "education"
SUPERVISION: Final = "supervision"
REPLY: Final = "您好!公交 12 路早高峰已自 3 月 9 日起加开四班,末班延至 21 时,请您乘坐。联系电话:12328。"
Found = TypeVar("Found")


def aside(work: Coroutine[Any, Any, Found]) -> Found:
    """The result of asynchronous work, in a thread of its own: a browser keeps this one's loop busy."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


class Office:
    """Acts on a running stack."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.portal = stack.address("portal")
        self._http = httpx2.Client(base_url=stack.address("intake"), timeout=PATIENCE)
        self._passwords: dict[str, str] = {}
        self._bulletin = ""
        self._records: dict[str, str] = {}
        self._rounds: dict[str, tuple[str, str]] = {}
        self.ahead = 0
        """So many posts are assigned at once where one is asked for: the bus takes as long for twelve as for one."""
        self._assigned: list[str] = []

    def post(self, **fields: Any) -> dict[str, Any]:
        """The receipt of a new post."""
        body = {
            "kind": "complaint",
            "title": "公交车不准点",
            "text": "12 路公交车早高峰要等四十分钟。什么时候加班次?",
            "contact": {"name": "王小明", "phone": "13812345678"},
        } | fields
        return self._done("POST", "/v1/posts", body)

    def given(self) -> str:
        """The ticket of a picture that was given."""
        address = f"{self.stack.address('intake')}/v1/attachments"
        ticket: str = (
            httpx2.post(address, content=picture(), timeout=PATIENCE).raise_for_status().json()["attachment"]
        )
        return ticket

    def case(self, number: str) -> dict[str, Any]:
        """All of a case."""
        return self._done("GET", f"/v1/cases/{number}", None, self._as("supervisor", SUPERVISION))

    def act(
        self, number: str, path: str, role: str = "clerk", unit: str = HOLDER, **body: Any
    ) -> dict[str, Any]:
        """What a member of staff does, in whose token's name."""
        return self._done("POST", f"/v1/cases/{number}/{path}", body, self._as(role, unit))

    def citizen(self, receipt: dict[str, Any], path: str, **body: Any) -> dict[str, Any]:
        """What the author of a post does with the query code."""
        code = {"X-Query-Code": receipt["query_code"]}
        return self._done("POST", f"/v1/posts/{receipt['number']}/{path}", body, code)

    def assigned(self, **fields: Any) -> str:
        """The number of a post that one unit holds and another assists with."""
        if not fields and self.ahead:
            if not self._assigned:
                self._assigned = [self.post()["number"] for _ in range(self.ahead)]
                self.give(*self._assigned)
            return self._assigned.pop()
        number: str = self.post(**fields)["number"]
        self.give(number)
        return number

    def give(self, *numbers: str, unit: str = HOLDER) -> None:
        """A supervisor chooses the unit, and both know."""
        body = {"department": unit, "assisting": [ASSISTING], "reason": "按职责"}
        for number in numbers:
            until(lambda n=number: (c := self.case(n))["department"] or c["held"])
            self.act(number, "assignment", "supervisor", SUPERVISION, **body)
        for number in numbers:
            until(lambda n=number: (c := self.case(n))["department"] == unit and c["assisting"] and c["due"])

    def accepted(self, **fields: Any) -> str:
        """As `assigned`, taken on."""
        number = self.assigned(**fields)
        self.act(number, "acceptance")
        return number

    def drafted(self, text: str = REPLY, **fields: Any) -> str:
        """As `accepted`, with a reply before the leader."""
        number = self.accepted(**fields)
        self.act(number, "replies", text=text)
        return number

    def sent_back(self) -> str:
        """As `accepted`, with a reply that the leader sent back, and its picture."""
        number = self.accepted()
        self.act(number, "replies", text=REPLY, attachments=[self.given()])
        place = f"replies/{self.case(number)['draft']['reply_id']}/return"
        self.act(number, place, "leader", remark="照片看不清")
        return number

    def stretched(self, **fields: Any) -> str:
        """As `accepted`, with an extension before the leader: the day after the due one that is allowed."""
        number = self.accepted(**fields)
        self.act(number, "extensions", reason="等材料", new_date=self.later(number), progress="已到现场")
        return number

    def asked_again(self) -> str:
        """As `accepted`, and its author has added something."""
        receipt = self.post()
        self.give(receipt["number"])
        self.act(receipt["number"], "acceptance")
        self.citizen(receipt, "follow-ups", text="今早又等了一小时。")
        return str(receipt["number"])

    def suggested(self) -> str:
        """A suggestion that a unit has taken on."""
        return self.accepted(kind="suggestion", title="加装候车亭", text="建议公交站加装候车亭。")

    def adopted(self) -> str:
        """As `suggested`, adopted."""
        number = self.suggested()
        self.act(number, "adoption", "leader", outcome="adopted", reason="列入今年计划")
        return number

    def record(self, step: str = "opened") -> str:
        """The id of a 问责 record of the holder's, in which somebody has stated; or one that waits for a decision."""
        if step not in self._records:
            address = f"{self.stack.address('stats')}/v1/accountability"
            supervisor, leader = self._as("supervisor", SUPERVISION), self._as("leader", HOLDER)
            words = {"text": "该线路正在改造。", "cases": ["SQ260302-000001"]}
            opening = {"department": HOLDER, "text": "两次以同样文字答复。", "cases": ["SQ260302-000001"]}
            found = self._done("POST", address, opening, supervisor)["id"]
            self._done("POST", f"{address}/{found}/statement", words, leader)
            if step == "appealed":
                finding = {"responsible": True, "text": "属实。", "measure": "talk"}
                self._done("POST", f"{address}/{found}/finding", finding, supervisor)
                self._done("POST", f"{address}/{found}/appeal", words, leader)
            self._records[step] = found
        return self._records[step]

    def round(self, form: str = "inspection") -> tuple[str, str]:
        """The id of a round of one case that the holder answered, and the case: found wanting, or not called yet."""
        if form not in self._rounds:
            number = self.drafted()
            self.act(number, f"replies/{self.case(number)['draft']['reply_id']}/approval", "leader")
            address = f"{self.stack.address('stats')}/v1/inspections"
            supervisor = self._as("supervisor", SUPERVISION)
            month = self.case(number)["received_at"][:7]
            body = {"form": form, "period": month, "size": 1, "department": HOLDER}

            def opened() -> str:
                key = {"Idempotency-Key": uuid.uuid4().hex}
                answer = self._http.post(address, json=body, headers={**key, **supervisor})
                return str(answer.json()["id"]) if answer.status_code == 202 else ""

            found = until(lambda: opened() or None)
            case = self._done("GET", f"{address}/{found}", None, supervisor)["items"][0]["case"]
            if form == "inspection":
                finding = {"case": case, "faults": ["答复切题"], "text": "没有说明何时修好。"}
                self._done("POST", f"{address}/{found}/finding", finding, supervisor)
            self._rounds[form] = found, case
        return self._rounds[form]

    def bulletin(self) -> str:
        """The id of a bulletin that lies before the units."""
        if not self._bulletin:
            address = f"{self.stack.address('stats')}/v1/bulletins"
            supervisor = self._as("supervisor", SUPERVISION)
            self._bulletin = self._done("POST", address, {"period": "2025-12"}, supervisor)["id"]
            self._done("POST", f"{address}/{self._bulletin}/circulation", {}, supervisor)
        return self._bulletin

    def debate(self) -> str:
        """The id of a debate of the holder with a comment of each standing."""
        address, supervisor = (
            f"{self.stack.address('debate')}/v1/debates",
            self._as("supervisor", SUPERVISION),
        )
        body = {"title": "公交改线", "question": "12 路怎样改?", "background": "学校旁边新设一站。"}
        body |= {"department": HOLDER, "ends": "2099-01-01T18:00:00+08:00"}
        debate: str = self._done("POST", address, body, supervisor)["id"]
        self._done("POST", f"{address}/{debate}/publication", {}, supervisor)
        for n, action in enumerate(("", "release", "hide")):
            said = {"text": f"意见之{n}", "phone": f"1390000001{n}"}
            comment = self._done("POST", f"{address}/{debate}/comments", said)["id"]
            judged = {"action": action, "reason": "与议题无关"}
            if action:
                self._done("POST", f"{address}/{debate}/comments/{comment}/moderation", judged, supervisor)
        return debate

    def dialogue(self, closed: bool = False) -> str:
        """The id of a dialogue of the holder with a question of each standing; `closed`: and what is open is left over."""
        address, supervisor = (
            f"{self.stack.address('debate')}/v1/dialogues",
            self._as("supervisor", SUPERVISION),
        )
        dialogue: str = self._done("POST", address, OCCASION | {"department": HOLDER}, supervisor)["id"]
        self._done("POST", f"{address}/{dialogue}/publication", {}, supervisor)
        for n, action in enumerate(("", "release", "hide")):
            said = {"text": f"问题之{n}", "phone": f"1390000002{n}"}
            question = self._done("POST", f"{address}/{dialogue}/questions", said)["id"]
            judged = {"action": action, "reason": "与主题无关"}
            if action:
                self._done(
                    "POST", f"{address}/{dialogue}/questions/{question}/moderation", judged, supervisor
                )
        for role in ("clerk", "leader"):
            answer = {"text": f"{role}的回答", "speaker": "unit"}
            self._done("POST", f"{address}/{dialogue}/answers", answer, self._as(role, HOLDER))
        if closed:
            self._done("POST", f"{address}/{dialogue}/closing", ENDING, supervisor)
        return dialogue

    def tried(self) -> str:
        """The id of a what-if that is done: this month with another closing hour."""
        address = f"{self.stack.address('deadline')}/v1/what-ifs"
        month = self.case(self.assigned())["received_at"][:7]
        asked = {"since": month, "until": month, "policy": {"hours": {"closes": "17:00"}}}
        supervisor = self._as("supervisor", SUPERVISION)
        run = str(self._done("POST", address, asked, supervisor)["id"])
        until(lambda: self._done("GET", f"{address}/{run}", None, supervisor)["state"] == "done" or None)
        return run

    def to_sign(self) -> str:
        """A letter to a city leader, with an answer that waits for the signature."""
        number = self.drafted(kind="mailbox", addressee=PROFILE.leaders[0].code, title="给市长的信")
        self.act(number, f"replies/{self.case(number)['draft']['reply_id']}/approval", "leader")
        return number

    def promised(self) -> str:
        """As `accepted`, and answered by a reply that promises something by a day."""
        number = self.accepted()
        day = PROFILE.working_time.add_days(datetime.fromisoformat(self.case(number)["due"]), 2).date()
        draft = self.act(number, "replies", text="四班车两日后加开。", promised_day=day.isoformat())
        self.act(number, f"replies/{draft['reply_id']}/approval", "leader")
        return number

    def instructed(self, by: str = "") -> str:
        """As `accepted`, and a city leader wants a report on it."""
        number = self.accepted(title="领导批示过的事")
        leader = self.stack.token(by or f"mayor-{SUPERVISION}", SUPERVISION, "mayor")
        self._done("POST", f"/v1/cases/{number}/instructions", {"text": "请查明原因。"}, leader)
        return number

    def reported(self, by: str = "") -> str:
        """As `instructed`, and the unit has reported back."""
        number = self.instructed(by)
        self.act(number, f"instructions/{self.instruction(number)}/reports", text="原因已查明。")
        return number

    def instruction(self, number: str) -> str:
        """The id of a case's instruction."""
        return str(self.case(number)["instructions_given"][0]["instruction_id"])

    def later(self, number: str) -> str:
        """A date to which the case may be extended."""
        due = datetime.fromisoformat(self.case(number)["due"])
        return PROFILE.working_time.add_days(due, 2).date().isoformat()

    def person(self, name: str, unit: str, role: str) -> Person:
        """A browser whose user has signed in as that."""
        person = Person(self.portal)
        person.sign_in(name, self.password(name, unit, role))
        return person

    def password(self, name: str, unit: str, role: str) -> str:
        """What opens the account of a person, who has one from now on."""
        if name not in self._passwords:
            self._passwords[name] = aside(
                with_accounts(
                    self.stack.home,
                    lambda accounts: accounts.add(name, "张三", unit, role, must_change=False),
                    QUICK,
                )
            )
        return self._passwords[name]

    def sql(self, statement: str, *values: object) -> None:
        """Change the portal's own schema."""

        async def run() -> None:
            home = self.stack.home
            connection = await asyncpg.connect(
                database(home, home.read_state(), "portal"), server_settings={"search_path": "portal"}
            )
            await connection.execute(statement, *values)
            await connection.close()

        aside(run())

    def _as(self, role: str, unit: str) -> dict[str, str]:
        return self.stack.token(f"{role}-{unit}", unit, role)

    def _done(
        self, method: str, path: str, body: Any, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        key = {"Idempotency-Key": uuid.uuid4().hex}
        answer = self._http.request(method, path, json=body, headers={**key, **(headers or {})})
        assert answer.status_code < 400, f"{path}: {answer.text}"
        found: dict[str, Any] = answer.json()
        return found

    def close(self) -> None:
        """Give connections back."""
        self._http.close()
