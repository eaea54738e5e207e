"""Request headers that the routes read: each checked in one place."""

from chassis.failures import HttpRefused


def idempotency_key(value: str | None) -> str:
    """A checked `Idempotency-Key`: 1-64 visible ASCII characters. Raises Refused 400."""
    if not value:
        raise HttpRefused(
            400, "idempotency-key-missing", "缺少 Idempotency-Key", "请为每次提交带上自己的 Idempotency-Key。"
        )
    if len(value) > 64 or not all("!" <= character <= "~" for character in value):
        raise HttpRefused(
            400, "idempotency-key-wrong", "Idempotency-Key 不正确", "应为 1-64 个可见 ASCII 字符。"
        )
    return value
