"""Every text that becomes public goes through one function."""

from city.public_contacts import PublicContacts
from city.publication import published
from city.words import Verdict, WordLists

WORDS = WordLists(block=["办证刻章联系"], hold=["不想活"], mask=["傻逼"])
OFFICE = PublicContacts(phones=["052784368123"], mails=["wenzheng@example.gov.cn"])


def texts(*written: str) -> tuple[str, ...]:
    return published(written, WORDS, OFFICE).texts


def test_what_is_personal_and_what_is_foul_is_starred_in_place() -> None:
    assert texts("傻逼工程", "打13900001234找我", "") == ("**工程", "打***********找我", "")


def test_a_number_begun_in_one_text_and_ended_in_the_next_is_starred_in_both() -> None:
    assert texts("打1390000", "1234") == ("打*******", "****")


def test_listed_words_are_judged_in_every_text() -> None:
    assert published(("路灯", "办证刻章联系"), WORDS, OFFICE).verdict == Verdict("block", ("办证刻章联系",))
    assert published(("我不想活了", ""), WORDS, OFFICE).verdict == Verdict("hold", ("不想活",))
    assert published(("傻逼",), WORDS, OFFICE).verdict == Verdict("pass")


def test_the_offices_own_number_stays_and_a_private_one_beside_it_goes() -> None:
    reply = "已修复。联系电话:0527-84368123,或李工13900001234;邮箱wenzheng@example.gov.cn"

    assert texts(reply) == ("已修复。联系电话:0527-84368123,或李工***********;邮箱wenzheng@example.gov.cn",)


def test_the_offices_number_is_known_however_it_is_written() -> None:
    for way in (
        "0527-84368123",
        "(0527)84368123",
        "０５２７－８４３６８１２３",
        "+86 527 84368123",
        "电话84368123",
        "0527 8436 8123转801",
    ):
        assert texts(f"请拨{way}。") == (f"请拨{way}。",)


def test_an_offices_number_does_not_shelter_a_longer_one() -> None:
    assert "84368123" not in texts("卡号6222 0527 8436 8123 123")[0]
    assert texts("邮箱a.wenzheng@example.gov.cn") == (f"邮箱{'*' * 25}",)
