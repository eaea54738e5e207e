"""Logs: what a library says again and again is written now and then, with the number of what was left out."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from chassis.logs import KINDS, SELDOM_SECONDS, Seldom, configure

AWAY = "Unable connect to node with id %s: %s"


@pytest.fixture
def configured() -> Iterator[None]:
    """Logs may be configured, and are as before afterwards."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.configure(**before)


def _said(filtering: Seldom, seconds: float, text: str = AWAY, name: str = "aiokafka", node: int = 1) -> str:
    """What is written of a line at a second; nothing where it is left out."""
    line = {
        "name": name,
        "levelno": logging.ERROR,
        "msg": text,
        "args": (node, "refused"),
        "created": seconds,
    }
    record = logging.makeLogRecord(line)
    return record.getMessage() if filtering.filter(record) else ""


def test_what_a_library_says_again_at_once_is_left_out() -> None:
    filtering = Seldom()

    written = [_said(filtering, 0.1 * n, node=n % 3) for n in range(50)]

    assert written == ["Unable connect to node with id 0: refused", *[""] * 49]


def test_after_ten_seconds_it_is_written_with_the_number_left_out() -> None:
    filtering = Seldom()
    for n in range(50):
        _said(filtering, 0.1 * n)

    assert _said(filtering, SELDOM_SECONDS) == "Unable connect to node with id 1: refused (49 more of these)"
    assert _said(filtering, 2 * SELDOM_SECONDS) == "Unable connect to node with id 1: refused"


def test_something_else_is_written_at_once() -> None:
    filtering = Seldom()
    _said(filtering, 0.0)

    assert _said(filtering, 0.1, text="Node %s is back: %s") == "Node 1 is back: refused"
    assert _said(filtering, 0.1, name="faust") != ""


def test_a_clock_that_is_set_back_silences_nothing() -> None:
    filtering = Seldom()
    _said(filtering, 3600.0)

    assert _said(filtering, 5.0) != ""


def test_after_many_other_lines_it_is_forgotten_and_written_anew() -> None:
    filtering = Seldom()
    _said(filtering, 0.0)
    for n in range(KINDS):
        _said(filtering, 1.0, text=f"{n} of %s: %s")

    assert _said(filtering, 1.0) == "Unable connect to node with id 1: refused"


def test_a_line_of_a_library_is_written_once_as_json_and_masked(
    configured: None, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(lambda text: text.replace("13800000000", "***"), "stats")

    for _ in range(3):
        logging.getLogger("aiokafka").error("Unable to reach %s", "13800000000")

    (line,) = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert told["event"] == "Unable to reach ***"
    assert (told["instance"], told["level"]) == ("stats", "error")
