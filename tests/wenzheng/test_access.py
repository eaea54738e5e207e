"""Who may read and write what on the bus, and which secrets a process is told of."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis.kafka.broker import Broker
from chassis.settings import Settings, with_password
from contracts.topics import TOPICS
from services.notifier.gateway.arrivals import Arrivals
from wenzheng.stack import access, kafka
from wenzheng.stack.access import READ, WRITE, Right, rights
from wenzheng.stack.home import ROOT, SERVICES, USERS, Home, Ports
from wenzheng.stack.parts import SECRETS, Plan


def _plan(tmp_path: Path) -> Plan:
    home = Home(tmp_path)
    home.prepare()
    return Plan(home, Ports(18000))


def test_each_topic_is_written_by_its_writer_alone() -> None:
    writers = {topic.name: topic.writer for topic in TOPICS}

    assert {(r.name, r.user) for r in rights() if r.operation == WRITE} == set(writers.items())


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reads_what_the_registry_says_and_its_own_words(service: str) -> None:
    heard = {topic.name for topic in TOPICS if service in (*topic.readers, *topic.watchers, topic.writer)}

    read = {right.name for right in rights() if right.user == service and right.kind == access.TOPIC}

    assert read == heard


def test_a_departments_system_reads_assignments_in_groups_of_its_own_and_nothing_else() -> None:
    assert {right for right in rights() if right.user == access.DEPARTMENT} == {
        Right(access.DEPARTMENT, READ, "assignments"),
        Right(access.DEPARTMENT, READ, "department-", access.GROUP, access.PREFIXED),
    }


def test_every_right_is_of_a_user_that_exists_and_none_is_needed_by_who_may_everything() -> None:
    assert {right.user for right in rights()} == set(USERS) - {access.ADMIN}


def test_a_broker_that_believes_nobody_without_a_password_keeps_its_settings_to_itself(
    tmp_path: Path,
) -> None:
    plan = _plan(tmp_path)

    written = kafka.properties(plan.home, plan.ports)

    text = written.read_text()
    assert "PLAINTEXT:PLAINTEXT" not in text
    assert "StandardAuthorizer" in text
    assert "allow.everyone" not in text
    assert written.stat().st_mode & 0o077 == 0


def test_no_process_finds_a_secret_in_its_environment_but_the_files_of_its_own(tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    kept = {
        path.read_text().strip(): path.name for path in (tmp_path / "secrets").glob("*") if path.is_file()
    }

    for part in plan.services():
        service = part.name.split("-")[0]
        said = " ".join(part.environment[name] for name in part.environment if name.startswith("WENZHENG_"))
        assert not [name for secret, name in kept.items() if secret in said], part.name
        own = set(SECRETS[service].values())
        own |= {f"db-{service}"} if service != "gateway" else set()
        own |= {f"kafka-{service}"} if service in SERVICES else set()
        told = {name for name in kept.values() if f"/secrets/{name}" in said.replace(str(tmp_path), "")}
        assert told == own, part.name


def test_what_the_stack_keeps_is_for_its_owner_alone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.prepare()
    Arrivals(tmp_path / "gateway" / "arrivals.jsonl")

    for kept in (
        home.logs,
        tmp_path / "secrets",
        tmp_path / "kafka",
        tmp_path / "gateway" / "arrivals.jsonl",
    ):
        assert kept.stat().st_mode & 0o077 == 0, kept


def test_the_shared_secret_is_for_those_who_derive_from_it_alone() -> None:
    assert {name for name, files in SECRETS.items() if "shared-secret" in files.values()} == {
        "intake",
        "survey",
        "debate",
        "portal",
    }
    assert [name for name, files in SECRETS.items() if "link-secret" in files.values()] == [
        "intake",
        "notifier",
    ]
    assert [name for name, files in SECRETS.items() if "call-secret" in files.values()] == ["intake", "stats"]
    assert [name for name, files in SECRETS.items() if "receipts-token" in files.values()] == [
        "notifier",
        "gateway",
        "wechat",
    ]
    assert [name for name, files in SECRETS.items() if "token-private.pem" in files.values()] == ["portal"]


def test_a_password_comes_from_its_file_and_is_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("geheim\n")
    settings = Settings(kafka="bus:9092", kafka_user="stats", kafka_password_file=file)

    broker = settings.broker

    assert broker == Broker("bus:9092", "stats", "geheim")
    assert broker.options["security_protocol"] == "SASL_PLAINTEXT"
    assert broker.options["sasl_mechanism"] == "SCRAM-SHA-512"
    assert "geheim" not in repr(broker)


def test_a_bus_that_asks_nobody_is_spoken_to_without_a_password() -> None:
    assert Settings(kafka="bus:9092").broker.options == {
        "bootstrap_servers": "bus:9092",
        "security_protocol": "PLAINTEXT",
    }


def test_a_password_file_that_is_not_there_ends_the_process_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(kafka_user="stats", kafka_password_file=tmp_path / "none")

    with pytest.raises(SystemExit):
        _ = settings.broker

    assert "none" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("dsn", "password", "whole"),
    [
        ("postgresql://stats@db/wenzheng", "p/w", "postgresql://stats:p%2Fw@db/wenzheng"),
        ("postgresql://stats:old@db:5432/w?a=b", "new", "postgresql://stats:new@db:5432/w?a=b"),
        ("postgresql://stats:old@db/w", "", "postgresql://stats:old@db/w"),
        ("", "new", ""),
    ],
)
def test_a_database_is_addressed_with_the_password_of_its_file(dsn: str, password: str, whole: str) -> None:
    assert with_password(dsn, password) == whole


def _containers() -> dict[str, Any]:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def test_the_containers_broker_is_as_strict_as_our_own() -> None:
    said = _containers()["services"]["kafka"]["environment"]
    in_the_command = ("clients.plain.sasl", "controller.plain.sasl")

    for name, value in access.broker_settings("").items():
        if not any(part in name for part in in_the_command):
            in_capitals = name.replace("-", "___").replace(".", "_").upper()
            assert said[f"KAFKA_{in_capitals}"] == value, name


def test_a_container_is_given_the_secrets_of_its_own_work_and_no_other() -> None:
    whole = _containers()
    for name, container in whole["services"].items():
        service = name.split("-")[0]
        if service not in SECRETS:
            continue
        own = set(SECRETS[service].values())
        own |= {f"db-{service}"} if service != "gateway" else set()
        own |= {f"kafka-{service}"} if service in SERVICES else set()
        assert set(container["secrets"]) - {"token-public.pem"} == own - {"token-public.pem"}, name
        files = ["attachments:/var/lib/wenzheng/attachments"] if name == "intake" else []
        assert container.get("volumes", []) == files, name
        files = {value for key, value in container["environment"].items() if key.endswith("_FILE")}
        assert files == {f"/run/secrets/{given}" for given in container["secrets"]}, name
    assert set(whole["secrets"]) >= {f"kafka-{user}" for user in USERS}


def test_no_container_is_without_limits() -> None:
    for name, container in _containers()["services"].items():
        assert "WENZHENG_RATE_LIMITS" not in container.get("environment", {}), name
