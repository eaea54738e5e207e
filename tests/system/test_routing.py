"""Routing on the real stack: a model comes into force and goes without a restart, units disagree, many ask the same."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.patience import PATIENCE, comes
from tests.places import STREETS
from tests.stack import Client, Stack, running
from wenzheng import model

pytestmark = [pytest.mark.real, pytest.mark.slow]

MATTERS = {
    "transport": "{}路客运班车停开,没有车坐",
    "housing": "{}花园物业不修屋面,业主维修基金被挪用",
    "education": "{}小学老师有偿补课,学区划分不合理",
}


@pytest.fixture(scope="module")
def own() -> Iterator[Stack]:
    with running() as started:
        yield started


@pytest.fixture
async def client(own: Stack) -> AsyncIterator[Client]:
    opened = Client(own)
    yield opened
    await opened.close()


def letters(folder: Path, *swapped: str) -> Path:
    """Labelled posts of three units; with two names given, each is taken for the other."""
    labels = dict(zip(swapped, reversed(swapped)))
    file = folder / f"letters-{'-'.join(swapped)}.jsonl"
    with file.open("w", encoding="utf-8") as lines:
        for unit, text in MATTERS.items():
            for street in STREETS:
                row = {"text": text.format(street), "label": labels.get(unit, unit)}
                lines.write(json.dumps(row, ensure_ascii=False) + "\n")
    return file


async def command(own: Stack, *arguments: str, check: bool = True) -> str:
    done = await asyncio.to_thread(own.command, *arguments, check=check)
    return done.stdout + done.stderr


async def decided(own: Stack, client: Client, text: str) -> dict[str, Any]:
    """The first decision on a fresh post."""
    receipt = await client.post(title="请问", text=text)
    assert receipt is not None
    headers = own.token("sup", "supervision", "supervisor")

    async def decision() -> Any:
        async with httpx2.AsyncClient(timeout=PATIENCE) as http:
            answer = await http.get(
                f"{own.address('router')}/v1/assignments/{receipt['number']}", headers=headers
            )
        return answer.json()["decisions"][0] if answer.status_code == 200 else None

    found: dict[str, Any] = await comes(decision)
    return found


async def in_force(own: Stack, client: Client, text: str, ready: Callable[[str], bool]) -> dict[str, Any]:
    """Decisions on fresh posts until one was made by the model asked for: partitions learn of it one by one."""
    for _ in range(40):
        found = await decided(own, client, text)
        if ready(found["model_version"]):
            return found
    raise AssertionError(found)


async def test_a_model_comes_into_force_is_rolled_back_and_every_decision_can_be_made_again(
    own: Stack, client: Client, tmp_path: Path
) -> None:
    pytest.importorskip("sklearn")
    text = MATTERS["transport"].format("淮海")
    pids = {name: part["pid"] for name, part in own.parts().items()}
    models = {}
    for name, swapped in (("first", ()), ("second", ("transport", "housing"))):
        models[name] = tmp_path / name
        await asyncio.to_thread(model.train, [letters(tmp_path, *swapped)], models[name])

    await command(own, "model", "activate", str(models["first"]))
    first = await in_force(own, client, text, bool)
    await command(own, "model", "activate", str(models["second"]))
    second = await in_force(own, client, text, lambda version: version not in ("", first["model_version"]))
    await command(own, "model", "rollback")
    third = await in_force(own, client, text, lambda version: version == first["model_version"])
    listed = await command(own, "model", "list")

    assert first["candidates"][0]["department"] == third["candidates"][0]["department"]
    assert first["candidates"][0]["department"] != second["candidates"][0]["department"]
    assert listed.count("启用") == 3
    assert first["model_version"] in listed
    assert {name: part["pid"] for name, part in own.parts().items()} == pids
    await asyncio.to_thread(own.quiet)
    assert own.violated() == []


async def test_what_people_decided_is_learnt_and_in_force_when_no_worse(
    own: Stack, client: Client, tmp_path: Path
) -> None:
    pytest.importorskip("sklearn")
    receipt = await client.post(title="请问", text="淮海花园物业不修屋面,电话13812345678")
    assert receipt is not None
    await asyncio.to_thread(own.quiet)
    # Neither the duty list nor a model of these letters would say so: a person does.
    body = {"department": "water", "reason": "职责"}
    supervisor = own.token("sup", "supervision", "supervisor")
    await client.call("POST", f"/v1/cases/{receipt['number']}/assignment", body, **supervisor)
    await asyncio.to_thread(own.quiet)

    rows = tmp_path / "rows.jsonl"
    await command(own, "model", "rows", "--out", str(rows))
    learnt = [json.loads(line) for line in rows.read_text().splitlines()]
    mine = [row for row in learnt if "淮海花园" in row["text"]]
    assert [row["label"] for row in mine] == ["water"]
    assert "13812345678" not in rows.read_text()

    told = await command(own, "model", "retrain", str(letters(tmp_path)))
    assert "已启用" in told


async def test_a_file_that_is_no_model_is_refused_with_a_sentence(own: Stack, tmp_path: Path) -> None:
    file = tmp_path / "model"
    file.write_bytes(b"not a model")
    told = await command(own, "model", "activate", str(file), check=False)

    assert "不是模型文件" in told
    assert "Traceback" not in told


async def test_units_that_disagree_meet_and_the_ruling_stands(own: Stack, client: Client) -> None:
    receipt = await client.post(text="淮海路人行道和小区交界处的护栏坏了。")
    assert receipt is not None
    number = receipt["number"]
    supervisor = own.token("sup", "supervision", "supervisor")

    async def holder() -> str:
        case = (await client.call("GET", f"/v1/cases/{number}", **supervisor)).json()
        return f"{case.get('department')}/{case.get('meeting')}/{len(case.get('returns', []))}"

    async def reaches(wanted: str) -> None:
        async def reached() -> Any:
            return (await holder()) == wanted

        await comes(reached)

    async def act(role: str, unit: str, path: str, body: dict[str, Any]) -> httpx2.Response:
        headers = own.token(f"{role}-{unit}", unit, role)
        return await client.call("POST", f"/v1/cases/{number}/{path}", body, **headers)

    await asyncio.to_thread(own.quiet)
    chosen = await act("supervisor", "supervision", "assignment", {"department": "water", "reason": "职责"})
    assert chosen.status_code == 202, chosen.text
    await reaches("water/False/0")
    body = {"duty_item": "education-01", "reason": "不属本单位"}
    assert (await act("clerk", "water", "returns", body)).status_code == 202
    await reaches("education/False/1")
    body = {"duty_item": "water-01", "reason": "不属本单位"}
    assert (await act("clerk", "education", "returns", body)).status_code == 202
    await reaches("education/True/2")
    ruling = {
        "lead": "water",
        "assisting": ["education"],
        "reason": "会议明确",
        "parts": {"education": "配合施工"},
    }
    assert (await act("supervisor", "supervision", "ruling", ruling)).status_code == 202
    await reaches("water/False/2")
    case = (await client.call("GET", f"/v1/cases/{number}", **supervisor)).json()
    assert (case["assisting"], case["parts"]) == (["education"], {"education": "配合施工"})


async def test_what_many_ask_is_found_within_seconds_and_survives_a_kill_of_who_tells(
    own: Stack, client: Client
) -> None:
    async def topics() -> list[Any]:
        async with httpx2.AsyncClient(timeout=PATIENCE) as http:
            try:
                answer = await http.get(f"{own.address('router')}/v1/topics")
            except httpx2.HTTPError:
                return []
        found: list[Any] = answer.json()["topics"] if answer.status_code == 200 else []
        return [topic for topic in found if "桑墟" in topic["why"]]

    for n in range(7):
        await client.post(title="公交", text=f"桑墟镇12路公交车停运了,第{n}个邻居来问,什么时候恢复12路公交?")
    [topic] = await comes(topics)
    assert topic["size"] >= 5

    own.signal("router", 9)

    async def risen() -> Any:
        return own.pid("router")

    await comes(risen)
    await asyncio.to_thread(own.quiet)
    for n in range(7, 14):
        await client.post(title="公交", text=f"桑墟镇12路公交车停运了,第{n}个邻居来问,什么时候恢复12路公交?")

    async def grown() -> Any:
        found = await topics()
        return found if found and found[0]["size"] >= 12 else None

    [again] = await comes(grown)
    assert again["topic"] == topic["topic"]

    async with httpx2.AsyncClient(timeout=PATIENCE) as http:
        answer = await http.get(
            f"{own.address('router')}/v1/similar",
            params={"text": "桑墟镇12路公交车停运了,什么时候恢复12路公交?"},
        )
    assert len(answer.json()["posts"]) == 5
    await asyncio.to_thread(own.quiet)
    assert own.violated() == []
