"""Mail that came back is read: which notice it was, and why; anything else is nobody's."""

from email import message_from_bytes
from email.message import EmailMessage, Message

import pytest

from services.notifier.core.bounces import MOST_PARTS, Unreadable, receipt_of
from services.notifier.core.case import Receipt
from services.notifier.gateway.returned import bounce

NOTICE = "0195a000-0000-7000-8000-000000000001"

# As Postfix writes it, of a relay that answered 550; addresses are examples.
POSTFIX = f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.gov.cn (Mail Delivery System)
To: notice@wenzheng.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="8E3B.1772/mx.example.gov.cn"

This is a MIME-encapsulated message.

--8E3B.1772/mx.example.gov.cn
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

<wang@example.com>: host mx.example.com said: 550 5.1.1 User unknown

--8E3B.1772/mx.example.gov.cn
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.gov.cn
X-Postfix-Queue-ID: 8E3B

Final-Recipient: rfc822; wang@example.com
Original-Recipient: rfc822;wang@example.com
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.example.com
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--8E3B.1772/mx.example.gov.cn
Content-Description: Undelivered Message
Content-Type: message/rfc822

From: notice@wenzheng.example
To: wang@example.com
Subject: =?utf-8?b?6YCa55+l?=
Message-ID: <{NOTICE}@wenzheng.example>

\u60a8\u7684\u5e16\u5b50\u5df2\u56de\u590d
--8E3B.1772/mx.example.gov.cn--
""".encode()


def _mail(notice: str = NOTICE) -> Message:
    """A notice as it was sent."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "notice@wenzheng.example", "wang@example.com"
    mail["Message-ID"] = f"<{notice}@wenzheng.example>"
    mail.set_content("您的帖子SQ1已回复")
    return mail


def test_a_report_of_a_mail_server_names_the_notice_and_why_it_failed_and_no_address() -> None:
    assert receipt_of(POSTFIX) == Receipt("mail", NOTICE, False, "5.1.1")


@pytest.mark.parametrize("status", ["5.1.1", "5.2.2", "4.4.7"])
def test_a_report_that_returns_the_headers_alone_is_read_as_well(status: str) -> None:
    assert receipt_of(bounce(_mail(), "wang@example.com", status)) == Receipt("mail", NOTICE, False, status)


def test_what_is_only_late_or_went_on_is_no_end_and_what_was_delivered_arrived() -> None:
    said = {
        action: receipt_of(bounce(_mail(), "wang@example.com", "4.0.0", action))
        for action in ("delayed", "relayed", "expanded", "delivered")
    }

    assert said.pop("delivered") == Receipt("mail", NOTICE, True)
    assert set(said.values()) == {None}


def test_of_several_recipients_one_that_failed_counts() -> None:
    both = POSTFIX.replace(
        b"Final-Recipient: rfc822; wang",
        b"Final-Recipient: rfc822; li@example.com\nAction: delivered\nStatus: 2.0.0\n\nFinal-Recipient: rfc822; wang",
    )

    assert receipt_of(both) == Receipt("mail", NOTICE, False, "5.1.1")


def test_a_report_that_names_no_status_says_that_it_bounced() -> None:
    assert receipt_of(POSTFIX.replace(b"Status: 5.1.1\n", b"")) == Receipt("mail", NOTICE, False, "bounced")


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"Subject: =?utf-8?b?5LiN5Zyo5Yqe5YWs5a6k?=\nAuto-Submitted: auto-replied\n\nI am away.",
        _mail().as_bytes(),
        POSTFIX.replace(NOTICE.encode(), b"code.0011223344556677"),
        POSTFIX.replace(b"Message-ID", b"X-Other"),
        POSTFIX.replace(b"Action: failed", b"Action: resting"),
        POSTFIX.replace(b"message/delivery-status", b"text/plain"),
        POSTFIX.replace(b"multipart/report", b"multipart/mixed"),
        bytes(range(256)) * 40,
    ],
    ids=[
        "nothing",
        "an answering machine",
        "a mail",
        "a code that came back",
        "no notice named",
        "an unknown action",
        "no report inside",
        "no report",
        "no mail",
    ],
)
def test_what_is_no_report_about_a_notice_is_passed_over(mail: bytes) -> None:
    assert receipt_of(mail) is None


def test_a_mail_of_more_parts_than_any_report_has_is_refused() -> None:
    many = b"".join(b"--b\nContent-Type: text/plain\n\nx\n" for _ in range(MOST_PARTS + 1))
    deep = b"Content-Type: message/rfc822\n\n" * 2_000 + b"x"

    with pytest.raises(Unreadable):
        receipt_of(b"Content-Type: multipart/report; boundary=b\n\n" + many + b"--b--\n")
    with pytest.raises(Unreadable):
        receipt_of(deep)


def test_what_the_gateway_writes_is_a_report_by_the_standard() -> None:
    report = message_from_bytes(bounce(_mail(), "wang@example.com", "5.1.1"))

    assert (report.get_content_type(), report.get_param("report-type")) == (
        "multipart/report",
        "delivery-status",
    )
    assert [part.get_content_type() for part in report.get_payload()] == [  # type: ignore[union-attr]
        "text/plain",
        "message/delivery-status",
        "text/rfc822-headers",
    ]
