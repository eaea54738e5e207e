"""What can be dialled or mailed is taken and made normal; what cannot, or is more than one address, is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.contacts import is_mobile, mail, openid, phone
from city.public_contacts import PublicContacts

LONGEST = f"{'a' * 64}@{'.'.join(['b' * 61] * 3)}.com"
"""254 characters, as long as an address can be that a server takes (RFC 5321, erratum 1690)."""


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("", ""),
        ("13900001234", "13900001234"),
        ("１３９００００１２３４", "13900001234"),
        ("139‑0000‑1234", "13900001234"),
        ("139—0000—1234", "13900001234"),
        ("139－0000－1234", "13900001234"),
        ("139−0000−1234", "13900001234"),
        ("139ー0000ー1234", "13900001234"),
        ("139.0000.1234", "13900001234"),
        ("1390 000 1234", "13900001234"),
        ("\u202d13900001234\u202c", "13900001234"),
        ("139\u200b0000\u00ad1234", "13900001234"),
        (" 13900001234\u3000", "13900001234"),
        ("+86 139-0000-1234", "13900001234"),
        ("+86(0)13900001234", "13900001234"),
        ("008613900001234", "13900001234"),
        ("8613900001234", "13900001234"),
        ("013900001234", "13900001234"),
        ("١٣٩٠٠٠٠١٢٣٤", "13900001234"),
        ("0527－84351234", "052784351234"),
        ("(0527)84351234", "052784351234"),
        ("（0527）8435 1234", "052784351234"),
        ("+86 527 8435 1234", "052784351234"),
        ("86-10-62345678", "01062345678"),
        ("0527-84351234转801", "052784351234转801"),
        ("0527-84351234 分机801", "052784351234转801"),
        ("0527-84351234-801", "052784351234转801"),
        ("0527-84351234#801", "052784351234转801"),
        ("0527-84351234 ext. 801", "052784351234转801"),
        ("84351234", "84351234"),
        ("400-820-8820", "4008208820"),
        ("+852 9123 4567", "+85291234567"),
        ("00852 91234567", "+85291234567"),
        ("+1 (650) 253-0000", "+16502530000"),
    ],
)
def test_what_can_be_dialled_is_taken_and_made_normal(typed: str, number: str) -> None:
    assert phone(typed) == number
    assert phone(phone(typed)) == number


@pytest.mark.parametrize(
    "typed",
    [
        "call me",
        "1390000123",
        "139000012345",
        "12900001234",
        "13900001234\n",
        "13900001234\r\n13900005678",
        "13900001234 13900005678",
        "13900001234/13900005678",
        "13900001234,13900005678",
        "13900001234张三",
        "0527-04351234",
        "+999 1234567",
        "1" * 10_000,
        "转801",
        "110",
        "-",
    ],
)
def test_what_cannot_be_dialled_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^(不是电话号码|不能换行|太长)$"):
        phone(typed)


@given(st.text(st.sampled_from("0123456789+-( ).转#x１\u200b\n,@"), max_size=40))
def test_what_is_taken_for_a_phone_is_plain_digits_on_one_line(typed: str) -> None:
    try:
        number = phone(typed)
    except ValueError:
        return
    assert number.removeprefix("+").replace("转", "").isdigit() or number == ""
    assert number.isascii() or "转" in number


@pytest.mark.parametrize(
    ("number", "mobile"),
    [
        ("13900001234", True),
        ("052784351234", False),
        ("052784351234转801", False),
        ("+85291234567", False),
        ("", False),
    ],
)
def test_a_text_message_reaches_mobiles_alone(number: str, mobile: bool) -> None:
    assert is_mobile(number) is mobile


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("", ""),
        ("name@example.com", "name@example.com"),
        ("name@example.com ", "name@example.com"),
        ("\u3000name@example.com\t", "name@example.com"),
        ("name＠example.com", "name@example.com"),
        ("ｎａｍｅ@example．com", "name@example.com"),
        ("name@example。com", "name@example.com"),
        ("\u200bzw@example.com", "zw@example.com"),
        ("\u2068zw@example.com\u2069", "zw@example.com"),
        ("First.Last+tag@Mail.Example.COM", "First.Last+tag@mail.example.com"),
        ("12345678@qq.com", "12345678@qq.com"),
        ("name@例子.中国", "name@xn--fsqu00a.xn--fiqs8s"),
        (LONGEST, LONGEST),
    ],
)
def test_what_can_be_mailed_is_taken_and_made_normal(typed: str, address: str) -> None:
    assert mail(typed) == address
    assert mail(mail(typed)) == address


@pytest.mark.parametrize(
    "typed",
    [
        "nl@example.com\n",
        "nl@example.com\r\nBcc: x@example.com",
        "nl@example.com\x0b",
        "nl@example.com\u2028",
        "a@b.com,c.com",
        "a@b.com,c@d.com",
        "a@b.com;c@d.com",
        "a@b.com c@d.com",
        "a@b.com>x",
        "<a@b.com>",
        "a:b@c.d",
        "<script>@b.com",
        '"a b"@c.com',
        "a(b)@c.com",
        "a@b..com",
        "a..b@c.com",
        ".a@c.com",
        "a.@c.com",
        "a@.com",
        "a@com",
        "a@b.c",
        "a@-b.com",
        "a@b-.com",
        "a@@b.com",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "张三@example.com",
        "@b.com",
        "a@",
        "a@" + "b" * 64 + ".com",
        "a" * 65 + "@b.com",
        "a@" + "b." * 200 + "com",
        f"{LONGEST}n",
        "x" * 100_000,
    ],
)
def test_what_cannot_be_mailed_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^(不是邮箱地址|不能换行|太长)$"):
        mail(typed)


@given(st.text(st.sampled_from('ab.@<>,;: \n\r\u2028＠。()"\\-_\u200b中'), max_size=30))
def test_what_is_taken_for_a_mail_address_is_one_plain_address(typed: str) -> None:
    try:
        address = mail(typed)
    except ValueError:
        return
    assert address.isascii()
    assert not set(address) & set('<>,;:() "\\\r\n')
    assert address.count("@") == (1 if address else 0)


@pytest.mark.parametrize("typed", ["abc\n", "a b", "汉", "x" * 65, "a\0"])
def test_what_is_no_openid_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="不是 openid"):
        openid(typed)


def test_an_openid_is_taken_as_it_is() -> None:
    assert openid("o6_bmjrPTlm6_2sgVt7hMZOPfL2M") == "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"
    assert openid("") == ""


def test_what_is_public_is_the_same_where_it_holds_the_same_in_whatever_order() -> None:
    public = PublicContacts(["0527-84358888", "12345"], ["Office@example.com"])

    assert public == PublicContacts(["12345", "0527-84358888"], ["office@example.com"])
    assert public != PublicContacts(["12345"], ["office@example.com"])
    assert public != PublicContacts(["0527-84358888", "12345"])
    assert public != "0527-84358888"
