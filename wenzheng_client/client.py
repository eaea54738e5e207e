"""The client: one method for each thing that can be asked of posts and cases, and a room for each thing beside them."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx2
import msgspec

from wenzheng_client.asking import NOBODY, Addresses, Asking, Json
from wenzheng_client.forums import Debates, Dialogues
from wenzheng_client.records import Records
from wenzheng_client.surveys import Surveys
from wenzheng_client.words import CodeSent, Contact, File, Point, Receipt, Standing


class Wenzheng:
    """Speaks to a city. Every method raises Problem when it is refused.

    `token` is a member of staff's, or that of a citizen's session; without one there is what anybody and the authors may
    do. What is refused because the system is busy (429, 503) is asked again, under the same idempotency key, for at most
    `patience` seconds.
    """

    def __init__(
        self, addresses: Addresses, token: str = "", patience: float = 30.0, http: httpx2.Client | None = None
    ) -> None:
        self._at = addresses
        self._asking = Asking(token, patience, http)
        self.surveys = Surveys(self._asking, addresses.survey, "surveys")
        self.debates = Debates(self._asking, addresses.debate, "debates")
        self.dialogues = Dialogues(self._asking, addresses.debate, "dialogues")
        self.bulletins = Records(self._asking, addresses.stats, "bulletins")
        """Bulletins 通报: issued ones for anyone."""
        self.accountability = Records(self._asking, addresses.stats, "accountability", "records")
        """Accountability records 问责, for staff."""
        self.inspections = Records(self._asking, addresses.stats, "inspections", "rounds")
        """Rounds of inspection 督查 and call-back 回访, for staff."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._asking.close()

    # -- anybody ------------------------------------------------------------------------------

    def post(
        self,
        kind: str,
        title: str,
        text: str,
        *,
        area: str = "",
        place: str = "",
        addressee: str = "",
        point: Point | None = None,
        contact: Contact | None = None,
        attachments: Sequence[str] = (),
        public: bool = True,
        hide_name: bool = False,
        key: str = "",
    ) -> Receipt:
        """Post a matter. `key` names this posting: a repeat under the same key gets the first receipt again.

        `kind` is one of `kinds`, `addressee` of a letter one of `leaders`, `attachments` are tickets that `attach` gave.
        """
        body: Json = {"kind": kind, "title": title, "text": text, "public": public, "hide_name": hide_name}
        chosen = {"area": area, "place": place, "addressee": addressee, "attachments": list(attachments)}
        body |= {name: value for name, value in chosen.items() if value}
        body |= _written("point", point) | _written("contact", contact)
        return msgspec.convert(
            self._asking.send(f"{self._at.intake}/v1/posts", body, key=key, bearer=NOBODY), Receipt
        )

    def attach(self, data: bytes, name: str) -> File:
        """Give a picture or a document, for a post or an act that names its ticket within two hours."""
        return msgspec.convert(self._asking.give(f"{self._at.intake}/v1/attachments", data, name), File)

    def posts(self, **wanted: str) -> Iterator[Json]:
        """Public posts, newest first, all pages; `kind`, `area`, `department`, `q` choose."""
        return self._asking.pages(f"{self._at.intake}/v1/posts", "posts", wanted)

    def shown(self, since: str = "", to: str = "") -> Json:
        """How many public posts there are of some days, by unit, area and kind."""
        return self._asking.read(f"{self._at.intake}/v1/shown", _wanted(since=since, to=to))

    def read(self, number: str, query_code: str = "") -> Json:
        """A post as anybody may see it; with its query code, all of one's own case."""
        return self._asking.read(f"{self._at.intake}/v1/posts/{number}", code=query_code)

    def file(self, number: str, file: str, query_code: str = "", small: bool = False) -> bytes:
        """A file of a post; `small`: of a picture, one of 320 pixels."""
        url = f"{self._at.intake}/v1/posts/{number}/attachments/{file}"
        return self._asking.file(url, _small(small), code=query_code)

    def support(self, number: str, contact: Contact | None = None, key: str = "") -> Standing:
        """Support a post, once a person."""
        body = msgspec.to_builtins(contact) if contact is not None else {}
        return self._acted(f"/v1/posts/{number}/supports", body, key=key)

    def similar(self, text: str, limit: int = 5) -> list[Json]:
        """Public posts that say nearly the same, best first."""
        asked = {"text": text, "limit": str(limit)}
        return list(self._asking.read(f"{self._at.router}/v1/similar", asked)["posts"])

    def topics(self) -> list[Json]:
        """What many people have posted about lately."""
        return list(self._asking.read(f"{self._at.router}/v1/topics")["topics"])

    def deadline(self, number: str) -> Json:
        """How the deadline of a case was counted, and where its time went."""
        return self._asking.read(f"{self._at.deadline}/v1/deadlines/{number}")

    def league(self, month: str = "", period: str = "") -> Json:
        """The league table of a month (YYYY-MM), or of the present one; of a longer `period` (2026-Q1, 2026-H1, 2026) with what changed."""
        return self._asking.read(f"{self._at.stats}/v1/league", _wanted(month=month, period=period))

    def figures(self, **wanted: str) -> Json:
        """Figures by day; `since` and `to` are days, `department` and `kind` choose."""
        return self._asking.read(f"{self._at.stats}/v1/figures", _wanted(**wanted))

    def live_figures(self) -> Generator[tuple[str, Json]]:
        """`figures` every two seconds and `ranking` when it changes, each with its name; `close` what is returned to end it."""
        return self._asking.events(f"{self._at.stats}/v1/stream")

    def bulletin_paper(self, identity: str, kind: str) -> bytes:
        """A bulletin as `docx`, `pdf` or `xlsx`."""
        return self._asking.file(f"{self._at.stats}/v1/bulletins/{identity}/papers/{kind}")

    def open_data(self) -> Json:
        """Which files of open data there are, their licence, and what each column means."""
        return self._asking.read(f"{self._at.stats}/open")

    def open_file(self, name: str) -> bytes:
        """A file of open data."""
        return self._asking.file(f"{self._at.stats}/open/{name}")

    # -- what a form offers -------------------------------------------------------------------

    def kinds(self) -> list[Json]:
        """Kinds that can be posted."""
        return self._list("kinds")

    def areas(self) -> list[Json]:
        """Areas and their streets."""
        return self._list("areas")

    def departments(self) -> list[Json]:
        """Units that answer."""
        return self._list("departments")

    def leaders(self) -> list[Json]:
        """City leaders to whom one can write."""
        return self._list("leaders")

    def duties(self, department: str = "") -> list[Json]:
        """What units answer for; of one unit, by code or name."""
        return self._list("duties", _wanted(department=department))

    # -- the author ---------------------------------------------------------------------------

    def act_on_own(self, number: str, query_code: str, path: str, key: str = "", **body: Any) -> Standing:
        """Act on one's own post.

        `path` is `follow-ups`, `answers`, `ratings`, `reopenings`, `withdrawal`, `appeal`, `preference` or `erasure`.
        """
        return self._acted(f"/v1/posts/{number}/{path}", body, code=query_code, key=key)

    def unsubscribe(self, number: str, link_token: str) -> None:
        """End the notices about a post, by what stands in the link of a notice."""
        self._asking.send(
            f"{self._at.intake}/v1/unsubscriptions", {"number": number, "token": link_token}, bearer=NOBODY
        )

    # -- a citizen who proves a telephone -----------------------------------------------------

    def send_code(self, phone: str) -> CodeSent:
        """Send a code to a telephone: one a minute, ten a day. intake writes the letter, notifier sends it."""
        asked = self._asking.send(f"{self._at.intake}/v1/codes", {"phone": phone}, bearer=NOBODY)
        self._asking.send(f"{self._at.notifier}/v1/letters", {"letter": asked["letter"]}, bearer=NOBODY)
        return msgspec.convert(asked, CodeSent)

    def sign_in(self, sent: CodeSent, code: str, kept: bool = False) -> str:
        """The token of a session, for a client of its own; `kept`: on one's own device, for months and not for hours."""
        body = {"sign_in": sent.sign_in, "code": code, "kept": kept}
        return str(self._asking.send(f"{self._at.intake}/v1/sessions", body, bearer=NOBODY)["token"])

    def my_posts(self) -> Iterator[Json]:
        """Of a session: all posts of its telephone with their query codes, newest first, all pages."""
        return self._asking.pages(f"{self._at.intake}/v1/my/posts", "posts", {})

    def pass_for(self, place: str) -> str:
        """Of a session: the word that a telephone is proved, for one debate, dialogue or survey, without telling which it is."""
        return str(self._asking.send(f"{self._at.intake}/v1/my/passes", {"place": place})["token"])

    def sign_out(self) -> None:
        """End the session."""
        self._asking.send(f"{self._at.intake}/v1/sessions/mine", None, method="DELETE")

    # -- staff --------------------------------------------------------------------------------

    def cases(self, **wanted: str) -> Iterator[Json]:
        """Cases in one's scope by due date, all pages; `state`, `department`, `kind`, `area`, `q` choose."""
        return self._asking.pages(f"{self._at.intake}/v1/cases", "cases", wanted)

    def case(self, number: str) -> Json:
        """Everything on one case."""
        return self._asking.read(f"{self._at.intake}/v1/cases/{number}")

    def case_file(self, number: str, file: str, small: bool = False) -> bytes:
        """A file of a case."""
        url = f"{self._at.intake}/v1/cases/{number}/attachments/{file}"
        return self._asking.file(url, _small(small))

    def enter(self, origin: str, kind: str, title: str, text: str, key: str = "", **body: Any) -> Receipt:
        """Write a post down for a caller; `origin` is `telephone`, `counter`, `letter` or `dialogue`, the rest as of a post.

        Of a caller with a mobile the receipt holds no query code: the post is opened by that number.
        """
        entered = {"origin": origin, "kind": kind, "title": title, "text": text} | body
        return msgspec.convert(self._asking.send(f"{self._at.intake}/v1/cases", entered, key=key), Receipt)

    def act(self, number: str, path: str, key: str = "", **body: Any) -> Standing:
        """Act on a case: `path` as in the public description, such as `acceptance` or `replies/{id}/approval`."""
        return self._acted(f"/v1/cases/{number}/{path}", body, key=key)

    def group(self, numbers: Sequence[str], lead: str, key: str = "") -> str:
        """Join posts that are one matter; the reply to `lead` answers all. Returns the group's id."""
        body = {"numbers": list(numbers), "lead": lead}
        return str(self._asking.send(f"{self._at.intake}/v1/groups", body, key=key)["group"])

    def leave_group(self, group: str, number: str, key: str = "") -> None:
        """Take a post out of its group."""
        url = f"{self._at.intake}/v1/groups/{group}/members/{number}"
        self._asking.send(url, None, key=key, method="DELETE")

    def instruction_figures(self) -> Json:
        """How many instructions wait, are overdue, reported, accepted."""
        return self._asking.read(f"{self._at.intake}/v1/instructions/figures")

    def assignment(self, number: str) -> Json:
        """Why the case was given to its unit."""
        return self._asking.read(f"{self._at.router}/v1/assignments/{number}")

    def notices(self, number: str) -> list[Json]:
        """The notices about a case, with channel, state and attempts."""
        return list(self._asking.read(f"{self._at.notifier}/v1/notices/{number}")["notices"])

    def counted(self, **wanted: str) -> Json:
        """The cases of which a figure of the league is made; what `wanted` names stands in the public description."""
        return self._asking.read(f"{self._at.stats}/v1/counted", wanted)

    def assessment(self, period: str = "") -> Json:
        """The scores 考核 of units over a period, or over the present year."""
        return self._asking.read(f"{self._at.stats}/v1/assessment", _wanted(period=period))

    # -- how ----------------------------------------------------------------------------------

    def _acted(self, path: str, body: Mapping[str, Any], code: str = "", key: str = "") -> Standing:
        return msgspec.convert(
            self._asking.send(f"{self._at.intake}{path}", body, key=key, code=code), Standing
        )

    def _list(self, name: str, wanted: Mapping[str, str] | None = None) -> list[Json]:
        return list(self._asking.read(f"{self._at.intake}/v1/{name}", wanted)[name])


def _written(field: str, value: Contact | Point | None) -> Json:
    return {} if value is None else {field: msgspec.to_builtins(value)}


def _wanted(**wanted: str) -> dict[str, str]:
    """What is asked for, under the names of the interface: `from` is no name in Python, and what is empty is not asked."""
    return {"from" if name == "since" else name: value for name, value in wanted.items() if value}


def _small(small: bool) -> dict[str, str]:
    return {"small": "true"} if small else {}
