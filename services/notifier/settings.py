"""What the environment says about the ways out: an address, an identity and a credential for each channel.

Left empty, an address is the fake gateway's (`WENZHENG_GATEWAY`, `WENZHENG_GATEWAY_MAIL`) and a credential its key. By which templates
a channel sends, and in which words, the city's profile says (`notices.toml`).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from annotated_types import Ge, Le
from msgspec import Struct
from pydantic import field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.settings import Settings


class Robot(Struct, frozen=True, forbid_unknown_fields=True):
    """One unit's group robot."""

    kind: Literal["wecom", "dingtalk"]
    key: Annotated[str, msgspec.Meta(min_length=1)]
    """WeCom's key, or DingTalk's access token."""
    secret: str = ""
    """DingTalk's signing secret (`SEC…`)."""
    url: str = ""
    """Left empty: `WENZHENG_ROBOT_URL`, else the provider's own."""


class ChannelSettings(BaseSettings):
    """Settings of the channels. Secrets come as files, never as values."""

    model_config = SettingsConfigDict(env_prefix="WENZHENG_", extra="ignore")

    public_url: str = ""
    """Address of the pages as citizens reach them; every notice to a citizen then carries a link to the post."""

    wechat_url: str = ""
    wechat_app_id: str = "wenzheng"
    wechat_secret_file: Path | None = None
    wechat_way: Literal["subscription", "template", "mini-program"] = "subscription"
    """By which interface: 订阅通知 (bizsend), one for each consent; 模板消息 (template/send), of a service account that has it; 订阅消息 of
    a mini-program (subscribe/send). Its openids are not those of an account, so a city tells its people by one of the two."""
    wechat_page: str = ""
    """Of a mini-program: the page that shows a post, such as pages/case/case; `number` comes with it, for a follower `stop`, too."""

    sms_url: str = ""
    sms_key_id: str = "wenzheng"
    sms_secret_file: Path | None = None
    sms_sign_name: str = ""
    """Left empty: the city's name with 问政."""

    mail_server: str = ""
    """host:port"""
    mail_security: Literal["none", "starttls", "tls"] = "none"
    mail_user: str = ""
    mail_password_file: Path | None = None
    mail_sender: str = "notice@wenzheng.example"
    mail_return_path: str = ""
    """Address to which what cannot be delivered comes back; left empty, the sender's."""

    receipts_token_file: Path | None = None
    """The token of whoever hands receipts in (`/v1/receipts`); without it nobody does."""

    robot_url: str = ""
    robots_file: Path | None = None
    """JSON object: unit's code to its robot. Without it every unit has one at the gateway, by its code."""

    retry_first_seconds: Annotated[float, Ge(0.01), Le(3600)] = 10.0
    """Real time after a first attempt that came to nothing; doubled with each, at most sixty times as long."""

    @field_validator("public_url", "wechat_url", "sms_url", "robot_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> "ChannelSettings":
        if self.mail_user and self.mail_security == "none":
            raise ValueError(
                "WENZHENG_MAIL_SECURITY must be starttls or tls where WENZHENG_MAIL_USER signs in"
            )
        return self

    def robots(self) -> dict[str, Robot] | None:
        """Unit's code to its robot; None without a file. Raises msgspec.ValidationError for a wrong one."""
        if self.robots_file is None:
            return None
        return msgspec.json.decode(self.robots_file.read_bytes(), type=dict[str, Robot])


MOVED: Final = {
    "WENZHENG_WECHAT_TEMPLATE": "wechat-subscription",
    "WENZHENG_SMS_TEMPLATE": "sms",
    "WENZHENG_SMS_CODE_TEMPLATE": "sms-code",
}
"""Settings that were, to the template of the profile that has taken their place."""


def refuse_moved(environment: Mapping[str, str]) -> None:
    """Ends the process with a sentence where a setting stands that nobody reads any more: passed over, it would mislead."""
    for name, template in MOVED.items():
        if name in environment:
            raise SystemExit(
                f"{name} is no setting any more: write its id into [templates.{template}] of the city's notices.toml, and remove it"
            )


def secret_of(file: Path | None, settings: Settings) -> str:
    """A channel's secret: of its own file, else the gateway's key. Ends the process with a sentence without either."""
    file = file or settings.gateway_key_file
    if file is None:
        raise SystemExit("WENZHENG_GATEWAY_KEY_FILE must name the file of the key that the gateway asks for")
    return settings.password(file)
