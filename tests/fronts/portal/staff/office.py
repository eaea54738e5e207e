"""Offices that work: posts brought to a step of their life over the services' interfaces, and staff at their desks."""

import asyncio
import time
import uuid
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, Final, TypeVar

import asyncpg
import httpx2

from tests.fronts.portal.person import Person
from tests.fronts.portal.staff.alone import PROFILE
from tests.stack import Stack
from wenzheng.accounts import with_accounts
from wenzheng.stack.status import database

HOLDER: Final = "transport"
ASSISTING: Final = "urban-management"
OTHER: Final = "education"
SUPERVISION: Final = "supervision"
REPLY: Final = "您好!公交 12 路早高峰已自 3 月 9 日起加开四班,末班延至 21 时,请您乘坐。联系电话:12328。"
Found = TypeVar("Found")


def until(found: Callable[[], Found | None], seconds: float = 60) -> Found:
    """What is found, as soon as it is; the services speak to one another by a bus."""
    end = time.monotonic() + seconds
    while True:
        what = found()
        if what:
            return what
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)


def aside(work: Coroutine[Any, Any, Found]) -> Found:
    """The result of asynchronous work, in a thread of its own: a browser keeps this one's loop busy."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


class Office:
    """Acts on a running stack."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.portal = stack.address("portal")
        self._http = httpx2.Client(base_url=stack.address("intake"), timeout=30)
        self._passwords: dict[str, str] = {}
        self._bulletin = ""

    def post(self, **fields: Any) -> dict[str, Any]:
        """The receipt of a new post."""
        body = {
            "kind": "complaint",
            "title": "公交车不准点",
            "text": "12 路公交车早高峰要等四十分钟。什么时候加班次?",
            "contact": {"name": "王小明", "phone": "13812345678"},
        } | fields
        return self._done("POST", "/v1/posts", body)

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
        number: str = self.post(**fields)["number"]
        self.give(number)
        return number

    def give(self, number: str, unit: str = HOLDER) -> None:
        """A supervisor chooses the unit, and both know."""
        body = {"department": unit, "assisting": [ASSISTING], "reason": "按职责"}
        until(lambda: self.case(number)["department"] or self.case(number)["held"])
        self.act(number, "assignment", "supervisor", SUPERVISION, **body)
        until(lambda: (c := self.case(number))["department"] == unit and c["assisting"] and c["due"])

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

    def bulletin(self) -> str:
        """The id of a bulletin that lies before the units."""
        if not self._bulletin:
            address = f"{self.stack.address('stats')}/v1/bulletins"
            supervisor = self._as("supervisor", SUPERVISION)
            self._bulletin = self._done("POST", address, {"period": "2025-12"}, supervisor)["id"]
            self._done("POST", f"{address}/{self._bulletin}/circulation", {}, supervisor)
        return self._bulletin

    def to_sign(self) -> str:
        """A letter to a city leader, with an answer that waits for the signature."""
        number = self.drafted(kind="mailbox", addressee=PROFILE.leaders[0].code, title="给市长的信")
        self.act(number, f"replies/{self.case(number)['draft']['reply_id']}/approval", "leader")
        return number

    def later(self, number: str) -> str:
        """A date to which the case may be extended."""
        due = datetime.fromisoformat(self.case(number)["due"])
        return PROFILE.working_time.add_days(due, 2).date().isoformat()

    def person(self, name: str, unit: str, role: str) -> Person:
        """A browser whose user has signed in as that."""
        if name not in self._passwords:
            self._passwords[name] = aside(
                with_accounts(
                    self.stack.home,
                    lambda accounts: accounts.add(name, "张三", unit, role, must_change=False),
                )
            )
        person = Person(self.portal)
        person.sign_in(name, self._passwords[name])
        return person

    def password(self, name: str) -> str:
        """What opens the account of a person who has signed in before."""
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
