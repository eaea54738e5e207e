"""Surveys, rights and ballots are looked up, and rights forgotten, in the same way in memory and on PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from chassis.postgres.store import connect
from chassis.store import Applied, Outcome, Remembered, Store
from contracts.identity import derived, partition_of
from contracts.surveys import Question, Questionnaire
from services.survey import store
from services.survey.core.requests import ForgetVoters, KeepKeys
from services.survey.core.states import VOTER, Ballot, Kept, Survey, Voter, ballot_of
from tests.postgres import as_role, city
from tests.services.intake.door import at

pytestmark = pytest.mark.real

NOW = at("2026-03-02T10:00")
FIRST, SECOND = derived("survey", "0"), derived("survey", "1")
ASKED = Questionnaire("标题", "", "phone", NOW, (Question("q1", "text", "问题"),))


def life() -> dict[str, Kept]:
    """Two surveys whose time is over; three people were given a token of each, two of them answered."""
    found: dict[str, Kept] = {
        FIRST: Survey("closed", ASKED, answers=2),
        SECOND: Survey("open", ASKED, answers=2),
    }
    for survey in (FIRST, SECOND):
        for n in range(3):
            found[f"{VOTER}{survey}-{n}"] = Voter(survey, f"hidden-{n}")
            if n:
                found[ballot_of(survey, bytes([n]) * 32)] = Ballot(survey, bytes([n]))
    return found


class Both:
    """A store with its look-ups."""

    def __init__(self, kept: Store, surveys: store.Surveys) -> None:
        self.kept = kept
        self.surveys = surveys

    async def happens(self, effect: KeepKeys | ForgetVoters) -> None:
        """Something comes of a decision on the first survey."""
        applied = Applied(FIRST, partition_of(FIRST), "a cause", NOW, effect)
        async with self.kept.transaction() as transaction:
            await transaction.save(Outcome(effects=[applied]))

    async def looked_up(self) -> object:
        """Everything that anybody asks."""
        return (
            sorted(await self.surveys.all(), key=lambda pair: pair[0]),
            [sorted(await self.surveys.over(NOW + timedelta(hours=n))) for n in (-1, 0)],
            [await self.surveys.one(one) for one in (FIRST, SECOND, "none", f"{VOTER}{FIRST}-0")],
            [sorted(await self.surveys.ballots(one)) for one in (FIRST, SECOND, "none")],
            [await self.surveys.tokens(one) for one in (FIRST, SECOND, "none")],
            [await self.surveys.keys(one) for one in (FIRST, SECOND)],
        )

    async def rights(self) -> set[str]:
        """Of whom it is kept that they took part."""
        rows = [f"{VOTER}{survey}-{n}" for survey in (FIRST, SECOND) for n in range(3)]
        async with self.kept.transaction() as transaction:
            return set(await transaction.load(rows, lock=False))


@pytest.fixture
async def pool(dsn: str) -> AsyncIterator[asyncpg.Pool]:
    opened = await connect(as_role(await city(dsn, "survey"), "survey"), "survey")
    yield opened
    opened.terminate()


@pytest.fixture
async def both(pool: asyncpg.Pool) -> tuple[Both, Both]:
    keys, real = store.MemorySurveyKeys(), store.PostgresSurveys(pool)
    memory = store.memory(keys)
    stores = (
        Both(memory, store.MemorySurveys(memory, keys)),
        Both(store.postgres(pool, real), real),
    )
    rows = [Remembered(subject, partition_of(subject), kept) for subject, kept in life().items()]
    for one in stores:
        async with one.kept.transaction() as transaction:
            await transaction.save(Outcome(changed=rows))
    return stores


async def test_both_stores_look_up_the_same(both: tuple[Both, Both]) -> None:
    memory, real = both

    assert await real.looked_up() == await memory.looked_up()

    for one in both:
        await one.happens(KeepKeys(b"signs", b"opens"))
        await one.happens(KeepKeys(b"another", b"pair"))
        assert await one.surveys.keys(FIRST) == (b"signs", b"opens"), "the first ones stay"
        assert await one.surveys.keys(SECOND) is None
        assert await one.surveys.tokens(FIRST) == 3


async def test_who_took_part_is_forgotten_of_this_survey_alone_and_every_ballot_stays(
    both: tuple[Both, Both],
) -> None:
    memory, real = both
    before = [await one.surveys.ballots(FIRST) for one in both]

    for one in both:
        await one.happens(ForgetVoters())

        assert await one.rights() == {f"{VOTER}{SECOND}-{n}" for n in range(3)}
        assert (await one.surveys.tokens(FIRST), await one.surveys.tokens(SECOND)) == (0, 3)
    assert [await one.surveys.ballots(FIRST) for one in both] == before
    assert await real.looked_up() == await memory.looked_up()
