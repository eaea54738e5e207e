"""What became of a suggestion, as its author and its neighbours read it; on intake's real door, without a stack."""

import pytest
from msgspec.structs import replace

from chassis.store import Outcome
from services.intake.core.case import Adoption, FollowThrough, Reply
from tests.fronts.portal.alone import NOON, Pages, opened

pytestmark = pytest.mark.medium

REASON, DONE = "先在三条路上试行", "三条路已划好车位"


async def _decided(pages: Pages, outcome: str) -> dict[str, str]:
    receipt: dict[str, str] = await pages.receipt(kind="suggestion", title="划车位", text="建议多划车位。")
    subject = await pages.intake.door.subject(receipt["number"])
    async with pages.intake.store.transaction() as transaction:
        [kept] = (await transaction.load([subject], lock=True)).values()
        kept.state = replace(
            kept.state,
            department="housing",
            step="replied",
            replies=(Reply("r1", "谢谢。", "housing", "c", NOON),),
            adoption=Adoption(outcome, REASON, "housing", NOON),  # type: ignore[arg-type]
            follow_throughs=(FollowThrough("f1", DONE, NOON.date(), NOON),) if outcome == "partly" else (),
        )
        await transaction.save(Outcome(changed=[kept]))
    return receipt


@pytest.mark.parametrize(
    ("outcome", "name", "done"),
    [("adopted", "采纳", "尚未登记"), ("partly", "部分采纳", DONE), ("declined", "未采纳", "")],
)
async def test_the_pages_of_a_suggestion_say_what_became_of_it(outcome: str, name: str, done: str) -> None:
    async with opened() as pages:
        receipt = await _decided(pages, outcome)

        public = (await pages.http.get(f"/posts/{receipt['number']}")).text
        own = await pages.http.post(
            "/follow",
            data={"number": receipt["number"], "code": receipt["query_code"]},
            follow_redirects=True,
        )
        board = (await pages.http.get("/boards/suggestions")).text

        for page in (public, own.text):
            assert f"采纳情况:{name}" in page
            assert REASON in page
            assert done in page
            assert ("落实" in page) is bool(done)
        assert f'<strong class="tag">{name}</strong>' in board
        assert "今年采纳建议" not in board, "stats is away, and the board stands without it"


async def test_a_post_that_is_no_suggestion_says_nothing_of_it() -> None:
    async with opened() as pages:
        receipt = await pages.receipt()

        assert "采纳" not in (await pages.http.get(f"/posts/{receipt['number']}")).text
