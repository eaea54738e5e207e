"""Mail by a real SMTP server; and the settings of all channels."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from msgspec.structs import replace

from chassis.settings import Settings
from services.notifier.channels import Delivery
from services.notifier.channels.mail import Mail, MailAccount
from services.notifier.core.bounces import receipt_of
from services.notifier.core.case import Receipt
from services.notifier.gateway.__main__ import Mailbox
from services.notifier.gateway.arrivals import Arrivals
from services.notifier.gateway.script import Script
from services.notifier.settings import ChannelSettings, refuse_moved, secret_of
from services.notifier.settings import Robot as RobotAccount
from tests.patience import PATIENCE
from tests.services.notifier.outside import outgoing, sent
from tests.services.notifier.test_bounces import NOTICE

# -- mail ------------------------------------------------------------------------------------------


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[tuple[Arrivals, Controller]]:
    arrivals = Arrivals(tmp_path / "mail.jsonl")
    server = Controller(Mailbox(arrivals), hostname="127.0.0.1", port=0)
    server.port = _free_port()
    server.start()
    try:
        yield arrivals, server
    finally:
        server.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_a_mail_names_its_notice_and_says_that_a_machine_sent_it(
    mailbox: tuple[Arrivals, Controller],
) -> None:
    arrivals, server = mailbox
    account = MailAccount("127.0.0.1", server.port, "notice@city.example", "宿迁问政通知")

    assert await sent(Mail(account), outgoing("mail", "已回复 <b>请评价</b>")) == Delivery("sent")

    assert arrivals.counts == {"n1": 1}
    assert arrivals.since(0)[0]["text"] == "已回复 <b>请评价</b>"
    message = Mail(account)._message("wang@example.com", outgoing("mail", "<b>"))
    assert message["Auto-Submitted"] == "auto-generated"
    assert abs((parsedate_to_datetime(message["Date"]) - datetime.now(UTC)).total_seconds()) < 60
    assert message["Message-ID"] == "<n1@city.example>"
    assert "&lt;b&gt;" in message.get_body(("html",)).get_content()  # type: ignore[union-attr]


def test_a_mail_can_be_unsubscribed_from_by_one_click_of_the_mail_program_or_by_its_link() -> None:
    account = MailAccount("127.0.0.1", 1, "notice@city.example", "通知", site="https://ask.example")
    told = outgoing("mail", number="SQ260302-000001", stop_token="ABCDEFGH")

    message = Mail(account)._message("wang@example.com", told)

    link = "https://ask.example/stop/SQ260302-000001/ABCDEFGH"
    assert message["List-Unsubscribe"] == f"<{link}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for kind in ("plain", "html"):
        assert link in message.get_body((kind,)).get_content()  # type: ignore[union-attr]
    bare = Mail(account)._message("wang@example.com", outgoing("mail", number="SQ260302-000001"))
    assert bare["List-Unsubscribe"] is None


async def test_a_mail_that_cannot_be_delivered_comes_back_to_the_return_path_and_names_its_notice(
    tmp_path: Path,
) -> None:
    script, came_back = Script(), asyncio.Event()
    reports: list[bytes] = []
    senders: list[str] = []
    loop = asyncio.get_running_loop()

    class Noting(Mailbox):
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
            senders.append(envelope.mail_from)
            return await super().handle_DATA(server, session, envelope)

    async def returned(mail: bytes) -> None:
        reports.append(mail)
        loop.call_soon_threadsafe(came_back.set)

    script.add("mail", 1, {"receipt": "5.1.1"})
    server = Controller(
        Noting(Arrivals(tmp_path / "mail.jsonl"), script, returned), hostname="127.0.0.1", port=_free_port()
    )
    server.start()
    try:
        account = MailAccount("127.0.0.1", server.port, "notice@city.example", "通知")
        told = outgoing("mail")
        told = replace(told, notice=replace(told.notice, id=NOTICE))
        taken = await sent(Mail(replace(account, return_path="bounces@city.example")), told)
        await asyncio.wait_for(came_back.wait(), PATIENCE)
        await sent(Mail(account), told)
    finally:
        await asyncio.to_thread(server.stop)

    assert taken == Delivery("sent"), "the server took it, and knew no better yet"
    assert [receipt_of(report) for report in reports] == [Receipt("mail", NOTICE, False, "5.1.1")]
    assert senders == ["bounces@city.example", "notice@city.example"]


async def test_a_mail_server_that_is_away_is_tried_again(tmp_path: Path) -> None:
    account = MailAccount("127.0.0.1", _free_port(), "notice@city.example", "通知")

    assert (await sent(Mail(account), outgoing("mail"))).state == "later"


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_mail_signs_in_where_the_server_asks_for_it(tmp_path: Path) -> None:
    def known(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        # Not handled: the server itself says no (535), instead of leaving the client without an answer.
        return AuthResult(success=(data.login, data.password) == (b"city", b"right"), handled=False)

    arrivals = Arrivals(tmp_path / "mail.jsonl")
    server = Controller(
        Mailbox(arrivals),
        hostname="127.0.0.1",
        port=_free_port(),
        auth_required=True,
        auth_require_tls=False,
        authenticator=known,
    )
    server.start()
    try:
        account = MailAccount("127.0.0.1", server.port, "notice@city.example", "通知", user="city")
        wrong = await sent(Mail(replace(account, password="wrong")), outgoing("mail"))
        right = await sent(Mail(replace(account, password="right")), outgoing("mail"))
    finally:
        await asyncio.to_thread(server.stop)

    assert (wrong.state, right.state, arrivals.counts) == ("later", "sent", {"n1": 1})


# -- settings --------------------------------------------------------------------------------------


def test_each_channel_has_a_credential_of_its_own_in_a_file(tmp_path: Path) -> None:
    for name in ("gateway", "wechat"):
        (tmp_path / name).write_text(f"{name}-secret\n", encoding="utf-8")
    settings = Settings(gateway_key_file=tmp_path / "gateway")
    own = ChannelSettings(wechat_secret_file=tmp_path / "wechat", sms_url="https://sms.example/")

    assert secret_of(own.wechat_secret_file, settings) == "wechat-secret"
    assert secret_of(own.sms_secret_file, settings) == "gateway-secret"
    assert own.sms_url == "https://sms.example"


def test_a_setting_that_the_citys_profile_has_taken_over_ends_the_process_and_says_where_it_belongs() -> None:
    refuse_moved({"WENZHENG_SMS_URL": "https://sms.example"})

    with pytest.raises(
        SystemExit, match=r"WENZHENG_SMS_CODE_TEMPLATE.*\[templates\.sms-code\] of the city's"
    ):
        refuse_moved({"WENZHENG_SMS_CODE_TEMPLATE": "SMS_1"})


def test_a_password_is_never_sent_to_a_mail_server_in_the_clear(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="MAIL_SECURITY"):
        ChannelSettings(mail_user="city", mail_password_file=tmp_path / "password")

    assert ChannelSettings(mail_user="city", mail_security="tls").mail_user == "city"


def test_robots_are_read_from_a_file_and_a_wrong_one_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "robots.json"
    file.write_text('{"water": {"kind": "dingtalk", "key": "t", "secret": "SEC"}}', encoding="utf-8")
    assert ChannelSettings(robots_file=file).robots() == {"water": RobotAccount("dingtalk", "t", "SEC")}
    assert ChannelSettings().robots() is None

    file.write_text('{"water": {"kind": "fax", "key": "t"}}', encoding="utf-8")
    with pytest.raises(ValueError):
        ChannelSettings(robots_file=file).robots()
