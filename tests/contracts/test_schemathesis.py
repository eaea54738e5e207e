"""A stock fuzzer against every interface, as every role: it reads the public descriptions and believes them.

In `make test` three who ask, few examples. `WENZHENG_FUZZ_EXAMPLES=200` makes it long: every role, all phases, that
many examples an operation. One service asked by one role then takes one minute (router) to fourteen (intake), so all of
them take hours; `-k "intake and author"` runs one.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.tokens import LONGEST_LIFE_SECONDS
from tests.interfaces import ROLES, SERVICES, Served, served_beside, token

pytestmark = pytest.mark.slow

EXAMPLES = os.environ.get("WENZHENG_FUZZ_EXAMPLES", "")
WHO = ("author", *ROLES) if EXAMPLES else ("author", "clerk", "operator")
PHASES = "examples,coverage,fuzzing,stateful" if EXAMPLES else "examples,fuzzing,stateful"
SETTINGS = """
[parameters]
"path.number" = "{number}"

[checks]
# A body may fit its schema and be refused by a rule: 409 at the wrong step, 422 for a unit that does not exist.
positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "403", "404", "406", "409", "422"]
# Who asks is looked at before what is asked.
negative_data_rejection.expected-statuses = ["400", "401", "403", "404", "406", "409", "413", "415", "422"]
missing_required_header.expected-statuses = ["400", "401", "403", "404", "406", "409"]

# A parameter that its description allows is taken.
[[operations]]
include-path = ["/v1/similar", "/v1/outbox", "/v1/league", "/v1/topics", "/v1/models"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "403", "404", "406"]

# One code a minute to a number: the example's number is asked for again and again.
[[operations]]
include-path = ["/v1/codes"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "406", "422", "429"]

# The same of an inbox, which belongs to staff.
[[operations]]
include-path = ["/v1/inbox/addresses"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "403", "406", "422", "429"]
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_beside(tmp_path_factory.mktemp("fuzz")) as running:
        yield running


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the fuzzer keeps its tables of characters: making them is a third of what a run needs."""
    return str(tmp_path_factory.mktemp("known"))


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("role", WHO)
@pytest.mark.parametrize("service", SERVICES)
def test_a_stock_fuzzer_finds_nothing(
    served: Served, service: str, role: str, tmp_path: Path, known: str
) -> None:
    receipt = served.receipts[1]
    settings = tmp_path / "schemathesis.toml"
    settings.write_text(SETTINGS.format(number=receipt["number"]), encoding="utf-8")
    # To the end of a long run: whose time has passed is refused everything, and that looks like nothing found.
    who = {"X-Query-Code": receipt["query_code"]} if role == "author" else token(role, LONGEST_LIFE_SECONDS)

    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings)),
            *("run", f"{served.addresses[service]}/openapi.json", "--checks", "all", "--no-color"),
            *(
                "--phases",
                PHASES,
                "--max-examples",
                EXAMPLES or "2",
                "--seed",
                "1",
                "--workers",
                "1",
                "--request-timeout",
                "60",
            ),
            # A stream does not end, and has tests of its own.
            *("--exclude-path-regex", "/stream$"),
            *(part for name, value in who.items() for part in ("-H", f"{name}: {value}")),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": known},
    )

    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    assert "passed" in done.stdout
