"""Runs notifier: read settings, assemble, listen and send."""

import httpx2

from chassis import run
from chassis.kafka import worker
from chassis.tokens import Verifier
from chassis.vault import PostgresKeys
from city.masking import mask
from city.profile import Profile
from services.notifier import store, web
from services.notifier.app import METRICS, build
from services.notifier.channels import Channel
from services.notifier.channels.mail import Mail
from services.notifier.channels.robot import Robot
from services.notifier.channels.sms import Sms
from services.notifier.channels.wechat import WeChat
from services.notifier.sender import Sender


async def assemble(process: run.Process) -> run.Assembled:
    """Notifier on Kafka, PostgreSQL and the gateway."""
    settings = process.settings
    profile = Profile.load(settings.city)
    claims = store.Claims()
    notices = store.PostgresNotices(process.pool, PostgresKeys(), claims)
    key = settings.gateway_key_file.read_text().strip() if settings.gateway_key_file else "local"
    http = httpx2.AsyncClient(timeout=10, limits=httpx2.Limits(max_connections=32))
    host, _, port = settings.gateway_mail.rpartition(":")
    channels: dict[str, Channel] = {
        "wechat": WeChat(http, settings.gateway, "wenzheng", key, "progress"),
        "sms": Sms(http, settings.gateway, key, profile.name + "问政", "progress"),
        "mail": Mail(host, int(port), "notice@wenzheng.example"),
        "robot": Robot(http, settings.gateway),
    }
    public_key = settings.token_public_key_file
    if public_key is None:
        raise SystemExit("WENZHENG_TOKEN_PUBLIC_KEY_FILE must name the key that verifies staff tokens")
    return run.Assembled(
        service=build(profile),
        store=store.postgres(process.pool, claims),
        clock=process.clock(profile.zone),
        routes=[web.routes(store.Reader(process.pool), Verifier(public_key.read_bytes()))],
        on_listener=lambda listener: [Sender(notices, channels, listener, process.metrics).run],
    )


if __name__ == "__main__":
    worker.listener("notifier", "Tells people what happened, each thing once.", assemble, mask, METRICS)
