"""Every operation answers what its description says; `Conforming` looks at each answer of the drivers."""

import asyncio
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from fastapi.responses import Response

from chassis.clock import HandClock
from chassis.metrics import Metrics
from chassis.web.api import create_api
from chassis.web.described import described, operations
from chassis.web.probes import Probes
from chassis.web.responses import Json
from services.deadline.whatif import web as what_if
from services.debate.web import examples as debate_examples
from services.intake.core.acts import ACTS
from services.intake.core.city import CHANGES
from services.intake.web import examples
from services.router.core.answers import ModelKept
from services.stats.accountability import bodies as record_bodies
from services.stats.bulletins import bodies
from services.stats.core.case import Case
from services.stats.inspections import bodies as round_bodies
from services.survey.web.examples import DRAFT
from tests.conforming import ANSWERED, Conforming
from tests.interfaces import client, edges, live, token
from tests.journeys.staff import bearer
from tests.journeys.test_accountability import Room
from tests.journeys.test_bulletins import Office
from tests.journeys.test_inspections import CENTRE, Centre
from tests.journeys.world import World
from tests.services.debate.conversing import Conversing
from tests.services.debate.door import Debating
from tests.services.intake.door import PROFILE, Intake, at
from tests.services.intake.files import picture
from tests.services.intake.test_proving import MINE, Town
from tests.services.intake.test_roles import case_for, headers_of
from tests.services.notifier.telephones import RECEIPTS_TOKEN, Telephones
from tests.services.notifier.test_bounces import POSTFIX
from tests.services.router.test_web import rows
from tests.services.survey.door import Person, Surveying
from wenzheng.training import fit

pytestmark = pytest.mark.medium

ELSEWHERE = {
    (
        "wenzheng notifier",
        "post",
        "/v1/outbox/resend",
    ): "tests/services/notifier/test_web.py, on a database"
}
"""Operation to the test that has it answer."""


async def everything_of_intake() -> None:
    """Every act by whoever may, every change of the city, every list."""
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as intake:
        for act in ACTS:
            if not act.path:
                continue
            mine, other = await case_for(intake, act)
            place = "posts" if act.public else "cases"
            unit = "holding" if act.who.units == "any" else act.who.units
            caller = "author" if act.public else f"{act.who.roles[0]}/{unit}"
            body = dict(act.example) | ({"duty_item": PROFILE.duties[0].code} if act.name == "return" else {})
            done = await intake.http.post(
                f"/v1/{place}/{mine['number']}/{act.path.format(id='x1')}",
                json=body,
                headers=headers_of(caller, mine, other) | intake.key(),
            )
            assert done.status_code == 202, (act.name, done.text)
            await intake.own(mine)
            await intake.http.get(f"/v1/posts/{mine['number']}")
            await intake.staff_get("supervisor", "supervision", f"cases/{mine['number']}")
        mine, other = await case_for(intake)
        body = {"numbers": [mine["number"], other["number"]], "lead": mine["number"]}
        group = (await intake.staff("supervisor", "supervision", "groups", body)).json()["group"]
        await intake.staff_get("supervisor", "supervision", f"cases/{mine['number']}")
        await intake.staff_get("supervisor", "supervision", "cases?state=all")
        await intake.staff_get("supervisor", "supervision", "instructions/figures")
        await intake.http.get("/v1/shown")
        ticket = (await intake.http.post("/v1/attachments", content=picture())).json()["attachment"]
        given = (await intake.post(public=False, attachments=[ticket])).json()
        file = (await intake.own(given))["attachments"][0]["id"]
        for place in ("posts", "cases"):
            path = f"{place}/{given['number']}/attachments/{file}"
            headers = headers_of("author", given, given)
            read = (
                await intake.staff_get("supervisor", "supervision", path)
                if place == "cases"
                else await intake.http.get(f"/v1/{path}", headers=headers)
            )
            assert read.status_code == 200, read.text
        for offered in ("posts", "kinds", "areas", "departments", "leaders", "duties"):
            await intake.http.get(f"/v1/{offered}")
        headers = headers_of("supervisor/holding", mine, other)
        await intake.http.delete(f"/v1/groups/{group}/members/{other['number']}", headers=headers)
        await intake.staff("clerk", "housing", "cases", examples.ENTERED)
        await intake.http.post("/v1/unsubscriptions", json=examples.UNSUBSCRIPTION)
        for change in CHANGES:
            await intake.staff(
                "operator", "supervision", f"city/{change.name}", examples.CHANGES[change.name]
            )


async def everything_of_survey() -> None:
    """A whole survey."""
    async with Surveying(HandClock(at("2026-03-02T10:00"))).open() as surveying:
        survey = await surveying.published()
        await surveying.staff(f"/{(await surveying.staff('', DRAFT)).json()['id']}/draft", DRAFT)
        await surveying.answered(survey, Person("13900000001", bytes(32)))
        await surveying.http.get("/v1/surveys")
        await surveying.counted(survey)
        text = (await surveying.staff_get(f"/{survey}/texts")).json()["texts"][0]
        judged = {"ballot": text["ballot"], "question": text["question"], "shown": True}
        assert (await surveying.staff(f"/{survey}/texts", judged)).status_code == 202


async def everything_of_a_debate() -> None:
    """A whole debate."""
    anna, bert = "13900000001", "13900000002"
    async with Debating(HandClock(at("2026-03-02T10:00"))).open() as debating:
        debate = await debating.opened(topic={"id": "t-1", "name": "停车", "posts": ["SQ260213-000017"]})
        draft = (await debating.does("", debate_examples.DRAFT))["id"]
        await debating.does(f"/{draft}/draft", debate_examples.DRAFT)
        comment = await debating.said(debate, anna, "路口划线")
        await debating.said(debate, bert, "同意", answers=comment)
        await debating.does(f"/{debate}/statements", debate_examples.STATEMENT)
        await debating.support(debate, bert, comment)
        await debating.mine(debate, bert)
        await debating.comments(debate)
        await debating.staff_get(f"/{debate}/moderation?standing=shown")
        await debating.withdraw(debate, anna, comment)
        await debating.does(f"/{debate}/closing", debate_examples.CLOSING)
        await debating.read(debate)
        await debating.http.get("/v1/debates")


async def everything_of_a_dialogue() -> None:
    """A whole dialogue."""
    anna, bert = "13900000001", "13900000002"
    async with Conversing(HandClock(at("2026-03-02T10:00"))).open() as conversing:
        assert isinstance(conversing, Conversing)
        dialogue = await conversing.announced()
        draft = await conversing.done("", debate_examples.OCCASION)
        await conversing.done(f"/{draft}/draft", debate_examples.OCCASION)
        question = await conversing.asked(dialogue, anna, "何时延长?")
        await conversing.answer(dialogue, question, "四月起。")
        taken_back = await conversing.asked(dialogue, anna, "算了")
        holder = conversing.holding(dialogue, bert)
        path = f"/v1/dialogues/{dialogue}/questions"
        for one, act in ((question, "support"), (taken_back, "withdrawal")):
            who = holder if act == "support" else conversing.holding(dialogue, anna)
            await conversing.http.post(f"{path}/{one}/{act}", json={}, headers=who | conversing.key())
        await conversing.http.get(f"/v1/dialogues/{dialogue}/mine", headers=holder)
        supervisor = conversing.token("supervisor", "supervision")
        await conversing.http.get(f"/v1/dialogues/{dialogue}/moderation?standing=shown", headers=supervisor)
        invited = debate_examples.OCCASION["invited"][0]
        prepared = {"text": "本周试划。", "speaker": "unit", "answers": question}
        answer = await conversing.done(f"/{dialogue}/answers", prepared, role="clerk", unit=invited)
        await conversing.http.get(f"/v1/dialogues/{dialogue}/answers", headers=supervisor)
        await conversing.done(f"/{dialogue}/answers/{answer}/approval", debate_examples.APPROVAL)
        await conversing.done(f"/{dialogue}/closing", debate_examples.ENDING)
        await conversing.done(f"/{dialogue}/questions/{question}/post", debate_examples.ENTERED)
        for path in ("", "/questions", "/transcript"):
            await conversing.told(dialogue, path)
        await conversing.http.get("/v1/dialogues")


async def everything_of_a_proof(folder: Path) -> None:
    """A telephone is proved, its posts are read, and the session ends."""
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as intake:
        town = Town(intake, Telephones(intake, folder))
        await intake.post(contact={"phone": MINE})
        session = await town.sign_in()
        assert len((await town.posts(session)).json()["posts"]) == 1
        place = {"place": "01985c3e-0000-7000-8000-000000000000"}
        assert (await intake.http.post("/v1/my/passes", json=place, headers=session)).status_code == 201
        await intake.http.delete("/v1/sessions/mine", headers=session)


async def everything_of_a_bulletin(world: World) -> None:
    """From the draft to the issue, with an objection that is answered."""
    async with world.stats_office() as http:
        office = Office(http)
        supervisor, unit = ("supervisor", "supervision"), ("clerk", "housing")
        drafted = await office.does(*supervisor, "", bodies.EXAMPLES["draft"])
        place = f"/{drafted['id']}"
        await office.does(*supervisor, f"{place}/text", bodies.EXAMPLES["text"])
        await office.does(*supervisor, f"{place}/circulation")
        await office.does(*unit, f"{place}/objections", bodies.EXAMPLES["objection"])
        await office.does(*supervisor, f"{place}/objections/o-1/answer", bodies.EXAMPLES["answer"])
        for path in ("", place):
            assert (await office.reads(path, *supervisor)).status_code == 200
        await world.until("2026-03-09T10:00")
        await office.does("leader", "supervision", f"{place}/issue")


async def everything_of_a_record(world: World) -> None:
    """From the opening to the closing, with an appeal that is decided."""
    async with world.stats_office() as http:
        room = Room(http)
        supervisor, leader, examples = (
            ("supervisor", "supervision"),
            ("leader", "housing"),
            record_bodies.EXAMPLES,
        )
        opened = await room.does(*supervisor, "", examples["opening"])
        place = f"/{opened['id']}"
        await room.does(*supervisor, f"{place}/person", examples["person"])
        await room.does(*leader, f"{place}/statement", examples["statement"])
        await room.does("clerk", "housing", f"{place}/statement", examples["statement"])
        await room.does(*supervisor, f"{place}/finding", examples["finding"])
        await room.does(*leader, f"{place}/appeal", examples["appeal"])
        await room.does(*supervisor, f"{place}/decision", examples["decision"], "another supervisor")
        await room.does(*supervisor, f"{place}/closing", examples["closing"])
        for path in ("?state=all", place):
            assert (await room.reads(*supervisor, path)).status_code == 200
        for query in ("assessment", "assessment?weights=on_time:40", "counted?month=2026-03"):
            read = await http.get(f"/v1/{query}", headers=bearer(*supervisor, "somebody"))
            assert read.status_code == 200


async def everything_of_a_round(world: World) -> None:
    """Rounds of what a unit has answered: looked through, put right, called; one ends, one is given up."""
    (month,) = {str(case.answered_at())[:7] for case in world.figures.states() if _answered(case)}
    examples = round_bodies.EXAMPLES
    async with world.stats_office() as http:
        centre = Centre(http)
        place = await centre.opened(period=month, size=1)
        called = await centre.opened("callback", period=month, size=1)
        (item,) = (await centre.whole(*CENTRE, place))["items"]
        (other,) = (await centre.whole(*CENTRE, called))["items"]
        await centre.does(*CENTRE, f"{place}/finding", examples["finding"] | {"case": item["case"]})
        correction = examples["correction"] | {"case": item["case"]}
        await centre.does("leader", item["department"], f"{place}/correction", correction)
        await centre.does(*CENTRE, f"{place}/judgement", examples["judgement"] | {"case": item["case"]})
        await centre.does(*CENTRE, f"{place}/closing", examples["closing"])
        given = await centre.asks(*CENTRE, f"{called}/contact", {"case": other["case"]})
        to_call = await world.intake.staff(
            *CENTRE, f"cases/{other['case']}/contact", {"token": given.json()["token"]}
        )
        assert (given.status_code, to_call.status_code) == (201, 200)
        await centre.does(*CENTRE, f"{called}/call", examples["call"] | {"case": other["case"]})
        await centre.does(*CENTRE, f"{called}/stopping", examples["stopping"])
        for path in ("?state=all", place):
            assert (await centre.reads(*CENTRE, path)).status_code == 200


def _answered(case: object) -> bool:
    return isinstance(case, Case) and case.answered_at() is not None


async def everything_of_the_others(world: World) -> None:
    """Every read of the other four, of a city in which a little has happened; and a model is kept."""
    receipts = await live(world)
    served = edges(world)
    code = (await world.intake.http.post("/v1/codes", json={"phone": MINE})).json()
    async with client(served["notifier"]) as http:
        assert (await http.post("/v1/letters", json={"letter": code["letter"]})).status_code == 202
    async with client(served["notifier"], Authorization=f"Bearer {RECEIPTS_TOKEN}") as http:
        told = {"channel": "wechat", "receipts": [{"message": "200163836", "arrived": True}]}
        assert (await http.post("/v1/receipts", json=told)).status_code == 202
        report = [{"success": True, "out_id": "0195a000-0000-7000-8000-000000000001"}]
        assert (await http.post("/v1/receipts/sms", json=report)).status_code == 200
        assert (await http.post("/v1/receipts/mail", content=POSTFIX)).status_code == 202
    async with client(served["notifier"], **token("clerk")) as http:
        address = {"channel": "sms", "address": "13900001111"}
        assert (await http.post("/v1/inbox/addresses", json=address)).status_code == 202
        code = json.loads(world.gateway.arrivals.newest()[0]["text"])
        assert (await http.post("/v1/inbox/proofs", json=code)).status_code == 202
        choice = {"channel": "sms", "pace": "hourly"}
        assert (await http.post("/v1/inbox/choice", json=choice)).status_code == 202
        assert (await http.get("/v1/inbox")).status_code == 200
    reads = {
        "router": ("assignments/{}", "similar?text=路灯不亮", "topics", "models"),
        "deadline": ("deadlines/{}",),
        "notifier": ("notices/{}", "outbox", "outbox?state=failed"),
        "stats": ("league", "league?period=2026-Q1", "figures", "figures?kind=complaint"),
    }
    data = fit(rows(), seed=1)
    async with client(served["router"], **token("operator")) as http:
        kept = await http.put(f"/v1/models/{sha256(data).hexdigest()}", content=data)
        assert kept.status_code == 201, kept.text
    for service, paths in reads.items():
        for role in ("supervisor", "operator"):
            async with client(served[service], **token(role)) as http:
                for path in paths:
                    for receipt in receipts:
                        await http.get(f"/v1/{path.format(receipt['number'])}")
    async with client(served["stats"]) as http:
        assert (await http.get("/open")).status_code == 200
    async with client(served["deadline"], **token("supervisor")) as http:
        run = (await http.post("/v1/what-ifs", json=what_if.EXAMPLE)).json()["id"]
        while (found := (await http.get(f"/v1/what-ifs/{run}")).json())["state"] != "done":
            await asyncio.sleep(0)
        unit = found["lines"][1]["department"]
        for path in ("", f"/{run}/cases?department={unit}"):
            assert (await http.get(f"/v1/what-ifs{path}")).status_code == 200
        assert (await http.post(f"/v1/what-ifs/{run}/cancellation")).status_code == 202


async def test_every_operation_answers_as_it_says(tmp_path: Path) -> None:
    world = World(1, "2026-03-02T10:00", tmp_path)
    ANSWERED.clear()

    await everything_of_intake()
    await everything_of_survey()
    await everything_of_a_debate()
    await everything_of_a_dialogue()
    await everything_of_a_proof(tmp_path)
    async with world.open():
        await everything_of_the_others(world)
        await everything_of_a_bulletin(world)
        await everything_of_a_record(world)
        await everything_of_a_round(world)

        unanswered = set()
        for service, edge in edges(world).items():
            async with client(edge) as http:
                document = (await http.get("/openapi.json")).json()
            for path, method, operation in operations(document):
                if any(
                    "application/json" in response.get("content", ())
                    for response in operation["responses"].values()
                ):
                    unanswered.add((f"wenzheng {service}", method, path))
        unanswered -= ANSWERED
    assert unanswered == set(ELSEWHERE)


def said(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and schema of every JSON answer of 2xx."""
    for path, _, operation in operations(document):
        for status, response in operation["responses"].items():
            content = response.get("content", {})
            if status.startswith("2") and "application/json" in content:
                yield path, content["application/json"]["schema"]


async def test_every_answer_has_a_shape(tmp_path: Path) -> None:
    world = World(1, "2026-03-02T10:00", tmp_path)
    for service, edge in edges(world).items():
        async with client(edge) as http:
            document = (await http.get("/openapi.json")).json()
        shapes = list(said(document))
        assert shapes, service
        for path, schema in shapes:
            for alternative in schema.get("anyOf", [schema]):
                name = alternative["$ref"].rpartition("/")[2]
                shape = document["components"]["schemas"][name]
                for part in ("properties", "required", "description"):
                    assert shape[part], (path, name, part)


@pytest.mark.parametrize(
    "answer",
    [
        {"checksum": "c", "version": "v", "threshold": 1.0, "more": 1},
        {"checksum": "c", "version": "v"},
        {"checksum": "c", "version": "v", "threshold": "high"},
    ],
    ids=["a field nobody described", "a missing field", "another type"],
)
async def test_an_answer_that_is_not_as_described_is_told(answer: dict[str, Any]) -> None:
    api = create_api("planted", "One route.", Metrics(), Probes())

    @api.get("/v1/planted", openapi_extra=described(answer=ModelKept))
    async def planted() -> Response:
        """Something else than was said."""
        return Json(answer)

    async with client(Conforming(api, api)) as http:
        with pytest.raises(AssertionError, match="does not answer as it says"):
            await http.get("/v1/planted")
