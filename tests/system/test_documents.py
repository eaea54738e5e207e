"""What documents and deploy files say is true of the code."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from chassis.metrics import CATALOGUE
from chassis.service import Service
from contracts.topics import CITY, TOPICS
from services.deadline.app import METRICS as DEADLINE
from services.deadline.app import build as deadline
from services.debate.app import build as debate
from services.intake.app import METRICS as INTAKE
from services.intake.app import build as intake
from services.notifier.app import METRICS as NOTIFIER
from services.notifier.app import build as notifier
from services.router.app import METRICS as ROUTER
from services.router.app import build as router
from services.router.store import MemoryModels
from services.stats.app import METRICS as STATS
from services.stats.app import build as stats
from services.stats.core.figures import REPORT, SHARES, rate
from services.survey.app import build as survey
from tests.services.intake.door import PROFILE
from wenzheng.__main__ import app
from wenzheng.tools import draw_topics, write_figures, write_notices, written

ROOT = Path(__file__).resolve().parents[2]
METRICS = (*CATALOGUE, *INTAKE, *DEADLINE, *NOTIFIER, *ROUTER, *STATS)
SERVICES = (
    intake(PROFILE),
    router(PROFILE, MemoryModels()),
    deadline(PROFILE),
    notifier(PROFILE),
    stats(PROFILE),
    survey(PROFILE),
    debate(PROFILE),
)
ALERTS = sorted({metric.alert for metric in METRICS if metric.alert})


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_has_a_rule_and_a_heading_in_the_runbook(alert: str) -> None:
    assert f"alert: {alert}," in read("deploy/prometheus/alerts.yml")
    assert f"\n## {alert}\n" in read("docs/runbook.md")


@pytest.mark.parametrize("name", [metric.name for metric in METRICS])
def test_every_metric_is_on_a_dashboard(name: str) -> None:
    boards = (ROOT / "deploy/grafana/dashboards").glob("*.json")
    panels = [panel for board in boards for panel in json.loads(board.read_text())["panels"]]

    assert any(name in target["expr"] for panel in panels for target in panel["targets"])


@pytest.mark.parametrize(
    "target", sorted(set(re.findall(r"make ([a-z]+)", (ROOT / "README.md").read_text())))
)
def test_every_make_target_the_readme_names_exists(target: str) -> None:
    assert re.search(rf"^{target}:", read("Makefile"), re.MULTILINE)


def test_make_test_looks_for_marked_tests_where_they_stand() -> None:
    """It reads one folder for each: reading all the tests once more takes a dozen seconds."""
    told = re.findall(r"-m pytest .*-m (\w+) (tests/\w+)$", read("Makefile"), re.MULTILINE)
    tests = {path.relative_to(ROOT).as_posix(): path.read_text() for path in (ROOT / "tests").rglob("*.py")}

    assert dict(told) == {"alone": "tests/system", "browser": "tests/fronts"}
    for mark, folder in told:
        marked = [path for path, text in tests.items() if f"pytest.mark.{mark}" in text]
        assert marked
        assert [path for path in marked if not path.startswith(f"{folder}/")] == []


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_topic_is_on_the_walk_and_its_readers_declare_it(topic: object) -> None:
    assert f"`{topic.name}`" in read("docs/walk.md") or f"=={topic.name}==" in read("docs/walk.md")  # type: ignore[attr-defined]


def test_every_service_hears_and_says_what_the_registry_declares() -> None:
    for service in SERVICES:
        assert {topic for topic in TOPICS if service.name in topic.readers} == set(service.hears), (
            service.name
        )
        for topic in service.says:
            assert topic.writer == service.name


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_topic_a_service_hears_has_a_fact_that_meets_a_rule(service: Service[Any, Any]) -> None:
    """Topic `city` needs none: the engine folds it into the rules of the city."""
    deaf = {
        topic.name
        for topic in service.hears
        if topic is not CITY and not any(fact in service.rules for fact in topic.facts)
    }

    assert deaf == set()


def test_the_flow_of_facts_is_drawn_as_the_registry_says() -> None:
    for page, text in draw_topics.pages().items():
        assert page.read_text(encoding="utf-8") == text, "run python -m wenzheng.tools.draw_topics"


def test_make_lint_asks_everything_that_writes_from_code() -> None:
    told = {path.stem for path in (ROOT / "wenzheng/tools").glob("*.py") if '"--check"' in path.read_text()}

    assert set(written.COMMANDS) == told - {"written", "lock_run"}, "lock_run has a test of its own"


def test_no_services_sql_names_another_services_schema() -> None:
    names = ("intake", "router", "deadline", "notifier", "stats", "survey", "debate")
    for service in names:
        for path in (ROOT / "services" / service).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            for other in set(names) - {service}:
                assert not re.search(
                    rf"(from|into|update|join) {other}\.(subject|position|waiting|outbox)", text
                ), path


def test_the_decision_that_is_explained_is_the_one_the_router_makes() -> None:
    shown = re.search(r"\$ \.venv/bin/wenzheng (route .*)\n((?:.*\n)*?)```", read("docs/routing.md"))
    assert shown is not None
    done = CliRunner().invoke(app, shlex.split(shown[1]))

    assert done.exit_code == 0
    assert [line.rstrip() for line in done.output.splitlines()[:-1]] == [
        line.rstrip() for line in shown[2].splitlines()
    ]


def test_the_page_of_figures_says_what_the_definitions_say() -> None:
    assert read("docs/figures.md") == write_figures.page()
    for share in (*SHARES, *REPORT):
        part, whole, shown = share.example
        assert f"{100 * (rate(part, whole) or 0):g}%" == shown


def test_the_page_of_notices_says_what_the_table_says() -> None:
    assert read("docs/notices.md") == write_notices.page()


def test_how_many_services_there_are_is_said_alike_everywhere() -> None:
    numbers = {"五": 5, "六": 6, "七": 7, "八": 8, "five": 5, "six": 6, "seven": 7, "eight": 8}
    said = re.compile(
        r"([五六七八])个服务|\b(five|six|seven|eight) (?:services\b(?! that hear)|interfaces\b)"
    )
    kept = ("CHANGELOG.md", "docs/adr/")  # what was true when it was written
    files = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "tests" / "README.md"]
    files += [
        path for folder in ("chassis", "services", "wenzheng") for path in (ROOT / folder).rglob("*.py")
    ]

    wrong = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in files
        if not str(path.relative_to(ROOT)).startswith(kept)
        for match in said.finditer(path.read_text(encoding="utf-8"))
        if numbers[match[1] or match[2]] != len(SERVICES)
    ]

    assert wrong == []
