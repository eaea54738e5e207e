"""A town that lives: what citizens and staff do over the services' interfaces, so that pages have something to show."""

import re
import uuid
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import httpx2
from playwright.sync_api import Page

from services.debate.web.examples import CLOSING, ENDING, OCCASION
from services.debate.web.examples import DRAFT as DEBATE
from services.survey.web.examples import DRAFT
from tests.patience import PATIENCE, until
from tests.stack import Stack
from wenzheng.posts_file import SAMPLE, read_posts

SOME = 24
"""Of the sample posts so many are posted; all have areas, kinds and seasons enough for pages."""
REPLY = (
    "您好！您反映的情况我单位已核实，属于职责清单内事项，已列入本周工作安排，"
    "办理结果将在此告知。感谢您的关注与监督。"
)


class Town:
    """Acts on a running stack."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._http = httpx2.Client(base_url=stack.address("intake"), timeout=PATIENCE)

    def __enter__(self) -> "Town":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def post(self, **fields: Any) -> dict[str, Any]:
        """The receipt of a post."""
        body = {"kind": "complaint", "title": "路灯不亮", "text": "小区东门到南门的路灯坏了。"} | fields
        return self._done(self._http.post("/v1/posts", json=body, headers=_key()))

    def unit(self, receipt: dict[str, Any]) -> str:
        """Who holds the post; a supervisor chooses where the router was not sure."""
        number = receipt["number"]
        chosen = False

        def held() -> str:
            nonlocal chosen
            case = self.case(receipt)
            if case["held"] and not chosen:
                chosen = True
                self.act(
                    "supervisor",
                    "supervision",
                    f"{number}/assignment",
                    department="housing",
                    reason="职责清单",
                )
            return str(case["department"])

        return until(held)

    def case(self, receipt: dict[str, Any]) -> dict[str, Any]:
        """All there is on the case, for the supervisor."""
        token = self._stack.token("督查", "supervision", "supervisor")
        return self._done(self._http.get(f"/v1/cases/{receipt['number']}", headers=token))

    def accept(self, receipt: dict[str, Any]) -> str:
        """The unit takes it on; returns the unit."""
        unit = self.unit(receipt)
        self.act("clerk", unit, f"{receipt['number']}/acceptance")
        return unit

    def ask(self, receipt: dict[str, Any], text: str) -> None:
        """The unit asks the citizen."""
        self.act("clerk", self.accept(receipt), f"{receipt['number']}/questions", text=text)

    def answer(self, receipt: dict[str, Any], text: str = REPLY, first_word: str = "") -> None:
        """Accepted, a first word given where there is one, drafted and approved: the reply is public."""
        number, unit = receipt["number"], self.accept(receipt)
        if first_word:
            self.act("clerk", unit, f"{number}/first-words", text=first_word)
        draft = self.act("clerk", unit, f"{number}/replies", text=text)
        self.act("leader", unit, f"{number}/replies/{draft['reply_id']}/approval")

    def adopt(self, receipt: dict[str, Any]) -> None:
        """The unit adopts a suggestion, and says what was done of it."""
        number, unit = receipt["number"], self.unit(receipt)
        self.act("leader", unit, f"{number}/adoption", outcome="partly", reason="先装三处。")
        day = self.case(receipt)["received_at"][:10]
        self.act("clerk", unit, f"{number}/follow-throughs", text="三处已装好。", done_on=day)

    def release(self, receipt: dict[str, Any]) -> None:
        """A moderator lets it be seen."""
        self.moderate(receipt, "release", "符合规定")

    def moderate(self, receipt: dict[str, Any], action: str, reason: str) -> None:
        """A moderator holds, releases, hides or restores it."""
        path = f"{receipt['number']}/moderation"
        self.act("supervisor", "supervision", path, action=action, reason=reason)

    def extend(self, receipt: dict[str, Any], reason: str, progress: str) -> date:
        """The unit gets more time; returns the new date, the first working day after the due one."""
        number, unit = receipt["number"], self.accept(receipt)
        due = until(lambda: self.case(receipt)["due"])
        for days in range(1, 12):
            new_date = date.fromisoformat(due[:10]) + timedelta(days=days)
            body = {"reason": reason, "new_date": new_date.isoformat(), "progress": progress}
            response = self._send("clerk", unit, f"{number}/extensions", body)
            if response.status_code == 202:
                extension = response.json()["extension_id"]
                self.act("leader", unit, f"{number}/extensions/{extension}/approval")
                return new_date
        raise AssertionError(response.text)

    def rate(self, receipt: dict[str, Any], grade: int) -> None:
        """The citizen rates the reply."""
        headers = {"X-Query-Code": receipt["query_code"], **_key()}
        self._done(
            self._http.post(f"/v1/posts/{receipt['number']}/ratings", json={"grade": grade}, headers=headers)
        )

    def sign_in(self, phone: str) -> str:
        """The token of a session of whoever has the telephone."""
        code = self._done(self._http.post("/v1/codes", json={"phone": phone}))
        address = self._stack.address("notifier")
        self._done(self._http.post(f"{address}/v1/letters", json={"letter": code["letter"]}))
        body = {"sign_in": code["sign_in"], "code": self.code(phone)}
        return str(self._done(self._http.post("/v1/sessions", json=body))["token"])

    def code(self, phone: str) -> str:
        """The newest code that a telephone was sent."""
        arrived = self._http.get(f"{self._stack.address('gateway')}/outbox").text
        found = re.search(rf"<td>{phone}</td><td>\D*(\d{{6}})\D*</td>", arrived)
        assert found is not None
        return found[1]

    def prove(self, page: Page, phone: str) -> None:
        """The telephone is proved by the code, on the page that asks for it."""
        page.fill("#phone", phone)
        page.click("text=获取验证码")
        page.fill("#code", self.code(phone))
        page.click("button:text-is('登录')")

    def samples(self) -> list[dict[str, Any]]:
        """Some of the sample posts."""
        return [line.body for line in islice(read_posts(SAMPLE), SOME) if line.body is not None]

    def act(self, role: str, unit: str, path: str, **body: Any) -> dict[str, Any]:
        """Anything a member of staff does to a case."""
        return self._done(self._send(role, unit, path, body))

    def survey(self, **fields: Any) -> str:
        """The id of a survey that people can answer."""
        survey: str = self._survey("", DRAFT | fields)["id"]
        self._survey(f"/{survey}/publication", {})
        return survey

    def count(self, survey: str) -> None:
        """It is closed, and its result published."""
        self._survey(f"/{survey}/closing", {"reason": "提前结束"})
        self._survey(f"/{survey}/result", {})

    def debate(self, closed: bool = False) -> str:
        """The id of a debate in which somebody was heard and a unit answered; `closed`: and what was decided is told."""
        debate: str = self._debate("", DEBATE)["id"]
        self._debate(f"/{debate}/publication", {})
        address = f"{self._stack.address('debate')}/v1/debates/{debate}/comments"
        body = {"text": "路口划出停车线。", "phone": f"139{uuid.uuid4().int % 10**8:08d}"}
        comment = self._done(self._http.post(address, json=body, headers=_key()))["id"]
        self._debate(f"/{debate}/comments/{comment}/moderation", {"action": "release"})
        self._debate(f"/{debate}/statements", {"text": "本周内试划。", "answers": comment})
        self._debate(f"/{debate}/statements", {"text": "请大家评议。"})
        if closed:
            self.close_debate(debate)
        return debate

    def close_debate(self, debate: str) -> None:
        """What was decided is told."""
        self._debate(f"/{debate}/closing", CLOSING)

    def dialogue(self, closed: bool = False) -> str:
        """The id of a dialogue in which one question was answered and one was not; `closed`: and it is over."""
        dialogue: str = self._debate("", OCCASION, "dialogues")["id"]
        self._debate(f"/{dialogue}/publication", {}, "dialogues")
        address = f"{self._stack.address('debate')}/v1/dialogues/{dialogue}/questions"
        for text in ("一路车何时延长?", "候车亭修不修?"):
            body = {"text": text, "phone": f"139{uuid.uuid4().int % 10**8:08d}"}
            question = self._done(self._http.post(address, json=body, headers=_key()))["id"]
            path = f"/{dialogue}/questions/{question}/moderation"
            self._debate(path, {"action": "release"}, "dialogues")
        self._debate(f"/{dialogue}/answers", {"text": "欢迎大家。", "speaker": "host"}, "dialogues")
        self._debate(f"/{dialogue}/answers", {"text": "年内修好。", "answers": question}, "dialogues")
        if closed:
            self.close_dialogue(dialogue)
        return dialogue

    def evening(self) -> str:
        """The id of a dialogue in which the guest, the host and an invited unit answered, each what concerns them."""
        tomorrow = datetime.now(UTC).date() + timedelta(days=1)
        times = {"begins": f"{tomorrow}T15:00:00+08:00", "ends": f"{tomorrow}T17:00:00+08:00"}
        dialogue: str = self._debate("", OCCASION | times, "dialogues")["id"]
        self._debate(f"/{dialogue}/publication", {}, "dialogues")
        address = f"{self._stack.address('debate')}/v1/dialogues/{dialogue}"
        self._debate(f"/{dialogue}/answers", {"text": "欢迎大家提问。", "speaker": "host"}, "dialogues")
        for text, answer, unit in (
            ("一路车什么时候延长到新区?", "四月起一路延长到新区,每十二分钟一班。", ""),
            (
                "站台边的电动车停得进不去人,谁来管?",
                "本周在二十个站台划出停车线,并增派巡查。",
                "urban-management",
            ),
            ("候车亭夜里没有灯,能不能修?", "候车亭的灯五月底前全部修好。", ""),
        ):
            body = {"text": text, "phone": f"139{uuid.uuid4().int % 10**8:08d}"}
            question = self._done(self._http.post(f"{address}/questions", json=body, headers=_key()))["id"]
            released = f"/{dialogue}/questions/{question}/moderation"
            self._debate(released, {"action": "release"}, "dialogues")
            said = {"text": answer, "answers": question, "speaker": "unit" if unit else "guest"}
            if unit:
                headers = self._stack.token("分管领导", unit, "leader") | _key()
                self._done(self._http.post(f"{address}/answers", json=said, headers=headers))
            else:
                self._debate(f"/{dialogue}/answers", said, "dialogues")
        return dialogue

    def close_dialogue(self, dialogue: str) -> None:
        """Its transcript is whole."""
        self._debate(f"/{dialogue}/closing", ENDING, "dialogues")

    def release_questions(self, dialogue: str) -> None:
        """A moderator lets be read what waits."""
        headers = self._stack.token("督查", "supervision", "supervisor")
        address = f"{self._stack.address('debate')}/v1/dialogues/{dialogue}/moderation"
        for one in self._done(self._http.get(address, headers=headers))["comments"]:
            path = f"/{dialogue}/questions/{one['id']}/moderation"
            self._debate(path, {"action": "release"}, "dialogues")

    def _debate(self, path: str, body: dict[str, Any], kind: str = "debates") -> dict[str, Any]:
        headers = self._stack.token("督查", "supervision", "supervisor") | _key()
        address = f"{self._stack.address('debate')}/v1/{kind}{path}"
        return self._done(self._http.post(address, json=body, headers=headers))

    def _survey(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = self._stack.token("督查", "supervision", "supervisor") | _key()
        address = f"{self._stack.address('survey')}/v1/surveys{path}"
        return self._done(self._http.post(address, json=body, headers=headers))

    def _send(self, role: str, unit: str, path: str, body: dict[str, Any]) -> httpx2.Response:
        headers = self._stack.token(f"{role}-{unit}", unit, role) | _key()
        return self._http.post(f"/v1/cases/{path}", json=body, headers=headers)

    @staticmethod
    def _done(response: httpx2.Response) -> dict[str, Any]:
        assert response.status_code < 300, response.text
        found: dict[str, Any] = response.json()
        return found


def _key() -> dict[str, str]:
    return {"Idempotency-Key": uuid.uuid4().hex}
