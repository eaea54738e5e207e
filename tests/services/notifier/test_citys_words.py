"""A city says a notice in words of its own, and sends it by templates of its own: what reaches people, and what is refused."""

import dataclasses
import json
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from chassis.settings import Settings
from city.notice_words import FILE, FOLLOWER, CityText, NoticeWords
from city.profile import Profile, ProfileError
from contracts.deadlines import CaseEscalated, DeadlineSet, MissWithdrawn
from contracts.decision import Context
from contracts.dialogues import AnswerPrepared, DialogueOpened
from contracts.examples import EXAMPLES
from contracts.inspections import CorrectionJudged
from contracts.posts import PostReceived
from contracts.replies import InstructionGiven, PostRated, SuggestionDecided
from services.notifier.__main__ import channels_of
from services.notifier.app import RULES, build
from services.notifier.core.case import Case, Claim, Notice
from services.notifier.core.news import Follower, News, NewsDue
from services.notifier.core.table import TOLD
from services.notifier.core.table_of_followers import WORDS
from services.notifier.core.texts import OWN_TEXTS, unfit
from services.notifier.gateway.app import Gateway, create
from services.notifier.gateway.arrivals import Arrivals
from services.notifier.outgoing import Outgoing
from services.notifier.settings import ChannelSettings
from tests.services.deadline.facts import PROFILE, assigned, at
from tests.services.notifier.outside import CONTACT
from tests.services.notifier.telling import NUMBER, POST, told

NOW = at("2026-03-03T10:00")
SUQIAN = Path(__file__).resolve().parents[3] / "cities" / "suqian"
SITE = "https://ask.example"


def saying(*texts: tuple[str, str, str]) -> Profile:
    """The sample city with these words (audience, name, text) and no others."""
    words = {(audience, name): CityText(text, line) for line, (audience, name, text) in enumerate(texts, 1)}
    return dataclasses.replace(PROFILE, notice_words=NoticeWords(words))


def wrong(audience: str, name: str, text: str) -> str:
    return "\n".join(complaint.reason for complaint in unfit(saying((audience, name, text))))


# -- every notice ----------------------------------------------------------------------------------

MARKED = saying(
    *((audience, name, f"{text}〔{audience}.{name}〕") for (audience, name), text in OWN_TEXTS.items())
)
"""Every notice in words that name it."""

CHANGES: dict[type, tuple[dict[str, Any], ...]] = {
    AnswerPrepared: ({"department": "nowhere"},),
    CaseEscalated: ({"level": "leader"}, {"level": "supervisor"}, {"level": "bulletin"}),
    CorrectionJudged: ({"outcome": "accepted"},),
    DeadlineSet: ({"clock": "second"},),
    DialogueOpened: ({"units": ("water",)},),
    InstructionGiven: ({"published": True}, {"due_day": date(2026, 3, 9)}),
    MissWithdrawn: ({"clock": "promise"}, {"handling": 1}),
    PostRated: ({"grade": 1},),
    PostReceived: ({"addressee": "mayor"},),
    SuggestionDecided: ({"outcome": "adopted"}, {"outcome": "declined"}),
}
"""What the examples of facts must be, too, so that every row of the table is told."""


def facts() -> Iterator[Any]:
    for fact in EXAMPLES:
        if type(fact) in TOLD:
            yield fact
            yield from (replace(fact, **change) for change in CHANGES.get(type(fact), ()))


def heard(case: Case, fact: Any, city: Profile) -> list[str]:
    """The words of everything that is told of one input."""
    decision = RULES[type(fact)](case, fact, Context("post", "c", getattr(fact, "at", NOW), city))
    return [effect.notice.text for effect in decision.effects if isinstance(effect, Claim)]


def test_every_notice_that_the_table_knows_can_be_said_in_a_citys_own_words() -> None:
    due = DeadlineSet(at=NOW, due=at("2026-03-05T18:00"), department="water")
    ready = told(assigned("2026-03-02T10:00"), due).case
    again = replace(ready, handling=2, missed_before=(1,), supervisor_before=(1,))
    cases = (ready, replace(ready, told_assigned=False, missed_told=True, supervisor_told=True), again)
    texts = [text for fact in facts() for case in cases for text in heard(case, fact, MARKED)]
    for kind, row in WORDS.items():
        news = News("c", kind, "water", NOW)
        page = NewsDue("n", news, "", (Follower("f", ("sms",), POST.at),), False)
        texts += heard(replace(ready, withdrawn=row.leaves), page, MARKED)

    said = {tuple(name.split(".")) for text in texts for name in re.findall(r"〔([a-z.-]+)〕", text)}

    assert said == OWN_TEXTS.keys()
    assert not any("{" in text for text in texts)


def test_two_texts_to_one_audience_have_two_names() -> None:
    rows = {(row.audience, row.name, row.text) for of_fact in TOLD.values() for row in of_fact}

    assert len(rows) + len(WORDS) == len(OWN_TEXTS)
    assert {audience for audience, _ in OWN_TEXTS} >= {FOLLOWER, "citizen", "clerk"}


def test_the_products_own_words_are_what_a_city_could_say() -> None:
    assert unfit(saying(*((*key, text) for key, text in OWN_TEXTS.items()))) == ()


def test_a_city_overrides_what_it_names_and_nothing_else() -> None:
    city = saying(("clerk", "followed-up", "又有追问 {number}"))
    ready = told(assigned("2026-03-02T10:00")).case
    by_name = {type(fact).__name__: fact for fact in EXAMPLES}

    assert heard(ready, by_name["PostFollowedUp"], city) == [f"又有追问 {NUMBER} 路灯不亮"]
    for name in ("PostWithdrawn", "CitizenAnswered", "CaseUrged"):
        assert heard(ready, by_name[name], city) == heard(ready, by_name[name], saying())


def test_what_somebody_wrote_is_no_place_in_a_citys_words_either() -> None:
    """A clerk who types `{number}` is read so."""
    city = saying(("clerk", "urged", "催办 {number}:{text}"))
    urged = replace(
        next(fact for fact in EXAMPLES if type(fact).__name__ == "CaseUrged"), text="见{unit}{number}"
    )

    assert heard(told(assigned("2026-03-02T10:00")).case, urged, city) == [
        f"催办 {NUMBER}:见{{unit}}{{number}} 路灯不亮"
    ]


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("audience", "name", "text", "reason"),
    [
        ("citizen", "replies", "{number}", "citizen 没有这种通知,可以写的是 assigned、"),
        (
            "citizen",
            "suggestion-decided",
            "{number}",
            "可以写的是 suggestion-adopted、suggestion-partly-adopted",
        ),
        ("clerk", "replied", "{number}", "不通知 clerk,请写在 [texts.citizen] 下"),
        ("citizen", "replied", "已回复,请看", "缺少 {number},请写进去"),
        ("citizen", "hidden", "{number}未予公开", "缺少 {reason},请写进去"),
        ("citizen", "assigned", "{number}由{unit}在{due}前答复", "缺少 {provisional},请写进去"),
        ("citizen", "replied", "{number}{number}已回复", "{number} 只能写一次,请去掉多余的"),
        ("citizen", "replied", "{number}已由{by}回复", "没有 {by} 这个位置,可以写的是 {number}、{unit}"),
        ("clerk", "followed-up", "追问 {number}:{text}", "没有 {text} 这个位置,可以写的是 {number}"),
        ("follower", "news-replied", "{title}{number}已回复", "姓名、电话等个人信息不得写进通知"),
        ("follower", "news-decided", "{number}:{reason}", "没有 {reason} 这个位置"),
        ("citizen", "replied", "{number}已回复,请致电13812345678", "请先列入 public-contacts.csv"),
        ("citizen", "replied", "{number}" + "已回复" * 16, "太长:填好后有 63 个字,至多 60 个,请缩短"),
        ("clerk", "assigned", "{number}" + "新交办" * 16, "太长:填好后有 63 个字,至多 60 个,请缩短"),
        ("citizen", "replied", "{number}已由{unit}回复,请评价", ""),
        ("citizen", "followed-through", "您的建议{number}于{done_on}有了落实", ""),
    ],
)
def test_words_that_would_mislead_or_tell_too_much_are_refused_with_what_would_be_right(
    audience: str, name: str, text: str, reason: str
) -> None:
    found = wrong(audience, name, text)

    assert reason in found
    assert bool(found) == bool(reason)


def test_a_telephone_of_a_unit_that_the_city_lists_may_stand_in_its_words() -> None:
    listed = next(contact.value for contact in PROFILE.listed_contacts if contact.kind == "phone")

    assert wrong("citizen", "replied", f"{{number}}已回复,详询{listed}") == ""


def test_words_that_name_the_unit_leave_room_for_the_longest_name_of_the_citys_units() -> None:
    longest = max(len(unit.name) for unit in PROFILE.departments)
    number = len(f"{PROFILE.number_prefix}260302-000001")
    fits = "字" * (60 - number - longest)

    assert wrong("citizen", "replied", f"{{number}}{{unit}}{fits}") == ""
    assert "太长:填好后有 61 个字" in wrong("citizen", "replied", f"{{number}}{{unit}}{fits}字")


def test_a_narrower_template_of_wechats_leaves_less_room() -> None:
    city = saying(("citizen", "replied", "您的帖子{number},{unit}已经回复,请您登录评价"))
    assert unfit(city) == ()
    narrow = replace(PROFILE.notice_words.template("wechat-template"), fields=(("thing1", "{text}"),))
    words = replace(city.notice_words, templates={"wechat-template": narrow})

    [complaint] = unfit(dataclasses.replace(city, notice_words=words))

    assert "至多 20 个" in str(complaint)


def test_notifier_does_not_start_with_words_that_are_unfit_and_names_file_and_line() -> None:
    with pytest.raises(ProfileError, match=rf"{FILE}:1: replied:缺少 {{number}}"):
        build(saying(("citizen", "replied", "已回复")))


# -- to the provider -------------------------------------------------------------------------------

OF_A_CITY = """
[texts.citizen]
replied = "{unit}回复了您的帖子{number}"
[templates.wechat-template]
id = "TEMPLATE-9"
fields = { character_string1 = "{number}", thing2 = "{text}", thing3 = "{text}", thing4 = "{unit}", time5 = "{time}", phrase6 = "已回复" }
[templates.wechat-subscription]
id = "SUBSCRIPTION-9"
fields = { thing1 = "{text}", date2 = "{time}", thing3 = "{text}", const4 = "问政" }
[templates.sms]
id = "SMS_9"
fields = { number = "{number}", words = "{unit}:{text}", link = "{link}", stop = "{stop}" }
[templates.sms-code]
id = "SMS_10"
fields = { password = "{code}" }
[templates.mail]
fields = { subject = "有新进展" }
"""


class Sending:
    """The channels of notifier as a city's profile and the environment make them, and the providers."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        shutil.copytree(SUQIAN, folder / "city")
        (folder / "city" / FILE).write_text(OF_A_CITY, encoding="utf-8")
        (folder / "key").write_text("right", encoding="utf-8")
        self.profile = Profile.load(folder / "city")
        self.gateway = Gateway(
            Arrivals(folder / "arrivals.jsonl"), key="right", words=self.profile.notice_words
        )
        self.requests: list[httpx2.Request] = []
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=create(self.gateway)), event_hooks={"request": [self._note]}
        )
        own = ChannelSettings(public_url=SITE, **settings)
        everywhere = Settings(gateway="http://gateway", gateway_key_file=folder / "key")
        self.channels = channels_of(own, everywhere, self.profile, self.http)

    async def _note(self, request: httpx2.Request) -> None:
        self.requests.append(request)

    def notice(self, channel: str) -> Outgoing:
        """What the author is told of a reply, as it goes out."""
        fact = replace(
            next(fact for fact in EXAMPLES if type(fact).__name__ == "ReplyPublished"),
            department="water",
            at=NOW,
        )
        case = told(assigned("2026-03-02T10:00")).case
        decision = RULES[type(fact)](case, fact, Context("post", "c", NOW, build(self.profile).city.initial))
        [notice] = [
            effect.notice
            for effect in decision.effects
            if isinstance(effect, Claim) and effect.notice.audience == "citizen"
        ]
        assert isinstance(notice, Notice)
        return Outgoing("post", replace(notice, channel=channel), 1, False, CONTACT, NUMBER, "T")


UNIT = PROFILE.department_name("water")


@pytest.mark.parametrize(
    ("way", "template", "fields"),
    [
        (
            "template",
            "TEMPLATE-9",
            {
                "character_string1": NUMBER,
                "thing2": f"{UNIT}回复了您的帖子{NUMBER}"[:20],
                "thing3": f"{UNIT}回复了您的帖子{NUMBER}"[20:] or "-",
                "thing4": UNIT,
                "time5": "2026年03月03日 10:00",
                "phrase6": "已回复",
            },
        ),
        (
            "subscription",
            "SUBSCRIPTION-9",
            {
                "thing1": f"{UNIT}回复了您的帖子{NUMBER}"[:20],
                "date2": "2026年03月03日 10:00",
                "thing3": f"{UNIT}回复了您的帖子{NUMBER}"[20:] or "-",
                "const4": "问政",
            },
        ),
    ],
)
async def test_a_citys_words_reach_wechat_in_the_fields_of_its_own_template(
    tmp_path: Path, way: str, template: str, fields: dict[str, str]
) -> None:
    sending = Sending(tmp_path, wechat_way=way)

    [delivery] = await sending.channels.wechat.send([sending.notice("wechat")])

    message = json.loads(sending.requests[-1].content)
    assert delivery.state == "sent"
    assert message["template_id"] == template
    assert {name: field["value"] for name, field in message["data"].items()} == fields
    assert len(sending.gateway.arrivals) == 1


async def test_a_citys_words_reach_aliyun_in_the_variables_of_its_own_template(tmp_path: Path) -> None:
    sending = Sending(tmp_path)

    [delivery] = await sending.channels.sms.send([sending.notice("sms")])

    assert delivery.state == "sent"
    assert b"TemplateCode=SMS_9&" in sending.requests[-1].content
    assert json.loads(sending.gateway.arrivals.since(0)[0]["text"]) == {
        "number": NUMBER,
        "words": f"{UNIT}:{UNIT}回复了您的帖子{NUMBER}",
        "link": f"{SITE}/follow?number={NUMBER}",
        "stop": f"退订 {SITE}/stop/{NUMBER}/T",
    }


async def test_a_code_goes_out_by_the_template_that_the_city_names(tmp_path: Path) -> None:
    sending = Sending(tmp_path)

    delivery = await sending.channels.sms.send_code("13812345678", "123456")

    assert delivery.state == "sent"
    assert b"TemplateCode=SMS_10&" in sending.requests[-1].content
    assert json.loads(sending.gateway.arrivals.since(0)[0]["text"]) == {"password": "123456"}


def test_the_subject_of_a_mail_is_the_citys(tmp_path: Path) -> None:
    sending = Sending(tmp_path)

    message = sending.channels.mail._message("wang@example.com", sending.notice("mail"))

    assert message["Subject"] == "有新进展"


async def test_a_template_that_the_provider_has_not_approved_is_refused_and_says_so(tmp_path: Path) -> None:
    sending = Sending(tmp_path)
    sending.gateway = Gateway(Arrivals(tmp_path / "others.jsonl"), key="right")
    others = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=create(sending.gateway)))
    settings = Settings(gateway="http://gateway", gateway_key_file=tmp_path / "key")
    channels = channels_of(ChannelSettings(), settings, sending.profile, others)

    [by_wechat] = await channels.wechat.send([sending.notice("wechat")])
    [by_text] = await channels.sms.send([sending.notice("sms")])

    assert (by_wechat.state, by_wechat.reason) == ("failed", "模板无效")
    assert (by_text.state, by_text.reason) == ("failed", "isv.SMS_TEMPLATE_ILLEGAL")
