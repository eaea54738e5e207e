"""What arrived at the fake gateway is known after a kill, whatever the kill has cut off."""

from pathlib import Path

from services.notifier.gateway.arrivals import Arrivals


def test_a_line_cut_off_by_a_kill_takes_nothing_with_it_that_arrived_before_or_after(tmp_path: Path) -> None:
    file = tmp_path / "arrivals.jsonl"
    Arrivals(file).add("sms", "1", "a", ["before"])
    with file.open("a", encoding="utf-8") as log:
        log.write('{"at": 1, "channel": "sms", "notices": ["cut o')
    Arrivals(file).add("sms", "1", "b", ["after"])

    assert Arrivals(file).counts == {"before": 1, "after": 1}
