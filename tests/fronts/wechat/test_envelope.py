"""Signature and seal, as the stock library of WeChat accounts has them."""

from base64 import b64encode

import pytest
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner, check_signature

from fronts.wechat.envelope import SIGNED_SECONDS, Account, Envelope, Forged, signature
from fronts.wechat.messages import ciphertext_of

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ACCOUNT = Account("wx1", "token1", KEY)
NOW = 1_772_416_800
"""A Monday morning. All is signed and looked at then, however long the tests before take."""
MESSAGE = "<xml><Content>路灯不亮</Content></xml>"


def sealed_by_wechat(app_id: str = "wx1", token: str = "token1") -> tuple[str, str, str]:
    """Body, ciphertext and signature as the library makes them."""
    body = WeChatCrypto(token, KEY, app_id).encrypt_message(MESSAGE, "n1", str(NOW))
    signer = WeChatSigner()
    signer.add_data(token, str(NOW), "n1", ciphertext_of(body.encode()))
    return body, ciphertext_of(body.encode()), signer.signature


def test_what_the_library_seals_is_opened() -> None:
    _, ciphertext, signed = sealed_by_wechat()
    envelope = Envelope(ACCOUNT, lambda: NOW)

    envelope.check(signed, str(NOW), "n1", ciphertext)

    assert envelope.opened(ciphertext).decode() == MESSAGE


def test_the_library_opens_what_is_sealed() -> None:
    envelope = Envelope(ACCOUNT)
    ciphertext = envelope.sealed(MESSAGE.encode())
    signed = envelope.signed(str(NOW), "n1", ciphertext)
    body = f"<xml><ToUserName>g</ToUserName><Encrypt>{ciphertext}</Encrypt></xml>"

    opened = WeChatCrypto("token1", KEY, "wx1").decrypt_message(body, signed, str(NOW), "n1")

    assert opened == MESSAGE


def test_the_library_makes_the_same_signature() -> None:
    check_signature("token1", signature("token1", str(NOW), "n1"), str(NOW), "n1")


@pytest.mark.parametrize(
    ("given", "timestamp", "nonce"),
    [
        ("", str(NOW), "n1"),
        (signature("other", str(NOW), "n1"), str(NOW), "n1"),
        (signature("token1", str(NOW), "n1"), str(NOW), "n2"),
        (signature("token1", str(NOW - SIGNED_SECONDS - 5), "n1"), str(NOW - SIGNED_SECONDS - 5), "n1"),
        (signature("token1", "soon", "n1"), "soon", "n1"),
        (signature("token1", "٣", "n1"), "٣", "n1"),
        ("\ud800", str(NOW), "n1"),
    ],
    ids=["unsigned", "another token", "another nonce", "too old", "no time", "no digit", "no text"],
)
def test_what_is_not_signed_now_by_this_token_is_forged(given: str, timestamp: str, nonce: str) -> None:
    with pytest.raises(Forged):
        Envelope(Account("wx1", "token1"), lambda: NOW).check(given, timestamp, nonce)


def test_a_seal_for_another_account_is_forged() -> None:
    _, ciphertext, _ = sealed_by_wechat(app_id="wx2")

    with pytest.raises(Forged, match="app id"):
        Envelope(ACCOUNT).opened(ciphertext)


@pytest.mark.parametrize(
    "ciphertext", ["", "=", "路灯", b64encode(bytes(15)).decode(), b64encode(bytes(64)).decode()]
)
def test_what_was_not_sealed_by_this_key_is_forged(ciphertext: str) -> None:
    with pytest.raises(Forged):
        Envelope(ACCOUNT).opened(ciphertext)


@pytest.mark.parametrize("key", ["short", KEY + "A", "路" * 43])
def test_a_key_that_is_none_is_told(key: str) -> None:
    with pytest.raises(ValueError, match="43"):
        Envelope(Account("wx1", "t", key))
