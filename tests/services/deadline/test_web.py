"""The deadline at its door: dates for everybody, what was written only for those it is meant for."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from chassis.clock import HandClock
from chassis.metrics import Metrics
from chassis.tokens import Staff, Verifier, sign
from chassis.web.api import create_api, take_routes
from chassis.web.edge import Edge
from chassis.web.limits import Limits
from chassis.web.probes import Probes
from city.profile import Profile
from contracts.assignments import LeadNamed
from contracts.posts import CitizenErased, PostHeld, PostHidden, PostReleased, PostWithdrawn
from services.deadline import web
from services.deadline.core.case import Case
from tests.conforming import Conforming
from tests.services.deadline.desk import given
from tests.services.deadline.facts import PROFILE, assigned, at, extended, moved, policy, received
from tests.services.intake.door import PRIVATE, PUBLIC

WRITTEN = ("备件", "已勘察")
"""Reason and progress of the extension."""


class Asked:
    """Deadline's door over the cases that a test has told."""

    def __init__(self, rate_limits: bool = False, city: Profile = PROFILE) -> None:
        self.cases: dict[str, Case] = {}
        clock, limits = HandClock(at("2026-03-04T12:00")), Limits(city.policy.rates, rate_limits)
        door = web.Door(self, lambda _: city, clock, Verifier(PUBLIC), limits)
        metrics = Metrics()
        api = create_api("deadline", "…", metrics, Probes())
        take_routes(api.router, web.routes(door))
        transport = httpx2.ASGITransport(app=Conforming(Edge(api, metrics), api))
        self.http = httpx2.AsyncClient(transport=transport, base_url="http://deadline")

    async def case(self, number: str) -> Case | None:
        return self.cases.get(number)

    def tell(self, *more: Any, public: bool = True) -> None:
        """A case whose extension was approved, and what came after."""
        facts = [
            replace(received("2026-03-02T10:00"), public=public),
            assigned("2026-03-02T10:00"),
            extended("2026-03-04T10:00", "2026-03-09"),
        ]
        self.cases["SQ1"] = given(*facts, *more).case

    async def get(
        self, path: str = "/v1/deadlines/SQ1", role: str = "", department: str = "water"
    ) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {sign(PRIVATE, Staff('p', department, role))}"} if role else {}
        return await self.http.get(path, headers=headers)


@pytest.fixture
async def asked() -> AsyncIterator[Asked]:
    door = Asked()
    async with door.http:
        yield door


def tells_reasons(response: httpx2.Response) -> bool:
    """Whether both written texts are told; half of them, or in one place only, fails."""
    assert response.status_code == 200
    told = [response.text.count(text) for text in WRITTEN]
    assert told in ([2, 2], [0, 0]), "in the list of extensions and in the lines, or in neither"
    return told == [2, 2]


LATER = "2026-03-04T11:00"
GONE = {
    "private": (),
    "held": (PostHeld(at=at(LATER), reason="词表"),),
    "hidden": (PostHidden(at=at(LATER), reason="", by="s"),),
    "withdrawn": (PostWithdrawn(at=at(LATER)),),
    "erased": (CitizenErased(at=at(LATER), citizen="c"),),
}


async def test_of_a_public_post_anybody_reads_why_more_time_was_granted(asked: Asked) -> None:
    asked.tell()

    assert tells_reasons(await asked.get())


@pytest.mark.parametrize("state", list(GONE))
async def test_of_a_post_that_is_not_shown_the_public_reads_dates_only(asked: Asked, state: str) -> None:
    asked.tell(*GONE[state], public=state != "private")

    response = await asked.get()

    assert not tells_reasons(response)
    body = response.json()
    assert body["due"] == "2026-03-09T18:00:00+08:00"
    assert [(one["new_date"], one["reason"], one["progress"]) for one in body["extensions"]] == [
        ("2026-03-09", "", "")
    ]
    assert "2026年3月4日 10:00 延期至 2026年3月9日 18:00" in body["lines"]


async def test_a_post_that_moderation_has_released_is_told_in_full(asked: Asked) -> None:
    asked.tell(PostHeld(at=at(LATER), reason=""), PostReleased(at=at(LATER), by="s"))

    assert tells_reasons(await asked.get())


@pytest.mark.parametrize("state", list(GONE))
@pytest.mark.parametrize(
    ("role", "department", "reads"),
    [
        ("clerk", "water", True),
        ("leader", "water", True),
        ("clerk", "gas", True),
        ("leader", "gas", True),
        ("clerk", "power", False),
        ("leader", "housing", False),
        ("clerk", "transport", False),
        ("operator", "supervision", False),
        ("supervisor", "supervision", True),
        ("mayor", "government", True),
    ],
    ids=lambda value: str(value),
)
async def test_of_a_post_that_is_not_shown_those_concerned_and_those_who_oversee_read_everything(
    asked: Asked, state: str, role: str, department: str, reads: bool
) -> None:
    # Transport had it first, and power helped at first; now water has it, and gas helps.
    helped = LeadNamed(at=at("2026-03-02T11:00"), lead="transport", assisting=("power",), reason="")
    helping = LeadNamed(at=at("2026-03-02T12:00"), lead="water", assisting=("gas",), reason="")
    before = (moved("2026-03-02T10:30", "transport"), helped, moved("2026-03-02T11:30", "water"), helping)
    asked.tell(*before, *GONE[state], public=state != "private")

    response = await asked.get(role=role, department=department)

    assert tells_reasons(response) is reads
    assert response.headers["cache-control"] == "private, no-store"


async def test_a_case_remembered_since_before_its_publicity_was_kept_tells_dates_only(asked: Asked) -> None:
    asked.tell()
    asked.cases["SQ1"] = replace(asked.cases["SQ1"], public=Case().public)

    assert not tells_reasons(await asked.get())


async def test_a_wrong_token_is_refused_and_not_taken_for_nobodys(asked: Asked) -> None:
    asked.tell()

    response = await asked.http.get("/v1/deadlines/SQ1", headers={"Authorization": "Bearer x"})

    assert (response.status_code, response.headers["content-type"]) == (401, "application/problem+json")


@pytest.mark.parametrize("number", ["SQ2", "%00", "SQ1%00", "%ff", "a" * 2000, "9999-12-31", "%F0%9F%98%80"])
async def test_what_is_no_number_of_a_case_is_not_known_and_never_a_failure(
    asked: Asked, number: str
) -> None:
    asked.tell()

    response = await asked.get(f"/v1/deadlines/{number}")

    assert 400 <= response.status_code < 500
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_client_that_asks_too_often_is_told_when_to_ask_again() -> None:
    asked = Asked(True, PROFILE.amended(policy("2026-03-01T09:00", rates={"deadlines": 2})))
    asked.tell()
    async with asked.http:
        codes = [(await asked.get()).status_code for _ in range(2)]
        refused = await asked.get()

    assert codes == [200, 200]
    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)


async def test_an_unchanged_deadline_is_not_sent_again(asked: Asked) -> None:
    asked.tell()
    first = await asked.get()

    again = await asked.http.get("/v1/deadlines/SQ1", headers={"If-None-Match": first.headers["etag"]})

    assert again.status_code == 304
