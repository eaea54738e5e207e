"""What the environment says about where the files of citizens lie: a folder, or a bucket of an S3-compatible store."""

import re
import sys
from pathlib import Path
from typing import Final, NoReturn

from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.failures import EXIT_MISPLACED
from services.intake.store import DiskFolder, Files

_ENDPOINT: Final = re.compile(r"https?://(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?/?")
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
"""How S3 wants a bucket to be called."""


class FileSettings(BaseSettings):
    """Where files lie. With an endpoint they lie in its bucket, else in the folder. Secrets come as files, never as values."""

    model_config = SettingsConfigDict(env_prefix="WENZHENG_", extra="ignore")

    attachments: Path = Path(".wenzheng/attachments")
    """The folder in which intake keeps the files of citizens, sealed; its instances share it."""
    s3_endpoint: str = ""
    """https://host:port of an S3-compatible store; the bucket's name follows as the first part of the path."""
    s3_bucket: str = ""
    """A bucket for these files alone; whoever runs the store has made it."""
    s3_region: str = "us-east-1"
    """What signatures name as the region; most stores that are not AWS's own take any."""
    s3_access_key_file: Path | None = None
    s3_secret_key_file: Path | None = None
    s3_authority_file: Path | None = None
    """The certificate that vouches for the endpoint, beside those that the system trusts."""

    def files(self) -> Files:
        """Where files are kept. Ends the process with a sentence and exit code 78 where the settings cannot be."""
        if not self.s3_endpoint:
            if self.s3_bucket:
                _end("WENZHENG_S3_BUCKET says nothing without WENZHENG_S3_ENDPOINT")
            return DiskFolder(self.attachments)
        if not _ENDPOINT.fullmatch(self.s3_endpoint):
            _end(
                "WENZHENG_S3_ENDPOINT must be http:// or https:// with a host and no path: the bucket has a setting of its own"
            )
        if not _BUCKET.fullmatch(self.s3_bucket):
            _end("WENZHENG_S3_BUCKET must be 3 to 63 lower-case letters, digits, dots and hyphens")
        return self._bucket()

    def _bucket(self) -> Files:
        # Not at the head: a city with a folder does without the library.
        from services.intake.store.objects import Bucket, S3Bucket

        try:
            return S3Bucket(
                Bucket(
                    endpoint=self.s3_endpoint.rstrip("/"),
                    name=self.s3_bucket,
                    region=self.s3_region,
                    access_key=_key(self.s3_access_key_file, "WENZHENG_S3_ACCESS_KEY_FILE"),
                    secret_key=_key(self.s3_secret_key_file, "WENZHENG_S3_SECRET_KEY_FILE"),
                    authority=_read(self.s3_authority_file),
                )
            )
        except ValueError as failure:
            _end(f"WENZHENG_S3_ENDPOINT, WENZHENG_S3_AUTHORITY_FILE: {failure}")


def _key(file: Path | None, setting: str) -> str:
    key = (_read(file) or b"").decode(errors="replace").strip()
    if not key:
        _end(f"{setting} must name a file with the key")
    return key


def _read(file: Path | None) -> bytes | None:
    try:
        return file.read_bytes() if file is not None else None
    except OSError as failure:
        _end(f"{failure.filename}: {failure.strerror}")


def _end(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    sys.exit(EXIT_MISPLACED)
