"""Who is told of a first word: its citizen alone, with the words themselves."""

from contracts.replies import FirstWordGiven
from tests.services.deadline.facts import assigned, at
from tests.services.notifier.telling import NUMBER, told


def test_the_citizen_reads_it_and_nobody_else_is_told() -> None:
    word = FirstWordGiven(at=at("2026-03-02T11:00"), text="已派人到现场", department="water", by="c")

    before = told(assigned("2026-03-02T10:00")).kinds()
    after = told(assigned("2026-03-02T10:00"), word)

    assert [kind for kind in after.kinds() if kind not in before] == [("citizen", "water", "first-word")]
    assert after.to("citizen")[-1].startswith(f"您的帖子{NUMBER}有初步回复,")
    assert after.to("citizen")[-1].endswith(":已派人到现场")
