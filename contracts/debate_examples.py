"""One example of every fact about a debate or a dialogue; part of `EXAMPLES`."""

from datetime import datetime, timedelta, timezone
from typing import Final

from contracts.debates import (
    CommentHidden,
    CommentReceived,
    CommentReleased,
    CommentSupported,
    CommentWithdrawn,
    DebateClosed,
    DebateOpened,
    HotTopic,
    Matter,
    QuestionEntered,
    StatementMade,
)
from contracts.dialogues import AnswerPrepared, DialogueClosed, DialogueOpened, Occasion

DEBATE: Final = "019c5e8a-7d1c-7000-8000-0000000000d1"
_COMMENT: Final = "019c5e8a-7d1c-7000-8000-0000000000c1"
_CITY_TIME: Final = timezone(timedelta(hours=8))


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=_CITY_TIME)


DEBATE_EXAMPLES: Final = (
    DebateOpened(
        at=_at(2, 9),
        matter=Matter(
            title="城区电动车停车",
            question="电动车应该停在哪里?",
            background="近期多位网民反映路口停车混乱。",
            department="urban-management",
            ends=_at(13, 18),
            topic=HotTopic("t-1", "电动车乱停", ("SQ260213-000017",)),
        ),
        by="supervisor-1",
    ),
    CommentReceived(
        at=_at(3, 10),
        debate=DEBATE,
        person="0123456789ABCDEFGHJKMNPQRS",
        text="路口划出停车线。",
        proven=True,
        held="热点评议先审后发",
    ),
    CommentReleased(at=_at(3, 10, 20), by="supervisor-1"),
    CommentSupported(at=_at(3, 11), person="ZYXWVTSRQPNMKJHGFEDCBA9876"),
    StatementMade(
        at=_at(4, 9),
        debate=DEBATE,
        department="urban-management",
        text="本周内在二十个路口试划。",
        answers=_COMMENT,
        by="leader-1",
    ),
    CommentHidden(at=_at(4, 10), reason="与议题无关", by="supervisor-1"),
    CommentWithdrawn(at=_at(4, 11)),
    DebateClosed(
        at=_at(13, 18, 5),
        summary="多数网民希望在路口划停车线。",
        decision="四月底前在六十个路口划线。",
        by="supervisor-1",
    ),
    DialogueOpened(
        at=_at(2, 9),
        occasion=Occasion(
            kind="interview",
            title="公交线路怎么调",
            guest="张建国",
            office="交通运输局局长",
            department="transport",
            asked_from=_at(3, 9),
            begins=_at(10, 15),
            ends=_at(10, 17),
            place="广播电视台一号演播厅",
            introduction="就今年的公交线网调整回答网民提问。",
        ),
        by="supervisor-1",
    ),
    AnswerPrepared(at=_at(10, 15, 20), department="water", title="公交线路怎么调", by="clerk-1"),
    QuestionEntered(at=_at(11, 9), number="SQ260311-000123", by="supervisor-1"),
    DialogueClosed(at=_at(10, 17, 30), summary="回答了十二个问题。", by="supervisor-1"),
)
