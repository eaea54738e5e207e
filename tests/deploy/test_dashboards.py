"""Rules of Prometheus and panels of Grafana: they ask for what the services say, and were tried on it."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from chassis.metrics import CATALOGUE, Metric, Metrics
from services.deadline.app import METRICS as DEADLINE
from services.intake.app import METRICS as INTAKE
from services.notifier.app import METRICS as NOTIFIER
from services.router.app import METRICS as ROUTER
from services.stats.app import METRICS as STATS

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
OWN = (*INTAKE, *DEADLINE, *NOTIFIER, *ROUTER, *STATS)
DECLARED = {metric.name: metric for metric in (*CATALOGUE, *OWN)}
PROMETHEUS_OWN = {"up": {"job"}, "ALERTS": {"alertname", "alertstate", "severity"}}
TRIED = sorted((ROOT / "tests/deploy/prometheus").glob("*.yml"))

LABELS = {
    "service": ("router", "stats"),
    "route": ("/v1/posts", "/v1/cases"),
    "status": ("200", "202", "503"),
    "outcome": ("received", "replied", "open", "overdue", "sent", "failed"),
    "channel": ("sms", "mail"),
    "department": ("water", "transport"),
    "role": ("clerk",),
}
"""Values that the labels of metrics have in life."""

_WORDS = {"by", "and", "or", "unless", "bool", "on", "without", "le"}


def promtool() -> str:
    """The tool; a test without it is skipped, and says so."""
    here = ROOT / ".tools/promtool"
    found = shutil.which("promtool") or (str(here) if here.exists() else "")
    if not found:
        pytest.skip("promtool is missing, so rules and panels were NOT tried: scripts/setup promtool")
    return found


def run(*arguments: str) -> None:
    """Promtool must be content; what it says against something is the message of the test."""
    done = subprocess.run([promtool(), *arguments], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def panels() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each panel, with the name of its dashboard."""
    for path in sorted((DEPLOY / "grafana/dashboards").glob("*.json")):
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
            yield path.stem, panel


def rules() -> list[dict[str, Any]]:
    """Every rule, recording and alerting."""
    found: list[dict[str, Any]] = []
    for name in ("recording", "alerts"):
        read = yaml.safe_load((DEPLOY / f"prometheus/{name}.yml").read_text(encoding="utf-8"))
        found += [rule for group in read["groups"] for rule in group["rules"]]
    return found


def queries() -> list[tuple[str, str]]:
    """Every query of a panel or a rule, and whose it is."""
    shown = [(f"{board}: {panel['title']}", q["expr"]) for board, panel in panels() for q in panel["targets"]]
    return shown + [(rule.get("record") or rule["alert"], rule["expr"]) for rule in rules()]


def known() -> dict[str, set[str]]:
    """Names that may be asked for, and the labels that each has."""
    names: dict[str, set[str]] = dict(PROMETHEUS_OWN)
    for metric in DECLARED.values():
        labels = {*metric.labels, "instance"}
        if metric.kind == "histogram":
            names |= {f"{metric.name}_bucket": labels | {"le"}, f"{metric.name}_count": labels}
        else:
            names[metric.name] = labels
    for rule in rules():
        if "record" in rule:
            by = re.findall(r"by \(([^)]*)\)", rule["expr"])
            names.setdefault(rule["record"], set()).update(
                rule.get("labels", {}), *(g.split(", ") for g in by)
            )
            if "promise:" in rule["record"]:
                names[rule["record"]].add("promise")
    return names


def asked_for(query: str) -> set[str]:
    """Names of series in a query; functions, words and labels are none."""
    bare = re.sub(r'"[^"]*"', '""', query)
    bare = re.sub(r"\{[^}]*\}", "{}", re.sub(r"\b(by|on|without|ignoring) \([^)]*\)", "", bare))
    names = set(re.findall(r"(?<![\w:.])([a-zA-Z_:][\w:]*)(?!\s*\()(?![\w:])", re.sub(r"\[\w+\]", "", bare)))
    return names - _WORDS


@pytest.mark.parametrize(("whose", "query"), queries())
def test_a_query_names_only_what_the_services_say_or_a_rule_records(whose: str, query: str) -> None:
    names = known()

    asked = asked_for(query)
    labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", query))
    labels |= {label for group in re.findall(r"by \(([^)]*)\)", query) for label in group.split(", ")}

    assert asked <= set(names), whose
    assert labels <= set().union(*(names[name] for name in asked)), whose


def test_what_the_services_do_not_say_would_be_noticed() -> None:
    assert asked_for('sum by (le) (rate(wenzheng_gone_bucket{le="1"}[5m])) or vector(0)') == {
        "wenzheng_gone_bucket"
    }
    assert asked_for("a:b:c > 14.4 * d and e >= 10") == {"a:b:c", "d", "e"}


def test_a_share_is_divided_where_it_is_shown_and_never_recorded() -> None:
    for rule in rules():
        bare = re.sub(r'"[^"]*"', "", rule["expr"])
        assert "record" not in rule or "/" not in bare, rule


def test_every_rule_is_tried() -> None:
    tried = "".join(path.read_text(encoding="utf-8") for path in TRIED)

    missing = {
        rule.get("record") or rule["alert"]
        for rule in rules()
        if not re.search(rf"{re.escape(rule.get('record') or rule['alert'])}\b", tried)
    }

    assert missing == set()


@pytest.mark.parametrize("alert", [rule["alert"] for rule in rules() if "alert" in rule])
def test_whoever_is_called_finds_the_alert_in_the_runbook(alert: str) -> None:
    assert f"\n## {alert}\n" in (ROOT / "docs/runbook.md").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("path", TRIED, ids=lambda path: path.stem)
def test_rules_do_what_their_examples_say(path: Path) -> None:
    run("test", "rules", str(path))


def test_prometheus_takes_the_configuration_and_the_rules() -> None:
    run("check", "config", str(DEPLOY / "prometheus/prometheus.yml"))


def recorded() -> list[dict[str, str]]:
    """What a scrape of every service says, as series that go on growing: the services' own text, read back."""
    metrics = Metrics(OWN)
    for metric in DECLARED.values():
        for labels in _combined(metric):
            if metric.kind == "counter":
                metrics.counter(metric.name, *labels).inc(7)
            elif metric.kind == "gauge":
                metrics.gauge(metric.name, *labels).set(50)
            else:
                metrics.histogram(metric.name, *labels).observe(0.2)
    series = [{"series": 'up{job="wenzheng"}', "values": "1x600"}]
    for family in text_string_to_metric_families(metrics.render().decode()):
        for sample in family.samples:
            labels = ", ".join(f'{name}="{value}"' for name, value in sample.labels.items())
            grows = "+0" if family.type == "gauge" else f"+{sample.value}"
            series.append({"series": f"{sample.name}{{{labels}}}", "values": f"{sample.value}{grows}x600"})
    return series


def _combined(metric: Metric) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [()]
    for label in metric.labels:
        rows = [(*row, value) for row in rows for value in LABELS[label]]
    return rows


def test_every_panel_shows_something_of_what_the_services_say(tmp_path: Path) -> None:
    shown = [q["expr"] for _, panel in panels() for q in panel["targets"]]
    something = [
        {
            "expr": f"count({expr}) > bool 0",
            "eval_time": "2h",
            "exp_samples": [{"labels": "{}", "value": 1}],
        }
        for expr in shown
    ]
    case = {
        "rule_files": [str(DEPLOY / "prometheus/recording.yml"), str(DEPLOY / "prometheus/alerts.yml")],
        "evaluation_interval": "1m",
        "group_eval_order": ["promises", "figures", "wenzheng", "budgets"],
        "tests": [{"interval": "1m", "input_series": recorded(), "promql_expr_test": something}],
    }
    (tmp_path / "panels.yml").write_text(yaml.safe_dump(case), encoding="utf-8")

    run("test", "rules", str(tmp_path / "panels.yml"))


def test_grafana_is_given_the_dashboards_and_where_the_figures_are() -> None:
    containers = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    source = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yml").read_text())
    provider = yaml.safe_load((DEPLOY / "grafana/provisioning/dashboards/wenzheng.yml").read_text())

    assert source["datasources"][0]["url"] == "http://prometheus:9090"
    assert {panel["datasource"]["uid"] for _, panel in panels()} == {source["datasources"][0]["uid"]}
    inside = provider["providers"][0]["options"]["path"]
    assert f"./deploy/grafana/dashboards:{inside}:ro" in containers["grafana"]["volumes"]
    for name in ("prometheus", "grafana"):
        assert re.search(r":v?\d+\.\d+\.\d+$", containers[name]["image"])
        assert all(port.startswith("127.0.0.1:") for port in containers[name]["ports"])
