"""The sample environment names every setting, under the service that reads it."""

import re
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from fronts.portal.settings import PortalSettings
from fronts.wechat.settings import WeChatSettings
from services.intake.settings import FileSettings
from services.notifier.settings import ChannelSettings

ROOT = Path(__file__).resolve().parents[2]
EVERYWHERE = "every process"
FOLDERS = {
    EVERYWHERE: "chassis",
    "intake": "services/intake",
    "router": "services/router",
    "notifier": "services/notifier",
    "stats": "services/stats",
    "portal": "fronts/portal",
    "wechat": "fronts/wechat",
}


def sample() -> dict[str, dict[str, tuple[str, bool]]]:
    """Group to setting to its value, and whether it is commented out."""
    groups: dict[str, dict[str, tuple[str, bool]]] = {}
    for line in (ROOT / "deploy" / "sample.env").read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"# == ([a-z ]+?)(?::.*)?", line):
            group = groups.setdefault(heading[1], {})
        elif setting := re.fullmatch(r"(# )?WENZHENG_([A-Z0-9_]+)=(.*)", line):
            group[setting[2].lower()] = (setting[3], bool(setting[1]))
    return groups


SAMPLE = sample()
FIELDS = {
    name: field
    for settings in (PortalSettings, WeChatSettings, ChannelSettings, FileSettings)
    for name, field in settings.model_fields.items()
}


def test_every_setting_is_there_and_no_other() -> None:
    assert set(SAMPLE) == set(FOLDERS)
    assert {name for group in SAMPLE.values() for name in group} == set(FIELDS)


@pytest.mark.parametrize("group", FOLDERS)
def test_each_stands_under_whoever_reads_it(group: str) -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / FOLDERS[group]).rglob("*.py"))
    # A file's bytes are read by a method: `secret()` reads `secret_file`, `addresses()` reads `services`.
    read_by = {
        "secret_file": "secret",
        "token_public_key_file": "verifier",
        "link_secret_file": "link_secret",
        "call_secret_file": "call_secret",
        "receipts_token_file": "receipts_token",
        "services": "addresses",
        "interfaces": "reached_at",
        "portal_address": "address",
        "hosts": "host_names",
        "origins": "allowed_origins",
        "database": "dsn",
        "database_password_file": "dsn",
    }
    unread = {
        name
        for name in SAMPLE[group]
        if not re.search(rf"(settings|process|own|self)\.({name}|{read_by.get(name, name)})\b", code)
    }

    assert unread <= ({"city"} if group == EVERYWHERE else set()), (
        "the city is read by each service's own start"
    )


def test_what_is_commented_out_is_what_holds_when_nothing_is_said() -> None:
    for group in SAMPLE.values():
        for name, (value, commented) in group.items():
            default = FIELDS[name].default
            assert default is not PydanticUndefined, name
            if commented:
                said = (
                    ""
                    if default is None
                    else str(default).lower()
                    if isinstance(default, bool)
                    else str(default)
                )
                assert value == said, name


def test_the_sample_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for group in SAMPLE.values():
        for name, (value, commented) in group.items():
            if not commented:
                monkeypatch.setenv(f"WENZHENG_{name.upper()}", value)

    settings = PortalSettings.read()

    assert settings.addresses()["intake"] == "http://intake:8000"
    assert "intake" in settings.host_names
