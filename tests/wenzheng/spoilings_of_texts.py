"""I8 spoiled: what is personal stands where anybody might read it. Joins the list of all spoilings."""

from collections.abc import Awaitable, Callable

from contracts.posts import PostReceived
from contracts.replies import CitizenAsked
from tests.wenzheng.spoiled import SpoiledCity
from tests.wenzheng.spoilings import SPOILINGS, moved, spoils

TEXT_SPOILINGS = SPOILINGS
"""With those of this module, which are added to the list as it is read."""
MOBILE = "13812345678"


@spoils("I8", "a telephone stands after the sealed field", ": phone")
async def _(city: SpoiledCity) -> None:
    old = city.entry("posts", PostReceived, lambda fact: bool(fact.sealed_contact))
    value = old.value or b""
    assert value.endswith(b'"}'), "the last field is a sealed box"
    await city.put(old, moved(old, value=value[:-1] + f',"note":"{MOBILE}"}}'.encode()))


def _asked(text: str) -> Callable[[SpoiledCity], Awaitable[None]]:
    async def spoil(city: SpoiledCity) -> None:
        old = city.entry("replies", CitizenAsked)
        await city.put(old, old.saying(text=f"请打{text}找我。"))

    return spoil


for _what, _text in (
    ("in one go", MOBILE),
    ("in Chinese numerals", "一三八一二三四五六七八"),
    ("in financial numerals", "壹叁捌壹贰叁肆伍陆柒捌"),
    ("in circled digits", "①③⑧①②③④⑤⑥⑦⑧"),
    ("in Arabic digits", "١٣٨١٢٣٤٥٦٧٨"),
    ("with marks", "1-3-8-1-2-3-4-5-6-7-8"),
    ("behind the country's code", "+86 138 1234 5678"),
):
    spoils("I8", f"a telephone {_what} stands on the log", ": phone")(_asked(_text))
spoils("I8", "a landline stands on the log", ": landline")(_asked("0527-84389998"))
spoils("I8", "an identity card stands on the log", ": id")(_asked("11010519491231002X"))
spoils("I8", "a mail address stands on the log", ": mail")(_asked("someone@example.cn"))


@spoils("I8", "a telephone stands in a log file", "intake.log:", ": phone")
async def _(city: SpoiledCity) -> None:
    city.append("intake.log", f"somebody at {MOBILE} posted")


@spoils("I8", "a point stands on the log, outside its box", ": point")
async def _(city: SpoiledCity) -> None:
    old = city.entry("posts", PostReceived)
    value = old.value or b""
    await city.put(old, moved(old, value=value[:-1] + b',"longitude":118.275162,"latitude":33.963008}'))


@spoils("I8", "a point stands in a log file", "intake.log:", ": point")
async def _(city: SpoiledCity) -> None:
    city.append("intake.log", "refused {'longitude': 118.275162, 'latitude': 33.963008}")


@spoils("I8", "a telephone stands in a state", ": phone")
async def _(city: SpoiledCity) -> None:
    await city.change("intake", city.subject("intake", lambda case: case.exists), text=f"请打{MOBILE}")


@spoils("I8", "a telephone stands in a notice", ": phone")
async def _(city: SpoiledCity) -> None:
    await city.execute("update notifier.notice set text = $1", f"请打{MOBILE}")
