"""Each way in which a number is hidden from a machine and not from a reader, and what only looks like a number."""

import pytest

from city.masking import find_personal, mask, mask_together
from city.sight import see
from tests.city.cost import MOST, growth
from wenzheng.bench.masking import HOSTILE

HIDDEN = {
    "unseen characters": [
        "139\u00ad0000\u00ad1234",
        "\u2066139\u20690000\u20661234\u2069",
        "139\u034f0000\u061c1234",
        "139\u180e0000\ufe001234",
        "139\U000e00410000\ufff91234",
        "139\u31640000\uffa01234",
        "苏N\u00ad12345",
        "6222\u00ad0212\u00ad3456\u00ad7890\u00ad123",
        "zhang\u200bsan@exa\u00admple.com",
    ],
    "combining marks": ["1\u03363\u03369\u03360\u03360\u03360\u03360\u03361\u03362\u03363\u03364\u0336"],
    "digits of other scripts": [
        "༡༣༩༠༠༠༠༡༢༣༤",
        "١٣٩٠٠٠٠١٢٣٤",
        "①③⑨⓪⓪⓪⓪①②③④",
        "¹³⁹⁰⁰⁰⁰¹²³⁴",
        "𝟏𝟑𝟗𝟎𝟎𝟎𝟎𝟏𝟐𝟑𝟒",
        "1️⃣3️⃣9️⃣0️⃣0️⃣0️⃣0️⃣1️⃣2️⃣3️⃣4️⃣",
        "139🄋🄋🄋🄋1234",
        "ⅠⅢⅨ0000ⅠⅡⅢⅣ",
        "𝍠𝍢𝍨00001234",
    ],
    "groups": [
        "1390 000 1234",
        "1380 0138 000",
        "13 900 001 234",
        "139 00 00 12 34",
        "1390-000-1234",
        "139.00.00.12.34",
        "13-900-001-234",
        "139 0000-1234",
    ],
    "marks": [
        *(f"139{mark}0000{mark}1234" for mark in "−～:*+_=#|/,、·•❤杠一"),
        "139.0000.1234",
        "139 - 0000 - 1234",
        "139--0000--1234",
        "139\n00001234",
        "138\n0013\n8000",
        "138 0013\r\n8000",
        "139\t0000\t1234",
        "139&nbsp;0000&nbsp;1234",
        "139 &nbsp;&nbsp; 0000<br/>1234",
        "321322\n199001011234",
        "321322 1990 0101 1234",
        "321322/1990/01/01/1234",
        "6222 02 1234567890123",
    ],
    "numerals": [
        "一三九 零零零零 一二三四",
        "一三八-零零一三-八零零零",
        "壹叁玖零零零零壹贰叁肆",
        "三二一三二二一九九零零一零一一二三四",
        "零五二七八四三五一二三四",
        "零五二七-八四三五一二三四",
        "六二二二零二一二三四五六七八九零一二三",
        "幺三九洞洞洞洞幺两三四",
        "手机一三九0000一二三四",
        "〡〣〩〇〇〇〇〡〢〣〤",
        "一3九0000一2三4",
        "1三9零000①2三4",
        "一3九-0000-一2三4",
        "三2一三22一九90零1011二34",
        "么三九零零零零么二三四",
        "1390\u2b55\u2b55\u2b551234",
        "139\U0001f17e\ufe0f000么二34",
        "139\u26aa\u26aa\u26aa\u26aa1234",
    ],
    "after a word": [
        "电话号码：8435 1234",
        "请致电84351234",
        "座机 8435-1234",
        "0527/84351234",
        "Q Q 123456789",
        "电话84351234、84355678",
        "QQ 123 456 789",
        "qq 1234 5678",
        "微信：一二三四五六七",
    ],
    "letters and digits beside it": [
        "电话A13900001234",
        "A13800138000",
        "13800138000A座",
        "G321322199001011234",
        "身份证321322199001011234电话13900001234",
    ],
    "run together": [
        "1390000123413900005678",
        "13900001234321322199001011234",
        "013800138000",
        "1380013800013900139000",
    ],
    "other last places": ["32132219900101123×", "32132219900101123X", "３２１３２２１９９００１０１１２３Ｘ"],
    "mail": [
        "zhangsan@example。com",
        "张三@example.com",
        f"{'a' * 70}@example.com",
        "zhangsan(at)example.com",
        "zhangsan at example dot com",
        "zhangsan @ example . com",
        "zhangsan艾特example点com",
        "zhangsan＠example．com",
        "张三@例子.中国",
        "zhangsan@@example.com",
        "zhang点san艾特example点com",
        "zhang dot san at example dot com",
        "zhang点san点88艾特example点com",
        "zhang(dot)san(at)example(dot)com",
        "zhangsan#qq.com",
        "123456789*163.com",
    ],
    "marks that go on": [
        "138----0013----8000",
        "138——————0013——————8000",
        "138 - - 0013 - - 8000",
        "138@0013@8000",
        "138@@@0013@@@8000",
        "1----3----8----0----0----1----3----8----0----0----0",
        "1@3@8@0@0@1@3@8@0@0@0",
        "138·-·-·0013·-·-·8000",
    ],
    "said aloud": [
        "yi san ba ling ling yi san ba ling ling ling",
        "yaosanbalinglingyaosanbalinglingling",
        "One Three Eight Zero Zero One Three Eight Zero Zero Zero",
        "yao-san-ba-dong-dong-yao-san-ba-dong-dong-dong",
    ],
    "papers": [
        "护照 E 12345678",
        "passport E12345678",
        "香港身份证A123456(7)",
        "港澳通行证C12345678",
        "台胞证12345678",
        "往来通行证12345678",
    ],
    "plates": [
        "苏N—12345",
        "苏N・12345",
        "苏N‧12345",
        "苏N 1 2 3 4 5",
        "苏NX123应急",
        "使014578",
        "WJ苏12345",
        "军A12345",
        "苏NABC12",
        "苏Ｎ１２３４５",
        "宿迁N12345",
        "车牌N12345",
    ],
    "a measure or a name": [
        "13800138000万女士",
        "13800138000元先生",
        "13800138000米",
        "13800138000度",
        "打13800138000元",
    ],
    "accounts": [
        "V信:abc123456",
        "加V abc123456",
        "加V 13812345678",
        "威信 abc12345",
        "vx：zhangsan_88",
        "微❤信 abc12345",
        "weixin: abc12345",
        "WeChat abc12345",
        "加我v abc12345",
        "➕V：abc12345",
    ],
    "letters for digits": [
        "l39OOOO1234",
        "1390OO01234",
        "32l322199OO1O11234",
        "1380 013 8OOO",
        "l38OOl38OOO",
        "I38-OOI3-8OOO",
        "1 3 8 O O 1 3 8 O O 1",
    ],
    "digit by digit": [
        "3 2 1 3 2 2 1 9 9 0 0 1 0 1 1 2 3 4",
        "0 5 2 7 8 4 3 5 1 2 3 4",
        "1.3.9.0.0.0.0.1.2.3.4",
    ],
    "abroad": ["+86-139-0000-1234", "(+86)13900001234", "86 139 0000 1234", "+852 9123 4567"],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in HIDDEN.items() for text in texts])
def test_no_digit_of_a_hidden_number_can_be_read(kind: str, text: str) -> None:
    masked = mask(f"您好,{text}。")

    assert len(masked) == len(text) + 4
    assert not any(character.isdigit() for character in see(masked).plain), kind


@pytest.mark.parametrize("text", HIDDEN["said aloud"])
def test_no_word_of_a_number_that_is_said_aloud_can_be_read(text: str) -> None:
    assert set(mask(text)) == {"*"}


def test_what_rings_the_last_digit_goes_with_it() -> None:
    ringed = "".join(f"{digit}\ufe0f\u20e3" for digit in "13800138000")

    assert mask(f"号码{ringed}谢谢") == f"号码{'*' * 33}谢谢"


@pytest.mark.parametrize("text", HIDDEN["mail"])
def test_no_letter_of_a_mail_address_can_be_read(text: str) -> None:
    assert set(mask(text)) == {"*"}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("1楼 ༡༣༩༠༠༠༠༡༢༣༤", "1楼 ***********"),
        ("两个号码:13900001234、13900005678", "两个号码:***********、***********"),
        ("2026-11-27 13900001234", "2026-11-27 ***********"),
        ("投资13800000000元,电话13800000000", "投资13800000000元,电话***********"),
        ("第1组组长139-0000-1234", "第1组组长*************"),
    ],
)
def test_what_stands_beside_a_number_stays(text: str, left: str) -> None:
    assert mask(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "面积139.0000.1234",
        "云A12345区",
        "新A1234警务站",
        "编号SQ261127-000001",
        "1.5万元、13.8亿元、1380元、139.5亩",
        "共计13800138000元",
        "总投资13800000000万元",
        "国办发〔2025〕7号、苏政办发〔2019〕123号",
        "GB 50016-2014",
        "房号15-2-1602,15-1-101、15-1-102",
        "8:30-12:00,14:00-17:30",
        "0830-1200,1400-1730",
        "12345热线、110、119、95598、400-820-8820",
        "一三五七九",
        "一百三十八万",
        "门宽1500*2000*300mm、1304×1880×221mm",
        "第3、4、5、6、7、8、9、10、11、12、13栋",
        "1500 2000 300",
        "微信公众号:suqianfabu",
        "微信支付、QQ群、QQ音乐",
        "微信小程序补贴10000元,加微信押金总学费7290.4元",
        "致电20260105",
        "电话费8435123元",
        "电梯B12345、灯杆N12345、合同编号A12345",
        "3.1415926535",
        "京G1234次列车",
        "学校使用123456元",
        "二〇二六年一月三十一日",
        "192.168.111.22:25432、139.10.12.123",
        "138----2000",
        "第138----0013----80000号",
        "SI ER SAN WU LIU QI BA JIU",
        "one two three four five",
        "参见#138.com与第3点abc",
        "Illl OOOO llll",
        "weixin payment、WeChat official account、weixin.qq.com",
        "Ⅱ类水体、Ⅳ标段G2025012",
        "二〇二五年1月一日2号",
    ],
)
def test_ordinary_numbers_stay(text: str) -> None:
    assert mask(text) == text


def test_a_number_begun_in_the_title_and_ended_in_the_text_is_masked_in_both() -> None:
    assert mask_together(("打电话138", "0013 8000", "幸福路138号")) == (
        "打电话***",
        "*********",
        "幸福路138号",
    )


def test_what_was_masked_parts_what_stands_beside_it() -> None:
    assert mask("139 0000 ******** 1234") == "139 0000 ******** 1234"


PIECES = (
    *HOSTILE,
    "\u00ad",
    "1\u0336",
    "一",
    "一 ",
    "1一",
    "①1",
    "苏N1",
    "使",
    "车牌A1",
    "微信a",
    "电话",
    "a@b.",
    "@",
    "l1O",
    "1*",
    "*",
    "\n1",
    "(at)",
    "护照",
    "A123456(",
    "QQ",
)


@pytest.mark.medium
@pytest.mark.parametrize("piece", PIECES)
def test_the_cost_grows_no_faster_than_the_text(piece: str) -> None:
    assert growth(find_personal, piece, 2_000) < MOST
