"""Posts from files: what a row says goes to the door as the door wants it, and a row that says it wrongly is named."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.intake.bodies import Post, personal_of, point_of
from tests.services.intake.door import PROFILE
from wenzheng.posts_file import Line, read_posts
from wenzheng.stack.home import Trouble

ROW = {"kind": "complaint", "title": "路灯不亮", "text": "幸福路的路灯坏了一周。"}
HEAD = "kind,title,text,public,hide_name,phone,longitude,latitude,datum,street_address"


def of_csv(folder: Path, *rows: str, head: str = HEAD) -> list[Line]:
    file = folder / "posts.csv"
    file.write_text("\n".join((head, *rows)), encoding="utf-8")
    return list(read_posts(file))


def of_json(folder: Path, **fields: Any) -> Line:
    file = folder / "posts.jsonl"
    file.write_text(json.dumps(ROW | fields), encoding="utf-8")
    [line] = read_posts(file)
    return line


def post_of(line: Line) -> Post:
    assert line.body is not None, line
    return msgspec.convert(line.body, Post)


@pytest.mark.parametrize(
    ("written", "public"),
    [("否", False), ("false", False), ("0", False), ("是", True), ("True", True), ("", True)],
)
def test_a_private_post_of_a_table_stays_private(tmp_path: Path, written: str, public: bool) -> None:
    [line] = of_csv(tmp_path, f"complaint,路灯不亮,坏了,{written},,,,,,")

    assert post_of(line).public is public


def test_a_private_post_of_json_stays_private(tmp_path: Path) -> None:
    assert post_of(of_json(tmp_path, public=False)).public is False
    assert post_of(of_json(tmp_path)).public is True


def test_a_point_and_a_contact_of_a_table_are_what_the_door_takes(tmp_path: Path) -> None:
    [line] = of_csv(tmp_path, "complaint,路灯不亮,坏了,,是,13812345678,118.3,33.96,wgs84,幸福路 3 号")

    post = post_of(line)
    assert point_of(post, PROFILE.policy.points) == {
        "longitude": "118.3",
        "latitude": "33.96",
        "datum": "wgs84",
        "street_address": "幸福路 3 号",
    }
    assert (personal_of(post)["phone"], post.hide_name) == ("13812345678", True)


def test_a_street_alone_is_a_point_and_empty_columns_are_none(tmp_path: Path) -> None:
    street, nothing = of_csv(
        tmp_path, "complaint,路灯不亮,坏了,,,,,,,幸福路 3 号", "complaint,路灯不亮,坏了,,,,,,,"
    )

    assert point_of(post_of(street), PROFILE.policy.points)["street_address"] == "幸福路 3 号"
    assert (post_of(nothing).point, post_of(nothing).contact) == (None, None)


def test_a_point_of_json_is_a_structure_as_at_the_door(tmp_path: Path) -> None:
    line = of_json(tmp_path, point={"longitude": 118.3, "latitude": 33.96}, contact={"phone": "13812345678"})

    assert point_of(post_of(line), PROFILE.policy.points)["longitude"] == "118.3"
    assert personal_of(post_of(line))["phone"] == "13812345678"


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("complaint,路灯不亮,坏了,也许,,,,,,", "public"),
        ("complaint,路灯不亮,坏了,,,,东经,33.96,,", "longitude"),
    ],
)
def test_a_row_that_says_it_wrongly_is_named_and_the_rest_goes_on(
    tmp_path: Path, row: str, named: str
) -> None:
    wrong, good = of_csv(tmp_path, row, "complaint,路灯不亮,坏了,,,,,,,")

    assert (wrong.body, wrong.number) == (None, 2)
    assert named in wrong.reason
    assert good.body is not None


@pytest.mark.parametrize(
    "fields",
    [
        '"longitude": [118.3]',
        '"longitude": "nan"',
        '"latitude": 1e400',
        f'"latitude": {"9" * 400}',
        '"point": {"longitude": NaN}',
        '"place": "\\ud800"',
    ],
)
def test_a_row_that_no_post_could_hold_is_named_and_the_rest_goes_on(tmp_path: Path, fields: str) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text(f'{{"text": "坏了", {fields}}}\n{json.dumps(ROW)}\n', encoding="utf-8")

    wrong, good = read_posts(file)

    assert (wrong.body, wrong.number) == (None, 1)
    assert good.body is not None


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_is_read_as_a_spreadsheet_saves_it(tmp_path: Path, end: str) -> None:
    file = tmp_path / "posts.csv"
    file.write_bytes(end.join(("text,phone", "路灯坏了,13812345678", "")).encode("utf-8-sig"))

    [line] = read_posts(file)

    assert (post_of(line).text, personal_of(post_of(line))["phone"]) == ("路灯坏了", "13812345678")


@pytest.mark.parametrize("name", ["posts.csv", "posts.jsonl"])
def test_a_file_in_another_charset_is_refused_and_not_read_as_something_else(
    tmp_path: Path, name: str
) -> None:
    file = tmp_path / name
    file.write_bytes("text\n路灯坏了\n".encode("gbk"))

    with pytest.raises(Trouble, match="UTF-8"):
        list(read_posts(file))


def test_a_table_with_a_field_longer_than_any_is_refused_with_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "posts.csv"
    file.write_text("text\n" + "坏" * 200_000, encoding="utf-8")

    with pytest.raises(Trouble, match="不能读取"):
        list(read_posts(file))


def test_times_with_and_without_an_offset_are_of_one_clock(tmp_path: Path) -> None:
    head, when = (
        "text,time",
        ("2026-03-02T10:00:00", "2026-03-02T10:00:00+08:00", "2026-03-02T16:00:00+14:00"),
    )

    times = [line.time for line in of_csv(tmp_path, *(f"坏了,{time}" for time in when), head=head)]

    assert len({time.timestamp() for time in times if time is not None}) == 1
    assert min(time for time in times if time is not None).utcoffset() is not None
