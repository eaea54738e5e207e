"""Describe: `wenzheng interfaces`."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx2

from chassis.web.described import merged
from wenzheng.commands.terminal import Data, home_of
from wenzheng.stack.home import SERVICES, Trouble


def interfaces(data: Data = None) -> None:
    """接口说明:七个服务合为一份 OpenAPI 3.1。 One OpenAPI document of all services of a running stack."""
    addresses = home_of(data).read_state()["services"]
    document = asyncio.run(described({service: addresses[service] for service in SERVICES}))
    print(json.dumps(document, ensure_ascii=False, indent=1))


async def described(addresses: Mapping[str, str]) -> dict[str, Any]:
    """The merged description of services, by name and base URL. Raises Trouble when one does not answer."""
    async with httpx2.AsyncClient(timeout=10, trust_env=False) as http:
        try:
            answers = [await http.get(f"{address}/openapi.json") for address in addresses.values()]
        except httpx2.HTTPError as problem:
            raise Trouble(f"接口没有应答:{problem!r}。 A service does not answer.") from problem
    documents = {service: answer.json() for service, answer in zip(addresses, answers, strict=True)}
    return merged(documents, addresses)
