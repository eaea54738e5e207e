"""What stands around digits decides whether they are the number of a person: each such word and mark with and without."""

import pytest

from city.masking import mask
from city.public_contacts import PublicContacts

MOBILE, LOCAL = "13900001234", "84389998"


@pytest.mark.parametrize(
    ("hides", "stays"),
    [
        (f"打{MOBILE}找我", "投资13900000000元"),
        (f"{MOBILE}元", "13900000000元"),
        (f"{MOBILE}万人", f"{MOBILE}万元"),
        ("电话13900000000元", "一共13900000000元"),
        ("13900000000王先生", "13900000000方"),
        ("13900000000方女士", "13900000000方土方"),
        (f"{MOBILE}.5", f"{MOBILE}.5元"),
        (f"{MOBILE}.50", f"{MOBILE}.50元"),
        (f"{MOBILE}.500元", f"{MOBILE}.05元"),
        ("139-0000-1234米", "面积139.0000.1234"),
        ("139*0000*1234", "1390*0001*234mm"),
        ("一三九零零零零一二三四", "一三九零零零零一二三四万"),
        ("一三九零零零零一二三四万女士", "十一三九零零零零一二三四"),
    ],
)
def test_a_mobile_number_is_no_amount(hides: str, stays: str) -> None:
    assert "*" * 11 in mask(hides)
    assert mask(stays) == stays


@pytest.mark.parametrize("item", ["1", "12", "20", "07"])
def test_behind_the_number_of_an_item_stands_a_telephone(item: str) -> None:
    assert mask(f"{item}.{MOBILE}") == f"{item}.{'*' * 11}"


@pytest.mark.parametrize("whole", ["0", "21", "99", "150", "007"])
def test_behind_the_point_of_a_fraction_stands_none(whole: str) -> None:
    assert mask(f"{whole}.{MOBILE}") == f"{whole}.{MOBILE}"


@pytest.mark.parametrize(
    ("hides", "stays"),
    [
        (f"电话{LOCAL}", f"编号{LOCAL}"),
        ("电话8438999", "电话843899"),
        (f"电话{LOCAL}号", f"电话{LOCAL}元"),
        (f"固话{LOCAL}", f"电话{LOCAL}年"),
        (f"电话:{LOCAL}", "电话20240105"),
        (f"座机8438-9998,{LOCAL}", "座机04389998"),
        (f"传真:8438 9998、{LOCAL}", "传真14389998"),
        (f"致电{LOCAL}", "致电8438/9998"),
        ("TEL:84389998", "TEN:84389998"),
    ],
)
def test_a_number_without_an_area_code_is_known_by_the_word_before_it(hides: str, stays: str) -> None:
    assert "84389998" not in mask(hides)
    assert "8438999" not in mask(hides)
    assert mask(stays) == stays


def test_what_follows_a_telephone_in_a_list_is_another_and_nothing_after_that() -> None:
    assert mask(f"{MOBILE}、{LOCAL}") == f"{'*' * 11}、{'*' * 8}"
    assert mask(f"{MOBILE}、8438999") == f"{'*' * 11}、{'*' * 7}"
    assert mask(f"{MOBILE}、12345、{LOCAL}") == f"{'*' * 11}、12345、{LOCAL}"


@pytest.mark.parametrize("number", ["651234567", "65 1234 5678", "44-20-7946-0958", "123456789012345"])
def test_behind_a_plus_stands_a_number_of_another_country(number: str) -> None:
    assert mask(f"打+{number}") == f"打{'*' * (len(number) + 1)}"


@pytest.mark.parametrize("number", ["0085291234567", "00 65 9123 4567", "001(415)555-2671"])
def test_behind_a_word_for_a_telephone_the_plus_may_be_dialled(number: str) -> None:
    assert mask(f"手机:{number}") == f"手机:{'*' * len(number)}"
    assert mask(f"编号{number}") == f"编号{number}"


def test_three_noughts_dial_no_country() -> None:
    assert mask("手机:00012345678") == "手机:00012345678"


@pytest.mark.parametrize("text", ["a+651234567", "5+651234567", ".+651234567", "+051234567", "+65123456"])
def test_behind_a_sum_stands_none(text: str) -> None:
    assert mask(text) == text


def test_a_plus_goes_with_the_number_that_it_begins() -> None:
    assert mask(f"打+86{MOBILE}") == f"打{'*' * 14}"


@pytest.mark.parametrize(
    ("hides", "stays"),
    [
        ("账号1234567890", "账号123456789"),
        ("卡号1234 5678 9012 3456 789", "卡号0234567890"),
        ("开户1234567890123456789012345", "门牌1234567890"),
        ("账号32050177123400000001", "账号12345678901234567890123456"),
        ("微信123456", "门牌123456"),
        ("QQ12345", "QQ1234"),
        ("扣扣号是12345678901", "扣扣群12345"),
        ("加V123456", "aV123456"),
        ("WeChat: 12345678", "WeChat支付12345678元"),
        ("wechat:zhangsan", "WeChat payment"),
        ("我的Wechat ID是zs_1988", "wechatid: is"),
    ],
)
def test_an_account_is_known_by_the_word_before_it(hides: str, stays: str) -> None:
    assert "***" in mask(hides)
    assert mask(stays) == stays


@pytest.mark.parametrize(
    ("hides", "stays"),
    [
        ("6222021234567890", "b6222021234567890"),
        ("卡6222021234567890", "3.6222021234567890"),
        ("11010519491231002X", "11010519491231002XA"),
        ("11010519491231002 x", "11010519491231002"),
        ("110105491231002", "投资110105491230000元"),
        ("0527-84389998", "3.052784389998"),
    ],
)
def test_a_card_and_a_landline_stand_behind_no_letter_and_no_point(hides: str, stays: str) -> None:
    assert "*" * 9 in mask(hides)
    assert mask(stays) == stays


def test_a_number_in_two_scripts_is_one_where_a_numeral_stands_for_a_dash() -> None:
    assert mask("139一0000一1234") == "*" * 13
    assert mask("13900001234一2") == f"{'*' * 11}一2"


@pytest.mark.parametrize(
    ("hides", "stays"),
    [
        ("电话527-84389998", "门牌527-84389998"),
        ("电话 25 84389998", "电话 25 8438999"),
        ("固话52784389998", "固话52784389998元"),
        ("电话:5 2 7 - 8 4 3 8 9 9 9 8", "编号:5 2 7 - 8 4 3 8 9 9 9"),
        ("传真527-8438999-801", "电话4008001234"),
        ("拨打1065129988", "热线800-820-8820"),
    ],
)
def test_behind_a_word_for_it_an_area_code_is_known_without_its_zero(hides: str, stays: str) -> None:
    assert "*" * 9 in mask(hides)
    assert mask(stays) == stays


def test_an_office_is_public_without_the_zero_of_its_area_too() -> None:
    office = PublicContacts(["052784389998"], [])

    assert mask("电话527-84389998", office) == "电话527-84389998"
    assert mask("电话527-84389999", office) == f"电话{'*' * 12}"


@pytest.mark.parametrize(
    "mark", ["点", "减", "空", "空格", "减号", "横", "横杠", "短横", "短横线", "逗号", "斜杠", "破折号"]
)
def test_marks_that_are_said_in_words_part_a_number_as_marks_do(mark: str) -> None:
    assert not any(map(str.isdigit, mask(f"请打138{mark}1234{mark}5678谢谢")))
    assert not any(map(str.isdigit, mask(f"请打一三八{mark}一二三四{mark}五六七八谢谢")))


@pytest.mark.parametrize(
    "text", ["上午8点30分到21点1500人", "3点14", "138点12345678", "每天8点,1200米,13点5678步"]
)
def test_hours_and_fractions_in_words_stay(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize("mark", ["_", "＿", "︳", "﹏", "；", "［", "｛", "➖", "˗"])
def test_a_wide_mark_parts_a_number_as_the_narrow_one_does(mark: str) -> None:
    assert "5678" not in mask(f"138{mark}1234{mark}5678")


@pytest.mark.parametrize("plus", ["+", "＋", "﹢", "➕", "˖"])
def test_a_plus_is_one_in_whatever_dress(plus: str) -> None:
    assert mask(f"我的号码{plus}4915123456789") == f"我的号码{'*' * 14}"


@pytest.mark.parametrize(
    ("hides", "stays"),
    [
        ("写信到someone 艾特 example.com", "你可以 艾特 张三"),
        ("zhangsan☆qq.com", "请登录“qq.com”"),
        ("123456⊙163.com", "见http://mail.163.com"),
        ("zhangsan◎gmail.com", "from=gmail.com"),
        ("QQ邮箱123456789", "QQ邮箱收不到,第12345号"),
        ("qq邮:12345678", "qq邮票12345678"),
        ("微 信 zs1988abc", "微 信支付"),
        ("快手zs1988", "快手kuaishou"),
        ("微博:zs_1988", "微博weibo"),
        ("138$1234$5678", "$150,$1200,$3000"),
        ("138°1234°5678", "东经118°17′,北纬33°57′"),
    ],
)
def test_a_mark_that_nobody_else_uses_there_stands_for_the_usual_one(hides: str, stays: str) -> None:
    assert "*" * 6 in mask(hides)
    assert mask(stays) == stays


@pytest.mark.parametrize("written", ["1叁8一2三4五6七8", "138壹234伍678", "1 3 8 一 2 3 4 5 6 7 8"])
def test_a_numeral_that_might_be_a_dash_is_a_digit_where_that_makes_a_number(written: str) -> None:
    assert not any(character.isnumeric() for character in mask(written))


@pytest.mark.parametrize("written", ["1З8 1234 5678", "13Ƽ12345678", "138б2345678", "1ȜȢ12345678"])
def test_a_letter_that_looks_like_a_digit_reads_as_one(written: str) -> None:
    assert mask(written) == "*" * len(written)


def test_a_word_in_letters_that_look_like_digits_stays() -> None:
    assert mask("Забор и беседка, 12 дома") == "Забор и беседка, 12 дома"
