"""Counts a survey again from the log alone, and looks whether that is what was published."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from chassis.blind import is_signed
from chassis.kafka.broker import Broker
from contracts.codec import Event, Headers, Unreadable, decode
from contracts.decision import Refused
from contracts.facts import Fact
from contracts.identity import PARTITIONS
from contracts.surveys import BallotCast, Figure, ResultPublished, SurveyClosed, SurveyPublished
from contracts.topics import BALLOTS, BY_NAME, SURVEYS, Topic
from services.survey.core.questionnaire import check_answers
from services.survey.core.states import ballot_of
from services.survey.core.tally import Opened, tally
from services.survey.web.door import open_box
from wenzheng.log import reading, records


@dataclass
class Recount:
    """What the log says of a survey."""

    published: SurveyPublished
    closed: SurveyClosed | None = None
    result: ResultPublished | None = None
    figures: tuple[Figure, ...] = ()
    """Counted anew; empty while the answers are sealed."""
    ballots: int = 0
    faults: list[str] = field(default_factory=list)
    """What is not as it must be, each a sentence."""

    @property
    def agrees(self) -> bool:
        """Whether a result was published, and everything is as published."""
        return self.result is not None and not self.faults


def recount(survey: str, events: Iterable[Event]) -> Recount | None:
    """The survey counted from its facts and ballots; None when the log does not know it.

    Every ballot must be entitled by the survey's key, lie where its token says, open with the key that the closing
    told, and answer what was asked. A record that came twice counts once.
    """
    said, cast = dict[type[Fact], Fact](), dict[str, BallotCast]()
    for event in events:
        if event.subject == survey:
            said.setdefault(type(event.fact), event.fact)
        elif isinstance(event.fact, BallotCast) and event.fact.survey == survey:
            cast.setdefault(event.subject, event.fact)
    published = said.get(SurveyPublished)
    if not isinstance(published, SurveyPublished):
        return None
    found = Recount(published, ballots=len(cast))
    closed, result = said.get(SurveyClosed), said.get(ResultPublished)
    if isinstance(closed, SurveyClosed):
        found.closed = closed
        opened = [_opened(found, survey, subject, fact, closed) for subject, fact in sorted(cast.items())]
        found.figures = tally(published.questionnaire, [one for one in opened if one is not None])
        if closed.answers != len(cast):
            found.faults.append(f"结束时有 {closed.answers} 份答卷,日志中有 {len(cast)} 份")
    if isinstance(result, ResultPublished):
        found.result = result
        if result.figures != found.figures:
            found.faults.append("公布的数字与重新计票不同")
        if not result.answers == len(cast) <= result.tokens:
            found.faults.append(f"公布 {result.answers} 份,日志 {len(cast)} 份,凭证 {result.tokens} 个")
    return found


def _opened(
    found: Recount, survey: str, subject: str, fact: BallotCast, closed: SurveyClosed
) -> Opened | None:
    """What a ballot says; None, and a fault, when it must not be counted."""
    if subject != ballot_of(survey, fact.token):
        found.faults.append(f"{subject}:不是这个凭证的答卷")
        return None
    if not is_signed(found.published.public_key.encode(), fact.token, fact.signature):
        found.faults.append(f"{subject}:凭证没有签名")
        return None
    try:
        opened = open_box(closed.opening_key, subject, fact.sealed)
        check_answers(found.published.questionnaire, opened.answers)
    except (ValueError, Refused) as failure:
        found.faults.append(f"{subject}:{failure}")
        return None
    return opened


async def read(broker: Broker) -> list[Event]:
    """Everything that was said of surveys, up to the log's end now."""
    async with reading(broker) as consumer:
        raw = [
            record
            for partition in range(PARTITIONS)
            async for record in records(consumer, (SURVEYS, BALLOTS), partition)
        ]
    return readable((BY_NAME[one.topic], one.key, one.value, one.headers) for one in raw)


def readable(records: Iterable[tuple[Topic, bytes | None, bytes | None, Headers]]) -> list[Event]:
    """The events among these records. What cannot be read is no vote, and keeps nobody from counting."""
    found = []
    for topic, key, value, headers in records:
        with suppress(Unreadable):
            found.append(decode(topic, key, value, headers))
    return found
