"""Who may open which page and send which form: every staff route, every role, cell by cell, on the real stack.

The routes come from the application itself; one without a line in the table fails the test.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from tests.fronts.portal.person import Person
from tests.fronts.portal.staff.alone import PROFILE
from tests.fronts.portal.staff.office import ASSISTING, HOLDER, OTHER, SUPERVISION, Office
from tests.fronts.portal.staff.prepared import Fields, prepared
from tests.fronts.portal.staff.routes import staff_routes

COLUMNS: Final = {
    "anonymous": None,
    "clerk": (HOLDER, "clerk"),
    "assisting clerk": (ASSISTING, "clerk"),
    "other clerk": (OTHER, "clerk"),
    "leader": (HOLDER, "leader"),
    "assisting leader": (ASSISTING, "leader"),
    "other leader": (OTHER, "leader"),
    "supervisor": (SUPERVISION, "supervisor"),
    "mayor": (SUPERVISION, "mayor"),
    "operator": (SUPERVISION, "operator"),
    "auditor": (SUPERVISION, "auditor"),
}
"""Who asks: unit and role. The case is held by one unit, another assists, a third has nothing to do with it."""

ROWS: Final = """
#                                              anonym clerk  a.clrk o.clrk leader a.lead o.lead superv mayor  operat auditr
GET  /staff                                    sign-in go     go     go     go     go     go     go     go     go     go
GET  /staff/                                   sign-in go     go     go     go     go     go     go     go     go     go
GET  /staff/sign-in                            200    go     go     go     go     go     go     go     go     go     go
POST /staff/sign-in                            403    403    403    403    403    403    403    403    403    403    403
GET  /staff/password                           sign-in 200    200    200    200    200    200    200    200    200    200
POST /staff/password                           sign-in 422    422    422    422    422    422    422    422    422    422
GET  /staff/enrol                              sign-in 200    200    200    200    200    200    200    200    200    200
GET  /staff/enrol/code.svg                     sign-in 200    200    200    200    200    200    200    200    200    200
POST /staff/enrol                              sign-in 422    422    422    422    422    422    422    422    422    422
GET  /staff/cases                              sign-in 200    200    200    200    200    200    403    403    403    403
POST /staff/cases/acceptance                   sign-in done   409    409    403    403    403    403    403    403    403
GET  /staff/entry                              sign-in 200    200    200    403    403    403    200    403    403    403
POST /staff/entry                              sign-in 422    422    422    403    403    403    422    403    403    403
GET  /staff/find                               sign-in go     go     go     go     go     go     go     go     403    403
GET  /staff/cases/{number}                     sign-in 200    200    403    200    200    403    200    200    403    403
GET  /staff/cases/{number}/attachments/{file}  sign-in 200    200    403    200    200    403    200    200    403    403
POST /staff/cases/{number}/preview             sign-in 200    409    403    403    403    403    403    403    403    403
GET  /staff/cases/{number}/return              sign-in 200    409    403    403    403    403    403    403    403    403
POST /staff/cases/{number}/acceptance          sign-in done   403    403    403    403    403    403    403    403    403
POST /staff/cases/{number}/first-word          sign-in done   403    403    403    403    403    403    403    403    403
POST /staff/cases/{number}/question            sign-in done   403    403    403    403    403    403    403    403    403
POST /staff/cases/{number}/reply               sign-in done   403    403    403    403    403    403    403    403    403
POST /staff/cases/{number}/part                sign-in 403    done   403    403    403    403    403    403    403    403
POST /staff/cases/{number}/extension           sign-in done   403    403    403    403    403    403    403    403    403
POST /staff/cases/{number}/return              sign-in done   409    403    403    403    403    403    403    403    403
POST /staff/cases/{number}/approval            sign-in 403    403    403    done   403    403    403    403    403    403
POST /staff/cases/{number}/reply-return        sign-in 403    403    403    done   403    403    403    403    403    403
POST /staff/cases/{number}/extension-approval  sign-in 403    403    403    done   403    403    403    403    403    403
POST /staff/cases/{number}/extension-refusal   sign-in 403    403    403    done   403    403    403    403    403    403
POST /staff/cases/{number}/adoption            sign-in 403    403    403    done   403    403    403    403    403    403
POST /staff/cases/{number}/follow-up-answer    sign-in done   403    403    403    403    403    403    403    403    403
POST /staff/cases/{number}/follow-through      sign-in done   403    403    403    403    403    403    403    403    403
POST /staff/cases/{number}/assignment          sign-in 403    403    403    403    403    403    done   403    403    403
POST /staff/cases/{number}/ruling              sign-in 403    403    403    403    403    403    done   403    403    403
POST /staff/cases/{number}/urging              sign-in 403    403    403    403    403    403    done   403    403    403
POST /staff/cases/{number}/special-report      sign-in 403    403    403    403    403    403    done   403    403    403
POST /staff/cases/{number}/moderation          sign-in 403    403    403    403    403    403    done   403    403    403
POST /staff/cases/{number}/instruction         sign-in 403    403    403    403    403    403    403    done   403    403
POST /staff/cases/{number}/instruction-reading sign-in done   403    403    done   403    403    403    403    403    403
POST /staff/cases/{number}/instruction-in-hand sign-in done   403    403    done   403    403    403    403    403    403
POST /staff/cases/{number}/instruction-report  sign-in done   403    403    done   403    403    403    403    403    403
POST /staff/cases/{number}/instruction-acceptance sign-in 403    403    403    403    403    403    403    done   403    403
POST /staff/cases/{number}/instruction-return  sign-in 403    403    403    403    403    403    403    done   403    403
POST /staff/cases/{number}/promise-report      sign-in done   403    403    done   403    403    403    403    403    403
POST /staff/cases/{number}/signature           sign-in 403    403    403    403    403    403    403    done   403    403
POST /staff/cases/{number}/signature-return    sign-in 403    403    403    403    403    403    403    done   403    403
GET  /staff/cases/{number}/group               sign-in 403    403    403    403    403    403    200    403    403    403
POST /staff/cases/{number}/group               sign-in 403    403    403    403    403    403    done   403    403    403
POST /staff/cases/{number}/ungroup             sign-in 403    403    403    403    403    403    done   403    403    403
GET  /staff/approvals                          sign-in 403    403    403    200    200    200    403    403    403    403
POST /staff/approvals                          sign-in 403    403    403    done   409    409    403    403    403    403
GET  /staff/supervision                        sign-in 403    403    403    403    403    403    200    403    403    403
GET  /staff/faults                             sign-in 403    403    403    403    403    403    200    403    403    403
GET  /staff/accountability                     sign-in 200    200    200    200    200    200    200    403    403    200
POST /staff/accountability                     sign-in 403    403    403    403    403    403    422    403    403    403
GET  /staff/accountability/{identity}          sign-in 404    404    404    200    404    404    200    403    403    200
POST /staff/accountability/{identity}/person   sign-in 403    403    403    403    403    403    422    403    403    403
POST /staff/accountability/{identity}/statement sign-in 404   404    404    422    404    404    403    403    403    403
POST /staff/accountability/{identity}/finding  sign-in 403    403    403    403    403    403    422    403    403    403
POST /staff/accountability/{identity}/appeal   sign-in 404    404    404    422    404    404    403    403    403    403
POST /staff/accountability/{identity}/decision sign-in 403    403    403    403    403    403    422    403    403    403
POST /staff/accountability/{identity}/closing  sign-in 403    403    403    403    403    403    422    403    403    403
GET  /staff/inspections                        sign-in 200    200    200    200    200    200    200    200    403    200
POST /staff/inspections                        sign-in 403    403    403    403    403    403    422    403    403    403
GET  /staff/inspections/{identity}             sign-in 200    404    404    200    404    404    200    200    403    200
POST /staff/inspections/{identity}/closing     sign-in 403    403    403    403    403    403    409    403    403    403
POST /staff/inspections/{identity}/stopping    sign-in 403    403    403    403    403    403    422    403    403    403
GET  /staff/inspections/{identity}/cases/{case} sign-in 404   404    404    404    404    404    404    404    403    404
POST /staff/inspections/{identity}/cases/{case}/finding sign-in 403 403 403 403 403    403    404    403    403    403
POST /staff/inspections/{identity}/cases/{case}/correction sign-in 404 404 404 404 404 404    403    403    403    403
POST /staff/inspections/{identity}/cases/{case}/judgement sign-in 403 403 403 403 403  403    404    403    403    403
POST /staff/inspections/{identity}/cases/{case}/call sign-in 403 403 403 403 403 403   404    403    403    403
POST /staff/inspections/{identity}/cases/{case}/contact sign-in 403 403 403 403 403 403 404   403    403    403
GET  /staff/surveys                            sign-in 403    403    403    403    403    403    200    403    403    403
POST /staff/surveys                            sign-in 403    403    403    403    403    403    422    403    403    403
GET  /staff/surveys/new                        sign-in 403    403    403    403    403    403    200    403    403    403
GET  /staff/surveys/{number}                   sign-in 403    403    403    403    403    403    404    403    403    403
POST /staff/surveys/{number}/draft             sign-in 403    403    403    403    403    403    404    403    403    403
POST /staff/surveys/{number}/act               sign-in 403    403    403    403    403    403    404    403    403    403
GET  /staff/surveys/{number}/invitations       sign-in 403    403    403    403    403    403    404    403    403    403
GET  /staff/debates                            sign-in 403    403    403    200    200    200    200    403    403    403
POST /staff/debates                            sign-in 403    403    403    422    422    422    422    403    403    403
GET  /staff/debates/new                        sign-in 403    403    403    200    200    200    200    403    403    403
GET  /staff/debates/{number}                   sign-in 403    403    403    404    404    404    404    403    403    403
POST /staff/debates/{number}/draft             sign-in 403    403    403    404    404    404    404    403    403    403
POST /staff/debates/{number}/act               sign-in 403    403    403    404    404    404    404    403    403    403
GET  /staff/dialogues                          sign-in 200    200    200    200    200    200    200    403    403    403
POST /staff/dialogues                          sign-in 403    403    403    422    422    422    422    403    403    403
GET  /staff/dialogues/new                      sign-in 403    403    403    200    200    200    200    403    403    403
GET  /staff/dialogues/{number}                 sign-in 404    404    404    404    404    404    404    403    403    403
POST /staff/dialogues/{number}/draft           sign-in 403    403    403    404    404    404    404    403    403    403
POST /staff/dialogues/{number}/act             sign-in 403    403    403    404    404    404    404    403    403    403
GET  /staff/bulletins                          sign-in 200    200    200    200    200    200    200    200    403    403
POST /staff/bulletins                          sign-in 403    403    403    403    403    403    422    403    403    403
GET  /staff/bulletins/{identity}               sign-in 200    200    200    200    200    200    200    200    403    403
GET  /staff/bulletins/{identity}/papers/{kind} sign-in 200    200    200    200    200    200    200    200    403    403
POST /staff/bulletins/{identity}/text          sign-in 403    403    403    403    403    403    422    403    403    403
POST /staff/bulletins/{identity}/circulation   sign-in 403    403    403    403    403    403    409    403    403    403
POST /staff/bulletins/{identity}/objection     sign-in 422    422    422    422    422    422    403    403    403    403
POST /staff/bulletins/{identity}/answer        sign-in 403    403    403    403    403    403    422    403    403    403
POST /staff/bulletins/{identity}/issue         sign-in 403    403    403    403    403    403    403    403    403    403
GET  /staff/counted                            sign-in 200    200    200    200    200    200    200    200    403    403
GET  /staff/league                             sign-in 200    200    200    200    200    200    200    200    403    403
GET  /staff/assessment                         sign-in 200    200    200    200    200    200    200    403    403    403
GET  /staff/what-if                            sign-in 403    403    403    403    403    403    200    403    403    403
POST /staff/what-if                            sign-in 403    403    403    403    403    403    422    403    403    403
GET  /staff/what-if/{identity}                 sign-in 403    403    403    403    403    403    404    403    403    403
GET  /staff/what-if/{identity}/cases           sign-in 403    403    403    403    403    403    404    403    403    403
POST /staff/what-if/{identity}/cancellation    sign-in 403    403    403    403    403    403    404    403    403    403
GET  /staff/mailbox                            sign-in 403    403    403    403    403    403    403    200    403    403
GET  /staff/instructions                       sign-in 403    403    403    403    403    403    200    200    403    403
GET  /staff/reports                            sign-in 403    403    403    403    403    403    200    200    403    403
GET  /staff/accounts                           sign-in 403    403    403    403    403    403    403    403    200    403
POST /staff/accounts/change                    sign-in 403    403    403    403    403    403    403    403    422    403
GET  /staff/outbox                             sign-in 403    403    403    403    403    403    403    403    200    403
POST /staff/outbox/resend                      sign-in 403    403    403    403    403    403    403    403    422    403
GET  /staff/notices                            sign-in 200    200    200    200    200    200    200    200    403    403
POST /staff/notices/choice                     sign-in 422    422    422    422    422    422    422    422    403    403
POST /staff/notices/address                    sign-in 422    422    422    422    422    422    422    422    403    403
POST /staff/notices/proof                      sign-in 422    422    422    422    422    422    422    422    403    403
GET  /staff/log                                sign-in 403    403    403    403    403    403    403    403    403    200
GET  /staff/oidc/start                         404    404    404    404    404    404    404    404    404    404    404
POST /staff/oidc/logout                        404    404    404    404    404    404    404    404    404    404    404
GET  /staff/oidc/back                          404    404    404    404    404    404    404    404    404    404    404
POST /staff/demo                               404    404    404    404    404    404    404    404    404    404    404
POST /staff/sign-out                           sign-in sign-in sign-in sign-in sign-in sign-in sign-in sign-in sign-in sign-in sign-in
"""
"""`sign-in`: sent there. `go`: sent on. `done`: the act was done. `404`: not there unless the stack is set up for it."""

TABLE: Final = {
    (line.split()[0], line.split()[1]): dict(zip(COLUMNS, line.split()[2:], strict=True))
    for line in ROWS.strip().splitlines()
    if not line.startswith("#")
}


@pytest.fixture(scope="module")
def people(office: Office) -> Iterator[dict[str, Person]]:
    found = {
        name: Person(office.portal)
        if place is None
        else office.person(f"roles-{name.replace(' ', '-')}", *place)
        for name, place in COLUMNS.items()
    }
    office.ahead = 12
    yield found
    office.ahead = 0
    for person in found.values():
        person.http.close()


@pytest.fixture(scope="module")
def forms(people: dict[str, Person]) -> dict[str, str]:
    """What each one's forms carry, as long as the session lasts."""
    return {who: _form_token(person) for who, person in people.items()}


def test_every_staff_route_has_a_line(tmp_path: Path) -> None:
    assert staff_routes(tmp_path) == set(TABLE)


# -- a case at the right step, and the form that would be sent ----------------------------------


def _asked(office: Office, method: str, path: str) -> tuple[str, str, Fields]:
    """The number concerned, the address, and the fields."""
    act = path.rpartition("/")[2]
    if path.startswith(("/staff/surveys/{number}", "/staff/debates/{number}", "/staff/dialogues/{number}")):
        # None such; what can be done to one that exists stands in test_surveys.py, test_debates.py and test_dialogues.py.
        return office.accepted(), path.replace("{number}", "none"), {}
    if method == "POST" and "{number}" in path:
        number, fields = prepared(office, act)
        return number, path.replace("{number}", number), fields
    if "{file}" in path:
        number = office.accepted(attachments=[office.given()])
        file = office.case(number)["attachments"][0]["id"]
        return number, path.replace("{number}", number).replace("{file}", file), {}
    if path == "/staff/cases/acceptance":
        number = office.assigned()
        return number, path, {"number": [number]}
    if path == "/staff/approvals" and method == "POST":
        number = office.drafted()
        return number, path, {"chosen": [f"{number}/approval/{office.case(number)['draft']['reply_id']}"]}
    number = office.drafted() if path == "/staff/approvals" else office.accepted()
    address = path.replace("{number}", number).replace("{kind}", "xlsx")
    if "{identity}" in address:
        if address.startswith("/staff/inspections"):
            # Of a case that was not drawn: what can be done to one that was stands in test_inspections.py.
            return number, address.replace("{identity}", office.round()[0]).replace("{case}", "none"), {}
        made = office.record if address.startswith("/staff/accountability") else office.bulletin
        address = address.replace("{identity}", made())
    return number, f"{address}?number={number}" if path == "/staff/find" else address, {}


def _outcome(answer: httpx2.Response) -> str:
    where = answer.headers.get("location", "")
    if answer.status_code != 303:
        return str(answer.status_code)
    if where.startswith("/staff/sign-in"):
        return "sign-in"
    return "done" if "done=" in where else "go"


def _told(case: dict[str, Any]) -> tuple[Any, ...]:
    return case["status"], case["draft"], len(case["history"]), case["moderation"], case["group"]


def _send(person: Person, method: str, address: str, fields: Fields, form: str) -> httpx2.Response:
    if method == "GET":
        return person.http.get(address, follow_redirects=False)
    return person.http.post(address, data={**fields, "form": [form]}, follow_redirects=False)


def _form_token(person: Person) -> str:
    page = person.open("/staff/password")
    return dict(page.form("/staff/sign-out").fields)["form"] if page.has_form("/staff/sign-out") else ""


# -- the matrix -----------------------------------------------------------------------------------


@pytest.mark.real
@pytest.mark.parametrize(("method", "path"), [key for key in TABLE if key[1] != "/staff/sign-out"])
def test_each_role_finds_open_what_the_table_says_and_nothing_else(
    office: Office, people: dict[str, Person], forms: dict[str, str], method: str, path: str
) -> None:
    number, address, fields = _asked(office, method, path)
    before = _told(office.case(number))
    expected = TABLE[method, path]
    order = sorted(COLUMNS, key=lambda who: expected[who] == "done")
    found, done = {}, False
    for who in order:
        if expected[who] == "done":
            if done:
                # What several may do is done by each of them, to a case of its own.
                number, address, fields = _asked(office, method, path)
                before = _told(office.case(number))
            assert _told(office.case(number)) == before, "somebody did what is not theirs to do"
            done = True
        answer = _send(people[who], method, address, fields, forms[who])
        found[who] = _outcome(answer)
        # The auditor's log names who opened whose case, the outbox whose notice waits; neither says a word of it.
        seen = (
            number in answer.text and path not in ("/staff/log", "/staff/outbox")
        ) or "公交车不准点" in answer.text
        if who in ("anonymous", "other clerk", "other leader", "operator", "auditor") and method == "GET":
            assert not seen, f"{who} sees another's case on {path}"

    assert found == expected
    assert (_told(office.case(number)) != before) == ("done" in expected.values())


@pytest.mark.real
@pytest.mark.parametrize("path", [path for method, path in TABLE if method == "POST"])
def test_no_form_is_taken_without_the_token_of_its_session(
    office: Office, people: dict[str, Person], forms: dict[str, str], path: str
) -> None:
    expected = TABLE["POST", path]
    number, address, fields = _asked(office, "POST", path)
    before = _told(office.case(number))
    for who, person in people.items():
        for form in ("", forms["mayor" if who != "mayor" else "clerk"]):
            found = _outcome(_send(person, "POST", address, fields, form))
            # Doors that this stack does not have; whether a survey, debate or record is there, a right form alone learns.
            absent = expected[who] == "404" and "{" not in path
            assert found == (expected[who] if who == "anonymous" or absent else "403"), who

    assert _told(office.case(number)) == before


@pytest.mark.real
def test_contact_and_unmasked_text_are_for_the_holding_unit_alone(
    office: Office, people: dict[str, Person]
) -> None:
    number = office.accepted(text="请打 13987654321 联系我,公交车不来。")

    seen = {
        who for who, person in people.items() if "13987654321" in person.open(f"/staff/cases/{number}").source
    }
    assert seen == {"clerk", "leader"}


@pytest.mark.real
def test_what_a_citizen_adds_reaches_the_holding_unit_as_it_was_written(
    office: Office, people: dict[str, Person]
) -> None:
    receipt = office.post()
    number = receipt["number"]
    office.give(number)
    office.act(number, "acceptance")
    office.act(number, "questions", text="请留电话。")
    office.citizen(receipt, "answers", text="我的电话13700001111。")
    office.citizen(receipt, "follow-ups", text="或者打13700002222。")
    page = people["clerk"].open(f"/staff/cases/{number}").text
    assert "13700001111" in page
    assert "13700002222" in page
    assert "王小明" in page
    for who in ("assisting clerk", "supervisor", "mayor"):
        seen = people[who].open(f"/staff/cases/{number}").text
        assert "137000" not in seen, who
        assert "王小明" not in seen, who


@pytest.mark.real
def test_the_units_own_telephone_in_a_published_reply_can_be_read(office: Office) -> None:
    phone = next(contact.value for contact in PROFILE.listed_contacts if contact.kind == "phone")
    number = office.drafted(f"您好!早高峰已自 3 月 9 日起加开四班。联系电话:{phone}。本人电话13812345678。")
    office.act(number, f"replies/{office.case(number)['draft']['reply_id']}/approval", "leader")

    page = Person(office.portal).open(f"/posts/{number}").text
    assert phone in page
    assert "13812345678" not in page


@pytest.mark.real
def test_every_role_may_sign_out(office: Office) -> None:
    for who, expected in TABLE["POST", "/staff/sign-out"].items():
        place = COLUMNS[who]
        person = (
            Person(office.portal) if place is None else office.person(f"out-{who.replace(' ', '-')}", *place)
        )
        answer = _send(person, "POST", "/staff/sign-out", {}, _form_token(person))
        assert _outcome(answer) == expected
        assert person.open("/staff/cases").path == "/staff/sign-in"


@pytest.mark.real
def test_an_assisting_unit_finds_the_case_in_its_inbox_marked_as_such(
    office: Office, people: dict[str, Person]
) -> None:
    number = office.assigned(title="站台协办一事")
    seen = {
        who: number in people[who].open("/staff/cases?q=站台协办").source
        for who in ("clerk", "assisting clerk", "other clerk")
    }

    assert seen == {"clerk": True, "assisting clerk": True, "other clerk": False}
    assert "协办" in people["assisting clerk"].open("/staff/cases?q=站台协办").text
