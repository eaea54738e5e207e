"""The audit's eyes: what they call personal, and what they let pass."""

import json
import random
from base64 import b64encode

import pytest

from city.public_contacts import PublicContacts
from wenzheng.audit.eyes import personal


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("请打13812345678找我", "phone"),
        ("请打138 1234 5678找我", "phone"),
        ("请打1-3-8-1-2-3-4-5-6-7-8找我", "phone"),
        ("请打1.3.8.1.2.3.4.5.6.7.8找我", "phone"),
        ("请打138⭕⭕⭕🅾○678找我", "phone"),
        ("请打１３８１２３４５６７８找我", "phone"),
        ("请打١٣٨١٢٣٤٥٦٧٨找我", "phone"),
        ("请打一三八一二三四五六七八找我", "phone"),
        ("请打壹叁捌壹贰叁肆伍陆柒捌找我", "phone"),
        ("请打①③⑧①②③④⑤⑥⑦⑧找我", "phone"),
        ("请打❶❸❽❶❷❸❹❺❻❼❽找我", "phone"),
        ("请打〡〣〨〡〢〣〤〥〦〧〨找我", "phone"),
        ("请打138🄋🄋🄋🄋5678找我", "phone"),
        ("请打1ⅢⅧ12345678找我", "phone"),
        ("请打+86 138 1234 5678找我", "phone"),
        ("请打1 3 8 - 1 2 3 4 - 5 6 7 8找我", "phone"),
        ("请打138_1234_5678找我", "phone"),
        ("请打138＿1234＿5678找我", "phone"),
        ("请打138点1234点5678找我", "phone"),
        ("请打一三八横杠一二三四横杠五六七八找我", "phone"),
        ("请打➕86 138 1234 5678找我", "phone"),
        ("请打0527-84389998找我", "landline"),
        ("身份证11010519491231002X", "id"),
        ("写信到someone@example.cn", "mail"),
        ("写信到ｓｏｍｅｏｎｅ＠example.cn", "mail"),
        ("oDemo0000001abcdEFGH00000001", "openid"),
        ('{"sealed_text":"YWJj","note":"13812345678"}', "phone"),
        ('{"place":"幸福路","longitude":118.275162,"latitude":33.963008}', "point"),
        ('{"latitude": "33.9"}', "point"),
        ("refused {'longitude': 118.275162}", "point"),
        (r'{"message":"{\"longitude\":118.27,\"latitude\":33.9}"}', "point"),
        ("longitude=118.275162", "point"),
        ('{"datum":"","street_address":"幸福路12号"}', "point"),
    ],
)
def test_personal_data_is_seen_in_whatever_digits_and_marks(text: str, kind: str) -> None:
    assert kind in personal(text)


@pytest.mark.parametrize(
    "text",
    [
        "编号SQ260302-000123",
        '{"at":"2026-03-02T09:00:00.123456+08:00","due":"2026-03-05T18:00:00+08:00"}',
        '{"confidence":0.13812345678}',
        "0195a000-1381-7000-8000-138123456789",
        "checksum 1381234567a138123456781381234567",
        "拨打12345、0527-12345或110",
        "停电打0527-95598",
        "打021-12345",
        "上午8点30分到11点,1200人,13点1500人",
        "3点14",
        "投资69800元,回报1040万",
        "一期1-23-1-602/1-23-1-202/1-23-1-502",
        '{"sealed_contact":"MTM4MTIzNDU2Nzg="}',
        '{"sealed_attachments":"MTM4MTIzNDU2Nzg="}',
        '{"sealed_point":"MTM4MTIzNDU2Nzg="}',
        '{"title":"street: 幸福路","street":"项里","street_address":"","longitude":null}',
        '{"confidence":118.275162}',
        "listening on 127.0.0.1:13812 pid 1381",
    ],
)
def test_numbers_of_another_kind_pass(text: str) -> None:
    assert personal(text, "SQ") == []


def test_what_chance_writes_in_signatures_tokens_and_keys_is_nobodys_openid() -> None:
    chance = random.Random(7)

    def base64(length: int) -> str:
        return b64encode(chance.randbytes(length)).decode()

    ballots = [{"token": base64(32), "signature": base64(384), "sealed": base64(200)} for _ in range(3_000)]
    keys = [f"-----BEGIN PUBLIC KEY-----\n{base64(400)}\n-----END PUBLIC KEY-----\n" for _ in range(1_000)]

    assert [ballot for ballot in ballots if personal(json.dumps(ballot, separators=(",", ":")))] == []
    assert [key for key in keys if personal(json.dumps({"public_key": key})) or personal(key)] == []


@pytest.mark.parametrize(
    "text",
    [
        '{"token":"oDemo0000001abcdEFGH00000001"}',
        '{"text":"Tel/13812345678/13812345678/13812345678/13812345"}',
        "GET /v1/people/oDemo0000001abcdEFGH00000001/posts?since=2026",
        "-----BEGIN oDemo0000001abcdEFGH00000001",
    ],
)
def test_what_stands_in_their_place_and_is_personal_is_seen(text: str) -> None:
    assert personal(text)


def test_what_an_office_gives_out_itself_passes_and_its_neighbour_does_not() -> None:
    public = PublicContacts(["052784368123"], ["office@example.cn"])

    assert personal("联系电话0527-84368123,邮箱office@example.cn", "SQ", public) == []
    assert personal("联系电话0527-84368124", "SQ", public) == ["landline"]
    assert personal("邮箱other@example.cn", "SQ", public) == ["mail"]
