"""A city is asked: whole surveys under many seeds of the bus, with processes that end in the middle of voting."""

import asyncio
import json
import re
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from msgspec.structs import replace

from chassis import blind as blinding
from chassis.clock import HandClock
from chassis.memory.bus import MemoryBus
from chassis.memory.store import MemoryStore
from contracts.codec import Event
from contracts.surveys import BallotCast
from services.survey.core.states import Ballot, Voter
from services.survey.store import MemorySurveyKeys, memory
from tests.journeys.mortal import Mortal
from tests.services.intake.door import PRIVATE, at
from tests.services.survey.door import Person, Surveying
from wenzheng.demo.calls import Calls
from wenzheng.demo.survey import BUSES
from wenzheng.demo.survey import Survey as DemonstrationSurvey
from wenzheng.recount import Recount, recount

SEEDS = range(6)
PEOPLE = 14


def people(seed: int) -> list[Person]:
    """A small city; everybody answers something else."""
    lots = Random(seed)
    found = []
    for n in range(PEOPLE):
        goes = lots.randrange(3)
        answers: list[dict[str, Any]] = [{"question": "q1", "choices": [goes]}]
        if goes < 2:
            answers.append({"question": "q2", "choices": sorted(lots.sample(range(3), lots.randint(1, 2)))})
        answers.append({"question": "q3", "value": lots.randint(1, 5)})
        answers.append({"question": "q4", "text": f"建议之{n}"})
        found.append(Person(f"139{seed:04d}{n:04d}", lots.randbytes(32), answers))
    return found


def dying(keys: MemorySurveyKeys) -> MemoryStore:
    return memory(keys, Mortal)


async def vote(surveying: Surveying, survey: str, person: Person) -> bool:
    """Whether the answer is in; whoever got no answer asks again later, for the same."""
    if not person.signature and (entitled := await surveying.entitle(survey, person)).status_code != 200:
        assert entitled.status_code == 503, entitled.text
        return False
    cast = await surveying.cast(survey, person)
    assert cast.status_code in (202, 503) or cast.json()["type"].endswith(":already-counted"), cast.text
    return cast.status_code != 503


async def voted(surveying: Surveying, survey: str, crowd: list[Person], lots: Random) -> int:
    """Everybody votes, some at once; the process dies at moments drawn from the seed. Returns how often."""
    mortal: Any = surveying.store
    mortal.lots = lots
    left = list(crowd)
    while left:
        some = lots.sample(left, min(len(left), lots.randint(1, 4)))
        done = await asyncio.gather(*(vote(surveying, survey, person) for person in some))
        left = [person for person in left if person not in some or not done[some.index(person)]]
        if not all(done):
            await surveying.kill()
    mortal.lots = None
    deaths: int = mortal.deaths
    return deaths


async def logged(surveying: Surveying, seed: int) -> list[Event]:
    """What the bus has, which repeats and swaps what it is given."""
    bus = MemoryBus(seed, surveying.clock)
    bus.publish_for(surveying.store)
    await bus.settle()
    return [*bus.log.events("surveys"), *bus.log.events("ballots")]


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_recount_is_the_published_result_whatever_was_killed(seed: int) -> None:
    lots, crowd = Random(seed), people(seed)
    async with Surveying(HandClock(at("2026-03-02T10:00")), kept=dying).open() as surveying:
        survey = await surveying.published()
        assert await voted(surveying, survey, crowd, lots) > 3

        result = await surveying.counted(survey)
        found = recount(survey, await logged(surveying, seed))

        assert isinstance(found, Recount)
        assert (found.faults, found.agrees, found.ballots) == ([], True, PEOPLE)
        assert (result["answers"], result["tokens"]) == (PEOPLE, PEOPLE)
        assert found.result is not None
        assert found.figures == found.result.figures
        expected = [sum(p.answers[0]["choices"] == [n] for p in crowd) for n in range(3)]
        assert list(found.figures[0].counts) == expected


async def test_a_recount_finds_what_was_put_in_taken_out_or_changed() -> None:
    async with Surveying(HandClock(at("2026-03-02T10:00"))).open() as surveying:
        survey = await surveying.published()
        for person in people(1)[:3]:
            await surveying.answered(survey, person)
        await surveying.counted(survey)
        events = await logged(surveying, 1)
        ballots = [event for event in events if isinstance(event.fact, BallotCast)]
        assert recount(survey, events).agrees  # type: ignore[union-attr]

        without = [event for event in events if event.subject != ballots[0].subject]
        assert not recount(survey, without).agrees  # type: ignore[union-attr]

        forged = replace(ballots[0], subject="ballot:forged")
        assert not recount(survey, [*events, forged]).agrees  # type: ignore[union-attr]

        other = next(event for event in ballots if event.subject != ballots[0].subject)
        assert isinstance(other.fact, BallotCast)
        swapped = replace(ballots[0], fact=replace(ballots[0].fact, sealed=other.fact.sealed))
        changed = [swapped if event.subject == swapped.subject else event for event in events]
        assert not recount(survey, changed).agrees  # type: ignore[union-attr]


@pytest.mark.medium
async def test_nothing_anywhere_links_an_answer_to_a_person(capfd: pytest.CaptureFixture[str]) -> None:
    """Every row, every record and every line of the log is searched: none holds a trace of both."""
    crowd = people(7)
    async with Surveying(HandClock(at("2026-03-02T10:07")), kept=dying).open() as surveying:
        survey = await surveying.published()
        await voted(surveying, survey, crowd, Random(7))
        waiting = [blob.hex() for _, blob in surveying.store.outbox.values()]
        rows = {subject: packed for subject, (_, _, packed) in surveying.store.subject.items()}
        taken = {subject: surveying.store.state_of(subject) for subject in rows}
        result = await surveying.counted(survey)
        events = await logged(surveying, 7)

        voters = {subject for subject, kept in taken.items() if isinstance(kept, Voter)}
        ballots = {subject for subject, kept in taken.items() if isinstance(kept, Ballot)}
        assert (len(voters), len(ballots)) == (PEOPLE, PEOPLE)

        records = [f"{event}" for event in events]
        counted = {subject: packed for subject, (_, _, packed) in surveying.store.subject.items()}
        kept = [f"{subject} {packed.decode()}" for subject, packed in (*rows.items(), *counted.items())]
        answered = [f"{place} {kept}" for place, kept in vars(surveying.answers).items()]
        lines = "".join(capfd.readouterr()).splitlines()
        everything = [*records, *kept, *answered, *waiting, *lines, *map(str, surveying.keys.kept.items())]
        hidden = {taken[voter].blinded for voter in voters}
        tokens = {person.token.hex() for person in crowd}
        of_people = {*voters, *hidden, *(person.phone for person in crowd)}
        of_answers = {*ballots, *tokens}
        for text in everything:
            assert not (_any(of_people, text) and _any(of_answers, text)), text[:200]
            assert not _any({person.phone for person in crowd}, text), text[:200]
        # Not by time either: a ballot tells its day, a voter nothing.
        assert {event.fact.at.isoformat() for event in events if event.subject in ballots} == {
            "2026-03-02T00:00:00+08:00"
        }
        assert not [voter for voter in voters if re.search(r"20\d\d-\d\d-\d\d", rows[voter].decode())]
        # And not by order: what a voter remembers is the same for all but for two keyed hashes.
        shapes = {tuple(sorted(json.loads(rows[voter])[2])) for voter in voters}
        assert shapes == {("blinded", "survey", "type")}
        # Nor by the order in which rows were written: with the result, who took part is kept nowhere.
        assert not voters & counted.keys()
        assert (result["tokens"], ballots <= counted.keys()) == (PEOPLE, True)


async def test_whoever_holds_every_key_finds_every_answer_equally_possible_for_every_person() -> None:
    """For each pair of a hidden token and a cast one there is a hiding factor that leads from one to the other."""
    private, public = blinding.new_signing_key()
    numbers: Any = load_pem_private_key(private, None).private_numbers()  # type: ignore[union-attr]
    n, e, d = numbers.public_numbers.n, numbers.public_numbers.e, numbers.d
    seen = [blinding.blind(public, bytes([who]) * 32) for who in range(3)]
    for asked in seen:
        for cast in seen:
            factor = pow(int.from_bytes(asked.blinded) * pow(cast.encoded, -1, n), d, n)

            assert cast.encoded * pow(factor, e, n) % n == int.from_bytes(asked.blinded)


def _any(words: set[str], text: str) -> bool:
    return any(word in text for word in words)


async def test_the_survey_of_the_demonstration_is_answered_counted_and_counted_again() -> None:
    starts, ends = at("2011-06-01T08:00"), at("2011-06-30T20:00")
    async with Surveying(HandClock(starts)).open() as surveying:
        clock = surveying.clock

        async def until(instant: datetime) -> None:
            while clock.now() < instant:
                clock.move_to(min(instant, clock.now() + timedelta(hours=6)))
                await asyncio.sleep(0)

        calls = Calls(surveying.http, {"survey": "http://survey"}, PRIVATE)
        survey = DemonstrationSurvey(calls, until, 1, BUSES)
        await survey.live(starts, starts + 0.9 * (ends - starts), ends, PEOPLE)
        await survey.count(ends)

        found = recount(survey.identity, await logged(surveying, 1))

        assert found is not None
        assert (found.faults, found.agrees) == ([], True)
        assert not calls.tally.refused
        assert PEOPLE // 2 < found.ballots == calls.tally.counts["answered the survey"] <= PEOPLE
