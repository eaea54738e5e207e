"""One post walks through everything that is real; integrators listen; bad records hurt nobody."""

import asyncio
import json
import signal
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import TopicAuthorizationFailedError

from chassis.kafka.broker import Broker
from contracts.codec import Event, encode
from contracts.identity import derived, partition_of
from contracts.posts import PostSupported
from contracts.topics import TOPICS
from services.survey.web import examples
from tests.patience import PATIENCE, comes
from tests.services.survey.door import Person, cast, entitle
from tests.stack import ROOT, Client, Stack
from wenzheng.stack import kafka
from wenzheng.stack.home import SERVICES
from wenzheng.stack.status import database

pytestmark = [pytest.mark.real]


@pytest.fixture
async def client(stack: Stack) -> AsyncIterator[Client]:
    opened = Client(stack)
    yield opened
    await opened.close()


async def _assigned(stack: Stack, client: Client, number: str, unit: str = "housing") -> None:
    body = {"department": unit, "reason": "职责所在"}
    supervisor = stack.token("s1", "supervision", "supervisor")
    response = await client.call("POST", f"/v1/cases/{number}/assignment", body, **supervisor)
    assert response.status_code == 202, response.text

    async def held() -> bool:
        return bool((await client.call("GET", f"/v1/posts/{number}")).json()["department"] == unit)

    await comes(held)


async def test_a_post_is_assigned_timed_answered_rated_told_and_counted(stack: Stack, client: Client) -> None:
    before = httpx2.get(f"{stack.address('stats')}/v1/league", timeout=PATIENCE).json()["city"]
    # A telephone of one's own: twenty messages a day go to each.
    receipt = await client.post(contact={"phone": f"138{uuid.uuid4().int % 10**8:08d}"})
    assert receipt is not None
    number, code = receipt["number"], {"X-Query-Code": receipt["query_code"]}
    clerk, leader = stack.token("c1", "housing", "clerk"), stack.token("l1", "housing", "leader")
    await _assigned(stack, client, number)

    for path, body in (("acceptance", {}), ("questions", {"text": "哪一侧?"})):
        assert (await client.call("POST", f"/v1/cases/{number}/{path}", body, **clerk)).status_code == 202
    assert (
        await client.call("POST", f"/v1/posts/{number}/answers", {"text": "东侧"}, **code)
    ).status_code == 202
    draft = await client.call("POST", f"/v1/cases/{number}/replies", {"text": "已修复。"}, **clerk)
    early = await client.call("POST", f"/v1/posts/{number}/ratings", {"grade": 5}, **code)
    approved = await client.call(
        "POST", f"/v1/cases/{number}/replies/{draft.json()['reply_id']}/approval", {}, **leader
    )
    rated = await client.call("POST", f"/v1/posts/{number}/ratings", {"grade": 5}, **code)

    assert (early.status_code, approved.status_code, rated.status_code) == (409, 202, 202)

    async with httpx2.AsyncClient(timeout=PATIENCE) as http:

        async def stopped() -> Any:
            found = (await http.get(f"{stack.address('deadline')}/v1/deadlines/{number}")).json()
            return found if found.get("stopped") else None

        deadline = await comes(stopped)
        assert deadline["in_time"] is True
        assert "第3个工作日" in deadline["counted"][-1]["text"]

        async def counted() -> Any:
            city = (await http.get(f"{stack.address('stats')}/v1/league")).json()["city"]
            return all(city[figure] == before[figure] + 1 for figure in ("replied", "rated", "satisfied"))

        await comes(counted)

        async def told() -> Any:
            answer = await http.get(f"{stack.address('notifier')}/v1/notices/{number}", headers=clerk)
            if answer.status_code in (403, 404, 429):
                # Notifier may not have heard of post or unit yet; and who looks ten times a second waits.
                return None
            kinds = {
                n["kind"]
                for n in answer.json()["notices"]
                if n["state"] == "sent" and n["audience"] == "citizen"
            }
            return {"assigned", "asked", "replied"} <= kinds

        # What a busy gateway did not answer is sent again after ten seconds, then after twenty, then forty.
        await comes(told)
        metrics = (await http.get(f"{stack.address('stats')}/metrics")).text
        assert "wenzheng_events_total" in metrics
        why = await http.get(f"{stack.address('router')}/v1/assignments/{number}", headers=clerk)
        assert why.json()["department"] == "housing"
        for service in ("intake", "router", "deadline", "notifier", "stats", "survey", "debate"):
            openapi = (await http.get(f"{stack.address(service)}/openapi.json")).json()
            assert openapi["openapi"].startswith("3.")


async def test_a_survey_whose_service_is_killed_while_people_answer_is_recounted_exactly(
    stack: Stack,
) -> None:
    supervisor = stack.token("s1", "supervision", "supervisor")
    async with httpx2.AsyncClient(base_url=stack.address("survey"), timeout=PATIENCE) as http:

        async def staff(path: str, body: dict[str, Any]) -> dict[str, Any]:
            headers = supervisor | {"Idempotency-Key": f"key{path}"}

            async def taken() -> httpx2.Response | None:
                try:
                    return await http.post(f"/v1/surveys{path}", json=body, headers=headers)
                except httpx2.TransportError:  # The service is gone; the key makes it safe to ask again.
                    return None

            answer = await comes(taken)
            assert answer.status_code == 202, answer.text
            found: dict[str, Any] = answer.json()
            return found

        async def voted(person: Person) -> None:
            async def look() -> bool:
                try:
                    if not person.signature and (await entitle(http, survey, person)).status_code != 200:
                        return False
                    answer = await cast(http, survey, person)
                except (httpx2.HTTPError, KeyError):
                    return False
                return answer.status_code == 202 or answer.json()["type"].endswith(":already-counted")

            await comes(look)

        survey = (await staff("", examples.DRAFT))["id"]
        await staff(f"/{survey}/publication", {})
        crowd = [Person(f"139000{n:05d}", bytes([n]) * 32) for n in range(24)]
        voting = [asyncio.create_task(voted(person)) for person in crowd]
        await asyncio.wait(voting, return_when=asyncio.FIRST_COMPLETED)
        assert stack.signal("survey", signal.SIGKILL)
        await asyncio.gather(*voting)
        await staff(f"/{survey}/closing", {"reason": "提前结束"})
        assert (await staff(f"/{survey}/result", {}))["answers"] == len(crowd)

    async def recounted() -> bool:
        return stack.command("recount", survey, check=False).returncode == 0

    await comes(recounted)


async def test_a_departments_system_reads_its_assignments_with_a_group_of_its_own(
    stack: Stack, client: Client
) -> None:
    receipt = await client.post()
    assert receipt is not None
    # The system reads from the first assignment on, and nobody else's tests give this unit any.
    await _assigned(stack, client, receipt["number"], "meteorology")
    example = ROOT / "deploy" / "examples" / "department_system.py"
    if not example.exists():
        pytest.skip("the example is not in this checkout")

    done = await asyncio.to_thread(
        subprocess.run,
        [
            sys.executable,
            str(example),
            "--kafka",
            stack.home.read_state()["kafka"],
            "--password-file",
            str(stack.home.secret_file("kafka-department")),
            "--department",
            "meteorology",
            "--count",
            "1",
            "--timeout",
            "30",
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert receipt["number"] in done.stdout


async def test_bad_records_are_parked_with_a_reason_and_nothing_behind_them_waits(
    stack: Stack, client: Client
) -> None:
    victim = derived("bad", "subject")
    before = {row["id"] for row in json.loads(stack.command("parked", "list", "--json").stdout)}
    producer = AIOKafkaProducer(**stack.bus("intake").options)
    await producer.start()
    fact = PostSupported(at=datetime.fromisoformat("2026-03-02T09:00:00+08:00"), supporter="s")
    good = encode(Event(derived("bad", "event"), "posts", victim, 1, fact, "intake"))
    partition = partition_of(victim)
    headers = list(good.headers)
    try:
        for key, value, with_headers in (
            (good.key, b"{broken", headers),
            (None, good.value, headers),
            (
                good.key,
                good.value.replace(b".v1", b".v9"),
                [h if h[0] != "ce_seq" else ("ce_seq", b"2") for h in headers],
            ),
            (good.key, b"[" * 60_000, [h if h[0] != "ce_seq" else ("ce_seq", b"3") for h in headers]),
        ):
            await producer.send_and_wait("posts", value, key, partition=partition, headers=with_headers)
    finally:
        await producer.stop()

    receipt = await client.post()
    assert receipt is not None
    await _assigned(stack, client, receipt["number"])
    stack.quiet()  # the bad ones lie in another partition than that post
    listed = [
        row for row in json.loads(stack.command("parked", "list", "--json").stdout) if row["id"] not in before
    ]

    readers = {"router", "deadline", "notifier", "stats"}
    assert {row["service"] for row in listed} == readers
    assert len(listed) == 4 * len(readers)
    assert all(row["reason"] for row in listed)
    assert stack.violated() == []
    of_stats = [row for row in listed if row["service"] == "stats"]
    dropped = next(row for row in of_stats if row["seq"] == 1 and row["subject"] == victim)
    stack.command("parked", "drop", dropped["id"])

    async def gone() -> bool:
        rows = json.loads(stack.command("parked", "list", "--json").stdout)
        return all(row["id"] != dropped["id"] for row in rows)

    await comes(gone)
    assert stack.violated() == []
    await _all_dropped(stack, before)


async def _all_dropped(stack: Stack, before: set[str]) -> None:
    """An operator drops what is parked since, by ids of which one is nobody's."""
    rest = set(stack.command("parked", "list", "--ids").stdout.split()) - before
    named = "\n".join([*rest, "stats/posts/0/99999999"])

    told = stack.command("parked", "drop", "-", given=named, check=False)

    assert (bool(rest), told.returncode) == (True, 1)
    assert "没有搁置的 stats/posts/0/99999999" in told.stderr
    assert f"已标记 {len(rest)} 条" in told.stderr

    async def gone() -> bool:
        return not rest & set(stack.command("parked", "list", "--ids").stdout.split())

    await comes(gone)
    assert stack.violated() == []


async def test_the_log_says_what_another_policy_would_have_done_and_stays_as_it_is(
    stack: Stack, client: Client, tmp_path: Path
) -> None:
    receipt = await client.post()
    assert receipt is not None
    await _assigned(stack, client, receipt["number"])
    stack.quiet()
    policy = tmp_path / "policy.toml"
    policy.write_text(
        "[kinds.consult]\nreply_days = 1\n[kinds.complaint]\nreply_days = 1\n", encoding="utf-8"
    )
    before = stack.parts()

    city, *units = json.loads(stack.command("whatif", "--policy", str(policy), "--json").stdout)

    # Others of other kinds are on this stack, too, and some that no unit holds.
    assert 0 < sum(unit["earlier"] for unit in units) <= city["earlier"] <= city["cases"]
    assert city["later"] == 0
    assert {name: part["pid"] for name, part in stack.parts().items()} == {
        name: part["pid"] for name, part in before.items()
    }
    assert stack.violated() == []


async def test_every_service_reaches_its_own_schema_and_nothing_else(stack: Stack) -> None:
    state = stack.home.read_state()
    connection = await asyncpg.connect(database(stack.home, state, "router"))
    try:
        assert await connection.fetchval("select count(*) from router.subject") >= 0
        for table in ("intake.subject", "vault.contact_key", "deadline.timer", "stats.cell"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetchval(f"select count(*) from {table}")
    finally:
        await connection.close()
    notifier = await asyncpg.connect(database(stack.home, state, "notifier"))
    try:
        assert await notifier.fetchval("select count(*) from vault.contact_key") >= 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await notifier.execute("delete from vault.contact_key")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await notifier.fetchval("select count(*) from vault.text_key")
    finally:
        await notifier.close()


@pytest.mark.parametrize("user", [*SERVICES, "auditor", "department"])
async def test_whoever_may_write_a_topic_may_write_no_other(stack: Stack, user: str) -> None:
    producer = AIOKafkaProducer(**stack.bus(user).options)
    await producer.start()
    refused = set()
    try:
        for topic in TOPICS:
            if topic.writer == user:
                continue
            with pytest.raises(TopicAuthorizationFailedError):
                async with asyncio.timeout(PATIENCE):
                    await producer.send_and_wait(topic.name, b"{}", b"forged", partition=0)
            refused.add(topic.name)
    finally:
        await producer.stop()

    assert refused == {topic.name for topic in TOPICS if topic.writer != user}


@pytest.mark.parametrize(
    ("user", "seen"),
    [
        ("department", {"assignments"}),
        (
            "stats",
            {
                *("posts", "replies", "assignments", "deadlines", "city"),
                *("bulletins", "accountability", "inspections", "surveys"),
            },
        ),
        (
            "notifier",
            {
                *("posts", "replies", "assignments", "deadlines", "groups", "city", "notices"),
                *("accountability", "inspections", "dialogues"),
            },
        ),
        ("auditor", {topic.name for topic in TOPICS}),
    ],
)
async def test_who_may_not_read_a_topic_does_not_even_see_that_it_is_there(
    stack: Stack, user: str, seen: set[str]
) -> None:
    client = AIOKafkaAdminClient(**stack.bus(user).options)
    await client.start()
    try:
        assert set(await client.list_topics()) == seen
    finally:
        await client.close()


async def test_who_shows_no_password_is_not_on_the_bus_at_all(stack: Stack) -> None:
    for broker in (
        Broker(stack.bus().servers),
        Broker(stack.bus().servers, "intake", "guessed"),
        Broker(stack.bus().servers.replace(":" + str(stack.base + 10), ":" + str(stack.base + 11))),
    ):
        async with asyncio.timeout(PATIENCE):
            assert not await kafka.answers(broker)


async def test_who_opens_a_box_by_whatever_way_stands_in_a_log_that_intake_cannot_change(
    stack: Stack, client: Client
) -> None:
    receipt = await client.post(contact={"phone": "13812345678"})
    assert receipt is not None
    await _assigned(stack, client, receipt["number"])
    clerk = stack.token("c1", "housing", "clerk")
    opened = await client.call("GET", f"/v1/cases/{receipt['number']}", **clerk)
    assert opened.json()["contact"] == {"phone": "13812345678"}

    state = stack.home.read_state()
    auditor = await asyncpg.connect(database(stack.home, state, "auditor"))
    found = await auditor.fetch("select person, detail from security.log where kind = 'case-opened'")
    await auditor.close()
    assert ("c1", "clerk housing") in [tuple(row) for row in found]
    intake = await asyncpg.connect(database(stack.home, state, "intake"))
    try:
        for act in ("delete from security.log", "update security.log set person = ''", "table security.log"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await intake.execute(act)
    finally:
        await intake.close()
