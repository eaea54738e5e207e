"""What the environment may say, and what ends the process with a sentence."""

from pathlib import Path

import pytest

from chassis.settings import Settings


@pytest.mark.parametrize("said", ["", "127.0.0.1", "10.1.2.3, 172.31.0.0/16,::1"])
def test_addresses_and_networks_may_say_whose_request_they_pass_on(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENZHENG_FORWARDED_BY", said)

    assert Settings.read().forwarded_by == said


@pytest.mark.parametrize("said", ["*", "gateway.example", "10.1.2.3/8", "127.0.0.1,"])
def test_what_names_no_address_ends_the_process_with_the_setting_s_name(
    said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WENZHENG_FORWARDED_BY", said)

    with pytest.raises(SystemExit) as ended:
        Settings.read()

    assert ended.value.code == 78
    assert "WENZHENG_FORWARDED_BY" in capsys.readouterr().err


@pytest.mark.parametrize("there", [None, "not there"], ids=["unsaid", "missing"])
def test_a_secret_without_its_file_ends_the_process_with_the_setting_s_name(
    there: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(secret_file=None if there is None else tmp_path / there)

    with pytest.raises(SystemExit) as ended:
        settings.secret()

    assert ended.value.code == 78
    assert "WENZHENG_SECRET_FILE" in capsys.readouterr().err


def test_a_secret_is_the_bytes_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\x00secret\n")

    assert Settings(secret_file=tmp_path / "secret").secret() == b"\x00secret\n"
