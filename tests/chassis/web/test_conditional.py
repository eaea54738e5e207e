"""Who has an answer already gets no second copy."""

import pytest

from tests.chassis.web.service import client


@pytest.mark.parametrize("form", ["W/{tag}", "{tag}", '"x", {tag}', '"x",W/{tag} , "y"', "*"])
async def test_a_reader_who_names_the_tag_has_the_answer(form: str) -> None:
    async with client() as notes:
        given = (await notes.get("/v1/notes/1")).headers["etag"]
        tag = given.removeprefix("W/")
        again = await notes.get("/v1/notes/1", headers={"If-None-Match": form.format(tag=tag)})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", given)


@pytest.mark.parametrize("form", ['"x"', "W/x", "", "x, y", '"*"'])
async def test_a_reader_who_names_another_tag_gets_the_answer(form: str) -> None:
    async with client() as notes:
        assert (await notes.get("/v1/notes/1", headers={"If-None-Match": form})).status_code == 200


async def test_the_time_of_asking_does_not_make_another_answer() -> None:
    async with client() as notes:
        first, other = await notes.get("/v1/notes/1"), await notes.get("/v1/notes/2")

    assert first.headers["etag"] != other.headers["etag"]
