"""The files of citizens in a bucket of an S3-compatible store (ADR 67), under the names that they have in a folder.

Each is one PUT, signed with the hash of what it carries: the store has all of it or nothing. What is asked waits for a
bounded time and is tried a bounded number of times; whoever asks is told why it came to nothing.
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import obstore
from msgspec import Struct
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from services.intake.store.folder import FileDamaged, FilesAway, id_at, id_of, place_of

if TYPE_CHECKING:
    from obstore.store import ClientConfig

SECONDS: Final = 20.0
"""Real time that one question may take, its further tries included: 8 MB at 3.2 Mbit/s."""
CONNECT_SECONDS: Final = 3
TRIES: Final = 3
"""Of one question, while the store is unreachable or says 5xx; what it refuses is asked once."""
PAGE: Final = 500
"""Files that are looked at, and forgotten, at once; S3 itself allows 1,000."""
_NOWHERE: Final = "wenzheng-check"
"""A folder of the bucket in which nothing lies: to list it asks for bucket, key and rights, and brings nothing."""
_CODE: Final = re.compile(r"(?:<Code>|\(code: )(\w{1,64})(?:</Code>|\))")
"""In the store's own words, and in those of the library about one object of many that were to be deleted."""
_REFUSED: Final = "the access key or its secret is refused, or may not do this"
_STATUS: Final = re.compile(r"status code: (\d{3})")
_REASONS: Final[Mapping[str, str]] = {
    "NoSuchBucket": "there is no such bucket",
    "InvalidBucketName": "there is no such bucket",
    "AccessDenied": _REFUSED,
    "InvalidAccessKeyId": _REFUSED,
    "SignatureDoesNotMatch": _REFUSED,
    "AuthorizationHeaderMalformed": "the bucket is in another region",
    "PermanentRedirect": "the bucket is at another endpoint",
    "RequestTimeTooSkewed": "its clock and ours differ by more than a quarter of an hour",
}
"""Error code of S3 to what an operator has to know. Until the setting is another, none of them passes."""


class Bucket(Struct, frozen=True):
    """Where the files lie, and who we are there."""

    endpoint: str
    """https://host:port, or http:// inside a network of one's own."""
    name: str
    region: str
    access_key: str
    secret_key: str
    authority: bytes | None = None
    """PEM of who vouches for the endpoint beside those whom the system trusts."""


class S3Bucket:
    """The same as a folder, in a bucket. `seconds` bounds each question. Raises ValueError for a setting that cannot be."""

    def __init__(self, bucket: Bucket, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        options: ClientConfig = {
            "allow_http": bucket.endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=min(CONNECT_SECONDS, seconds)),
            "timeout": timedelta(seconds=seconds),
        }
        if bucket.authority is not None:
            options["root_certificate"] = bucket.authority
        shortest, longest = timedelta(seconds=0.1), timedelta(seconds=1)
        try:
            with _without_other_settings():
                self._store = S3Store(
                    bucket.name,
                    endpoint=bucket.endpoint,
                    region=bucket.region,
                    access_key_id=bucket.access_key,
                    secret_access_key=bucket.secret_key,
                    virtual_hosted_style_request=False,
                    client_options=options,
                    retry_config={
                        "max_retries": TRIES - 1,
                        "retry_timeout": timedelta(seconds=seconds),
                        "backoff": {"init_backoff": shortest, "max_backoff": longest, "base": 2},
                    },
                )
        except (BaseError, ValueError) as failure:
            raise ValueError(str(failure).partition("\n")[0]) from failure

    async def put(self, sealed: bytes) -> str:
        identity = id_of(sealed)
        # In parts it would leave those of a broken try in the bucket, where no list shows them.
        async with self._asked():
            await obstore.put_async(self._store, place_of(identity), sealed, use_multipart=False)
        return identity

    async def get(self, identity: str, most: int) -> bytes | None:
        place = place_of(identity)
        async with self._asked():
            try:
                found = await obstore.get_async(self._store, place)
            except FileNotFoundError as failure:
                # A bucket that is not there, and a server that is no store of objects, say 404 as well.
                if _code_of(failure) != "NoSuchKey":
                    raise
                return None
            # Said before any of it has come; more than it says does not come after it.
            if found.meta["size"] > most:
                raise FileDamaged("an object is longer than what was put")
            return bytes(await found.bytes_async())

    async def older(self, seconds: float) -> AsyncIterator[Sequence[str]]:
        # By the store's clock; one that differs by more than a quarter of an hour refuses our signatures.
        before = datetime.now(UTC) - timedelta(seconds=seconds)
        pages = obstore.list(self._store, chunk_size=PAGE)
        while True:
            async with self._asked():
                page = await anext(pages, None)
            if page is None:
                return
            yield [found for one in page if one["last_modified"] < before and (found := id_at(one["path"]))]

    async def drop(self, identities: Sequence[str]) -> None:
        for start in range(0, len(identities), PAGE):
            async with self._asked():
                places = [place_of(identity) for identity in identities[start : start + PAGE]]
                await obstore.delete_async(self._store, places)

    async def check(self) -> str:
        try:
            async with self._asked():
                await anext(obstore.list(self._store, prefix=_NOWHERE, chunk_size=1), None)
        except FilesAway as failure:
            return str(failure)
        return ""

    @asynccontextmanager
    async def _asked(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._seconds):
                yield
        except (BaseError, OSError) as failure:
            reason, lasting = self._reason(failure)
            raise FilesAway(f"S3: {reason}", lasting) from failure

    def _reason(self, failure: Exception) -> tuple[str, bool]:
        """What an operator is told, and whether it lasts until somebody does something."""
        if isinstance(failure, TimeoutError):
            return f"no answer within {self._seconds:g} s", False
        said, code = str(failure), _code_of(failure)
        if code in _REASONS:
            return f"{_REASONS[code]} ({code})", True
        if isinstance(failure, PermissionDeniedError | UnauthenticatedError):
            return _REFUSED, True
        if status := _STATUS.search(said):
            return f"it answers {status[1]}" + (f" ({code})" if code else ""), False
        if code:
            return f"it refuses ({code})", False
        if "certificate" in said.lower():
            return "nobody whom we know vouches for its certificate", True
        return "it cannot be reached, or broke off", False


def _code_of(failure: Exception) -> str:
    found = _CODE.search(str(failure))
    return found[1] if found else ""


@contextmanager
def _without_other_settings() -> Iterator[None]:
    """Without the variables of the environment that the library reads beside what it is given, such as AWS_SESSION_TOKEN."""
    aside = {name: os.environ.pop(name) for name in [*os.environ] if name.startswith("AWS_")}
    try:
        yield
    finally:
        os.environ.update(aside)
