"""The table of what is told: each fact, to whom, in which words; and of which facts nobody is told, and why. Pure data.

`python -m wenzheng.tools.write_notices` writes `docs/notices.md` from it.
"""

from collections.abc import Mapping
from typing import Final

from contracts.accountability import (
    AppealDecided,
    AppealRaised,
    DefenceStated,
    FindingMade,
    GroundsRestored,
    GroundsWithdrawn,
    PersonNamed,
    RecordClosed,
    RecordOpened,
)
from contracts.assignments import (
    AssignmentHeld,
    LeadNamed,
    MeetingCalled,
    PostAssigned,
    PostReassigned,
    ReturnRefused,
    SpecialReportRaised,
)
from contracts.bulletins import (
    BulletinCirculated,
    BulletinDrafted,
    BulletinEdited,
    BulletinIssued,
    ObjectionAnswered,
    ObjectionRaised,
)
from contracts.city_facts import CalendarPublished, ModelActivated, PolicyChanged
from contracts.deadlines import (
    ClockPaused,
    ClockResumed,
    ClockStopped,
    DeadlineExtended,
    DeadlineRedated,
    DeadlineSet,
)
from contracts.debates import (
    CommentHidden,
    CommentReceived,
    CommentReleased,
    CommentSupported,
    CommentWithdrawn,
    DebateClosed,
    DebateOpened,
    QuestionEntered,
    StatementMade,
)
from contracts.dialogues import AnswerPrepared, DialogueClosed, DialogueOpened
from contracts.facts import Fact
from contracts.groups import TopicFound, TopicGrown
from contracts.notices import NoticeFailed, NoticeSent, NoticeSuppressed
from contracts.posts import (
    CitizenErased,
    FollowerJoined,
    FollowerLeft,
    PostFollowedUp,
    PostHeld,
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
    FirstWordGiven,
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
from contracts.surveys import BallotCast, ResultPublished, SurveyClosed, SurveyPublished, TextJudged
from services.notifier.core.conditions import (
    addressed,
    adopted,
    by_word_list,
    date_moved,
    dissatisfied,
    in_own_words,
    leaderless,
    not_adopted,
    partly_adopted,
    praised,
    second_clock,
    to_follow_through,
    unit_and_date_known,
    with_a_leader,
)
from services.notifier.core.table_of_hidings import HIDINGS_TOLD
from services.notifier.core.table_of_inspections import INSPECTIONS_TO_NOBODY, INSPECTIONS_TOLD
from services.notifier.core.table_of_instructions import INSTRUCTIONS_TO_NOBODY, INSTRUCTIONS_TOLD
from services.notifier.core.table_of_misses import MISSES_TOLD
from services.notifier.core.table_of_promises import PROMISES_TO_NOBODY, PROMISES_TOLD
from services.notifier.core.tell import (
    Tell,
    answering,
    disputing,
    former,
    lead,
    mayor_desk,
    newly_assisting,
    supervision,
)

ASSIGNED: Final = Tell(
    "assigned",
    "citizen",
    "您的帖子{number}已交{unit}办理,{due}前回复{provisional}",
    when=unit_and_date_known,
    sets=("told_assigned", True),
)
ASSISTING: Final = Tell("assisting", "clerk", "请协办 {number}", newly_assisting)

TOLD: Final[Mapping[type[Fact], tuple[Tell, ...]]] = {
    # posts
    PostReceived: (ASSIGNED, Tell("letter", "mayor", "领导信箱来信 {number}", mayor_desk, addressed)),
    PostHeld: (
        Tell(
            "post-held",
            "citizen",
            "您的帖子{number}暂不公开,待人工审核:{reason}。办理和期限不受影响,审核结果另行告知",
        ),
        Tell("to-moderate", "supervisor", "待审核 {number}:{reason}", supervision, by_word_list),
    ),
    PostReleased: (Tell("post-released", "citizen", "您的帖子{number}已通过审核,按您的选择公开"),),
    **HIDINGS_TOLD,
    PostFollowedUp: (Tell("followed-up", "clerk", "网民追问 {number}"),),
    PostWithdrawn: (Tell("withdrawn", "clerk", "网民已撤回,停止办理 {number}"),),
    PostsGrouped: (Tell("grouped", "citizen", "您的帖子{number}与{lead_number}并案办理"),),
    PostUngrouped: (Tell("ungrouped", "citizen", "您的帖子{number}不再并案,单独办理"),),
    # replies
    FirstWordGiven: (Tell("first-word", "citizen", "您的帖子{number}有初步回复,{unit}:{text}"),),
    CitizenAsked: (Tell("asked", "citizen", "您的帖子{number}需要补充:{text}"),),
    CitizenAnswered: (Tell("answered", "clerk", "网民已补充 {number}"),),
    ReplyDrafted: (Tell("to-approve", "leader", "回复待审阅 {number}"),),
    ReplyToSign: (Tell("to-sign", "mayor", "回复待签发 {number}", mayor_desk),),
    ReplySentBack: (Tell("sent-back", "clerk", "回复被退回修改 {number}:{remark}"),),
    ReplyPublished: (Tell("replied", "citizen", "您的帖子{number}已由{unit}回复,请评价"),),
    ExtensionRequested: (
        Tell("to-approve", "leader", "延期待审批 {number},拟延至{new_date}", called="extension-to-approve"),
    ),
    ExtensionApproved: (Tell("extension-approved", "clerk", "延期已批准 {number},延至{new_date}"),),
    ExtensionRefused: (Tell("extension-refused", "clerk", "延期未获批准 {number},期限不变:{remark}"),),
    PartWritten: (Tell("part-written", "clerk", "协办意见已到 {number}:{unit}", lead),),
    CaseUrged: (Tell("urged", "clerk", "督查催办 {number}:{text}"),),
    FollowUpAnswered: (
        Tell("follow-up-answered", "citizen", "您对{number}的追问,{unit}答复:{text}", when=in_own_words),
    ),
    SuggestionDecided: (
        Tell(
            "suggestion-decided",
            "citizen",
            "您的建议{number}已获{unit}采纳:{reason}",
            when=adopted,
            called="suggestion-adopted",
        ),
        Tell(
            "suggestion-decided",
            "citizen",
            "您的建议{number}已获{unit}部分采纳:{reason}",
            when=partly_adopted,
            called="suggestion-partly-adopted",
        ),
        Tell(
            "suggestion-decided",
            "citizen",
            "您的建议{number}未获{unit}采纳:{reason}",
            when=not_adopted,
            called="suggestion-not-adopted",
        ),
        Tell("to-follow-through", "clerk", "建议已采纳,请落实并登记 {number}", when=to_follow_through),
    ),
    SuggestionFollowedThrough: (
        Tell("followed-through", "citizen", "您的建议{number}已有落实({done_on}):{text}"),
    ),
    PostRated: (
        Tell("rated", "clerk", "网民不满意 {number}", when=dissatisfied),
        Tell("thanked", "clerk", "网民感谢 {number}", when=praised),
    ),
    PostReopened: (
        Tell("reopened", "clerk", "网民申请重新办理 {number}"),
        Tell("reopened", "leader", "网民申请重新办理 {number}"),
    ),
    # assignments
    PostAssigned: (Tell("assigned", "clerk", "新交办 {number}"), ASSISTING, ASSIGNED),
    PostReassigned: (
        Tell("reassigned", "clerk", "转办 {number}"),
        Tell("moved", "clerk", "已转{unit}办理 {number}", former),
        ASSISTING,
        Tell("reassigned", "citizen", "您的帖子{number}已转由{unit}办理,期限不变"),
    ),
    AssignmentHeld: (Tell("held", "supervisor", "待人工交办 {number}", supervision),),
    ReturnRefused: (Tell("return-refused", "clerk", "退回未获同意 {number}:{reason}"),),
    MeetingCalled: (
        Tell("meeting", "supervisor", "请召开交办会 {number},{until}前", supervision),
        Tell("meeting", "clerk", "请参加交办会 {number},{until}前", disputing),
    ),
    LeadNamed: (ASSISTING,),
    SpecialReportRaised: (Tell("special-report", "mayor", "专报 {number}:{reason}", mayor_desk),),
    # deadlines
    DeadlineSet: (
        Tell("reopened", "citizen", "您申请重新办理的帖子{number}将于{due}前回复", when=second_clock),
        ASSIGNED,
    ),
    DeadlineExtended: (
        Tell("extended", "citizen", "您的帖子{number}延期至{due},原因:{reason},进展:{progress}"),
    ),
    DeadlineRedated: (
        Tell("redated", "citizen", "您的帖子{number}办结期限调整为{due},{reason}", when=date_moved),
    ),
    ClockResumed: (
        Tell("resumed", "clerk", "等待补充结束,恢复计时 {number},{due}"),
        Tell("resumed", "citizen", "您的帖子{number}恢复计时,{due}前回复{provisional}"),
    ),
    **MISSES_TOLD,
    # accountability: a robot speaks to a whole unit, so it names no person and no measure
    RecordOpened: (Tell("record-opened", "leader", "本单位被立案问责,{until}前可以陈述 {record}"),),
    GroundsWithdrawn: (
        Tell("grounds-withdrawn", "leader", "问责立案依据已撤回 {record}"),
        Tell("grounds-withdrawn", "supervisor", "{unit}问责立案依据已撤回 {record}", supervision),
    ),
    GroundsRestored: (Tell("grounds-restored", "leader", "问责立案依据重新成立,{until}前可以陈述 {record}"),),
    PersonNamed: (Tell("person-named", "leader", "问责已确定责任人,{until}前可以陈述 {record}"),),
    DefenceStated: (Tell("statement", "supervisor", "{unit}已陈述申辩 {record}", supervision),),
    FindingMade: (Tell("finding", "leader", "问责已有认定,请查看 {record}"),),
    AppealRaised: (Tell("appeal", "supervisor", "{unit}申诉,请另一位督查员复核 {record}", supervision),),
    AppealDecided: (Tell("appeal-decided", "leader", "问责申诉已有决定 {record}"),),
    RecordClosed: (Tell("record-closed", "leader", "问责结案 {record}"),),
    # dialogues
    DialogueOpened: (
        Tell("to-answer", "clerk", "请准备对话答问,{begins}开始:{title}", answering),
        Tell("to-answer", "leader", "请参加对话答问,{begins}开始:{title}", answering),
    ),
    AnswerPrepared: (
        Tell("answer-to-approve", "leader", "对话回答待审核({waiting}条):{title}", when=with_a_leader),
        Tell(
            "answer-to-approve",
            "supervisor",
            "{unit}的对话回答待审核({waiting}条):{title}",
            supervision,
            leaderless,
        ),
    ),
    # groups
    TopicFound: (Tell("topic", "supervisor", "热点:{why}", supervision),),
    **INSTRUCTIONS_TOLD,
    **INSPECTIONS_TOLD,
    **PROMISES_TOLD,
}
"""Each fact of which somebody is told, and the rows it makes."""

_READ: Final = "a survey is everybody's and is read on its page; who takes part is not known to notifier"

_TALKED_OVER: Final = "a debate is everybody's and is read on its page; who comments leaves no address, and reads there what became of it"

_ANSWERED: Final = "a dialogue is everybody's and is read on its page; who asks leaves no address, and reads the answer there"

_ON_ITS_PAGE: Final = "notifier does not hear of bulletins; units read them, and answer, on their page"

NOBODY: Final[Mapping[type[Fact], str]] = {
    PostSupported: "a neighbour's voice asks nobody to act; the number stands on the case, and who left a contact is a FollowerJoined",
    FollowerJoined: "whoever follows a post did it, and reads it on the page; of news that were heard before, they are told at once",
    FollowerLeft: "they want to be told nothing more",
    PreferenceChosen: "whoever chose reads it on the page; what waits is given up when they want nothing",
    CitizenErased: "nobody can be told any more; what waits is given up",
    CaseAccepted: "the author was told unit and date with the assignment, and acceptance changes neither",
    ReplyApproved: "the reply is published in the same breath",
    ReturnRequested: "the router rules at once: moved, refused or a meeting, and each of these is told",
    AssignmentChosen: "the router assigns by it, and that is told",
    MeetingRuled: "the router names lead and assisting units by it, and they are told",
    SpecialReportRequested: "the router raises the report by it, and that is told",
    ClockPaused: "the citizen was asked, and the unit asked",
    ClockStopped: "the reply, withdrawal or hiding that stopped it was told",
    TopicGrown: "the supervisor was told when the topic was found; its growth stands on its page",
    CalendarPublished: "who has another due date by it is told by DeadlineRedated",
    PolicyChanged: "who has another due date by it is told by DeadlineRedated",
    ModelActivated: "no case changes by it",
    NoticeSent: "a notice about a notice would never end",
    NoticeFailed: "the next channel is tried; the operator reads the outbox and the alert",
    NoticeSuppressed: "nobody could be told; the reason stands in the list of notices",
    SurveyPublished: _READ,
    SurveyClosed: _READ,
    ResultPublished: _READ,
    TextJudged: "it is known to nobody who wrote the text",
    BallotCast: "it is known to nobody whose it is",
    DebateOpened: _TALKED_OVER,
    DebateClosed: _TALKED_OVER,
    CommentReceived: "what waits for a moderator stands on the supervisor's page of the debate",
    StatementMade: _TALKED_OVER,
    CommentReleased: _TALKED_OVER,
    CommentHidden: _TALKED_OVER,
    CommentSupported: _TALKED_OVER,
    CommentWithdrawn: "its author did it",
    QuestionEntered: "the post of that number tells whoever it may; who asked left no address, and reads the number on the page",
    DialogueClosed: _ANSWERED,
    BulletinDrafted: _ON_ITS_PAGE,
    BulletinEdited: _ON_ITS_PAGE,
    BulletinCirculated: _ON_ITS_PAGE,
    ObjectionRaised: _ON_ITS_PAGE,
    ObjectionAnswered: _ON_ITS_PAGE,
    BulletinIssued: _ON_ITS_PAGE,
    **INSTRUCTIONS_TO_NOBODY,
    **INSPECTIONS_TO_NOBODY,
    **PROMISES_TO_NOBODY,
}
"""Each fact of which nobody is told, and why."""
