"""What the environment says about the WeChat account. Secrets come as files, never as values."""

import sys
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.failures import EXIT_MISPLACED
from chassis.settings import Settings
from fronts.wechat.envelope import Account
from fronts.wechat.interface import Interface


class WeChatSettings(BaseSettings):
    """The front end's settings besides those of every process."""

    model_config = SettingsConfigDict(env_prefix="WENZHENG_", extra="ignore")

    public_url: str = ""
    """Address of the pages as citizens reach them; answers then lead there."""
    wechat_app_id: str = "wenzheng"
    wechat_url: str = ""
    """The account's interface, `https://api.weixin.qq.com`; left empty, the fake gateway's (`WENZHENG_GATEWAY`)."""
    wechat_secret_file: Path | None = None
    """AppSecret; with it the menu is published at the start and pictures are fetched. Without it the city makes its own menu,
    and no pictures are taken."""
    wechat_token_file: Path | None = None
    """The token that the account's settings at WeChat name: 3 to 32 letters and digits."""
    wechat_aes_key_file: Path | None = None
    """EncodingAESKey, 43 characters; without it messages come in the plain mode."""
    wechat_conversation_key_file: Path | None = None
    """A secret of this front end alone, under which conversations are sealed."""
    receipts_token_file: Path | None = None
    """The token that notifier asks for of whoever hands receipts in; without it nobody hears what became of notices."""

    @classmethod
    def read_own(cls) -> "WeChatSettings":
        """The settings of this process; a wrong one ends it with one sentence and exit code 78."""
        try:
            return cls()
        except ValidationError as problem:
            return _end(str(problem.errors()[0]["msg"]))

    @property
    def site(self) -> str:
        """The address of the pages, without a slash at its end."""
        settings = self
        return settings.public_url.rstrip("/")

    def account(self) -> Account:
        """The account. Ends the process with a sentence when its token is missing or its key is none."""
        settings = self
        token = Settings.password(settings.wechat_token_file)
        account = Account(settings.wechat_app_id, token, Settings.password(settings.wechat_aes_key_file))
        if not token:
            _end("WENZHENG_WECHAT_TOKEN_FILE must name the file of the callback's token")
        try:
            _ = account.aes_key and account.key
        except ValueError as problem:
            _end(f"WENZHENG_WECHAT_AES_KEY_FILE: {problem}")
        return account

    def interface(self, gateway: str) -> Interface | None:
        """The interface by which the menu is published and pictures are fetched; None without its credential."""
        settings = self
        secret = Settings.password(settings.wechat_secret_file)
        return (
            Interface(settings.wechat_url.rstrip("/") or gateway, settings.wechat_app_id, secret)
            if secret
            else None
        )

    def receipts_token(self) -> str:
        """The token; empty without its file."""
        return Settings.password(self.receipts_token_file)

    def secret(self) -> bytes:
        """The secret under which conversations are sealed. Ends the process with a sentence when it is missing."""
        settings = self
        secret = Settings.password(settings.wechat_conversation_key_file)
        if len(secret) < 32:
            _end("WENZHENG_WECHAT_CONVERSATION_KEY_FILE must name a file with at least 32 characters")
        return secret.encode()


def _end(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    sys.exit(EXIT_MISPLACED)
