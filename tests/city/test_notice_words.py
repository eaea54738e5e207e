"""A city's own words of notices and its templates: what the file may say, and what is wrong with it, line by line."""

import shutil
from pathlib import Path

import pytest

from city.notice_words import FILE, NoticeWords, read_notices
from city.profile import Profile, ProfileError, check
from city.templates import OWN, Template

CITY = Path(__file__).resolve().parents[2] / "cities" / "suqian"

THREE = 'fields = { thing1 = "{text}", thing2 = "{text}", thing3 = "{text}" }'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample city, about to say things in its own words."""
    copied = tmp_path / "city"
    shutil.copytree(CITY, copied)
    return copied


def test_the_sample_city_names_the_template_of_every_channel_and_some_texts_of_its_own() -> None:
    words = Profile.load(CITY).notice_words

    assert {*OWN, "mail"} == words.templates.keys()
    assert {audience for audience, _ in words.texts} == {"citizen", "follower", "clerk"}


def test_a_city_may_do_without_and_then_has_the_products_own(folder: Path) -> None:
    (folder / FILE).unlink()

    words = Profile.load(folder).notice_words

    assert check(folder) == []
    assert words == NoticeWords()
    assert words.text("citizen", "replied", "已回复") == "已回复"
    assert words.template("sms") == OWN["sms"]


def test_a_city_that_names_one_text_and_one_template_keeps_all_others() -> None:
    words, wrong = read_notices(
        '[texts.clerk]\nassigned = "请办理 {number}"\n'
        '[templates.sms]\nid = "SMS_1"\nfields = { a = "{text}", b = "{link}", c = "{stop}" }\n'
    )

    assert wrong == []
    assert words.text("clerk", "assigned", "新交办 {number}") == "请办理 {number}"
    assert words.text("citizen", "assigned", "您的帖子") == "您的帖子"
    assert words.template("sms") == Template("SMS_1", (("a", "{text}"), ("b", "{link}"), ("c", "{stop}")))
    assert words.template("sms-code") == OWN["sms-code"]


@pytest.mark.parametrize(("ways", "room"), [((), 3), ((1,), 1), ((3, 2), 2)])
def test_the_words_have_as_much_room_as_the_narrowest_template_of_wechats(
    ways: tuple[int, ...], room: int
) -> None:
    templates = {
        f"wechat-{n}": Template("t", tuple((f"thing{field}", "{text}") for field in range(fields)))
        for n, fields in enumerate(ways)
    }

    assert NoticeWords(templates=templates).room == room


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("[texts.citizen", 1, "不是 TOML"),
        ("[words]\na = 1", 1, "没有 words 这一节,只有 [texts.…] 与 [templates.…]"),
        ("texts = 1", 1, "没有 texts 这一节"),
        ('[texts.author]\nreplied = "好"', 1, "没有 author 这类收件人,可以写的是 citizen、clerk"),
        ("\n[texts]\ncitizen = 1", 3, "没有 citizen 这类收件人"),
        ('[texts.citizen]\n\nreplied = ""', 3, "replied:应为一行文字;不想改的通知请去掉这一行"),
        ("[texts.citizen]\nreplied = 5", 2, "replied:应为一行文字"),
        ('[texts.citizen]\nreplied = "已\\n回复"', 2, "replied:应为一行,没有换行"),
        ('[texts.citizen]\nreplied = " 已回复"', 2, "replied:应为一行"),
        ('[texts.citizen]\nreplied = "已{回复}"', 2, "replied:花括号只用来写 {number}"),
        ('[texts.citizen]\nreplied = "{number.x}"', 2, "replied:花括号只用来写 {number}"),
        ('[texts.citizen]\nreplied = "{number!r}{due:%Y}"', 2, "replied:花括号只用来写 {number}"),
        ('[texts.citizen]\nreplied = "{{number}}"', 2, "replied:花括号只用来写 {number}"),
        ('[templates.fax]\nid = "1"', 1, "fax:没有 fax 这种模板,可以写的是 wechat-subscription"),
        ("[templates]\nsms = 1", 2, "sms:应为一节"),
        (f"[templates.wechat-template]\n{THREE}", 1, "wechat-template:缺少 id:请填写服务商审核通过后"),
        (f'[templates.wechat-template]\nid = "a b"\n{THREE}', 2, "wechat-template:缺少 id"),
        ('[templates.sms]\nid = "1"', 1, "sms:缺少 fields:请写明模板的每个字段填什么"),
        (
            '[templates.sms]\nid = "1"\nfields = {}\nsign = "x"',
            4,
            "sms:sign:模板没有这一项,只有 id 与 fields",
        ),
        ('[templates.mail]\nid = "1"\nfields = { subject = "通知" }', 2, "mail:邮件没有模板编号,请去掉 id"),
        ('[templates.mail]\nfields = { title = "通知" }', 2, "mail:title:邮件只有 subject"),
        (f'[templates.mail]\nfields = {{ subject = "{"长" * 61}" }}', 2, "mail:subject:至多 60 个字"),
        ('[templates.mail]\nfields = { subject = "{text}" }', 2, "mail:subject:没有 {text} 这个位置"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_what_would_be_right(
    folder: Path, text: str, line: int, reason: str
) -> None:
    (folder / FILE).write_text(text, encoding="utf-8")

    told = [str(complaint) for complaint in check(folder)]

    assert any(each.startswith(f"{FILE}:{line}: {reason}") for each in told), told
    with pytest.raises(ProfileError):
        Profile.load(folder)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ('thing1 = "{number}"', "缺少 {text}:请写进某个字段,否则收到的人看不到"),
        ('thing1 = "{text}", thing2 = "{link}"', "thing2:没有 {link} 这个位置,可以填 {text}、{number}"),
        ('thing1 = "{text}", thing2 = "{phone}"', "thing2:没有 {phone} 这个位置"),
        ('thing1 = "{text}!"', "thing1:一个字段只填一个位置,或只写固定的文字"),
        (f'thing1 = "{{text}}", thing2 = "{"长" * 21}"', "thing2:固定的文字至多 20 个字"),
        ('thing1 = "{text}", character_string2 = "{unit}"', "character_string2:这种字段不能填 {unit}"),
        ('thing1 = "{text}", character_string2 = "编号"', "character_string2:固定的文字至多 32 个数字"),
        ('thing1 = "{text}", time2 = "{number}"', "time2:这种字段不能填 {number},可以填 {time}"),
        ('thing1 = "{text}", date2 = "明天"', "date2:固定的文字不能填在这里,可以填 {time}"),
        ('thing1 = "{text}", phrase2 = "已经回复了"', ""),
        ('thing1 = "{text}", phrase2 = "已经回复好了"', "phrase2:固定的文字至多 5 个汉字"),
        ('thing1 = "{text}", phrase2 = "{unit}"', "phrase2:这种字段不能填 {unit},这里没有可填的位置"),
        ('thing1 = "{text}", amount2 = "1"', "amount2:不会填这种字段,请选只含 thing1、"),
        ('thing1 = "{text}", first = "您好"', "first:不会填这种字段"),
        ('thing1 = "{text}", thing2 = ""', "thing2:应为一行文字"),
        ('thing1 = "{text}", thing2 = "}"', "thing2:花括号只用来写 {text}、{number}"),
    ],
)
def test_a_field_of_wechats_takes_what_its_type_takes_and_nothing_else(fields: str, reason: str) -> None:
    _, wrong = read_notices(f'[templates.wechat-subscription]\nid = "t"\nfields = {{ {fields} }}')

    assert [told.startswith(f"wechat-subscription:{reason}") for _, told in wrong] == [True] * bool(reason)


@pytest.mark.parametrize("missing", ["text", "link", "stop"])
def test_a_text_message_without_words_link_or_unsubscription_is_refused(missing: str) -> None:
    fields = ", ".join(f'{name} = "{{{name}}}"' for name in ("text", "link", "stop") if name != missing)

    _, wrong = read_notices(f'[templates.sms]\nid = "t"\nfields = {{ {fields} }}')

    assert wrong == [(3, f"sms:缺少 {{{missing}}}:请写进某个字段,否则收到的人看不到")]


def test_a_variable_of_a_text_message_has_a_name_that_aliyun_takes() -> None:
    _, wrong = read_notices('[templates.sms-code]\nid = "t"\nfields = { "验证码" = "{code}" }')

    assert wrong == [(3, "sms-code:验证码:短信变量名应为字母、数字与下划线")]
