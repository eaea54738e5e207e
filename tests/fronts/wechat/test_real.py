"""A stranger before the page that plays a telephone, on the real stack: binds, posts, asks and rates."""

import re
from html import unescape

import httpx2
import pytest

from tests.fronts.portal.citizens.town import Town
from tests.patience import PATIENCE, until
from tests.services.intake.files import picture
from tests.stack import Stack

pytestmark = [pytest.mark.real, pytest.mark.slow]

MINE = "13900007788"
OFFICE = "您好!路灯已修复。联系电话:0527-84368123。"


class Telephone:
    """The page of one person."""

    def __init__(self, gateway: str) -> None:
        self._http = httpx2.Client(base_url=gateway, timeout=PATIENCE, follow_redirects=True)
        self._address = str(self._http.get("/phone").url)
        self._person = self._address.partition("person=")[2]

    def page(self) -> str:
        """What is shown."""
        return unescape(self._http.get(self._address).text)

    def say(self, words: str) -> str:
        """Words; the last answer."""
        form = {"person": self._person, "act": "say", "words": words}
        shown = self._http.post("/phone", data=form).text
        return unescape(re.findall(r'<li class="account">([^<]*)</li>', shown)[-1])

    def show(self, data: bytes) -> str:
        """A picture; the last answer."""
        form, files = {"person": self._person, "act": "picture"}, {"picture": ("a.jpg", data, "image/jpeg")}
        shown = self._http.post("/phone", data=form, files=files).text
        return unescape(re.findall(r'<li class="account">([^<]*)</li>', shown)[-1])

    def point_out(self, label: str) -> str:
        """A place on the map; the last answer."""
        where = {"latitude": "33.963008", "longitude": "118.275162"}
        form = {"person": self._person, "act": "place", "words": label} | where
        shown = self._http.post("/phone", data=form).text
        return unescape(re.findall(r'<li class="account">([^<]*)</li>', shown)[-1])

    def code(self) -> str:
        """The code in the newest text message, once it has come."""
        return until(lambda: re.findall(rf"<b>{MINE}</b>\D*(\d{{6}})\D", self.page()))[0]


def test_a_stranger_binds_posts_asks_reads_the_offices_telephone_and_rates(stack: Stack) -> None:
    with Town(stack) as town:
        phone = Telephone(stack.address("gateway"))
        phone.say("绑定")
        phone.say(MINE)
        assert "已绑定 139****7788" in phone.say(phone.code())
        for words in ("发帖", "投诉"):
            phone.say(words)
        phone.show(picture())
        phone.say("小区东门的路灯坏了一周。")
        assert "宿城区幸福路(北纬33.96301,东经118.27516)" in phone.point_out("宿城区幸福路")
        until(lambda: "还在接收" not in phone.say("图片"))
        assert "图片:1 张" in phone.say("公开")
        number = re.findall(r"编号 (\S+)", phone.say("确认"))[0]
        assert number in phone.say("我的")
        assert "附有 1 个文件" in until(
            lambda: found if number in (found := phone.say(f"查 {number}")) else None
        )

        town.answer({"number": number}, OFFICE)
        read = until(lambda: found if OFFICE in (found := phone.say(f"查 {number}")) else None)

        assert "请评价" in read
        assert phone.say("5 修得很快") == f"{number} 已评价,谢谢。"
        assert "非常满意 修得很快" in phone.say(f"查 {number}")
        # The city's own words, by its own template.
        until(lambda: "已经回复,请评价" in phone.page())
        assert "我要发帖" in phone.page()
        assert stack.violated() == []
