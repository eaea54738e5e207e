"""The client and the pages that show how to use the interfaces, against the real interfaces."""

import os
import re
import subprocess
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from services.debate.web.examples import DRAFT as DEBATE
from services.survey.web.examples import DRAFT as SURVEY
from tests.interfaces import UNIT, Served, token
from tests.patience import PATIENCE
from tests.wenzheng_client.conftest import session
from wenzheng_client import Addresses, Contact, Point, Problem, Wenzheng

pytestmark = pytest.mark.medium

ROOT = Path(__file__).resolve().parents[2]
PHONE = "13900005678"
PAPER = b"%PDF-1.4\n%%EOF\n"


def bearer(role: str) -> str:
    return token(role)["Authorization"].removeprefix("Bearer ")


def test_a_citizen_posts_reads_adds_and_is_told_what_is_wrong(addresses: Addresses) -> None:
    with Wenzheng(addresses) as city:
        receipt = city.post(
            "complaint", "路灯不亮", "幸福路的路灯坏了。", contact=Contact(phone="13900005678"), key="k"
        )
        again = city.post(
            "complaint", "路灯不亮", "幸福路的路灯坏了。", contact=Contact(phone="13900005678"), key="k"
        )
        standing = city.act_on_own(receipt.number, receipt.query_code, "follow-ups", text="今晚仍然不亮。")
        own = city.read(receipt.number, receipt.query_code)
        with pytest.raises(Problem) as wrong:
            city.post("complaint", "", "x")
        with pytest.raises(Problem) as early:
            city.act_on_own(receipt.number, receipt.query_code, "ratings", grade=5)

    assert again == receipt
    assert standing.status == own["status"] == "received"
    assert (wrong.value.status, wrong.value.kind) == (422, "invalid")
    assert wrong.value.errors[0].field == "title"
    assert early.value.status == 409
    assert "follow-up" in early.value.allowed


def test_a_citizen_says_where_exactly_it_is(addresses: Addresses) -> None:
    with Wenzheng(addresses) as city:
        here = Point(118.275162, 33.963008, "wgs84", "幸福路12号")
        receipt = city.post("complaint", "路灯不亮", "幸福路的路灯坏了。", point=here)
        street = city.post("complaint", "路灯不亮", "门口的路灯坏了。", point=Point(street_address="八号楼"))
        with pytest.raises(Problem) as far:
            city.post("complaint", "路灯不亮", "门口的路灯坏了。", point=Point(116.397, 39.909))

        assert city.read(receipt.number, receipt.query_code)["point"] == {
            "longitude": 118.275162,
            "latitude": 33.963008,
            "datum": "wgs84",
            "street_address": "幸福路12号",
        }
        assert city.read(street.number, street.query_code)["point"]["longitude"] is None
        assert "point" not in city.read(receipt.number)
    assert [error.field for error in far.value.errors] == ["point"]


def test_a_clerk_reads_cases_and_acts(addresses: Addresses, served: Served) -> None:
    number = served.receipts[2]["number"]
    with (
        Wenzheng(addresses, token=bearer("clerk")) as clerk,
        Wenzheng(addresses, token=bearer("leader")) as leader,
    ):
        assert number in [case["number"] for case in clerk.cases(state="open")]
        clerk.act(number, "acceptance")
        drafted = clerk.act(number, "replies", text="路灯已修复。")
        answered = leader.act(number, f"replies/{drafted.reply_id}/approval")
        assert clerk.case(number)["status"] == answered.status == "replied"
        assert clerk.notices(number) == []
        assert clerk.assignment(number)["number"] == number
        assert clerk.deadline(number)["number"] == number


def test_lists_are_read_to_their_end(addresses: Addresses) -> None:
    with Wenzheng(addresses, token=bearer("supervisor")) as city:
        one_by_one = [case["number"] for case in city.cases(state="open", limit="1")]
        at_once = [case["number"] for case in city.cases(state="open", limit="100")]

    assert one_by_one == at_once
    assert len(at_once) >= 2


def test_what_anybody_may_read(addresses: Addresses) -> None:
    with Wenzheng(addresses) as city:
        assert city.league()["city"]["received"] >= 1
        assert city.figures(since="2026-03-01", to="2026-03-02")["days"]
        assert isinstance(city.topics(), list)
        assert isinstance(city.similar("路灯坏了"), list)
        assert isinstance(list(city.posts(limit="1")), list)
        assert city.shown("2026-03-01", "2026-03-02")["total"] >= 0
        names = [file["name"] for file in city.open_data()["files"]]
        assert city.open_file(names[0])


def test_a_file_goes_with_a_post_and_is_read_where_the_post_is(addresses: Addresses) -> None:
    with Wenzheng(addresses) as city:
        given = city.attach(PAPER, "路灯 照片.pdf")
        receipt = city.post("complaint", "见附件", "详见附件。", attachments=[given.attachment])
        (file,) = city.read(receipt.number, receipt.query_code)["attachments"]

        assert city.file(receipt.number, file["id"], receipt.query_code) == PAPER
        with pytest.raises(Problem) as stranger:
            city.file(receipt.number, file["id"], "0" * 16)
    with Wenzheng(addresses, token=bearer("supervisor")) as supervisor:
        assert supervisor.case_file(receipt.number, file["id"]) == PAPER
    assert file["name"] == given.name == "路灯 照片.pdf"
    assert stranger.value.status in (403, 404)


def test_a_form_is_offered_what_can_be_chosen(addresses: Addresses) -> None:
    with Wenzheng(addresses) as city:
        assert "complaint" in [kind["code"] for kind in city.kinds()]
        assert city.areas()[0]["streets"]
        assert UNIT in [unit["code"] for unit in city.departments()]
        assert {duty["department"] for duty in city.duties(UNIT)} == {UNIT}
        letter = city.post("mailbox", "致市长", "请关注路灯。", addressee=city.leaders()[0]["code"])
    assert letter.query_code


def test_who_holds_a_link_ends_notices_and_is_told_nothing(addresses: Addresses) -> None:
    with Wenzheng(addresses) as city:
        city.unsubscribe("SQ260302-000001", "0123456789ABCDEF")


def test_a_neighbour_supports_a_post(addresses: Addresses, served: Served) -> None:
    with Wenzheng(addresses) as city:
        number = served.receipts[0]["number"]
        assert city.support(number, Contact(phone="13900005676")).supports == 1


def test_posts_that_are_one_matter_are_joined_and_parted(addresses: Addresses) -> None:
    with Wenzheng(addresses, token=bearer("supervisor")) as supervisor:
        numbers = [
            supervisor.enter("counter", "complaint", "路灯", f"第 {n} 盏路灯坏了。").number for n in range(3)
        ]
        group = supervisor.group(numbers, lead=numbers[0])
        supervisor.leave_group(group, numbers[2])
        joined = supervisor.case(numbers[0])["group"]

    assert [member["number"] for member in joined["members"]] == numbers[:2]


def test_what_a_supervisor_reads_of_the_whole(addresses: Addresses) -> None:
    with Wenzheng(addresses, token=bearer("supervisor")) as supervisor:
        assert supervisor.instruction_figures()
        assert supervisor.counted(outcome="received", kind="complaint")["total"] >= 1
        assert supervisor.assessment()["departments"]
        for records in (supervisor.accountability, supervisor.inspections):
            assert records.all() == []
            with pytest.raises(Problem) as none:
                records.one("00000000-0000-7000-8000-000000000000")
            assert none.value.status == 404


def test_a_bulletin_is_written_and_read_on_paper(addresses: Addresses) -> None:
    with Wenzheng(addresses, token=bearer("supervisor")) as supervisor, Wenzheng(addresses) as city:
        bulletin = supervisor.bulletins.open(period="2026-02")["id"]
        supervisor.bulletins.act(bulletin, "circulation")

        assert [one["id"] for one in supervisor.bulletins.all()] == [bulletin]
        assert supervisor.bulletins.one(bulletin)["period"] == "2026-02"
        assert supervisor.bulletin_paper(bulletin, "xlsx").startswith(b"PK")
        assert city.bulletins.all() == [], "a draft is not for everybody"


def test_figures_are_told_as_they_come(addresses: Addresses) -> None:
    with Wenzheng(addresses) as city, closing(city.live_figures()) as told:
        name, figures = next(told)

    assert name == "figures"
    assert figures["registered"] >= 0


def test_who_is_told_to_come_again_comes_again_under_the_same_key() -> None:
    keys: list[str] = []

    def busy(request: httpx2.Request) -> httpx2.Response:
        keys.append(request.headers["idempotency-key"])
        if len(keys) == 1:
            return httpx2.Response(503, headers={"Retry-After": "0"}, json={"title": "稍后再试"})
        return httpx2.Response(202, json={"number": "SQ1", "query_code": "C", "links": {}})

    with Wenzheng(
        Addresses.all_at("http://x"), http=httpx2.Client(transport=httpx2.MockTransport(busy))
    ) as city:
        assert city.post("complaint", "t", "x").number == "SQ1"

    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_city_that_cannot_be_reached_is_a_problem_too() -> None:
    with Wenzheng(Addresses.all_at("http://127.0.0.1:1")) as city, pytest.raises(Problem) as refused:
        city.league()

    assert refused.value.status == 0


def test_the_page_with_curl_works_line_by_line(served: Served, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "interfaces.md").read_text("utf-8")
    script = "set -eu\n" + "\n".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL))
    environment = {service.upper(): address for service, address in served.addresses.items()}
    environment |= {"TOKEN": bearer("clerk"), "NUMBER": served.receipts[1]["number"]}

    done = subprocess.run(
        ["bash", "-c", script],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )

    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr


def test_the_clients_readme_works_as_it_stands(
    addresses: Addresses, served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "wenzheng_client" / "README.md").read_text("utf-8")
    script = "\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))
    with Wenzheng(addresses, token=bearer("supervisor")) as supervisor, Wenzheng(addresses) as city:
        for records, draft in ((supervisor.surveys, SURVEY), (supervisor.debates, DEBATE)):
            records.act(records.open(**draft)["id"], "publication")
        given = {"ADDRESSES": addresses, "TOKEN": bearer("clerk"), "SESSION": session(served, city, PHONE)}

    exec(compile(script, "README.md", "exec"), given)

    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "received"
    assert f"{len(PAPER)} bytes" in shown
    assert f"answered {SURVEY['title']}" in shown
    assert "1 of one's own" in shown
    assert shown[-1].startswith(("403", "409"))
