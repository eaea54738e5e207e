"""Who is told of what: every word arrives at the one it is meant for, once, in words that are the sender's own."""

from itertools import permutations
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.assignments import LeadNamed, MeetingCalled, ReturnRefused
from contracts.deadlines import (
    CaseEscalated,
    ClockResumed,
    DeadlineMissed,
    DeadlineNear,
    DeadlineSet,
    DispatchLateWithdrawn,
    MeetingLate,
    MeetingLateWithdrawn,
)
from contracts.decision import Context
from contracts.examples import EXAMPLES
from contracts.posts import (
    CitizenErased,
    PostFollowedUp,
    PostHeld,
    PostReleased,
    PostWithdrawn,
)
from contracts.replies import (
    CaseUrged,
    CitizenAnswered,
    ExtensionApproved,
    ExtensionRefused,
    InstructionGiven,
    PostRated,
    ReplyPublished,
    ReplySentBack,
)
from contracts.topics import TOPIC_OF, TOPICS
from services.notifier.app import RULES
from services.notifier.core.case import Case, Claim, Early, Outcome
from services.notifier.core.table import NOBODY, TOLD
from services.notifier.core.wording import one_line
from tests.services.deadline.facts import PROFILE, assigned, at, moved
from tests.services.notifier.telling import NUMBER, POST, Told, told

NOW = at("2026-03-03T10:00")
DUE = at("2026-03-05T18:00")


def dated(**changes: Any) -> DeadlineSet:
    return replace(DeadlineSet(at=NOW, due=DUE, department="water"), **changes)


def urged(text: str = "请抓紧") -> CaseUrged:
    return CaseUrged(at=NOW, text=text, by="s")


def followed_up(text: str = "还没亮") -> PostFollowedUp:
    return PostFollowedUp(at=NOW, follow_up="f", text=text)


def replied() -> ReplyPublished:
    return ReplyPublished(at=NOW, reply="r", text="已修复", department="water", by="c")


# -- the table -------------------------------------------------------------------------------------


@pytest.mark.parametrize("fact", [fact for topic in TOPICS for fact in topic.facts])
def test_every_fact_of_every_topic_is_told_to_somebody_or_says_why_to_nobody(fact: type) -> None:
    assert (fact in TOLD) != (fact in NOBODY)


@pytest.mark.parametrize(
    "fact", [fact for fact in EXAMPLES if type(fact) in TOLD], ids=lambda f: type(f).__name__
)
def test_every_row_finds_the_names_in_its_words(fact: Any) -> None:
    """Each row is met with its condition fulfilled; a name that neither fact nor case has would raise."""
    ready = told(assigned("2026-03-02T10:00"), dated()).case
    for case in (ready, replace(ready, told_assigned=False, missed_told=True, supervisor_told=True)):
        decision = RULES[type(fact)](case, fact, Context("p", "c", fact.at, PROFILE))

        for text in [effect.notice.text for effect in decision.effects if isinstance(effect, Claim)]:
            assert "{" not in text
            assert TOPIC_OF[type(fact)].key != "post" or decision.state.number in text


# -- each word, and its reader ---------------------------------------------------------------------


def test_the_author_learns_that_the_post_is_held_why_and_that_the_clock_runs_on() -> None:
    [text] = told(PostHeld(at=NOW, reason="含有电话号码", by="m")).to("citizen")

    assert NUMBER in text
    assert "含有电话号码" in text
    assert "期限不受影响" in text


def test_a_post_that_a_word_list_held_is_brought_to_the_supervisor() -> None:
    assert told(PostHeld(at=NOW, reason="敏感词")).to("supervisor") == [f"待审核 {NUMBER}:敏感词 路灯不亮"]
    assert told(PostHeld(at=NOW, reason="敏感词", by="m")).to("supervisor") == []


def test_the_author_learns_of_the_release() -> None:
    assert "已通过审核" in told(PostReleased(at=NOW, by="m")).to("citizen")[0]


def test_a_withdrawal_is_told_to_the_unit() -> None:
    found = told(assigned("2026-03-02T10:00"), PostWithdrawn(at=NOW))

    assert found.to("clerk", "water")[-1].startswith(f"网民已撤回,停止办理 {NUMBER}")


@pytest.mark.parametrize(
    "before",
    [(), (replied(),), (PostWithdrawn(at=NOW),), (PostHeld(at=NOW, reason="r"),)],
    ids=["open", "answered", "withdrawn", "held"],
)
def test_a_follow_up_reaches_the_unit_whatever_the_step(before: tuple[Any, ...]) -> None:
    found = told(assigned("2026-03-02T10:00"), *before, followed_up())

    assert found.to("clerk", "water")[-1].startswith(f"网民追问 {NUMBER}")


def test_what_is_said_of_a_post_that_no_unit_holds_is_told_to_the_unit_that_will() -> None:
    found = told(followed_up(), followed_up("再问一次"), urged())
    assert found.to("clerk") == []

    found.hear(assigned("2026-03-04T10:00"))

    assert found.kinds().count(("clerk", "water", "followed-up")) == 1, "the same sentence once"
    assert any("请抓紧" in text for text in found.to("clerk", "water"))
    assert found.case.waiting == ()


def test_a_forgotten_post_that_no_unit_holds_climbs_to_the_supervisor_at_once() -> None:
    step = CaseEscalated(at=NOW, level="remind", due=DUE)
    found = told(DeadlineNear(at=NOW, due=DUE), step, DeadlineMissed(at=DUE, due=DUE))

    assert {kind for audience, _, kind in found.kinds() if audience == "supervisor"} == {
        "near",
        "remind",
        "missed",
    }
    assert len(found.notices) == 3


def test_the_clerk_hears_how_an_extension_was_decided() -> None:
    approved = ExtensionApproved(
        at=NOW, extension="e", reason="r", new_date=DUE.date(), progress="p", department="water", by="l"
    )
    refused = ExtensionRefused(at=NOW, extension="e", remark="理由不足", department="water", by="l")

    assert told(approved).to("clerk", "water") == [f"延期已批准 {NUMBER},延至3月5日 路灯不亮"]
    assert "理由不足" in told(refused).to("clerk", "water")[0]


def test_the_end_of_a_pause_is_told_to_unit_and_author_with_the_new_date() -> None:
    found = told(assigned("2026-03-02T10:00"), ClockResumed(at=NOW, question="q", due=DUE))

    assert "3月5日18:00" in found.to("clerk", "water")[-1]
    assert "3月5日18:00" in found.to("citizen")[-1]


def test_a_meeting_is_told_to_the_supervisor_and_to_every_unit_in_dispute() -> None:
    meeting = MeetingCalled(at=NOW, departments=("water", "housing"), reason="r", until=DUE)

    assert told(meeting).kinds() == [
        ("clerk", "housing", "meeting"),
        ("clerk", "water", "meeting"),
        ("supervisor", "supervision", "meeting"),
    ]


def test_a_meeting_that_did_not_rule_is_told_to_the_supervisor() -> None:
    assert told(MeetingLate(at=NOW, until=NOW, department="water")).kinds() == [
        ("supervisor", "supervision", "meeting-late")
    ]


def test_the_supervisor_who_was_told_of_a_late_dispatch_or_meeting_hears_that_it_was_none() -> None:
    dispatch = told(DispatchLateWithdrawn(at=NOW, due=NOW))
    meeting = told(MeetingLateWithdrawn(at=NOW, until=NOW, department="water"))

    assert dispatch.kinds() == meeting.kinds() == [("supervisor", "supervision", "miss-withdrawn")]
    assert dispatch.to("supervisor") == [f"交办超时更正 {NUMBER},并未超时 路灯不亮"]
    assert meeting.to("supervisor") == [f"交办会逾期更正 {NUMBER},并未逾期 路灯不亮"]


def test_thanks_reach_the_unit_and_so_does_a_bad_grade() -> None:
    def graded(grade: int, text: str) -> list[tuple[str, str, str]]:
        return told(PostRated(at=NOW, reply="r", grade=grade, text=text, department="water")).kinds()

    assert graded(5, "很给力") == [("clerk", "water", "thanked")]
    assert graded(5, "") == graded(4, "还行") == []
    assert graded(3, "") == [("clerk", "water", "rated")]


def test_two_assisting_units_get_two_notices_and_each_gets_its_own_once() -> None:
    named = LeadNamed(at=NOW, lead="water", assisting=("housing", "transport"), reason="r")

    found = told(assigned("2026-03-02T10:00"), named)

    assisting = [notice for notice in found.notices if notice.kind == "assisting"]
    assert {notice.department for notice in assisting} == {"housing", "transport"}
    assert len({notice.id for notice in assisting}) == 2
    found.hear(replace(named, assisting=("housing", "education")))
    assert [n.department for n in found.notices if n.kind == "assisting"] == [
        "housing",
        "transport",
        "education",
    ]


def test_a_unit_chosen_to_assist_without_a_meeting_is_told_too() -> None:
    chosen = replace(assigned("2026-03-02T10:00"), assisting=("housing",))

    assert ("clerk", "housing", "assisting") in told(chosen).kinds()


def test_after_a_transfer_words_reach_the_new_unit_and_the_former_one_learns_where_it_went() -> None:
    found = told(assigned("2026-03-02T10:00"), moved("2026-03-03T09:00", "housing"))
    former = found.to("clerk", "water")

    found.hear(urged(), CitizenAnswered(at=NOW, question="q", text="东侧"), followed_up())
    found.hear(InstructionGiven(at=NOW, text="速办", by="m"))

    assert [text.split()[0] for text in found.to("clerk", "housing")] == [
        "转办",
        "督查催办",
        "网民已补充",
        "网民追问",
    ]
    assert found.to("leader", "housing")[0].startswith("领导批示")
    assert found.to("clerk", "water") == former
    assert PROFILE.department_name("housing") in former[-1]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_author_is_told_unit_and_date_together_and_once(order: tuple[int, ...]) -> None:
    facts = (POST, assigned("2026-03-02T10:00"), dated())

    found = Told().hear(*(facts[n] for n in order))

    assert [n.kind for n in found.notices if n.audience == "citizen"] == ["assigned"]
    assert found.to("citizen")[0].startswith(
        f"您的帖子{NUMBER}已交{PROFILE.department_name('water')}办理,3月5日18:00前回复"
    )


def test_once_unit_and_date_were_told_a_date_that_is_set_again_is_told_as_what_it_is() -> None:
    found = told(assigned("2026-03-02T10:00"), dated(), dated(clock="second"))

    assert [n.kind for n in found.notices if n.audience == "citizen"] == ["assigned", "reopened"]


def test_a_provisional_date_says_so() -> None:
    assert told(assigned("2026-03-02T10:00"), dated(provisional=True)).to("citizen")[0].endswith("(暂定)")


def test_what_was_heard_before_the_post_is_told_with_its_number() -> None:
    found = Told().hear(urged("{number}号线"), assigned("2026-03-02T10:00"), POST)

    assert f"督查催办 {NUMBER}:{{number}}号线 路灯不亮" in found.to("clerk", "water")


# -- words that are not the sender's ---------------------------------------------------------------

TRICKS = ["{number}", "{unit}{due}", "{0.__class__}", "{", "%(number)s", "}{"]


@pytest.mark.parametrize("trick", TRICKS)
def test_who_types_the_name_of_a_place_reads_just_that(trick: str) -> None:
    refused = ReturnRefused(at=NOW, request="q", department="water", reason=trick)

    assert told(refused).to("clerk", "water") == [f"退回未获同意 {NUMBER}:{trick} 路灯不亮"]
    assert trick in Told().hear(refused, POST).to("clerk", "water")[0]
    assert trick in told(PostHeld(at=NOW, reason=trick, by="m")).to("citizen")[0]


@pytest.mark.parametrize(
    "separator",
    ["\n", "\r\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\t", "\0"],
)
def test_a_line_break_makes_no_line_of_its_own(separator: str) -> None:
    trick = f"路灯{separator}督查催办 SQ2:速转账"
    found = Told().hear(replace(POST, title=trick), assigned("2026-03-02T10:00"), urged(trick))
    found.hear(ReplySentBack(at=NOW, reply="r", remark=trick, department="water", by="l"))

    for notice in found.notices:
        assert len(notice.text.splitlines()) == 1
        assert "\0" not in notice.text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("幸福路\u3000路灯", "幸福路 路灯"),
        ("一\u202e二\u2066三\ufeff四", "一二三四"),
        ("👨\u200d👩\u200d👧 全家", "👨\u200d👩\u200d👧 全家"),
        ("㐂𠮷\ue000", "㐂𠮷\ue000"),
        ("  两头 ", "两头"),
    ],
)
def test_what_deceives_the_reader_goes_and_what_people_write_stays(written: str, shown: str) -> None:
    assert one_line(written) == shown


def test_a_long_text_is_cut_and_shows_it() -> None:
    [text] = told(urged("快" * 80), assigned("2026-03-02T10:00")).to("clerk", "water")[:1]

    assert "快" * 49 + "…" in text


def test_states_of_before_the_text_was_kept_in_two_parts_are_told_as_they_were_meant() -> None:
    old = Early("urged", "clerk", "water", "督查催办 {number}:请抓紧 {number}", "c")

    found = Told(Case(waiting=(old,))).hear(POST)

    assert found.to("clerk", "water") == [f"督查催办 {NUMBER}:请抓紧 {{number}} 路灯不亮"]


# -- channels and ends -----------------------------------------------------------------------------


def refused(found: Told) -> Told:
    """The newest notice fails at its channel."""
    return found.hear(Outcome(found.notices[-1], "failed", 1, reason="43101"))


def test_a_channel_that_refuses_is_followed_by_the_next_one_the_author_gave() -> None:
    case = Told().hear(replace(POST, channels=("wechat", "sms", "mail")), PostReleased(at=NOW, by="m"))

    refused(refused(refused(case)))

    assert [notice.channel for notice in case.notices] == ["wechat", "sms", "mail"]
    assert len({notice.id for notice in case.notices}) == 3
    assert len({notice.text for notice in case.notices}) == 1


def test_a_channel_that_was_not_given_is_passed_over() -> None:
    case = Told().hear(replace(POST, channels=("wechat", "mail")), PostReleased(at=NOW, by="m"))

    assert [notice.channel for notice in refused(case).notices] == ["wechat", "mail"]


def test_a_robot_that_refuses_is_followed_by_nobody() -> None:
    found = told(assigned("2026-03-02T10:00"))

    assert len(refused(found).notices) == 1


@pytest.mark.parametrize("erased_first", [True, False])
def test_after_erasure_the_next_notice_is_suppressed_as_erased(erased_first: bool) -> None:
    erased = CitizenErased(at=NOW, citizen="c")
    facts = (erased, POST) if erased_first else (POST, erased)

    found = Told().hear(*facts, PostReleased(at=NOW, by="m"))

    assert found.notices == []
    assert [(fact.reason, fact.kind) for fact in found.suppressed] == [("erased", "post-released")]
    assert found.case.sealed == b""


def test_the_box_of_the_contact_is_kept_and_of_a_post_of_before_the_one_box_that_it_has() -> None:
    two = Told().hear(replace(POST, sealed=b"", sealed_contact=b"contact", sealed_text=b"text"))
    one = Told().hear(replace(POST, sealed=b"both", sealed_contact=b"", sealed_text=b""))

    assert (two.case.sealed, one.case.sealed) == (b"contact", b"both")


def test_who_gave_no_contact_is_told_on_the_page_alone() -> None:
    found = Told().hear(replace(POST, channels=()), PostReleased(at=NOW, by="m"))

    assert [fact.reason for fact in found.suppressed] == ["no contact"]


def test_the_same_word_is_the_same_notice_however_often_it_is_heard() -> None:
    first, again = told().hear(urged(), cause="e"), told().hear(urged(), cause="e")
    first.hear(assigned("2026-03-02T10:00"))
    again.hear(assigned("2026-03-02T10:00"))

    assert [n.id for n in first.notices] == [n.id for n in again.notices]


def test_a_notice_carries_the_citys_time_of_what_it_tells() -> None:
    found = told(assigned("2026-03-02T10:00"), urged())

    assert [notice.at for notice in found.notices] == [at("2026-03-02T10:00"), NOW]
