"""A neighbour follows a post on its page: with a contact or without, one voice a browser; and the link that ends the news."""

import pytest

from contracts.posts import FollowerJoined, FollowerLeft
from tests.fronts.portal.alone import Pages, opened
from tests.services.intake.attaching import said

pytestmark = pytest.mark.medium


def _joined(pages: Pages) -> list[FollowerJoined]:
    return [fact for fact in said(pages.intake) if isinstance(fact, FollowerJoined)]


async def _supports(pages: Pages, number: str) -> int:
    count: int = (await pages.intake.http.get(f"/v1/posts/{number}")).json()["supports"]
    return count


async def test_the_form_says_what_a_contact_is_for_and_takes_a_telephone_or_a_mailbox() -> None:
    async with opened() as pages:
        number = (await pages.receipt())["number"]
        assert "有公开答复等进展时通知您" in (await pages.http.get(f"/posts/{number}")).text

        for contact in ("138 1234 5678", "wang@example.com"):
            answer = await pages.http.post(f"/posts/{number}/support", data={"contact": contact})
            assert answer.headers["location"] == f"/posts/{number}?supported=told"

        assert [fact.channels for fact in _joined(pages)] == [("sms",), ("mail",)]
        shown = await pages.http.get(f"/posts/{number}?supported=told")
        assert "会通知您" in shown.text
        assert "13812345678" not in shown.text


async def test_a_browser_has_one_voice_whether_the_contact_comes_first_last_or_twice() -> None:
    async with opened() as pages:
        number = (await pages.receipt())["number"]

        for contact in ("", "13812345678", "13812345678", "", "wang@example.com"):
            answer = await pages.http.post(f"/posts/{number}/support", data={"contact": contact})
            assert answer.status_code == 303

        assert await _supports(pages, number) == 1
        assert len(_joined(pages)) == 2


async def test_what_nothing_can_reach_is_refused_beside_what_was_typed_and_counts_no_voice() -> None:
    async with opened() as pages:
        number = (await pages.receipt())["number"]

        for typed in ("138", "nobody@", '"><script>', "x" * 2_000, "\u6c49"):
            answer = await pages.http.post(f"/posts/{number}/support", data={"contact": typed})
            assert answer.status_code == 422, typed
            assert 'role="alert"' in answer.text
            assert "<script>" not in answer.text.partition('id="contact"')[2]

        assert await _supports(pages, number) == 0


async def test_the_link_of_a_message_asks_once_forgets_the_contact_and_speaks_to_a_follower() -> None:
    async with opened() as pages:
        number = (await pages.receipt())["number"]
        await pages.http.post(f"/posts/{number}/support", data={"contact": "13812345678"})
        [joined] = _joined(pages)
        link = f"/stop/{number}/{pages.intake.links.follower_token(number, joined.follower)}"

        asked = await pages.http.get(link)
        assert "您留下的联系方式随即删除" in asked.text
        assert joined.follower in pages.intake.keys.contact

        done = await pages.http.post(link, data={"List-Unsubscribe": "One-Click"})

        assert "查询码" not in done.text.partition("<main")[2].partition("</main")[0], "a follower has none"
        assert joined.follower not in pages.intake.keys.contact
        assert any(isinstance(fact, FollowerLeft) for fact in said(pages.intake))


async def test_whoever_comes_from_a_message_in_wechat_finds_the_link_that_ends_them_and_nobody_else_does() -> (
    None
):
    async with opened() as pages:
        receipt = await pages.receipt()
        page, ends = f"/posts/{receipt['number']}", "不再接收这个帖子的通知"
        token = pages.intake.links.follower_token(receipt["number"], "F3VW9S8S1X8B5NDF")

        shown = (await pages.http.get(page, params={"stop": token})).text

        assert ends in shown
        assert f'href="/stop/{receipt["number"]}/{token}"' in shown
        for other in ("", '"><script>', "汉", "A" * 65, "../../staff"):
            assert ends not in (await pages.http.get(page, params={"stop": other})).text
        await pages.intake.citizen(receipt, "withdrawal")
        assert ends in (await pages.http.get(page, params={"stop": token})).text, (
            "of whatever became of the post"
        )
