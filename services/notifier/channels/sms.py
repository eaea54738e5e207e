"""SMS by Aliyun's API: `SendSms` is not idempotent, so a repeat first reads the receipt."""

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx2
from msgspec import Struct
from msgspec.structs import replace

from city.templates import OWN, Template
from services.notifier.channels import (
    CHINA,
    Delivery,
    address_of,
    link_of,
    seconds_to_midnight,
    stop_link_of,
    unanswered,
)
from services.notifier.channels.aliyun import authorised
from services.notifier.channels.filling import InCity, filled, places_of
from services.notifier.outgoing import Outgoing

VERSION: Final = "2017-05-25"
"""Of the API 短信服务."""

_LATER: Final = ("isv.BUSINESS_LIMIT_CONTROL", "isp.SYSTEM_ERROR", "Throttling", "ServiceUnavailable")
_FULL: Final = "isv.DAY_LIMIT_CONTROL"
"""The messages of the day are used up."""
_FAILED, _ARRIVED = 2, 3
"""`SendStatus` of a receipt; 1 is under way."""
ALONE, OF_MANY = 70, 67
"""Characters of one message, and of each of those as which a longer one is charged (UTF-16, with the signature)."""


class SmsAccount(Struct, frozen=True):
    """Who sends, where to, and under which name."""

    url: str
    """Of the API, such as https://dysmsapi.aliyuncs.com/."""
    key_id: str
    secret: str
    sign_name: str
    template: Template = OWN["sms"]
    code_template: Template = OWN["sms-code"]
    """Of the provider's kind 验证码."""
    site: str = ""
    """Address of the pages, for the link to the post."""
    city: InCity = InCity()


class Sms:
    """One message a call; the notice's id travels as `OutId`."""

    def __init__(self, http: httpx2.AsyncClient, account: SmsAccount) -> None:
        self._http = http
        self._account = account

    async def send(self, outgoing: list[Outgoing]) -> list[Delivery]:
        """One call each."""
        return [replace(await self._send(notice), parts=self._parts(notice)) for notice in outgoing]

    def _parts(self, outgoing: Outgoing) -> int:
        """As how many messages it is charged at least: how long the template's own words are, the provider alone knows."""
        whole = f"【{self._account.sign_name}】{''.join(self._variables(outgoing).values())}"
        characters = len(whole.encode("utf-16-le")) // 2
        return 1 if characters <= ALONE else -(-characters // OF_MANY)

    async def _send(self, outgoing: Outgoing) -> Delivery:
        phone = address_of(outgoing)
        if phone is None:
            return Delivery("failed", "phone")
        if outgoing.repeated:
            receipt = await self._receipt(phone, outgoing.notice.id)
            if receipt is not None:
                return receipt
        answer = await self._call(
            "SendSms",
            PhoneNumbers=phone,
            SignName=self._account.sign_name,
            TemplateCode=self._account.template.id,
            TemplateParam=json.dumps(self._variables(outgoing), ensure_ascii=False),
            OutId=outgoing.notice.id,
        )
        return answer if isinstance(answer, Delivery) else _delivered(answer)

    async def send_code(self, phone: str, code: str) -> Delivery:
        """A code to prove a telephone with; it is no notice, so nobody asks for its receipt. Raises as `send`."""
        template = self._account.code_template
        answer = await self._call(
            "SendSms",
            PhoneNumbers=phone,
            SignName=self._account.sign_name,
            TemplateCode=template.id,
            TemplateParam=json.dumps(filled(template, {"code": code}), ensure_ascii=False),
        )
        return answer if isinstance(answer, Delivery) else _delivered(answer)

    def _variables(self, outgoing: Outgoing) -> dict[str, str]:
        account = self._account
        link, stop = link_of(account.site, outgoing), stop_link_of(account.site, outgoing)
        return filled(account.template, places_of(outgoing, account.city, link, stop))

    async def _receipt(self, phone: str, notice: str) -> Delivery | None:
        """What became of an earlier attempt; None where the provider knows of none.

        It may have been before midnight, and receipts are asked for by day.
        """
        today = datetime.now(UTC).astimezone(CHINA).date()
        for day in (today, today - timedelta(days=1)):
            answer = await self._call(
                "QuerySendDetails",
                PhoneNumber=phone,
                SendDate=f"{day:%Y%m%d}",
                PageSize="50",
                CurrentPage="1",
            )
            if isinstance(answer, Delivery):
                return Delivery("unknown", answer.reason)
            if answer.get("Code") != "OK":
                # Not knowing is no reason to send again.
                return Delivery("unknown", str(answer.get("Code", "no code")))
            for detail in answer.get("SmsSendDetailDTOs", {}).get("SmsSendDetailDTO", []):
                if detail.get("OutId") == notice:
                    if detail.get("SendStatus") == _FAILED:
                        return Delivery("failed", str(detail.get("ErrCode", "receipt")))
                    return Delivery("sent")
        return None

    async def _call(self, action: str, **parameters: str) -> dict[str, Any] | Delivery:
        """One request of the API, its parameters in the body. Raises as the client does.

        A delivery where the answer is none of the provider's.
        """
        address = urlsplit(self._account.url)
        body = urlencode(parameters).encode()
        headers = authorised(
            self._account.key_id,
            self._account.secret,
            "POST",
            address.netloc,
            address.path or "/",
            {},
            {
                "content-type": "application/x-www-form-urlencoded",
                "x-acs-action": action,
                "x-acs-version": VERSION,
                "x-acs-date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
                "x-acs-signature-nonce": secrets.token_hex(16),
            },
            body,
        )
        response = await self._http.post(self._account.url, content=body, headers=headers)
        try:
            answer = response.json()
        except ValueError:
            return unanswered(response)
        return answer if isinstance(answer, dict) and "Code" in answer else unanswered(response)


def _delivered(answer: dict[str, Any]) -> Delivery:
    """What `SendSms` answered."""
    code = str(answer.get("Code", ""))
    if code == "OK":
        return Delivery("sent")
    if code == _FULL:
        return Delivery("later", code, seconds_to_midnight())
    return Delivery("later" if code.startswith(_LATER) else "failed", code or "no code")
