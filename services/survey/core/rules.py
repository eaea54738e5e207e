"""What each request does to a survey, to somebody's right to answer it, to an answer. Pure.

    draft ──publish──> open ──close (or its end)──> closed ──result──> counted

A token is given once to each person, an answer taken once for each token. Both requests meet the survey's own row as well,
which says whether it is open: so nothing is taken in beside the closing, and what was counted is all there is.
"""

from datetime import datetime, time

from msgspec.structs import replace

from city.profile import Profile
from contracts.decision import Context, Decision, Invalid, NotFound, NotNow, Say, unchanged
from contracts.surveys import BallotCast, ResultPublished, SurveyClosed, SurveyPublished, TextJudged
from services.survey.core import questionnaire as asked
from services.survey.core import requests as ask
from services.survey.core.states import Ballot, Judged, Survey, Voter

Here = Context[Profile]


def draft(survey: Survey, request: ask.Draft, context: Here) -> Decision[Survey]:
    """A questionnaire that nobody else sees yet; it can be written anew until it is published."""
    if survey.step not in ("", "draft"):
        raise NotNow("published", "问卷已经发布", "发布后的问卷不能修改。")
    asked.check(request.questionnaire)
    if request.questionnaire.review_of > context.now.year:
        raise Invalid("invalid", "问卷还不完整", "不能评议还没有到的年度。")
    if request.questionnaire.audience == "invited" and not request.invitations:
        raise Invalid("invalid", "问卷还不完整", "凭邀请码作答的问卷需要至少一个邀请码。")
    kept = replace(survey, step="draft", questionnaire=request.questionnaire, invitations=request.invitations)
    return Decision(kept, answer=kept)


def publish(survey: Survey, request: ask.Publish, context: Here) -> Decision[Survey]:
    """From now on people answer."""
    if survey.step != "draft" or survey.questionnaire is None:
        raise NotNow("not-a-draft", "现在不能这样做", "只有草稿可以发布。")
    if survey.questionnaire.ends <= context.now:
        raise Invalid("invalid", "问卷还不完整", "截止时间已过。")
    kept = replace(survey, step="open", public_key=request.public_key)
    fact = SurveyPublished(
        at=context.now, questionnaire=survey.questionnaire, public_key=request.public_key, by=request.by
    )
    return Decision(kept, (Say(fact), ask.KeepKeys(request.signing_key, request.opening_key)), answer=kept)


def entitle(survey: Survey, request: ask.Entitle, context: Here) -> Decision[Survey]:
    """Tokens are given while answers are taken."""
    _check_open(survey, context.now)
    return unchanged(survey)


def give_token(voter: Voter, request: ask.GiveToken, context: Here) -> Decision[Voter]:
    """One for each person; the same request again is the same token."""
    if voter.exists and voter.blinded != request.blinded:
        raise NotNow("already-entitled", "已经参与过", "每人只能参与一次,这个号码或邀请码已经用过。")
    return Decision(Voter(request.survey, request.blinded))


def count(survey: Survey, request: ask.Count, context: Here) -> Decision[Survey]:
    """One more answer."""
    _check_open(survey, context.now)
    return Decision(replace(survey, answers=survey.answers + 1))


def cast(ballot: Ballot, request: ask.Cast, context: Here) -> Decision[Ballot]:
    """The first answer of a token stands."""
    if ballot.exists:
        raise NotNow("already-counted", "已经收到", "这份问卷已经收到,以第一次提交的为准。")
    day = datetime.combine(context.now.date(), time(), context.now.tzinfo)
    fact = BallotCast(
        at=day, survey=request.survey, token=request.token, signature=request.signature, sealed=request.sealed
    )
    return Decision(Ballot(request.survey, request.sealed), (Say(fact),))


def close(survey: Survey, request: ask.Close, context: Here) -> Decision[Survey]:
    """Nothing more is taken in, and the answers can be opened. Before its time it needs a reason."""
    if survey.step != "open" or survey.questionnaire is None:
        raise NotNow("not-open", "现在不能这样做", "只有进行中的问卷可以结束。")
    if context.now < survey.questionnaire.ends and not request.reason:
        raise Invalid("invalid", "提前结束需要说明原因")
    kept = replace(survey, step="closed")
    fact = SurveyClosed(
        at=context.now,
        answers=survey.answers,
        opening_key=request.opening_key,
        reason=request.reason,
        by=request.by,
    )
    return Decision(kept, (Say(fact),), answer=kept)


def judge_text(survey: Survey, request: ask.JudgeText, context: Here) -> Decision[Survey]:
    """A text is shown or not; the figures stay as they are. Hiding one needs a reason."""
    if survey.step not in ("closed", "counted"):
        raise NotNow("sealed", "现在不能这样做", "问卷结束后才能看到填写的文字。")
    if not request.shown and not request.reason:
        raise Invalid("invalid", "不予展示需要说明原因")
    others = [j for j in survey.judged if (j.ballot, j.question) != (request.ballot, request.question)]
    kept = replace(survey, judged=(*others, Judged(request.ballot, request.question, request.shown)))
    fact = TextJudged(
        at=context.now,
        ballot=request.ballot,
        question=request.question,
        shown=request.shown,
        reason=request.reason,
        by=request.by,
    )
    return Decision(kept, (Say(fact),), answer=kept)


def publish_result(survey: Survey, request: ask.PublishResult, context: Here) -> Decision[Survey]:
    """The figures become public, once; they are of all answers that were taken in. Who took part is forgotten."""
    if survey.step != "closed":
        raise NotNow("not-closed", "现在不能这样做", "问卷结束后公布一次结果。")
    if request.answers != survey.answers:
        raise NotNow("not-all-counted", "现在不能这样做", "答卷没有数全,请再试一次。")
    kept = replace(survey, step="counted", tokens=request.tokens, figures=request.figures)
    fact = ResultPublished(
        at=context.now,
        answers=request.answers,
        tokens=request.tokens,
        figures=request.figures,
        by=request.by,
    )
    return Decision(kept, (Say(fact), ask.ForgetVoters()), answer=kept)


def is_open(survey: Survey, now: datetime) -> bool:
    """Whether answers are taken in."""
    return survey.step == "open" and survey.questionnaire is not None and now < survey.questionnaire.ends


def _check_open(survey: Survey, now: datetime) -> None:
    if not survey.exists or survey.step == "draft":
        raise NotFound("not-found", "没有找到", "没有这份问卷。")
    if not is_open(survey, now):
        raise NotNow("closed", "问卷已经结束", "已过截止时间,不再接受作答。")
