"""What lies in the production image: what runs, and no tool of the tests."""

import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wenzheng.tools.lock_run import LOCK, ROOT, RUN_LOCK, blocks, run_lock

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def names(wanted: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in wanted}


def test_the_lock_of_what_runs_is_fresh() -> None:
    assert RUN_LOCK.read_text("utf-8") == run_lock()


def test_everything_that_runs_is_in_it_as_the_whole_lock_has_it() -> None:
    run, whole = blocks(RUN_LOCK.read_text("utf-8")), blocks(LOCK.read_text("utf-8"))

    assert names(PROJECT["dependencies"]) <= set(run)
    assert all(whole[name] == part for name, part in run.items())


def test_no_tool_of_the_tests_is_in_it() -> None:
    run = set(blocks(RUN_LOCK.read_text("utf-8")))
    tools = names(PROJECT["optional-dependencies"]["test"]) - names(PROJECT["dependencies"]) - {"packaging"}

    assert tools
    assert not run & (tools | {"pluggy", "coverage", "werkzeug"})


def test_the_image_is_built_from_it_and_gets_no_secret() -> None:
    steps = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
    left_out = (ROOT / ".dockerignore").read_text("utf-8").splitlines()

    assert "-r requirements-run.lock" in steps
    assert "COPY requirements.lock" not in steps
    assert {"secrets/", "tests/", ".git/"} <= set(left_out)
