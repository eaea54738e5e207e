"""Runs notifier: read settings, assemble, listen and send."""

from datetime import time

import httpx2

from chassis import run
from chassis.engine.listener import Listener
from chassis.kafka import worker
from chassis.settings import Settings
from chassis.tokens import Verifier
from chassis.vault import LinkSecret, PostgresKeys
from city.masking import mask
from city.profile import Profile
from services.notifier import letters, store, web
from services.notifier.addresses import PostgresAddresses
from services.notifier.app import METRICS, build
from services.notifier.channels import Channel
from services.notifier.channels.mail import Mail, MailAccount
from services.notifier.channels.robot import Robot
from services.notifier.channels.sms import Sms, SmsAccount
from services.notifier.channels.wechat import WeChat, WeChatAccount
from services.notifier.lookup import Lookup
from services.notifier.sender import Allowance, Sender
from services.notifier.settings import ChannelSettings, secret_of


def channels_of(
    own: ChannelSettings, settings: Settings, profile: Profile, http: httpx2.AsyncClient
) -> dict[str, Channel]:
    """Every channel with its address, identity and credential."""
    host, _, port = (own.mail_server or settings.gateway_mail).rpartition(":")
    password = own.mail_password_file
    return {
        "wechat": WeChat(
            http,
            WeChatAccount(
                own.wechat_url or settings.gateway,
                own.wechat_app_id,
                secret_of(own.wechat_secret_file, settings),
                own.wechat_template,
                own.public_url,
            ),
        ),
        "sms": Sms(
            http,
            SmsAccount(
                own.sms_url or f"{settings.gateway}/sms/",
                own.sms_key_id,
                secret_of(own.sms_secret_file, settings),
                own.sms_sign_name or f"{profile.name}问政",
                own.sms_template,
                own.sms_code_template,
                own.public_url,
            ),
        ),
        "mail": Mail(
            MailAccount(
                host,
                int(port),
                own.mail_sender,
                f"{profile.name}问政通知",
                own.mail_security,
                own.mail_user,
                password.read_text(encoding="utf-8").strip() if password is not None else "",
                own.public_url,
            )
        ),
        # Units that have robots of their own reach them at their providers.
        "robot": Robot(http, own.robot_url or ("" if own.robots_file else settings.gateway), own.robots()),
    }


async def assemble(process: run.Process) -> run.Assembled:
    """Notifier on Kafka, PostgreSQL and the providers."""
    settings = process.settings
    profile = Profile.load(settings.city)
    clock, city = process.clock(profile.zone), run.CityNow(profile)
    claims = store.Claims()
    notices = store.PostgresNotices(
        process.pool, PostgresKeys(), claims, LinkSecret(settings.link_secret()).stop_token
    )
    http = httpx2.AsyncClient(timeout=10, limits=httpx2.Limits(max_connections=32))
    channels = channels_of(ChannelSettings(), settings, profile, http)
    texts = channels["sms"]
    assert isinstance(texts, Sms)
    limits = process.limits(profile.policy.rates)
    public_key = settings.token_public_key_file
    if public_key is None:
        raise SystemExit("WENZHENG_TOKEN_PUBLIC_KEY_FILE must name the key that verifies staff tokens")

    def is_night() -> bool:
        now: time = clock.now().time()
        quiet: bool = city().policy.notices.is_quiet(now)
        return quiet

    key = secret_of(None, settings).encode()
    allowance = Allowance(
        PostgresAddresses(process.pool, key),
        lambda: clock.now().date(),
        lambda: city().policy.notices.an_address_a_day,
    )
    engine = web.Engine()

    def sender(listener: Listener) -> Sender:
        return Sender(notices, channels, listener, process.metrics, is_night, allowance)

    def with_listener(listener: Listener) -> list[run.Background]:
        engine.follow(listener)
        return [*city.follow(listener), sender(listener).run]

    return run.Assembled(
        service=build(profile),
        store=store.postgres(process.pool, claims),
        clock=clock,
        routes=[
            web.routes(
                Lookup(process.pool, profile.zone),
                Verifier(public_key.read_bytes()),
                limits,
                engine,
                lambda: city().policy,
                clock,
            ),
            letters.routes(letters.PostgresLetterKeys(process.pool), texts, limits),
        ],
        on_listener=with_listener,
    )


if __name__ == "__main__":
    worker.listener("notifier", "Tells people what happened, each thing once.", assemble, mask, METRICS)
