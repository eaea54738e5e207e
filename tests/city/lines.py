"""Lines as people write them, with what is personal in each: written by hand, and by templates drawn with a seed.

Every number is invented. A line says where its personal parts stand; all other characters must stay.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

REGIONS = ("321302", "321322", "320102", "110101", "440305", "510104")
ORDINARY_DIGITS = "0123456789"
SCRIPTS = (
    "０１２３４５６７８９",
    "٠١٢٣٤٥٦٧٨٩",
    "༠༡༢༣༤༥༦༧༨༩",
    "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
    "⓪①②③④⑤⑥⑦⑧⑨",
    "⁰¹²³⁴⁵⁶⁷⁸⁹",
    "〇一二三四五六七八九",
    "零壹贰叁肆伍陆柒捌玖",
)
UNSEEN = (
    "\u00ad",
    "\u200b",
    "\u2060",
    "\u034f",
    "\u061c",
    "\u180e",
    "\ufe00",
    "\u2066",
    "\u3164",
    "\U000e0041",
)
COMBINING = ("\u0336", "\u0332", "\u20e3", "\u0301")
PARTING = (
    " ",
    "-",
    "—",
    "–",
    "－",
    "−",
    "‑",
    ".",
    "·",
    "・",
    "_",
    "~",
    "～",
    "*",
    "+",
    ":",
    "/",
    "，",
    "、",
    "\n",
    "\u3000",
    "\u00a0",
)
MOBILE_GROUPS = ((3, 4, 4), (3, 4, 4), (4, 4, 3), (4, 3, 4), (3, 3, 5))


@dataclass(frozen=True)
class Line:
    """A text and the spans of what is personal in it."""

    text: str
    personal: tuple[tuple[int, int], ...] = ()
    why: str = ""


class Writer:
    """Writes lines; the same seed, the same lines."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)

    def digits(self, count: int, first: str = ORDINARY_DIGITS) -> str:
        return self._draw.choice(first) + "".join(self._draw.choices(ORDINARY_DIGITS, k=count - 1))

    # -- numbers of persons ---------------------------------------------------------------------

    def mobile(self) -> str:
        return self._dressed(f"1{self.digits(10, '3456789')}", MOBILE_GROUPS)

    def landline(self) -> str:
        area = self._draw.choice(("0527", "025", "010", "0516", "0755"))
        local = self.digits(8, "2345678")
        mark = self._draw.choice(("", "-", "—", " ", "－", "−", ")"))
        return self._scripted(f"{area}{mark}{local}")

    def identity(self) -> str:
        region, year = self._draw.choice(REGIONS), self._draw.randrange(1930, 2020)
        born = f"{year}{self._draw.randrange(1, 13):02}{self._draw.randrange(1, 29):02}"
        number = f"{region}{born}{self.digits(3)}{self._draw.choice(ORDINARY_DIGITS + 'Xx×')}"
        if number[-1] in ORDINARY_DIGITS:
            return self._dressed(number, ((6, 8, 4), (6, 4, 4, 4), (3, 3, 8, 4)))
        return number

    def card(self) -> str:
        return self._dressed(f"62{self.digits(17)}", ((4, 4, 4, 4, 3),), (" ", "-", "\u3000", "－"))

    def plate(self) -> str:
        letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
        body = "".join(self._draw.choices(letters, k=1) + self._draw.choices(ORDINARY_DIGITS, k=4))
        mark = self._draw.choice(("", "", "·", " ", "-", "—", "・", "‧"))
        return f"{self._draw.choice('苏苏鲁皖沪浙京')}{self._draw.choice(letters[:14])}{mark}{body}"

    def mail(self) -> str:
        name = "".join(self._draw.choices("abcdefghijklmnopqrstuvwxyz", k=self._draw.randrange(3, 12)))
        at, dot = self._draw.choice(
            (("@", "."), ("@", "."), ("＠", "．"), ("@", "。"), (" @ ", "."), ("(at)", "."))
        )
        return f"{name}{self.digits(2)}{at}{self._draw.choice(('qq', '163', 'example', 'mail'))}{dot}com"

    def chat(self) -> str:
        name = "".join(self._draw.choices("abcdefghijklmnopqrstuvwxyz", k=6))
        return f"{name}{self.digits(self._draw.randrange(2, 6))}"

    def qq(self) -> str:
        number = self.digits(self._draw.randrange(6, 11), "123456789")
        if self._draw.random() < 0.4:
            return " ".join(number[place : place + 3] for place in range(0, len(number), 3))
        return number

    def permit(self) -> str:
        return f"{self._draw.choice('EGHCM')}{self._draw.choice(('', ' '))}{self.digits(8)}"

    def _dressed(
        self, number: str, groups: tuple[tuple[int, ...], ...], parting: tuple[str, ...] = PARTING
    ) -> str:
        """A number in one of the ways in which people write or hide it."""
        way = self._draw.randrange(6)
        if way == 0:
            mark = self._draw.choice(parting)
            return mark.join(_cut(number, self._draw.choice(groups)))
        if way == 1:
            return self._scripted(number)
        if way == 2:
            unseen = self._draw.choice(UNSEEN)
            return (
                "".join(digit + (unseen if self._draw.random() < 0.3 else "") for digit in number[:-1])
                + number[-1]
            )
        if way == 3:
            mark = self._draw.choice(COMBINING)
            return mark.join(number)
        if way == 4:
            mark = self._draw.choice((" ", "-", "."))
            return mark.join(number)
        return number

    def _scripted(self, number: str) -> str:
        script = self._draw.choice(SCRIPTS)
        return "".join(script[int(sign)] if sign in ORDINARY_DIGITS else sign for sign in number)

    # -- ordinary numbers -----------------------------------------------------------------------

    def ordinary(self) -> str:
        """Something with digits that is nobody's."""
        draw = self._draw
        year, month, day = draw.randrange(1998, 2028), draw.randrange(1, 13), draw.randrange(1, 29)
        hour, minute = draw.randrange(24), draw.randrange(60)
        ways: tuple[Callable[[], str], ...] = (
            lambda: f"SQ{draw.randrange(10, 28)}{month:02}{day:02}-{draw.randrange(10**6):06}",
            lambda: f"{year}年{month}月{day}日{hour}时",
            lambda: f"{year}-{month:02}-{day:02} {hour:02}:{minute:02}",
            lambda: f"{year}.{month}.{day}",
            lambda: f"{year}{month:02}{day:02}",
            lambda: f"{draw.randrange(1, 20000)}万元",
            lambda: f"{draw.randrange(10**6, 10**9)}元",
            lambda: f"{draw.randrange(1, 99999)}.{draw.randrange(100):02}元",
            lambda: f"{draw.randrange(13000, 19000)}000000元",
            lambda: f"{draw.randrange(10, 99999)}平方米",
            lambda: f"{draw.randrange(1, 40)}号楼{draw.randrange(1, 6)}单元{draw.randrange(101, 3300)}室",
            lambda: f"{draw.randrange(1, 40)}-{draw.randrange(1, 6)}-{draw.randrange(101, 3300)}",
            lambda: f"〔{year}〕{draw.randrange(1, 300)}号",
            lambda: f"GB {draw.randrange(1000, 60000)}-{year}",
            lambda: (
                f"{draw.choice('GSX')}{draw.randrange(100, 400)}线K{draw.randrange(300)}+{draw.randrange(100, 999)}"
            ),
            lambda: f"{hour:02}:{minute:02}-{(hour + 4) % 24:02}:{minute:02}",
            lambda: f"8:30-12:00,14:00-{draw.randrange(17, 19)}:30",
            lambda: "、".join(str(draw.randrange(1, 200)) for _ in range(draw.randrange(2, 9))),
            lambda: f"{draw.randrange(1, 100)}路、{draw.randrange(100, 999)}路公交",
            lambda: f"118.{draw.randrange(10**6):06},33.{draw.randrange(10**6):06}",
            lambda: f"192.168.{draw.randrange(256)}.{draw.randrange(256)}",
            lambda: f"{draw.randrange(1, 100)}%",
            lambda: f"{draw.randrange(100, 3000)}*{draw.randrange(100, 3000)}*{draw.randrange(10, 300)}mm",
            lambda: f"{draw.choice(('12345', '110', '119', '120', '95598', '12315'))}",
            lambda: f"第{draw.randrange(1, 200)}条第{draw.randrange(1, 9)}款",
            lambda: f"{draw.choice('一二三四五六七八九')}年级{draw.choice('一二三四五六七')}班",
            lambda: (
                f"二〇{draw.choice('一二')}{draw.choice('一二三四五六七八九')}年{draw.choice('一二三四五六七八九')}月"
            ),
            lambda: (
                f"{draw.choice('一二三四五六七八九')}百{draw.choice('二三四五六七八九')}十{draw.choice('一二三四五六七八九')}户"
            ),
            lambda: f"邮编2238{draw.randrange(100):02}",
            lambda: f"{draw.choice('ABCD')}座{draw.randrange(100, 3000)}",
            lambda: f"{draw.uniform(0, 100):.{draw.randrange(1, 12)}f}",
            lambda: f"{draw.randrange(10**9, 2 * 10**9)}秒",
        )
        return draw.choice(ways)()

    # -- lines ----------------------------------------------------------------------------------

    def personal_line(self) -> Line:
        """A sentence with something personal in it, and often something ordinary beside it."""
        before, write, after = self._draw.choice(SENTENCES)
        aside = f"({self.ordinary()})" if self._draw.random() < 0.4 else ""
        head = f"{self._draw.choice(OPENINGS)}{aside}{before}"
        number = write(self)
        return Line(f"{head}{number}{after}", ((len(head), len(head) + len(number)),), write.__name__)

    def ordinary_line(self) -> Line:
        """A sentence with one or two ordinary numbers."""
        text = self._draw.choice(PLAIN)
        return Line(text.format(self.ordinary(), self.ordinary()), (), "ordinary")


def _cut(number: str, lengths: tuple[int, ...]) -> Iterator[str]:
    position = 0
    for length in lengths:
        yield number[position : position + length]
        position += length


SENTENCES: tuple[tuple[str, Callable[[Writer], str], str], ...] = (
    ("请回电", Writer.mobile, "。"),
    ("我的手机是", Writer.mobile, ",随时可以联系"),
    ("联系人王女士", Writer.mobile, "女士"),
    ("", Writer.mobile, "同微信"),
    ("打", Writer.mobile, "没人接"),
    ("电话:", Writer.mobile, "万女士"),
    ("座机", Writer.landline, "。"),
    ("办公室电话:", Writer.landline, ",一直占线"),
    ("身份证号", Writer.identity, "。"),
    ("本人身份证:", Writer.identity, ",请核实"),
    ("", Writer.identity, "这个人"),
    ("工资卡", Writer.card, "没有到账"),
    ("卡号:", Writer.card, "。"),
    ("车牌", Writer.plate, "停在消防通道"),
    ("一辆", Writer.plate, "的车挡住了门"),
    ("请发到", Writer.mail, "。"),
    ("邮箱:", Writer.mail, ",谢谢"),
    ("微信号:", Writer.chat, "。"),
    ("V信:", Writer.chat, ",加我"),
    ("QQ:", Writer.qq, "。"),
    ("QQ ", Writer.qq, ",可以加"),
    ("护照号 ", Writer.permit, "。"),
    ("港澳通行证", Writer.permit, "丢了"),
)
OPENINGS = ("领导好,", "反映一件事。", "", "小区没人管,", "一个星期了,", "孩子上学的事,", "路灯坏了,", "急!")
PLAIN = (
    "我单位于{}到现场核实,{}已经处理。",
    "从{}开始到现在,{}一直没有解决",
    "请问{}和{}有什么区别?",
    "按照{}的规定,应在{}办理。",
    "{},{}。",
    "附近有{},希望增加{}。",
    "收费{},与公示的{}不一致!",
    "之前的编号是{},还有{}",
)

BY_HAND = (
    Line("我老家电话0527,一捌七六五四三二", (), "no number at all"),
    Line("去年3月和5月各停水1次,共13天", (), "counts"),
    Line("13栋的138户居民联名", (), "households"),
    Line("联系电话:〔电话〕", (), "a template's blank"),
    Line("拨打12345或者0527114都没用", (), "short numbers"),
    Line("项目总投资13800000000元,占地1500亩", (), "a sum"),
    Line("身份证复印件1份、户口本2本", (), "documents"),
    Line("QQ群里说的,微信群也有", (), "groups"),
    Line("微信公众号:suqianfabu", (), "a public account"),
    Line("一二三,齐步走;一三五单号限行", (), "counting"),
    Line("京G1234次列车晚点", (), "a train"),
    Line("豫园路A12345号井盖", (), "a manhole"),
    Line("电梯编号B12345", (), "a lift"),
    Line("国道G2513与S249交叉口K12+300", (), "roads"),
    Line("依据《物业管理条例》第1条第3款", (), "a law"),
    Line("总价1380万,首付138万", (), "prices"),
    Line("面积139.0000.1234", (), "an odd area"),
    Line("苏A级景区", (), "a rank"),
    Line("新A1234警务站", (), "a police post"),
    Line("云A12345区", (), "a data centre"),
    Line("我叫万兴,打13800138000万女士接", ((6, 17),), "a name that is a unit"),
    Line("电话13800138000元", ((2, 13),), "a telephone dressed as money"),
    Line("两个号码1390000123413900005678都行", ((4, 26),), "two run together"),
    Line("139杠0000杠1234", ((0, 13),), "a mark in words"),
    Line("139一0000一1234", ((0, 13),), "a numeral for a dash"),
    Line("l39OOOO1234打我", ((0, 11),), "letters for digits"),
    Line("幺三九洞洞洞洞幺两三四", ((0, 11),), "as radio operators say it"),
    Line("zhangsan at example dot com", ((0, 27),), "a mail in words"),
    Line("张三@example.com", ((0, 14),), "a name in Chinese"),
    Line("使014578停在门口", ((0, 7),), "an embassy's plate"),
    Line("WJ苏12345逆行", ((0, 8),), "a police plate"),
    Line("苏NABC12乱停", ((0, 7),), "two digits only"),
    Line("香港身份证A123456(7)", ((5, 15),), "a card of Hong Kong"),
    Line("台胞证12345678过期", ((3, 11),), "a permit"),
    Line("宿迁N12345", ((2, 8),), "a plate by its city"),
    Line("3 2 1 3 2 2 1 9 9 0 0 1 0 1 1 2 3 4", ((0, 35),), "digit by digit"),
    Line("wxid_abcd1234efgh", ((0, 17),), "an account of WeChat"),
)


def lines(seed: int = 20261127, of_each: int = 1_100) -> list[Line]:
    """The labelled set: by hand, and as many personal lines as ordinary ones."""
    writer = Writer(seed)
    drawn = [line for _ in range(of_each) for line in (writer.personal_line(), writer.ordinary_line())]
    return [*BY_HAND, *drawn]
