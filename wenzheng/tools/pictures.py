"""Takes the pictures of the pages for `docs/pictures/` from a demonstration that runs: `python -m wenzheng.tools.pictures`.

It does what a newcomer does: posts, sits down as the clerk of the unit that holds the post, drafts a reply, turns
into the leader and the supervisor. Needs the browser of the tests (`scripts/setup browser`).
"""

import os
import shutil
import sys
import time
import uuid
from pathlib import Path
from typing import Final

import httpx2
from playwright.sync_api import Page, sync_playwright

from wenzheng.accounts import demo_home
from wenzheng.stack.home import ROOT, Trouble

FOLDER: Final = ROOT / "docs" / "pictures"
SIZE: Final = (1200, 900)
MOST_BYTES: Final = 200_000
POST: Final = {
    "kind": "complaint",
    "title": "12 路公交车早高峰要等四十分钟",
    "text": "市政府公交站的 12 路公交车,早高峰常常四十分钟不来一班,上班的人挤在路边。什么时候能加班次?",
}
REPLY: Final = "您好!12 路早高峰现为每 25 分钟一班。我局将进一步协调运营企业增加班次,请您关注。"
ASSIGNED_SECONDS: Final = 60


def take(portal: str, intake: str, folder: Path = FOLDER) -> list[Path]:
    """The staff's pictures; raises Trouble when the post is not assigned or a picture is too large."""
    number = _posted(intake)
    browser = next(
        (found for name in ("chromium-headless-shell", "chromium") if (found := shutil.which(name))), None
    )
    if browser is None:
        raise Trouble("没有浏览器:scripts/setup browser。 There is no browser.")
    taken: list[Path] = []

    def picture(name: str) -> None:
        path = folder / f"{name}.png"
        page.screenshot(path=path)
        if path.stat().st_size > MOST_BYTES:
            raise Trouble(f"{path} 太大。 The picture is too large.")
        taken.append(path)

    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        opened = playwright.chromium.launch(executable_path=browser, args=arguments)
        page: Page = opened.new_page(
            viewport={"width": SIZE[0], "height": SIZE[1]}, locale="zh-CN", base_url=portal
        )
        page.goto("/staff/sign-in")
        picture("staff-sign-in")
        page.fill("#number", number)
        page.click("[name=seat][value=clerk]")
        page.goto("/staff/cases")
        picture("staff-inbox")
        page.goto(f"/staff/cases/{number}")
        page.locator("#acceptance button").click()
        page.goto(f"/staff/cases/{number}")
        picture("staff-case")
        page.fill("#reply-text", REPLY)
        page.click("text=检查并预览")
        page.click("text=提交领导审阅")
        page.click("[name=seat][value=leader]")
        page.goto("/staff/approvals")
        picture("staff-approvals")
        page.click("[name=seat][value=supervisor]")
        page.goto("/staff/supervision")
        picture("staff-supervision")
        opened.close()
    return taken


def _posted(intake: str) -> str:
    """The number of a new post that a unit holds."""
    key = {"Idempotency-Key": uuid.uuid4().hex}
    number = str(httpx2.post(f"{intake}/v1/posts", json=POST, headers=key).json()["number"])
    until = time.monotonic() + ASSIGNED_SECONDS
    while time.monotonic() < until:
        if httpx2.get(f"{intake}/v1/posts/{number}").json()["department"]:
            return number
        time.sleep(0.3)
    raise Trouble(f"{number} 没有交办。 The post was not assigned.")


def main() -> None:
    """Of the demonstration that runs, or of the data folder that is named."""
    state = demo_home(Path(sys.argv[1]) if len(sys.argv) > 1 else None).read_state()
    for path in take(state["services"]["portal"], state["services"]["intake"]):
        print(path.relative_to(ROOT), f"{path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
