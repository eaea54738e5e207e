"""A letter with a code goes out once, however many instances of notifier are handed it, and again where it could not go out."""

import asyncio
from pathlib import Path

import httpx2
import pytest

from chassis.clock import HandClock
from chassis.metrics import Metrics
from chassis.postgres.store import connect
from chassis.web.api import create_api, take_routes
from chassis.web.edge import Edge
from chassis.web.limits import Limits
from chassis.web.probes import Probes
from services.notifier import letters
from services.notifier.channels.sms import Sms, SmsAccount
from services.notifier.gateway.app import Gateway, create
from services.notifier.gateway.arrivals import Arrivals
from tests.postgres import as_role, city, migrate
from tests.services.intake.door import PROFILE, Intake, at


class Instances:
    """Some instances of notifier before one provider of text messages."""

    def __init__(self, folder: Path, keys: list[letters.LetterKeys]) -> None:
        self.gateway = Gateway(Arrivals(folder / "codes.jsonl"))
        http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=create(self.gateway)))
        sms = Sms(http, SmsAccount("http://gateway/sms/", "key", "local", "问政"))
        self._edges = [self._edge(own, sms) for own in keys]

    @staticmethod
    def _edge(keys: letters.LetterKeys, sms: Sms) -> Edge:
        api = create_api("notifier", "", Metrics(), Probes())
        take_routes(api.router, letters.routes(keys, sms, Limits(PROFILE.policy.rates, on=False)))
        return Edge(api, Metrics())

    async def carry(self, letter: str, to: int = 0) -> int:
        """Hand a letter to one of them; the answer's status."""
        transport = httpx2.ASGITransport(app=self._edges[to])
        async with httpx2.AsyncClient(transport=transport, base_url="http://notifier") as http:
            return (await http.post("/v1/letters", json={"letter": letter})).status_code

    @property
    def arrived(self) -> int:
        """Text messages that reached a telephone."""
        return len(self.gateway.arrivals.newest())


async def letter_of(intake: Intake, phone: str = "13800001111") -> str:
    """What intake gives who asks for a code."""
    answer = await intake.http.post("/v1/codes", json={"phone": phone})
    return str(answer.json()["letter"])


@pytest.mark.medium
async def test_a_letter_that_could_not_go_out_goes_out_when_it_is_handed_in_again(tmp_path: Path) -> None:
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as intake:
        instances = Instances(tmp_path, [letters.MemoryLetterKeys(intake.proofs.keys)])
        letter = await letter_of(intake)
        instances.gateway.script.add("sms", 1, {"code": "isv.BUSINESS_LIMIT_CONTROL"})

        told = [await instances.carry(letter) for _ in range(3)]

    assert told == [503, 202, 202]
    assert instances.arrived == 1


@pytest.mark.real
async def test_two_instances_that_are_handed_one_letter_at_once_send_one_message(
    dsn: str, tmp_path: Path
) -> None:
    own = await city(dsn)
    for service in ("intake", "notifier"):
        await migrate(service, as_role(own, service))
    pools = [await connect(as_role(own, "notifier"), "notifier") for _ in range(2)]
    vault = await connect(as_role(own, "intake"), "intake")
    instances = Instances(tmp_path, [letters.PostgresLetterKeys(pool) for pool in pools])
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as intake:
        handed = [await letter_of(intake, f"1380000111{n}") for n in range(3)]
        for code, key in intake.proofs.keys.items():
            await vault.execute("insert into vault.code_key values ($1, $2, clock_timestamp())", code, key)

    instances.gateway.script.add("sms", 1, {"delay": 0.2})
    at_once = await asyncio.gather(*(instances.carry(handed[0], to) for to in (0, 1, 0, 1)))
    again = [await instances.carry(handed[0], to) for to in (0, 1)]
    instances.gateway.script.add("sms", 1, {"code": "isv.BUSINESS_LIMIT_CONTROL"})
    other = [await instances.carry(handed[1], to) for to in (0, 1)]
    await pools[0].execute("update letter_sent set claimed_at = claimed_at - interval '1 hour'")
    await instances.carry(handed[2])
    left = await pools[0].fetchval("select count(*) from letter_sent")
    for pool in (*pools, vault):
        pool.terminate()

    assert at_once == [202] * 4
    assert again == [202] * 2
    assert other == [503, 202], "what the one could not send, the other sent"
    assert instances.arrived == 3
    assert left == 1, "claims that no letter can need any more are forgotten"
