"""Where exactly it is, on the form of a post: taken, told back to its author, and to nobody else."""

import pytest

from tests.fronts.portal.alone import Pages, opened

HOME = {
    "street_address": "幸福路12号院3栋",
    "longitude": "118.275162",
    "latitude": "33.963008",
    "datum": "gcj02",
}
SIGNS = ("118.275162", "33.963008", "12号院3栋")


async def _sent(pages: Pages, **fields: str) -> str:
    answer = await pages.send(**(HOME | fields))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_the_receipt_and_the_case_page_show_the_author_the_place_and_the_public_page_does_not() -> None:
    async with opened() as pages:
        place = await _sent(pages)
        receipt = (await pages.http.get(place)).text
        number = place.rpartition("/")[2].partition("?")[0]
        code = pages.intake.secrets.query_code(await pages.intake.door.subject(number))
        own = (await pages.follow({"number": number, "code": code})).text

        link = "https://uri.amap.com/marker?position=118.275162,33.963008&amp;coordinate=gaode"
        for page in (receipt, own):
            assert "幸福路12号院3栋" in page
            assert "东经 118.275162°,北纬 33.963008°" in page
            assert f'<a href="{link}" target="_blank" rel="external noopener noreferrer">' in page
        public = (await pages.http.get(f"/posts/{number}")).text
        assert not [sign for sign in SIGNS if sign in public]


async def test_a_street_is_shown_as_text() -> None:
    async with opened() as pages:
        receipt = (await pages.http.get(await _sent(pages, street_address='<b title="x">12号</b>'))).text

        assert "&lt;b title=&#34;x&#34;&gt;12号" in receipt
        assert "<b title=" not in receipt


async def test_a_post_without_a_point_has_no_line_about_one() -> None:
    async with opened() as pages:
        answer = await pages.send(datum="gcj02", longitude="", latitude="", street_address="")

        assert answer.status_code == 303
        assert '<p class="point">' not in (await pages.http.get(answer.headers["location"])).text


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"longitude": "116.397", "latitude": "39.909"}, "point", "不在本市范围内"),
        ({"longitude": "33.963008", "latitude": "34.1"}, "point", "不在本市范围内"),
        ({"longitude": "NaN"}, "longitude", "请写度数"),
        ({"latitude": "91"}, "point", "不在本市范围内"),
        ({"latitude": "181"}, "latitude", "请写度数"),
        ({"longitude": "33.963008", "latitude": "118.275162"}, "point", "好像写反了"),
        ({"latitude": ""}, "latitude", "经度和纬度要一起写"),
        ({"datum": "bd09"}, "datum", "请在列表中选择"),
        ({"street_address": "幸" * 101}, "street_address", "请写 100 个字以内"),
        ({"street_address": "幸" * 10_000}, "street_address", "请写 100 个字以内"),
    ],
)
async def test_a_place_that_cannot_be_is_refused_beside_its_field_and_what_was_typed_is_kept(
    typed: dict[str, str], field: str, said: str
) -> None:
    async with opened() as pages:
        answer = await pages.send(**(HOME | typed))

        assert answer.status_code == 422
        assert f'<a href="#{field}">' in answer.text
        assert said in answer.text
        assert '<details class="point" open>' in answer.text
        kept = (HOME | typed)["street_address"]
        assert f'name="street_address" value="{kept}"' in answer.text


async def test_the_form_alone_may_ask_the_device_where_it_is() -> None:
    async with opened() as pages:
        policies = {
            path: (await pages.http.get(path)).headers["permissions-policy"]
            for path in ("/post", "/follow", "/", "/nowhere")
        }

        assert "geolocation=(self)" in policies.pop("/post")
        assert all("geolocation=()" in policy for policy in policies.values()), policies
