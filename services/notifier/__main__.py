"""Runs notifier: read settings, assemble, listen and send."""

import os
from datetime import time
from typing import NamedTuple

import httpx2

from chassis import run
from chassis.engine.listener import Listener
from chassis.kafka import worker
from chassis.settings import Settings
from chassis.vault import LinkSecret, PostgresKeys
from city.masking import mask
from city.profile import Profile
from services.notifier import inbox_web, letters, receipt_web, store, web
from services.notifier.addresses import PostgresAddresses
from services.notifier.app import METRICS, build
from services.notifier.channels import Channel
from services.notifier.channels.filling import InCity
from services.notifier.channels.mail import Mail, MailAccount
from services.notifier.channels.robot import Robot
from services.notifier.channels.sms import Sms, SmsAccount
from services.notifier.channels.wechat import WeChat, WeChatAccount
from services.notifier.delivery import Providers, Retries
from services.notifier.digest_store import PostgresDigests
from services.notifier.digests import DigestSender
from services.notifier.inboxes import Boxes, PostgresInboxes
from services.notifier.lookup import Lookup
from services.notifier.receipts import PostgresReceipts, ReceiptKeeper
from services.notifier.sender import Allowance, Budget, Sender
from services.notifier.settings import ChannelSettings, refuse_moved, secret_of


class Channels(NamedTuple):
    """Every channel with its address, identity and credential."""

    wechat: WeChat
    sms: Sms
    mail: Mail
    robot: Robot

    def by_name(self) -> dict[str, Channel]:
        """As a sender asks for them."""
        return {"wechat": self.wechat, "sms": self.sms, "mail": self.mail, "robot": self.robot}


def channels_of(
    own: ChannelSettings, settings: Settings, profile: Profile, http: httpx2.AsyncClient
) -> Channels:
    """The channels as the environment says, with the templates that the city's profile names."""
    host, _, port = (own.mail_server or settings.gateway_mail).rpartition(":")
    password = own.mail_password_file
    said, city = profile.notice_words, InCity(profile.zone, profile.department_name)
    subject = said.templates["mail"].fields[0][1] if "mail" in said.templates else f"{profile.name}问政通知"
    return Channels(
        wechat=WeChat(
            http,
            WeChatAccount(
                own.wechat_url or settings.gateway,
                own.wechat_app_id,
                secret_of(own.wechat_secret_file, settings),
                said.template(f"wechat-{own.wechat_way}"),
                own.public_url,
                own.wechat_way,
                own.wechat_page,
                city,
            ),
        ),
        sms=Sms(
            http,
            SmsAccount(
                own.sms_url or f"{settings.gateway}/sms/",
                own.sms_key_id,
                secret_of(own.sms_secret_file, settings),
                own.sms_sign_name or f"{profile.name}问政",
                said.template("sms"),
                said.template("sms-code"),
                own.public_url,
                city,
            ),
        ),
        mail=Mail(
            MailAccount(
                host,
                int(port),
                own.mail_sender,
                subject,
                own.mail_security,
                own.mail_user,
                password.read_text(encoding="utf-8").strip() if password is not None else "",
                own.public_url,
                own.mail_return_path,
            )
        ),
        # Units that have robots of their own reach them at their providers.
        robot=Robot(
            http,
            own.robot_url or ("" if own.robots_file else settings.gateway),
            own.robots(),
            own.public_url,
        ),
    )


async def assemble(process: run.Process) -> run.Assembled:
    """Notifier on Kafka, PostgreSQL and the providers."""
    settings = process.settings
    refuse_moved(os.environ)
    profile = Profile.load(settings.city)
    clock, city = process.clock(profile.zone), run.CityNow(profile)
    claims = store.Claims()
    links, own = settings.link_secret(), ChannelSettings()
    boxes = Boxes(links)
    notices = store.PostgresNotices(process.pool, PostgresKeys(), claims, LinkSecret(links), boxes)
    http = httpx2.AsyncClient(timeout=10, limits=httpx2.Limits(max_connections=32))
    channels = channels_of(own, settings, profile, http)
    # One for all senders: whoever meets a provider that is slow leaves it alone for the others, too.
    providers = Providers(channels.by_name())

    def is_night() -> bool:
        now: time = clock.now().time()
        quiet: bool = city().policy.notices.is_quiet(now)
        return quiet

    allowance = Allowance(
        PostgresAddresses(process.pool, secret_of(None, settings).encode()),
        lambda: clock.now().date(),
        lambda: city().policy.notices.an_address_a_day,
    )
    budget = Budget(notices, lambda: f"{clock.now():%Y-%m}", lambda: city().policy.notices.followers_a_month)
    digests = PostgresDigests(process.pool, boxes, own.public_url)
    receipts = PostgresReceipts(process.pool)

    def with_listener(listener: Listener) -> list[run.Background]:
        metrics, retries = process.metrics, Retries.beginning(own.retry_first_seconds)
        return [
            *city.follow(listener),
            Sender(notices, providers, listener, is_night, metrics, retries, allowance, budget).run,
            DigestSender(digests, providers, listener, clock.now, is_night, metrics, retries).run,
            ReceiptKeeper(receipts, listener, metrics).run,
        ]

    limits, verifier = process.limits(profile.policy.rates), process.verifier()
    codes = inbox_web.Codes(links, channels.sms, providers, channels.robot.has)
    lookup = Lookup(process.pool, profile.zone)
    return run.Assembled(
        service=build(profile),
        store=store.postgres(process.pool, claims),
        clock=clock,
        routes=[
            web.routes(lookup, verifier, limits, notices.again, lambda: city().policy, clock),
            letters.routes(letters.PostgresLetterKeys(process.pool), channels.sms, limits),
            inbox_web.routes(PostgresInboxes(process.pool, boxes, clock), codes, verifier, limits),
            receipt_web.routes(receipts, settings.password(own.receipts_token_file), limits),
        ],
        on_listener=with_listener,
    )


if __name__ == "__main__":
    worker.listener("notifier", "Tells people what happened, each thing once.", assemble, mask, METRICS)
