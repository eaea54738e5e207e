"""What is personal goes, what is not stays, and offsets hold."""

import base64
import random
import uuid
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.masking import find_personal, mask
from wenzheng.bench.masking import HOSTILE


@pytest.mark.parametrize(
    ("text", "hidden", "kind"),
    [
        ("13812345678", "13812345678", "phone"),
        ("电话13812345678。", "13812345678", "phone"),
        ("tel:13812345678", "13812345678", "phone"),
        ("v13812345678同号", "13812345678", "phone"),
        ("phone13812345678", "13812345678", "phone"),
        ("13812345678Email同", "13812345678", "phone"),
        ("名单:1.13812345678 2.13912345678", "13812345678", "phone"),
        ("联系我 138 1234 5678", "138 1234 5678", "phone"),
        ("138-1234-5678", "138-1234-5678", "phone"),
        ("138—1234—5678", "138—1234—5678", "phone"),
        ("138，1234，5678", "138，1234，5678", "phone"),
        ("138.1234.5678", "138.1234.5678", "phone"),
        ("(138)12345678", "138)12345678", "phone"),
        ("1 3 8 1 2 3 4 5 6 7 8", "1 3 8 1 2 3 4 5 6 7 8", "phone"),
        ("1-3-8-1-2-3-4-5-6-7-8", "1-3-8-1-2-3-4-5-6-7-8", "phone"),
        ("１３８１２３４５６７８", "１３８１２３４５６７８", "phone"),
        ("1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8", "1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8", "phone"),
        ("138\u200b1234\u200b5678", "138\u200b1234\u200b5678", "phone"),
        ("一三八一二三四五六七八", "一三八一二三四五六七八", "phone"),
        ("幺三八1234五六七八", "幺三八1234五六七八", "phone"),
        ("+86 13812345678", "+86 13812345678", "phone"),
        ("+86-138-1234-5678", "+86-138-1234-5678", "phone"),
        ("8613812345678", "8613812345678", "phone"),
        ("008613812345678", "008613812345678", "phone"),
        ("+852 9123 4567", "+852 9123 4567", "phone"),
        ("0527-84359000", "0527-84359000", "phone"),
        ("0527—8435 9000", "0527—8435 9000", "phone"),
        ("(0527)84359000", "0527)84359000", "phone"),
        ("（0527）84359000", "0527）84359000", "phone"),
        ("010-12345678", "010-12345678", "phone"),
        ("05278435900", "05278435900", "phone"),
        ("家里电话:84359000", "84359000", "phone"),
        ("身份证321302199003074518", "321302199003074518", "id"),
        ("身份证号1：321302199003074518", "321302199003074518", "id"),
        ("321302 19900307 4518", "321302 19900307 4518", "id"),
        ("32130219900307451X", "32130219900307451X", "id"),
        ("３２１３０２１９９００３０７４５１ｘ", "３２１３０２１９９００３０７４５１ｘ", "id"),
        ("老证321302900307451号", "321302900307451", "id"),
        ("护照号 E12345678", "E12345678", "id"),
        ("苏N12345停在路口", "苏N12345", "plate"),
        ("苏N·D12345", "苏N·D12345", "plate"),
        ("苏n 8A8A8", "苏n 8A8A8", "plate"),
        ("苏N1234学", "苏N1234学", "plate"),
        ("卡号6222021234567890123", "6222021234567890123", "card"),
        ("6222 0212 3456 7890 123", "6222 0212 3456 7890 123", "card"),
        ("4111111111111111", "4111111111111111", "card"),
        ("银行账号:1234567890123456", "1234567890123456", "card"),
        ("写信到someone.x@example.com。", "someone.x@example.com", "mail"),
        ("someone＠example．com", "someone＠example．com", "mail"),
        ("openid oABCD1234efgh5678IJKL9012mno", "oABCD1234efgh5678IJKL9012mno", "openid"),
        ('{"openid":"o6_bmjrPTlm6_2sgVt7hMZOPfL2M"}', "o6_bmjrPTlm6_2sgVt7hMZOPfL2M", "openid"),
        ("QQ:123456789", "123456789", "chat"),
        ("微信号：some_one99", "some_one99", "chat"),
        ("wxid_abcd1234efgh", "wxid_abcd1234efgh", "chat"),
    ],
)
def test_personal_data_is_found_and_masked_in_place(text: str, hidden: str, kind: str) -> None:
    first = find_personal(text)[0]

    assert (text[first.start : first.end], first.kind) == (hidden, kind)
    assert hidden not in mask(text)
    assert len(mask(text)) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "SQ261124-000123",
        "SQ161124-000123 与 SQ131220-138123",
        "2026-02-25T18:00:00+08:00",
        "2026-11-24 10:28:11 +0000",
        "2013-12-15 16:30 至 2013-12-16 18:30",
        "20260225",
        "0195a000-0000-7000-8000-000000000001",
        "08682116-6861-47f6-915f-0a4072b1a2f5",
        "01b9b258-967e-4faf-8740-049688994867",
        "二〇二六年2月25日共1380000元",
        "二〇一三年一月一日",
        "总投资13800000000元",
        "总投资15000000000 元,面积13800000000平方米",
        "1352/1373",
        "S249省道K12+300处",
        "8f14e45fceea167a5a36dedd4bea2543",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "每平方米12345.67元",
        "offset 13812345678901",
        "0.13812345678",
        '{"took_ms": 2.8328695070921395, "at": 1795517417.593215}',
        "118.2751234,33.9631234",
        "192.168.111.22:25432",
        "127.0.0.1",
        "postgresql://intake:secret@127.0.0.1:25432/wenzheng",
        "1500 2000 300",
        "13, 14, 15, 16, 17, 18",
        "幸福路138号3栋2单元1301室",
        "苏北大桥",
        "苏A级景区",
        "京G1234次列车",
        "拨打12345热线、110、400-820-8820",
        "国办发明电〔2025〕7号",
        "international-organizations-x",
        "organizationalResponsibilities",
        "18.4.2026",
        "1795517417593",
        "1795517417593215",
        "1795517417593215000",
        "QQ群",
        "微信小程序",
    ],
)
def test_what_is_not_personal_survives(text: str) -> None:
    assert mask(text) == text


RANDOM = random.Random(3)


@pytest.mark.medium
@pytest.mark.parametrize(
    "written",
    [
        lambda: str(uuid.UUID(int=RANDOM.getrandbits(128), version=4)),
        lambda: f"{RANDOM.getrandbits(128):032x}",
        lambda: f"{RANDOM.getrandbits(256):064x}",
        lambda: f"00-{RANDOM.getrandbits(128):032x}-{RANDOM.getrandbits(64):016x}-01",
        lambda: base64.b64encode(RANDOM.randbytes(200)).decode(),
        lambda: f"SQ{RANDOM.randrange(10, 27)}{RANDOM.randrange(1, 13):02}15-{RANDOM.randrange(10**6):06}",
        lambda: repr(RANDOM.random()),
        lambda: str(RANDOM.randrange(1262304000000, 1900000000000)),
    ],
    ids=["UUID", "MD5", "SHA-256", "traceparent", "base64", "post number", "share", "epoch"],
)
def test_identifiers_in_logs_are_not_taken_for_people(written: Callable[[], str]) -> None:
    taken = [text for text in (written() for _ in range(4000)) if find_personal(text)]

    assert taken == []


PIECES = st.sampled_from(
    [
        "13812345678",
        "321302199003074518",
        "苏N12345",
        "a@b.cn",
        "o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
        "0527-84359000",
        *list(" .-,，、:_/()a元A0186电话QQ*"),
    ]
)


@pytest.mark.parametrize(
    "text", ["苏\u039d12345", "zhang@qq.\u0441om", "wxid_\u0430bc123456"], ids=["plate", "mail", "wechat"]
)
def test_a_greek_or_cyrillic_letter_that_looks_like_a_latin_one_hides_nothing(text: str) -> None:
    assert mask(text) == "*" * len(text)


@pytest.mark.parametrize(
    ("written", "person"),
    [
        ("oabcdefghijKlmnopq1rstuvwxyz", True),
        ("oabcdefghijklmnopqrstu1vwxyz", False),
        ("oabcdefghijk1lm2nopqr3st4uvw", True),
    ],
    ids=["a capital and a digit", "a digit alone", "four digits"],
)
def test_an_openid_is_told_from_a_word_by_one_capital_with_one_digit_or_by_four_digits(
    written: str, person: bool
) -> None:
    assert (mask(written) != written) is person


@pytest.mark.parametrize("number", ["+852--2345--6789", "我的电话8438--9998", "139--0000--1234"])
def test_a_mark_written_twice_hides_no_number(number: str) -> None:
    assert [one for one in mask(number) if one.isdigit()] == []


@pytest.mark.medium
@given(st.text(max_size=400))
def test_masking_keeps_the_length(text: str) -> None:
    assert len(mask(text)) == len(text)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_what_was_masked_once_holds_nothing_more(text: str) -> None:
    once = mask(text)

    assert len(once) == len(text)
    assert find_personal(once) == []


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_text_is_masked_to_its_end(piece: str) -> None:
    text = piece * (16_000 // len(piece))

    assert len(mask(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("QQ12345QQ12345 第12路", "QQ*****QQ***** 第12路"),
        ("：微信12345QQ12345 第12路", "：微信*****QQ***** 第12路"),
        ("a@b.cn13984368123@ 第12路", "*****************@ 第12路"),
    ],
)
def test_a_number_that_only_its_masked_neighbour_reveals_is_masked_and_the_rest_stays(
    text: str, masked: str
) -> None:
    assert mask(text) == masked
