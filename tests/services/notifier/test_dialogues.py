"""Who is told of a dialogue: the units that are to answer in it, their clerks and their leaders, once."""

from msgspec.structs import replace

from contracts.dialogues import DialogueOpened, Occasion
from tests.services.deadline.facts import at
from tests.services.notifier.telling import Told

OCCASION = Occasion(
    kind="interview",
    title="公交线路怎么调",
    guest="张建国",
    office="局长",
    department="transport",
    asked_from=at("2026-03-03T09:00"),
    begins=at("2026-03-10T15:00"),
    ends=at("2026-03-10T17:00"),
    invited=("water",),
)
OPENED = DialogueOpened(
    at=at("2026-03-02T10:00"), occasion=OCCASION, by="supervisor-1", units=("transport", "water")
)


def test_each_unit_that_is_to_answer_is_told_what_begins_when() -> None:
    found = Told().hear(OPENED)

    assert found.kinds() == [
        ("clerk", "transport", "to-answer"),
        ("clerk", "water", "to-answer"),
        ("leader", "transport", "to-answer"),
        ("leader", "water", "to-answer"),
    ]
    assert set(found.to("leader")) == {"请参加对话答问,03月10日15:00开始:公交线路怎么调"}


def test_of_dialogues_that_were_announced_before_units_were_told_nobody_hears_again() -> None:
    assert Told().hear(replace(OPENED, units=())).notices == []
