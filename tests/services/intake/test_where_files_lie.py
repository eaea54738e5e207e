"""The settings say where files lie: a folder, or a bucket; one that cannot be ends the process with a sentence."""

from pathlib import Path

import pytest

from services.intake.settings import FileSettings
from services.intake.store import DiskFolder
from services.intake.store.objects import S3Bucket
from tests.s3 import certificates


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """The environment, with all that a bucket needs."""
    for name in ("access", "secret"):
        file = tmp_path / name
        file.write_text(f"{name}\n")
        monkeypatch.setenv(f"WENZHENG_S3_{name.upper()}_KEY_FILE", str(file))
    monkeypatch.setenv("WENZHENG_S3_ENDPOINT", "https://objects.example.gov.cn:9000/")
    monkeypatch.setenv("WENZHENG_S3_BUCKET", "wenzheng-files")
    monkeypatch.setenv("WENZHENG_ATTACHMENTS", str(tmp_path / "files"))
    return monkeypatch


def test_an_endpoint_makes_it_a_bucket_and_without_one_it_is_the_folder(said: pytest.MonkeyPatch) -> None:
    assert isinstance(FileSettings().files(), S3Bucket)

    said.setenv("WENZHENG_S3_ENDPOINT", "")
    said.setenv("WENZHENG_S3_BUCKET", "")

    assert isinstance(FileSettings().files(), DiskFolder)


def test_an_authority_of_ones_own_is_read_from_its_file(said: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said.setenv("WENZHENG_S3_AUTHORITY_FILE", str(certificates(tmp_path)[0]))

    assert isinstance(FileSettings().files(), S3Bucket)


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("ENDPOINT", "", "WENZHENG_S3_BUCKET says nothing without WENZHENG_S3_ENDPOINT"),
        ("ENDPOINT", "objects.example.gov.cn", "WENZHENG_S3_ENDPOINT must be http:// or https://"),
        ("ENDPOINT", "https://objects.example.gov.cn/files", "and no path"),
        ("ENDPOINT", "https://a b", "WENZHENG_S3_ENDPOINT must be"),
        ("ENDPOINT", "https://objects:x", "WENZHENG_S3_ENDPOINT must be"),
        ("ENDPOINT", "s3://files", "WENZHENG_S3_ENDPOINT must be"),
        ("BUCKET", "", "WENZHENG_S3_BUCKET must be 3 to 63"),
        ("BUCKET", "Files/2026", "WENZHENG_S3_BUCKET must be 3 to 63"),
        ("ACCESS_KEY_FILE", None, "WENZHENG_S3_ACCESS_KEY_FILE must name a file with the key"),
        ("SECRET_KEY_FILE", "/dev/null", "WENZHENG_S3_SECRET_KEY_FILE must name a file with the key"),
        ("SECRET_KEY_FILE", "/no/such/file", "/no/such/file: No such file or directory"),
        ("AUTHORITY_FILE", "/dev/null", "WENZHENG_S3_AUTHORITY_FILE: No certificates found"),
        ("AUTHORITY_FILE", "/etc/hostname", "WENZHENG_S3_AUTHORITY_FILE: No certificates found"),
    ],
)
def test_a_setting_that_cannot_be_ends_the_process_with_a_sentence(
    said: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    setting: str,
    value: str | None,
    sentence: str,
) -> None:
    if value is None:
        said.delenv(f"WENZHENG_S3_{setting}")
    else:
        said.setenv(f"WENZHENG_S3_{setting}", value)

    with pytest.raises(SystemExit) as ended:
        FileSettings().files()

    assert ended.value.code == 78
    told = capsys.readouterr().err
    assert sentence in told
    assert told.count("\n") == 1
