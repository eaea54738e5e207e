"""Local accounts: who may sign in, and with what."""

import asyncio
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chassis.clock import RealTime, real_now
from chassis.vault import seal, unseal
from city.profile import Profile
from contracts.roles import ROLE_NAMES
from fronts.portal.security_log import SecurityLog
from fronts.portal.staff import totp
from fronts.portal.staff.common_passwords import is_common
from fronts.portal.staff.judging import Busy, Judging
from fronts.portal.staff.roles import LOCAL_ROLES
from fronts.portal.store import LOCK_AFTER, LOCK_FOR, Account, Attempt, Store

SHORTEST: Final = 10
LONGEST: Final = 128
"""Characters of a password; a longer one would only cost time."""

COMMAND: Final = "wenzheng account"
"""Who did what the command does: whoever has the stack's folder."""

_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without characters that look alike."""
_GROUPS: Final = 4
_GROUP: Final = 5
"""Four groups of five of 31 characters: 99 bits."""

HASHER: Final = PasswordHasher()
"""argon2id with the library's defaults (RFC 9106, second recommendation: 64 MiB, three passes)."""


class AccountRefused(ValueError):
    """Something about an account cannot be; the argument is the sentence for a person."""


def new_password() -> str:
    """A password nobody has to invent."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def check_password(password: str, person: str) -> None:
    """Raises AccountRefused for a password that is too short or too long, says the person's id, or is one that many use."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountRefused(f"密码应为 {SHORTEST} 至 {LONGEST} 个字符")
    if person.lower() in password.lower():
        raise AccountRefused("密码不能包含工号")
    if is_common(password):
        raise AccountRefused("这个密码很多人用过,容易被猜到,请换一个")


@dataclass(frozen=True)
class Trying:
    """Who tries to sign in: a browser that was signed in before, or an address."""

    client: str
    known: bool = False


class Accounts:
    """Adds, resets and recognises accounts. `key` seals TOTP secrets (32 bytes)."""

    def __init__(
        self,
        store: Store,
        profile: Profile,
        key: bytes,
        log: SecurityLog,
        now: RealTime = real_now,
        hasher: PasswordHasher = HASHER,
    ) -> None:
        """`hasher` is a cheaper one in tests; what was kept is judged at the cost it was kept with."""
        self._store = store
        self._profile = profile
        self._key = key
        self._log = log
        self.now = now
        self._hasher = hasher
        self._nobody = ""
        """What a try is held against that names nobody: a hash of nothing, made at the first try."""
        self._judging = Judging()

    async def add(
        self, person: str, name: str, department: str, role: str, must_change: bool = True, by: str = COMMAND
    ) -> str:
        """A new local account and its first password; `by` whom. Raises AccountRefused."""
        self.check(person, name, department, role)
        password = new_password()
        hashed = await self._hash(password)
        account = Account(person, name, department, role, "local", hashed, must_change)
        if not await self._store.add(account, self.now()):
            raise AccountRefused(f"工号 {person} 已有账号")
        await self._log.note("account-added", by, person, f"{department} {role}")
        return password

    async def reset(self, person: str, must_change: bool = True, by: str = COMMAND) -> str:
        """Another first password; the second factor is unbound, sessions and locks end. Raises AccountRefused."""
        account = await self._store.account(person)
        if account is None or account.source != "local":
            raise AccountRefused(f"没有本地账号 {person}")
        password = new_password()
        await self._store.set_totp(person, b"", bound=False)
        await self._store.set_password(person, await self._hash(password), must_change)
        await self._log.note("account-reset", by, person)
        return password

    async def disable(self, person: str, by: str = COMMAND) -> None:
        """Nobody signs in with the account any more, and whoever is signed in is not. Raises AccountRefused."""
        await self._set_disabled(person, True, by)

    async def enable(self, person: str, by: str = COMMAND) -> None:
        """The account is as before. Raises AccountRefused."""
        await self._set_disabled(person, False, by)

    async def disable_role(self, role: str, by: str = COMMAND) -> list[str]:
        """Disable every account of a role; whose they are. Raises AccountRefused."""
        if role not in ROLE_NAMES:
            raise AccountRefused(f"角色应为 {'、'.join(ROLE_NAMES)} 之一")
        disabled = []
        for person in await self._store.of_role(role):
            if await self._store.set_disabled(person, True):
                await self._log.note("account-disabled", by, person, f"角色 {role}")
                disabled.append(person)
        return disabled

    async def sign_out(self, person: str, by: str) -> int:
        """End every session of a person; how many there were."""
        ended = await self._store.close_sessions(person)
        await self._log.note("signed-out-everywhere", by, person, f"{ended} 处")
        return ended

    async def _set_disabled(self, person: str, disabled: bool, by: str) -> None:
        if await self._store.account(person) is None:
            raise AccountRefused(f"没有账号 {person}")
        if await self._store.set_disabled(person, disabled):
            await self._log.note("account-disabled" if disabled else "account-enabled", by, person)

    async def listed(self) -> Sequence[Account]:
        """All accounts."""
        return await self._store.accounts()

    async def vouched(self, person: str, name: str, department: str, role: str) -> Account:
        """The account of who the identity provider vouches for, as it describes them now. Raises AccountRefused."""
        if role in LOCAL_ROLES:
            raise AccountRefused("这个角色只能使用本地账号")
        self.check(person, name, department, role)
        given = Account(person, name, department, role, "oidc")
        account = await self._made(given)
        if account is None:
            raise AccountRefused("这个工号是本地账号")
        if account.disabled:
            raise AccountRefused("账号已停用")
        if await self._store.place(person, name, department, role):
            await self._log.note("rights-changed", person, person, f"{department} {role}")
        return given

    async def seated(self, person: str, name: str, department: str, role: str) -> Account | None:
        """The account of a seat of a demonstration; None where the person has another one."""
        return await self._made(Account(person, name, department, role, "demo"))

    async def _made(self, given: Account) -> Account | None:
        """The account as it is kept, made when it is first needed; None where the person has one of another source."""
        await self._store.add(given, self.now())
        kept = await self._store.account(given.person)
        return kept if kept is not None and kept.source == given.source else None

    def check(self, person: str, name: str, department: str, role: str) -> None:
        """Raises AccountRefused for a person, unit or role that cannot be."""
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._@-]{1,63}", person):
            raise AccountRefused("工号应为 2 至 64 个字母、数字或 . _ @ -")
        if not 1 <= len(name.strip()) <= 30:
            raise AccountRefused("姓名应为 1 至 30 个字")
        if role not in ROLE_NAMES:
            raise AccountRefused(f"角色应为 {'、'.join(ROLE_NAMES)} 之一")
        if department not in self._profile.department:
            raise AccountRefused(f"没有代码为 {department} 的单位")

    async def recognise(self, person: str, password: str, code: str, trying: Trying) -> Account | None:
        """The account whose password and, when one is bound, whose code this is.

        Every call counts as a try until it is right; the fifth in a row of one client locks the account for that
        client for a quarter of an hour. An account that does not exist or is locked takes as long as one that does.
        Raises Busy when this client or everybody must wait.
        """
        if not trying.known:
            waits = await self._store.address_waits(trying.client, self.now())
            if waits:
                raise Busy(int(waits.total_seconds()) + 1, own=True)
        async with self._judging.place(trying.client, trying.known):
            attempt = (
                await self._store.attempt(person, trying.client, trying.known, self.now())
                if len(person) <= 64
                else None
            )
            account = await self._judged(attempt, password, code)
            right = account is not None and await self._store.succeeded(
                account.person, trying.client, self._used(account, code), self.now()
            )
        if right:
            return account
        if not trying.known:
            await self._store.address_was_wrong(trying.client, self.now())
        await self._note_refused(attempt)
        return None

    async def _judged(self, attempt: Attempt | None, password: str, code: str) -> Account | None:
        """The account of a try that is right."""
        account = attempt.account if attempt is not None else None
        hashed = account.password if account is not None and account.source == "local" else ""
        # For everybody: a first try that names nobody takes no longer than one that names somebody.
        self._nobody = self._nobody or await self._hash(secrets.token_hex(16))
        right = await self._verify(hashed or self._nobody, password[: LONGEST + 1])
        if account is None or not hashed or not right:
            return None
        return account if not account.totp_bound or self._step(account, code) else None

    def _used(self, account: Account, code: str) -> int:
        """The time step that a right try uses up; 0 without a second factor."""
        return self._step(account, code) if account.totp_bound else 0

    async def _note_refused(self, attempt: Attempt | None) -> None:
        """A wrong try, by the person where there is such an account: what else was typed may be a password."""
        if attempt is None:
            await self._log.note("sign-in-refused", detail="没有这个账号,或已停用、已锁定")
            return
        person = attempt.account.person
        await self._log.note("sign-in-refused", person, person, f"第 {attempt.tries} 次")
        if attempt.tries == LOCK_AFTER:
            await self._log.note("locked", person, person, f"{LOCK_FOR.seconds // 60} 分钟,对这个来源")

    async def change(self, account: Account, old: str, new: str) -> None:
        """The person's own new password; signs out everywhere. Raises AccountRefused, Busy.

        Who may try is signed in already: their tries are their own, and no stranger's count.
        """
        trying = Trying(f"session {account.person}", known=True)
        async with self._judging.place(trying.client, trying.known):
            if await self._store.attempt(account.person, trying.client, trying.known, self.now()) is None:
                raise AccountRefused("账号已锁定,请稍后再试")
            if not await self._verify(account.password, old[: LONGEST + 1]):
                raise AccountRefused("现在的密码不正确")
            await asyncio.to_thread(check_password, new, account.person)
            if new == old:
                raise AccountRefused("新密码不能与现在的相同")
            await self._store.set_password(account.person, await self._hash(new), must_change=False)
        await self._log.note("password-changed", account.person, account.person)

    # -- the second factor ----------------------------------------------------------------------

    async def secret(self, account: Account) -> str:
        """The TOTP secret that waits to be bound, made at the first look. Raises AccountRefused once it is bound."""
        if account.totp_bound:
            raise AccountRefused("已绑定动态码")
        if account.totp:
            return self._unsealed(account)
        made = totp.new_secret()
        await self._store.set_totp(
            account.person, seal(self._key, {"totp": made}, account.person), bound=False
        )
        return made

    async def app_address(self, account: Account) -> str:
        """What an app that shows one-time codes reads the secret from. Raises AccountRefused once it is bound."""
        return totp.address(await self.secret(account), f"{self._profile.name}网络问政", account.person)

    async def bind(self, account: Account, code: str) -> None:
        """The person's app shows the right code: from now on it is asked for. Raises AccountRefused."""
        step = self._step(account, code) if account.totp and not account.totp_bound else 0
        if not step:
            raise AccountRefused("动态码不正确,请核对手机时间后再试")
        await self._store.set_totp(account.person, account.totp, bound=True, step=step)
        await self._log.note("second-factor-bound", account.person, account.person)

    def _step(self, account: Account, code: str) -> int:
        return totp.matching_step(self._unsealed(account), code, self.now().timestamp(), account.totp_step)

    def _unsealed(self, account: Account) -> str:
        return unseal(self._key, account.totp, account.person)["totp"]

    async def _hash(self, password: str) -> str:
        return await self._judging.judge(lambda: self._hasher.hash(password))

    async def _verify(self, hashed: str, password: str) -> bool:
        def judge() -> bool:
            try:
                return self._hasher.verify(hashed, password)
            except (VerificationError, InvalidHashError):
                return False

        return await self._judging.judge(judge)
