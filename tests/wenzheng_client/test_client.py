"""The client and the pages that show how to use the interfaces, against the real interfaces."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.interfaces import Served, served_beside, token
from tests.patience import PATIENCE
from wenzheng_client import Addresses, Contact, Point, Problem, Wenzheng

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_beside(tmp_path_factory.mktemp("client")) as running:
        yield running


@pytest.fixture
def addresses(served: Served) -> Addresses:
    return Addresses(**{service: served.addresses[service] for service in Addresses.__struct_fields__})


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
    addresses: Addresses, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "wenzheng_client" / "README.md").read_text("utf-8")
    script = "\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))

    exec(compile(script, "README.md", "exec"), {"ADDRESSES": addresses, "TOKEN": bearer("clerk")})

    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "received"
    assert shown[-1].startswith(("403", "409"))
