"""SMS in the shape of Aliyun's API: `SendSms` is not idempotent, so a repeat first reads the receipt."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx2

from services.notifier.channels import Delivery
from services.notifier.store import Outgoing

_LATER = ("isv.BUSINESS_LIMIT_CONTROL", "isp.SYSTEM_ERROR", "Throttling")


class Sms:
    """One message a call; the notice's id travels as `OutId`."""

    def __init__(self, http: httpx2.AsyncClient, base: str, key: str, sign_name: str, template: str) -> None:
        self._http = http
        self._url = f"{base}/sms/"
        self._key = key
        self._sign_name = sign_name
        self._template = template

    async def send(self, outgoing: list[Outgoing]) -> list[Delivery]:
        """One call each."""
        return [await self._one(one) for one in outgoing]

    async def _one(self, outgoing: Outgoing) -> Delivery:
        phone = outgoing.contact["phone"]
        if outgoing.repeated and await self._has_receipt(phone, outgoing.notice.id):
            return Delivery("sent")
        answer = await self._call(
            Action="SendSms",
            PhoneNumbers=phone,
            SignName=self._sign_name,
            TemplateCode=self._template,
            TemplateParam=json.dumps({"text": outgoing.notice.text}, ensure_ascii=False),
            OutId=outgoing.notice.id,
        )
        code = str(answer.get("Code", ""))
        if code == "OK":
            return Delivery("sent")
        if code.startswith(_LATER):
            return Delivery("later", code, 30.0)
        return Delivery("failed", code or "no code")

    async def _has_receipt(self, phone: str, notice: str) -> bool:
        answer = await self._call(
            Action="QuerySendDetails",
            PhoneNumber=phone,
            SendDate=f"{datetime.now(UTC):%Y%m%d}",
            PageSize="50",
            CurrentPage="1",
        )
        details = answer.get("SmsSendDetailDTOs", {}).get("SmsSendDetailDTO", [])
        return any(detail.get("OutId") == notice for detail in details)

    async def _call(self, **parameters: str) -> dict[str, Any]:
        response = await self._http.post(self._url, data={"AccessKeyId": self._key, **parameters})
        answer: dict[str, Any] = response.json()
        return answer
