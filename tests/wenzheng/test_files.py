"""`wenzheng files` and the look before a stack starts: a person is told in a sentence whether files can be kept."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from services.intake.settings import FileSettings
from tests.patience import PATIENCE
from tests.s3 import Server, serving
from wenzheng.commands.files import look_at
from wenzheng.stack.home import ROOT, Home, Ports, Trouble
from wenzheng.stack.parts import Plan

pytestmark = pytest.mark.medium


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("s3")) as running:
        yield running


def said(server: Server, folder: Path, **changed: str) -> dict[str, str]:
    """The settings of a new bucket, its keys as files."""
    for name, key in (("access", server.access_key), ("secret", server.secret_key)):
        (folder / name).write_text(key)
    right = {
        "WENZHENG_S3_ENDPOINT": server.address,
        "WENZHENG_S3_BUCKET": server.new_bucket(),
        "WENZHENG_S3_ACCESS_KEY_FILE": str(folder / "access"),
        "WENZHENG_S3_SECRET_KEY_FILE": str(folder / "secret"),
    }
    return right | {f"WENZHENG_S3_{name}": value for name, value in changed.items()}


def files(settings: dict[str, str], data: Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WENZHENG_")}
    return subprocess.run(
        [sys.executable, "-m", "wenzheng", "files", "--data", str(data)],
        cwd=ROOT,
        env=environment | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def test_every_step_of_a_bucket_that_works_is_told_and_nothing_is_left_in_it(
    server: Server, tmp_path: Path
) -> None:
    settings = said(server, tmp_path)

    done = files(settings, tmp_path)

    assert done.returncode == 0, done.stderr
    assert [line.strip() for line in done.stdout.splitlines()[1:]] == [
        "存 put",
        "取 get",
        "列 list",
        "删 drop",
        "可以使用 It can be used.",
    ]
    assert "Contents" not in server.s3.list_objects_v2(Bucket=settings["WENZHENG_S3_BUCKET"])


def test_without_a_bucket_the_folder_is_tried(tmp_path: Path) -> None:
    done = files({}, tmp_path)

    assert done.returncode == 0
    assert str(tmp_path / "attachments") in done.stdout.replace("\n", "")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"BUCKET": "files-of-nobody"}, "there is no such bucket"),
        ({"SECRET_KEY_FILE": "/etc/hostname"}, "the access key or its secret is refused"),
        ({"ENDPOINT": "http://127.0.0.1:9"}, "it cannot be reached"),
        ({"ENDPOINT": "127.0.0.1"}, "WENZHENG_S3_ENDPOINT must be http:// or https://"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(
    server: Server, tmp_path: Path, changed: dict[str, str], sentence: str
) -> None:
    done = files(said(server, tmp_path, **changed), tmp_path)

    assert done.returncode != 0
    assert sentence in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("changed", "refused"),
    [({}, False), ({"BUCKET": "files-of-nobody"}, True), ({"ENDPOINT": "http://127.0.0.1:9"}, False)],
    ids=["right", "no bucket", "away"],
)
def test_a_stack_does_not_start_on_a_bucket_that_is_not_there_but_waits_for_no_store(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    changed: dict[str, str],
    refused: bool,
) -> None:
    for name, value in said(server, tmp_path, **changed).items():
        monkeypatch.setenv(name, value)

    if refused:
        with pytest.raises(Trouble, match="there is no such bucket"):
            look_at(Home(tmp_path))
    else:
        look_at(Home(tmp_path))

    assert ("附件存储不能使用" in capsys.readouterr().err) == ("ENDPOINT" in changed)


def test_only_who_keeps_files_is_told_where_and_with_which_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    home.prepare()
    monkeypatch.setenv("WENZHENG_S3_ENDPOINT", "https://objects.example.gov.cn")
    monkeypatch.setenv("WENZHENG_S3_SECRET_KEY_FILE", "/run/secrets/s3-secret-key")

    parts = Plan(home, Ports(18000), workers=2).services()

    told = {part.name for part in parts if any("_S3_" in name for name in part.environment)}
    assert told == {"intake", "intake-2"}


def test_the_containers_are_told_all_that_a_bucket_needs() -> None:
    laid_over = yaml.safe_load((ROOT / "deploy" / "s3.yml").read_text(encoding="utf-8"))
    ours = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    intake = laid_over["services"]["intake"]
    needed = {name for name in FileSettings.model_fields if name.startswith("s3_")} - {"s3_authority_file"}

    assert set(laid_over["services"]) == {"intake"} <= set(ours["services"])
    assert set(intake["environment"]) == {f"WENZHENG_{name.upper()}" for name in needed}
    named = {value for name, value in intake["environment"].items() if name.endswith("_FILE")}
    assert named == {f"/run/secrets/{name}" for name in intake["secrets"]}
    assert set(laid_over["secrets"]) == set(intake["secrets"])
