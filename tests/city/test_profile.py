"""A city's folder: read whole, amended by facts, and checked line by line."""

import shutil
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from city.profile import Profile, ProfileError, check
from contracts.city_facts import CalendarDay, CalendarPublished, PolicyChanged
from contracts.groups import TopicFound

CITY = Path(__file__).resolve().parents[2] / "cities" / "suqian"
PROFILE = Profile.load(CITY)
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def published(*days: CalendarDay, year: int = 2027) -> CalendarPublished:
    return CalendarPublished(at=NOW, year=year, days=days, notice="国办发明电〔2026〕9号")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small city without a mistake."""
    small = tmp_path / "city"
    shutil.copytree(CITY, small)
    (small / "departments.csv").write_text(
        "code,name,kind,parent,leader_role,supervisor,level\n"
        "supervision,督查中心,office,,主任,,municipal\n"
        "water,水务局,bureau,,局长,supervision,municipal\n",
        encoding="utf-8",
    )
    (small / "duties.csv").write_text(
        "code,department,name,words,basis,level\n"
        + "".join(
            f"{unit}-{n},{unit},{unit}事项{n},{unit}词{n}|共同词,条例,both\n"
            for unit in ("supervision", "water")
            for n in range(5)
        ),
        encoding="utf-8",
    )
    (small / "reply-templates.csv").write_text(
        "code,department,name,text\ndone,,已办结,您好!〔结果〕\nleak,water,漏水,您好!〔路段〕已修复\n",
        encoding="utf-8",
    )
    return small


def told(folder: Path) -> list[str]:
    return [str(complaint) for complaint in check(folder)]


# -- reading ----------------------------------------------------------------------------------


def test_the_citys_own_folder_holds_78_units_and_109_streets_of_6_areas() -> None:
    assert len(PROFILE.departments) == 78
    assert len(PROFILE.divisions) == 109
    assert len({division.area_code for division in PROFILE.divisions}) == 6
    assert (PROFILE.name, PROFILE.number_prefix, str(PROFILE.zone)) == ("宿迁", "SQ", "Asia/Shanghai")
    assert PROFILE.working_time.horizon == date(2026, 12, 31)


def test_units_and_duty_items_are_found_by_code() -> None:
    assert PROFILE.department_name("supervision") == PROFILE.department["supervision"].name
    assert PROFILE.department_name("unheard-of") == "unheard-of"


def test_each_holiday_names_the_notice_it_was_announced_in() -> None:
    assert all(day.notice for day in PROFILE.calendar.days.values())


def test_a_folder_that_cannot_be_read_is_refused_with_its_first_mistake(folder: Path) -> None:
    (folder / "calendar.csv").write_text("date,name,is_off_day\n2026-02-30,春节,1\n", encoding="utf-8")

    with pytest.raises(ProfileError, match=r"calendar\.csv:2: 日期 2026-02-30 不正确"):
        Profile.load(folder)


def test_a_folder_that_is_not_there_is_refused() -> None:
    with pytest.raises(ProfileError, match="没有这个目录"):
        Profile.load(CITY / "nowhere")


def test_the_citys_own_folder_is_without_a_mistake() -> None:
    assert told(CITY) == []


def test_the_citys_own_list_has_400_items_and_five_for_each_unit() -> None:
    items = Counter(duty.department for duty in PROFILE.duties)

    assert len(PROFILE.duties) >= 400
    assert items.keys() == PROFILE.department.keys()
    assert min(items.values()) >= 5


# -- amending ---------------------------------------------------------------------------------


def test_a_published_year_moves_the_horizon_and_the_days() -> None:
    later = PROFILE.amended(published(CalendarDay(date(2027, 1, 1), "元旦", True)))

    assert later.working_time.horizon == date(2027, 12, 31)
    assert not later.working_time.is_working_day(date(2027, 1, 1))
    assert later.version != PROFILE.version
    assert PROFILE.working_time.horizon == date(2026, 12, 31)


def test_a_half_day_is_published_with_its_closing_hour() -> None:
    later = PROFILE.amended(published(CalendarDay(date(2026, 12, 31), "半天", False, "12:00"), year=2026))

    assert later.working_time.closing(date(2026, 12, 31)).hour == 12
    assert not later.working_time.is_working_day(date(2026, 10, 1))


def test_a_changed_number_is_in_force() -> None:
    later = PROFILE.amended(PolicyChanged(at=NOW, part={"pause": {"working_days": 7}}))

    assert later.policy.pause.working_days == 7
    assert later.version != PROFILE.version


@pytest.mark.parametrize(
    "fact",
    [
        PolicyChanged(at=NOW, part={"pause": {"working_days": 0}}),
        published(CalendarDay(date(2027, 1, 4), "半天", False, "noon")),
        published(year=99999),
        TopicFound(at=NOW, topic="t1", posts=("p1",), words=("停水",)),
    ],
    ids=["a number out of range", "an hour that is none", "a year that is none", "a fact about no city"],
)
def test_what_is_wrong_or_concerns_others_changes_nothing(fact: object) -> None:
    assert PROFILE.amended(fact) is PROFILE  # type: ignore[arg-type]


def test_the_same_amendments_give_the_same_version() -> None:
    fact = published(CalendarDay(date(2027, 1, 1), "元旦", True))

    assert PROFILE.amended(fact).version == Profile.load(CITY).amended(fact).version


# -- checking ---------------------------------------------------------------------------------


def test_a_folder_without_a_mistake_has_nothing_to_tell(folder: Path) -> None:
    assert told(folder) == []
    assert Profile.load(folder).duty["water-0"].words == ("water词0", "共同词")


def test_a_unit_may_start_from_its_own_templates_and_then_from_everybodys(folder: Path) -> None:
    profile = Profile.load(folder)

    assert [one.code for one in profile.templates_of("water")] == ["leak", "done"]
    assert [one.code for one in profile.templates_of("supervision")] == ["done"]
    (folder / "reply-templates.csv").unlink()
    assert Profile.load(folder).templates_of("water") == ()


@pytest.mark.parametrize(("closing", "told_of"), [("12:00", False), ("13:00", True), ("14:01", False)])
def test_a_day_that_would_close_while_nobody_works_is_told(folder: Path, closing: str, told_of: bool) -> None:
    rows = f"date,name,is_off_day,closing\n2026-12-31,半天,0,{closing}\n"
    (folder / "calendar.csv").write_text(rows, encoding="utf-8")

    complaint = f"calendar.csv:2: 2026-12-31 的下班时间 {closing} 不在上班时间内"

    assert (complaint in told(folder)) is told_of


@pytest.mark.parametrize(
    ("file", "line", "complaint"),
    [
        ("departments.csv", "water,水务二局,bureau,,,,municipal", "departments.csv:4: water 与第 3 行重复"),
        ("departments.csv", "roads,水务局,bureau,,,,municipal", "departments.csv:4: 水务局 与第 3 行重复"),
        (
            "departments.csv",
            "roads,公路局,bureau,,,,municipal",
            "departments.csv:4: 公路局 只有 0 条职责,至少要 5 条",
        ),
        (
            "departments.csv",
            "roads,公路局,bureau,moon,,,municipal",
            "departments.csv:4: 上级单位 moon 不存在",
        ),
        (
            "departments.csv",
            "roads,公路局,bureau,roads,,,municipal",
            "departments.csv:4: 公路局 的上级单位绕成了圈",
        ),
        (
            "departments.csv",
            "roads,公路局,bureau,lamps,,,municipal\nlamps,路灯处,bureau,roads,,,municipal",
            "departments.csv:5: 路灯处 的上级单位绕成了圈",
        ),
        (
            "departments.csv",
            "depot,料场,bureau,roads,,,municipal\nroads,公路局,bureau,lamps,,,municipal\n"
            "lamps,路灯处,bureau,roads,,,municipal",
            "departments.csv:5: 公路局 的上级单位绕成了圈",
        ),
        (
            "departments.csv",
            "roads,公路局,bureau,,,moon,municipal",
            "departments.csv:4: 督查单位 moon 不存在",
        ),
        ("departments.csv", "roads,公路局,bureau,,,,lunar", "departments.csv:4: 层级 lunar 应为"),
        (
            "departments.csv",
            "Roads!,公路局,bureau,,,,both",
            "departments.csv:4: 代码 Roads! 应为小写英文单词",
        ),
        ("departments.csv", "roads,公路局", "departments.csv:4: 应有 7 列,实有 2 列"),
        ("departments.csv", "roads,,bureau,,,,both", "departments.csv:4: name 不能为空"),
        ("duties.csv", "water-0,water,另一事项,另一词,条例,both", "duties.csv:12: water-0 与第 7 行重复"),
        ("duties.csv", "moon-1,moon,月亮,月亮,条例,both", "duties.csv:12: 单位 moon 不存在"),
        ("duties.csv", "water-9,water,water事项0,另一词,条例,both", "duties.csv:12: 与 water-0 同名"),
        (
            "duties.csv",
            "water-9,water,新,共同词|water词0,条例,both",
            "duties.csv:12: 词与 water-0 完全相同,永远选不到",
        ),
        ("duties.csv", "water-9,water,新,|,条例,both", "duties.csv:12: 没有词,永远选不到"),
        ("duties.csv", "water-9,water,新,停水|停水,条例,both", "duties.csv:12: 词 停水 写了两遍"),
        ("duties.csv", "water-9,water,新,停水|停水?,条例,both", "duties.csv:12: 词 停水 写了两遍"),
        ("duties.csv", "water-9,water,新,停水|水,条例,both", "duties.csv:12: 词 水 应为至少两个字"),
        ("duties.csv", "water-9,water,新,停水|水?,条例,both", "duties.csv:12: 词 水? 应为至少两个字"),
        ("duties.csv", "water-9,water,新,停水？,条例,both", "duties.csv:12: 词 停水？ 应为至少两个字"),
        ("duties.csv", "water-9,water,新,停水 断水,条例,both", "duties.csv:12: 词 停水 断水 应为至少两个字"),
        ("duties.csv", "water-9,water,新,停水?|断水?,条例,both", "duties.csv:12: 只有弱词,永远选不到"),
        (
            "duties.csv",
            "water-9,water,新,共同词!|water词0?,条例,both",
            "duties.csv:12: 词与 water-0 完全相同,永远选不到",
        ),
        ("duties.csv", "water-9,water,新,停水,,both", "duties.csv:12: 缺少依据"),
        ("duties.csv", "water-9,water,新,停水,条例,lunar", "duties.csv:12: 层级 lunar 应为"),
        ("divisions.csv", "321302,宿城区,321302001,另一街道,", "divisions.csv:111: 321302001 与第 2 行重复"),
        (
            "divisions.csv",
            "321302,宿豫区,321302999,另一街道,",
            "divisions.csv:111: 321302 前面叫 宿城区,这里叫 宿豫区",
        ),
        (
            "divisions.csv",
            "321302,宿城区,321311999,另一街道,",
            "divisions.csv:111: 321311999 不在 321302 之下",
        ),
        (
            "divisions.csv",
            "321302,宿城区,321302999,另一街道,项里",
            "divisions.csv:111: 项里 也是第 3 行的名称",
        ),
        ("reply-templates.csv", "done,,又一个,您好", "reply-templates.csv:4: done 与第 2 行重复"),
        ("reply-templates.csv", "x,fire,火,您好", "reply-templates.csv:4: 单位 fire 不存在"),
        ("leaders.csv", "mayor,另一位,,", "leaders.csv:7: mayor 与第 2 行重复"),
        ("leaders.csv", "deputy,市长,,", "leaders.csv:7: 市长 与第 2 行重复"),
        ("leaders.csv", "deputy", "leaders.csv:7"),
        ("map.csv", "321399,3,2", "map.csv:8: 区县 321399 不存在"),
        ("map.csv", "321324,3,2", "map.csv:8: 321324 与第 7 行重复"),
        ("map.csv", "321324,1,3", "map.csv:8: 第 1 行第 3 列已经有第 3 行的区县"),
        ("map.csv", "321324,0,x", "map.csv:8: 行和列应为 1 到 12 的整数"),
        ("calendar.csv", "2027-13-01,元旦,1,", "calendar.csv:588: 日期 2027-13-01 不正确"),
        ("calendar.csv", "2026-12-30,误,0,", "calendar.csv:588: 2026-12-30 本来就是工作日"),
        ("words/hold.txt", "不想活", "不想活 已在 words/hold.txt 第"),
        ("policy.toml", "writes = 3", "writes:没有这一项"),
        ("policy.toml", "[kinds.rumour]\nname = '传闻'", "没有 rumour 这一种帖子"),
    ],
)
def test_a_mistake_is_told_with_its_file_and_line(folder: Path, file: str, line: str, complaint: str) -> None:
    text = (folder / file).read_text(encoding="utf-8").rstrip("\n")
    (folder / file).write_text(f"{text}\n{line}\n", encoding="utf-8")

    found = told(folder)

    assert any(complaint in each for each in found), found


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            'number_prefix = "SQ"',
            'number_prefix = "宿"',
            "policy.toml:5: number_prefix:应为 1 到 4 个大写字母",
        ),
        ('name = "宿迁"', "", "policy.toml:3: [city] 缺少 name"),
        ("Asia/Shanghai", "Asia/Suqian", "policy.toml:6: time_zone:没有时区 Asia/Suqian"),
        ("[city]", "[city]\ncolour = 'red'", "policy.toml:4: colour:[city] 没有这一项"),
        ("[kinds.survey]", "[kinds.poll]", "policy.toml:1: 缺少帖子种类 [kinds.survey]"),
        ("working_days = 5", "working_days = 500", "working_days:应为 1 到 30 的整数,实为 500"),
    ],
)
def test_a_wrong_policy_is_told_with_its_line(folder: Path, old: str, new: str, complaint: str) -> None:
    file = folder / "policy.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    found = told(folder)

    assert any(complaint in each for each in found), found


def test_a_missing_column_and_an_unknown_one_are_told(folder: Path) -> None:
    (folder / "divisions.csv").write_text("area_code,area,street_code,street,colour\n", encoding="utf-8")

    assert told(folder) == [
        "divisions.csv:1: 未知的列 colour",
        "divisions.csv:1: 缺少列 aliases",
    ]


@pytest.mark.parametrize("closing", ["00:00", "08:59", "09:00", "12:30", "14:00"])
def test_an_hour_of_closing_until_which_nobody_works_is_told(folder: Path, closing: str) -> None:
    (folder / "calendar.csv").write_text(
        f"date,name,is_off_day,notice,closing\n2026-01-01,元旦,1,,\n2026-12-31,半天,0,,{closing}\n",
        encoding="utf-8",
    )

    assert told(folder) == [f"calendar.csv:3: 2026-12-31 的下班时间 {closing} 不在上班时间内"]


def test_a_calendar_that_does_not_reach_today_is_told(folder: Path) -> None:
    assert check(folder, date(2026, 12, 31)) == []
    assert "日历只到 2026-12-31" in str(check(folder, date(2027, 1, 1))[0])


def test_a_file_that_is_missing_or_no_text_is_told(folder: Path) -> None:
    (folder / "divisions.csv").unlink()
    (folder / "words" / "mask.txt").write_bytes(b"\xff\xfe\x00")

    assert told(folder) == ["divisions.csv:0: 文件不存在", "words/mask.txt:0: 不是 UTF-8 文本"]


# -- public contacts --------------------------------------------------------------------------


def test_a_city_may_list_no_contacts(folder: Path) -> None:
    (folder / "public-contacts.csv").unlink()

    assert Profile.load(folder).published("电话0527-84368123").texts == ("电话*************",)
    assert told(folder) == []


def test_what_a_city_lists_is_shown_as_it_is(folder: Path) -> None:
    (folder / "public-contacts.csv").write_text(
        "department,kind,value,note\n"
        "water,phone,0527-84351234转801,抢修\n"
        ",mail,office@example.gov.cn,\n"
        "water,address,幸福路1号,大厅\n",
        encoding="utf-8",
    )

    text = "请拨0527-84351234转801,或写信到office@example.gov.cn;不要打0527-84351235"

    assert told(folder) == []
    assert Profile.load(folder).published(text).texts == (
        "请拨0527-84351234转801,或写信到office@example.gov.cn;不要打*************",
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("fire,phone,0527-84351234,", "单位 fire 不存在"),
        ("water,fax,0527-84351234,", "种类 fax 应为 phone、mail、address 之一"),
        ("water,phone,12345678901234,", "12345678901234:不是电话号码"),
        ("water,mail,a@b..com,", "a@b..com:不是邮箱地址"),
        ("water,phone,,", "value 不能为空"),
        ("water,phone,(0527)84350000,", "(0527)84350000 与第 2 行重复"),
    ],
)
def test_a_contact_that_is_wrong_is_named_with_its_line(folder: Path, row: str, reason: str) -> None:
    (folder / "public-contacts.csv").write_text(
        f"department,kind,value,note\nwater,phone,0527-84350000,\n{row}\n", encoding="utf-8"
    )

    assert told(folder) == [f"public-contacts.csv:3: {reason}"]


def test_a_column_that_stands_twice_is_named(folder: Path) -> None:
    (folder / "public-contacts.csv").write_text(
        "department,kind,value,note,kind\nwater,phone,0527-84350000,,mail\n", encoding="utf-8"
    )

    assert "public-contacts.csv:1: 列 kind 出现了 2 次" in told(folder)
