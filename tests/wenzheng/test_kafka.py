"""The broker's data folder."""

import uuid
from pathlib import Path

import pytest

from wenzheng.stack import kafka
from wenzheng.stack.home import Home, Ports


@pytest.mark.real
def test_a_cluster_id_that_begins_with_a_dash_is_an_id_like_any_other(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.prepare()
    settings = kafka.properties(home, Ports(18000))

    kafka.format_once(home, settings, uuid.UUID(bytes=b"\xf8" + bytes(15)))

    written = (home.data / "kafka" / "data" / "meta.properties").read_text()
    assert "cluster.id=-AAAAAAAAAAAAAAAAAAAAA" in written
