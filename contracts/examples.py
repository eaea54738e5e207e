"""One example of every fact, in the order of the walk; written once to `examples/`, decodable for ever."""

from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Final

from contracts.assignments import (
    AssignmentHeld,
    Candidate,
    LeadNamed,
    MeetingCalled,
    PostAssigned,
    PostReassigned,
    Reason,
    ReturnRefused,
    SpecialReportRaised,
)
from contracts.city_facts import CalendarDay, CalendarPublished, ModelActivated, PolicyChanged
from contracts.deadlines import (
    CaseEscalated,
    ClockPaused,
    ClockResumed,
    ClockStopped,
    CountedDay,
    DeadlineExtended,
    DeadlineMissed,
    DeadlineNear,
    DeadlineRedated,
    DeadlineSet,
    Held,
    MissWithdrawn,
    PromiseBroken,
)
from contracts.facts import Fact
from contracts.groups import TopicFound, TopicGrown
from contracts.notices import NoticeFailed, NoticeSent, NoticeSuppressed
from contracts.other_examples import OTHER_EXAMPLES
from contracts.posts import (
    CitizenErased,
    PostFollowedUp,
    PostHeld,
    PostHidden,
    PostReceived,
    PostReleased,
    PostsGrouped,
    PostSupported,
    PostUngrouped,
    PostWithdrawn,
    PreferenceChosen,
)
from contracts.replies import (
    AssignmentChosen,
    CaseAccepted,
    CaseUrged,
    CitizenAnswered,
    CitizenAsked,
    ExtensionApproved,
    ExtensionRefused,
    ExtensionRequested,
    FollowUpAnswered,
    MeetingRuled,
    PartWritten,
    PostRated,
    PostReopened,
    ReplyApproved,
    ReplyDrafted,
    ReplyPublished,
    ReplySentBack,
    ReplyToSign,
    ReturnRequested,
    SpecialReportRequested,
    SuggestionDecided,
    SuggestionFollowedThrough,
)
from contracts.surveys import (
    BallotCast,
    Condition,
    Figure,
    Question,
    Questionnaire,
    ResultPublished,
    SurveyClosed,
    SurveyPublished,
    TextJudged,
)

FOLDER: Final = Path(__file__).parent / "examples"
POST: Final = "019c5e8a-7d1c-7000-8000-0000000000a1"
OTHER: Final = "019c5e8a-7d1c-7000-8000-0000000000a2"
NUMBER: Final = "SQ260213-000017"
_CITY_TIME: Final = timezone(timedelta(hours=8))
_DUE: Final = datetime(2026, 2, 25, 18, 0, tzinfo=_CITY_TIME)


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 2, day, hour, minute, tzinfo=_CITY_TIME)


EXAMPLES: Final[tuple[Fact, ...]] = (
    PostReceived(
        at=_at(13, 16, 5),
        number=NUMBER,
        kind="complaint",
        title="项里街道路灯不亮",
        text="幸福路与发展大道交叉口往南二百米,路灯已经坏了一周,晚上接孩子很不安全。电话***********。",
        area="321302",
        place="幸福路与发展大道交叉口",
        citizen="k7Qm2v0s1x8B5nDf",
        sealed=b"\x00sealed box\xff",
    ),
    PostHeld(at=_at(13, 16, 5), reason="文字需人工查看"),
    PostReleased(at=_at(13, 16, 30), by="supervisor-1"),
    PostHidden(at=_at(13, 16, 40), reason="广告", by="supervisor-1"),
    PostFollowedUp(at=_at(14, 9), follow_up="f-1", text="昨晚又有一盏不亮了。"),
    PostSupported(at=_at(14, 10), supporter="p3Vw9s8s1x8B5nDf"),
    PostWithdrawn(at=_at(14, 11)),
    PostsGrouped(
        at=_at(14, 11), group="g-1", lead=POST, lead_number=NUMBER, members=(POST, OTHER), by="supervisor-1"
    ),
    PostUngrouped(at=_at(14, 12), group="g-1", by="supervisor-1"),
    PreferenceChosen(at=_at(14, 13), channel="mail", at_night=True),
    CitizenErased(at=_at(28, 9), citizen="k7Qm2v0s1x8B5nDf"),
    PostAssigned(
        at=_at(13, 16, 5),
        number=NUMBER,
        department="urban-management",
        duty_item="urban-management-03",
        reasons=(
            Reason(kind="words", text="出现“路灯”", words=(("路灯", 4),), weight=2.1),
            Reason(kind="place", text="地点:宿城区"),
        ),
        confidence=0.97,
        rule_version="r1",
        area="321302",
    ),
    AssignmentHeld(
        at=_at(13, 16, 5),
        number=NUMBER,
        candidates=(
            Candidate("urban-management", "urban-management-03", 0.48),
            Candidate("transport", "transport-02", 0.31),
            Candidate("power", "power-01", 0.11),
        ),
        rule_version="r1",
    ),
    PostReassigned(
        at=_at(24, 9, 30),
        number=NUMBER,
        department="transport",
        previous="urban-management",
        cause="return",
        duty_item="transport-02",
        request="q-1",
        rule_version="r1",
    ),
    ReturnRefused(at=_at(24, 9, 30), request="q-1", department="urban-management", reason="首问负责"),
    MeetingCalled(
        at=_at(24, 10),
        departments=("urban-management", "transport", "power"),
        reason="两次退回",
        until=_at(25, 18),
    ),
    LeadNamed(
        at=_at(24, 15),
        lead="urban-management",
        assisting=("power",),
        reason="路灯养护职责",
        parts={"power": "恢复供电"},
    ),
    SpecialReportRaised(at=_at(24, 16), reason="无单位认领", text="请市领导明确责任单位。"),
    CaseAccepted(at=_at(13, 16, 20), department="urban-management", by="clerk-1"),
    CitizenAsked(
        at=_at(13, 16, 30),
        question="q-1",
        text="请问是哪一侧的路灯?",
        department="urban-management",
        by="clerk-1",
    ),
    CitizenAnswered(at=_at(13, 17), question="q-1", text="东侧。"),
    ReplyDrafted(
        at=_at(24, 10), reply="r-1", text="已安排抢修。", department="urban-management", by="clerk-1"
    ),
    ReplyApproved(at=_at(24, 11), reply="r-1", department="urban-management", by="leader-1"),
    ReplySentBack(
        at=_at(24, 10, 30),
        reply="r-0",
        remark="请写明完成时间。",
        department="urban-management",
        by="leader-1",
    ),
    ReplyPublished(
        at=_at(24, 11), reply="r-1", text="已于2月24日修复。", department="urban-management", by="clerk-1"
    ),
    ExtensionRequested(
        at=_at(24, 10),
        extension="e-1",
        reason="需更换地下电缆",
        new_date=date(2026, 2, 27),
        progress="已完成现场勘察",
        department="urban-management",
        by="clerk-1",
    ),
    ExtensionApproved(
        at=_at(24, 11),
        extension="e-1",
        reason="需更换地下电缆",
        new_date=date(2026, 2, 27),
        progress="已完成现场勘察",
        department="urban-management",
        by="leader-1",
    ),
    ExtensionRefused(
        at=_at(24, 11), extension="e-1", remark="理由不足", department="urban-management", by="leader-1"
    ),
    ReplyToSign(at=_at(24, 9), reply="r-1", addressee="mayor", department="urban-management", by="leader-1"),
    PartWritten(
        at=_at(24, 9, 20),
        part="p-1",
        text="电源已于2月24日恢复。",
        department="power",
        lead="urban-management",
        by="clerk-2",
    ),
    ReturnRequested(
        at=_at(24, 9),
        request="q-1",
        duty_item="transport-02",
        reason="属国省道路灯",
        department="urban-management",
        by="clerk-1",
    ),
    AssignmentChosen(at=_at(24, 9), department="urban-management", reason="路灯养护", by="supervisor-1"),
    MeetingRuled(
        at=_at(24, 15),
        lead="urban-management",
        assisting=("power",),
        reason="路灯养护职责",
        parts={"power": "恢复供电"},
        by="supervisor-1",
    ),
    SpecialReportRequested(at=_at(24, 16), text="请市领导明确责任单位。", by="supervisor-1"),
    CaseUrged(at=_at(24, 17), text="请按时办结。", by="supervisor-1"),
    FollowUpAnswered(
        at=_at(24, 16),
        follow_up="f-1",
        asked_at=_at(24, 9),
        text="第二盏灯已列入本周维修。",
        department="urban-management",
        by="clerk-1",
    ),
    SuggestionDecided(
        at=_at(24, 16),
        outcome="partly",
        reason="加装路灯列入今年计划;整条路改造须先立项。",
        department="urban-management",
        by="leader-1",
    ),
    SuggestionFollowedThrough(
        at=_at(27, 10),
        follow_through="t-1",
        text="新装路灯六盏,已全部点亮。",
        done_on=date(2026, 2, 26),
        department="urban-management",
        by="clerk-1",
    ),
    PostRated(at=_at(26, 9), reply="r-1", grade=5, text="很给力", department="urban-management"),
    PostReopened(at=_at(27, 9), reason="又坏了", reply="r-1", department="urban-management"),
    DeadlineSet(
        at=_at(13, 16, 5),
        due=_DUE,
        counted=(
            CountedDay(date(2026, 2, 14), True, "第1个工作日(调休上班)"),
            CountedDay(date(2026, 2, 15), False, "春节"),
        ),
    ),
    DeadlineNear(at=_at(25, 11), due=_DUE, department="urban-management"),
    DeadlineMissed(at=_DUE, due=_DUE, department="urban-management"),
    MissWithdrawn(at=_at(25, 18), due=_DUE, department="urban-management"),
    DeadlineExtended(
        at=_at(24, 11),
        extension="e-1",
        reason="需更换地下电缆",
        progress="已完成现场勘察",
        due=_at(27, 18),
        department="urban-management",
    ),
    ClockPaused(at=_at(13, 16, 30), question="q-1", minutes_left=1170),
    ClockResumed(at=_at(13, 17), question="q-1", due=_DUE),
    ClockStopped(
        at=_at(24, 11),
        in_time=True,
        due=_DUE,
        held=(Held("urban-management", 620), Held("citizen", 30)),
        department="urban-management",
    ),
    CaseEscalated(at=_at(24, 18), level="remind", due=_DUE, department="urban-management"),
    PromiseBroken(at=_at(27, 18), extension="e-1", promised=_at(27, 18), department="urban-management"),
    DeadlineRedated(
        at=_at(20, 9),
        previous=_at(24, 18),
        due=_DUE,
        reason="2026年放假安排公布",
        department="urban-management",
    ),
    NoticeSent(
        at=_at(13, 16, 5), notice="n-1", cause="c-1", kind="assigned", audience="citizen", channel="wechat"
    ),
    NoticeFailed(
        at=_at(13, 16, 6),
        notice="n-2",
        cause="c-1",
        kind="assigned",
        audience="citizen",
        channel="sms",
        attempts=5,
        reason="空号",
    ),
    NoticeSuppressed(
        at=_at(13, 16, 6),
        notice="n-3",
        cause="c-1",
        kind="replied",
        audience="citizen",
        channel="mail",
        reason="erased",
    ),
    TopicFound(
        at=_at(14, 10),
        topic="t-1",
        words=("路灯", "幸福路"),
        posts=(POST, OTHER),
        area="321302",
        growth=2.5,
        why="同一路段的路灯",
    ),
    TopicGrown(at=_at(14, 12), topic="t-1", words=("路灯", "幸福路"), posts=(OTHER,), size=3, growth=3.0),
    CalendarPublished(
        at=_at(14, 9),
        year=2027,
        days=(CalendarDay(date(2027, 1, 1), "元旦", True),),
        notice="放假安排通知",
        by="operator-1",
    ),
    PolicyChanged(at=_at(14, 9), part={"rating": {"days": 14}}, reason="试行", by="operator-1"),
    ModelActivated(at=_at(14, 9), model_version="m1", checksum="00ff", threshold=0.93, by="operator-1"),
    SurveyPublished(
        at=_at(2, 9),
        questionnaire=Questionnaire(
            title="城区公园开放时间问卷",
            intro="约两分钟。",
            audience="phone",
            ends=_at(13, 18),
            questions=(
                Question("q1", "single", "您常去公园吗?", options=("每周", "偶尔", "从不")),
                Question(
                    "q2",
                    "multiple",
                    "您去公园做什么?",
                    options=("散步", "健身"),
                    other=True,
                    most=2,
                    only_if=Condition("q1", (0, 1)),
                ),
                Question("q3", "scale", "您对公园满意吗?", low="很不满意", high="很满意"),
                Question("q4", "text", "还有什么建议?", required=False),
            ),
        ),
        public_key="-----BEGIN PUBLIC KEY-----…",
        by="supervisor-1",
    ),
    BallotCast(at=_at(3, 0), survey="s-1", token=bytes(32), signature=b"signature", sealed=b"sealed answers"),
    SurveyClosed(at=_at(13, 18, 5), answers=2, opening_key=bytes(32), by="supervisor-1"),
    TextJudged(
        at=_at(13, 18, 20),
        ballot="ballot:b-1",
        question="q4",
        shown=False,
        reason="与问题无关",
        by="supervisor-1",
    ),
    ResultPublished(
        at=_at(13, 18, 30),
        answers=2,
        tokens=2,
        figures=(
            Figure("q1", 2, 2, (1, 0, 1)),
            Figure("q2", 1, 1, (1, 0, 1), 1),
            Figure("q3", 2, 2, (0, 0, 0, 1, 1)),
            Figure("q4", 2, 1, (), 1),
        ),
        by="supervisor-1",
    ),
    *OTHER_EXAMPLES,
)
