"""A real S3 server on this machine (moto's), with a bucket and a key of its own; and a street to it that can be cut.

The server is a process that speaks HTTP or TLS, checks signatures, and keeps everything in memory: who kills it has
emptied it.
"""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final, NamedTuple

import boto3
from botocore.config import Config
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.intake.store.objects import Bucket, S3Bucket
from tests.patience import PATIENCE

REGION: Final = "us-east-1"
_FREE: Final = 6
"""Questions that the server answers before it asks who asks: those that make the users and their keys."""
_ALL: Final = ("s3:*",)
_NO_DELETION: Final = ("s3:ListBucket", "s3:GetObject", "s3:PutObject")


class Server:
    """The process, and who may ask it."""

    def __init__(self, process: subprocess.Popen[bytes], address: str, authority: Path | None) -> None:
        self.process = process
        self.address = address
        self._authority = authority
        self.access_key, self.secret_key = self._user("intake", _ALL)
        self.keeping = self._user("keeping", _NO_DELETION)
        """Access key and secret of one who may delete nothing."""
        self.s3 = self._client("s3", self.access_key, self.secret_key)

    def _user(self, name: str, may: Sequence[str]) -> tuple[str, str]:
        """Access key and secret of a new user."""
        iam = self._client("iam", "anybody", "anything")
        iam.create_user(UserName=name)
        rights = {"Effect": "Allow", "Action": [*may], "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [rights]})
        iam.put_user_policy(UserName=name, PolicyName="rights", PolicyDocument=document)
        made = iam.create_access_key(UserName=name)["AccessKey"]
        return made["AccessKeyId"], made["SecretAccessKey"]

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return int(self.address.rpartition(":")[2])

    def new_bucket(self) -> str:
        """The name of an empty bucket."""
        name = f"files-{uuid.uuid4().hex[:12]}"
        self.s3.create_bucket(Bucket=name)
        return name

    def bucket(self, name: str, **changed: Any) -> Bucket:
        """The setting of a bucket, or one that is wrong somewhere."""
        right = {
            "endpoint": self.address,
            "name": name,
            "region": REGION,
            "access_key": self.access_key,
            "secret_key": self.secret_key,
            "authority": self._authority.read_bytes() if self._authority is not None else None,
        }
        return Bucket(**(right | changed))

    def files(self, name: str = "", seconds: float = 20.0, **changed: Any) -> S3Bucket:
        """The store of files in a bucket, by default a new one."""
        return S3Bucket(self.bucket(name or self.new_bucket(), **changed), seconds)

    def signal(self, number: signal.Signals) -> None:
        """To the process."""
        os.kill(self.process.pid, number)

    def kill(self) -> None:
        """End it as a loss of power would."""
        self.process.kill()
        self.process.wait()

    def _client(self, service: str, access_key: str, secret_key: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.address,
            region_name=REGION,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            verify=str(self._authority) if self._authority is not None else None,
            config=Config(proxies={}, retries={"max_attempts": 1}, s3={"addressing_style": "path"}),
        )


@contextmanager
def serving(folder: Path, tls: bool = False) -> Iterator[Server]:
    """A server on a free port, gone afterwards; its log and certificates lie in the folder."""
    authority, options = None, []
    if tls:
        authority, certificate, key = certificates(folder)
        options = ["-c", str(certificate), "-k", str(key)]
    log = folder / "s3.log"
    environment = {**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": str(_FREE), "PYTHONUNBUFFERED": "1"}
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0", *options],
            stdout=written,
            stderr=written,
            env=environment,
        )
    try:
        yield Server(process, _address(process, log), authority)
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        said = log.read_text(errors="replace")
        if found := re.search(r"Running on (https?://127\.0\.0\.1:\d+)", said):
            return found[1]
        assert process.poll() is None, said
        time.sleep(0.05)
    raise AssertionError(f"no server: {log.read_text(errors='replace')}")


class Pair(NamedTuple):
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def certificates(folder: Path) -> tuple[Path, Path, Path]:
    """PEM files: of an authority, of a server on 127.0.0.1 that it vouches for, of the server's key."""
    authority = _certified("authority of the tests", None)
    server = _certified("127.0.0.1", authority)
    paths = (folder / "authority.pem", folder / "server.pem", folder / "server-key.pem")
    pem = serialization.Encoding.PEM
    paths[0].write_bytes(authority.certificate.public_bytes(pem))
    paths[1].write_bytes(server.certificate.public_bytes(pem))
    paths[2].write_bytes(
        server.key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


def _certified(name: str, by: Pair | None) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(by.certificate.subject if by is not None else called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
    )
    if by is not None:
        here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        made = made.add_extension(here, critical=False)
    return Pair(made.sign(by.key if by is not None else key, hashes.SHA256()), key)


class Street:
    """Connections to a server, passed on byte by byte, until something happens to them."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.up: int | None = None
        """Bytes to the server after which `then` is called and nothing more passes; None for never."""
        self.down: int | None = None
        """The same of what comes back."""
        self.then: Callable[[], None] = lambda: None
        self.closed = False
        """Whoever comes is sent away."""
        self.came = 0
        """Connections that came."""
        self.address = ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Street"]:
        """Until the context is left."""
        server = await asyncio.start_server(self._passed, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()

    async def _passed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.came += 1
        try:
            if self.closed:
                return
            back, forth = await asyncio.open_connection("127.0.0.1", self._port)
            both = [
                asyncio.create_task(self._along(reader, forth, lambda: self.up)),
                asyncio.create_task(self._along(back, writer, lambda: self.down)),
            ]
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            forth.close()
        except OSError:
            return  # whoever it leads to is gone
        finally:
            writer.close()

    async def _along(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most: Callable[[], int | None]
    ) -> None:
        passed = 0
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                limit = most()
                if limit is not None and passed + len(data) > limit:
                    writer.write(data[: limit - passed])
                    await writer.drain()
                    self.then()
                    return
                passed += len(data)
                writer.write(data)
                await writer.drain()
