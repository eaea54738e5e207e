"""Passwords that many people use are refused, however they are dressed up; a password of one's own is not."""

import time
from itertools import islice, product

import pytest

from fronts.portal.staff.common_passwords import is_common

STEMS = [
    "password",
    "qwerty",
    "iloveyou",
    "admin",
    "welcome",
    "monkey",
    "dragon",
    "letmein",
    "football",
    "sunshine",
    "woaini",
    "wenzheng",
    "suqian",
    "zhongguo",
    "zhangwei",
    "wangfang",
    "liming",
    "jiangsu",
    "nanjing",
    "beijing",
    "shanghai",
    "michael",
    "jordan",
    "princess",
    "superman",
    "computer",
    "internet",
    "qazwsx",
    "asdfgh",
    "zxcvbn",
    "tianshi",
    "laopo",
    "laogong",
    "baobao",
    "mima",
    "xingfu",
    "pingan",
    "huawei",
    "iphone",
    "wechat",
    "taobao",
    "zhengfu",
]
ENDINGS = [str(year) for year in range(1950, 2031)] + [
    f"{n:0{width}d}" for width in (3, 4) for n in range(0, 1000, 3)
]
MARKS = ("", "!", "@", "#", "_", "!!", "*")


@pytest.mark.parametrize(
    "password",
    [
        "1234567890",
        "password123",
        "qwertyuiop",
        "woaini1314",
        "wenzheng123",
        "P@ssw0rd2024!",
        "Aa123456789",
        "1qaz2wsx3edc",
        "!QAZ2wsx#EDC",
        "zhangwei1990",
        "Zhang13812345678",
        "suqian@2026",
        "admin@12345",
        "Qwer1234!@#$",
        "abcdefabcdef",
        "asdfghjkl;1",
        "0987654321a",
        "5201314woaini",
        "ｐａｓｓｗｏｒｄ１２３",
        "passwordpassword",
        "aaaaabbbbbaaaa",
    ],
)
def test_a_password_that_many_use_is_common(password: str) -> None:
    assert is_common(password)


@pytest.mark.medium
def test_a_hundred_thousand_of_the_first_that_are_tried_are_common() -> None:
    tried = {
        f"{stem.capitalize() if capital else stem}{mark}{ending}"
        for stem, mark, ending, capital in islice(product(STEMS, MARKS, ENDINGS, (False, True)), 0, None)
    }
    sample = sorted(tried)
    assert len(sample) >= 100_000

    passed = [password for password in sample[:: len(sample) // 4000] if not is_common(password)]

    assert passed == []


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "一个 长 的 新密码 2026",
        "tulip-brave-oxcart-9",
        "Kx7#mQ2vLp",
        "我家门前有两棵枣树呀",
    ],
)
def test_a_password_of_ones_own_is_not(password: str) -> None:
    assert not is_common(password)


@pytest.mark.parametrize("filling", ["a", "ab", "1a", "password", "!a", "qwe!", "zhang", "1!", "xk4"])
def test_a_long_password_takes_no_time(filling: str) -> None:
    started = time.process_time()
    is_common((filling * 128)[:127] + "x")
    assert time.process_time() - started < 0.2
