"""The security log: who signed in, who was locked or refused, whose rights changed, who read personal data.

Every entry is a structured line of the process's log and a row of `security.log`. The portal's role may add rows and
read them; it may neither change nor delete one (`deploy/postgres/roles.sql`). Intake adds who opened a sealed
box, by whatever way they asked. Whoever has the role of an auditor reads the rows on a page. An entry names no password, no
code and nothing that a citizen wrote. Rows are kept for twelve months unless the owner of the database says longer
(`security.kept`); then they are forgotten, and an entry says how many.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import asyncpg
import structlog

from chassis.failures import STORAGE_ERRORS
from fronts.portal.clients import client
from fronts.portal.store import Store

Kind = Literal[
    "signed-in",
    "sign-in-refused",
    "locked",
    "signed-out",
    "signed-out-everywhere",
    "refused",
    "distrusted",
    "account-added",
    "account-reset",
    "account-disabled",
    "account-enabled",
    "rights-changed",
    "password-changed",
    "second-factor-bound",
    "telling-changed",
    "personal-read",
    "case-opened",
    "log-read",
    "log-forgotten",
]
KINDS: Final[Mapping[Kind, str]] = {
    "signed-in": "登录",
    "sign-in-refused": "登录未成",
    "locked": "账号锁定",
    "signed-out": "退出",
    "signed-out-everywhere": "全部退出",
    "refused": "拒绝访问",
    "distrusted": "身份认证不可信",
    "account-added": "新建账号",
    "account-reset": "重设账号",
    "account-disabled": "停用账号",
    "account-enabled": "启用账号",
    "rights-changed": "权限变更",
    "password-changed": "修改密码",
    "second-factor-bound": "绑定动态码",
    "telling-changed": "通知方式变更",
    "personal-read": "查看个人信息",
    "case-opened": "拆封原文与联系方式",
    "log-read": "查看日志",
    "log-forgotten": "过期日志删除",
}
"""Kind of an entry to its name on the page."""

DETAIL_LIMIT: Final = 200
DAY_SECONDS: Final = 24 * 3600.0
"""Real time between two looks for entries that are older than they are kept."""
PAGE: Final = 50

_log = structlog.get_logger("security")


@dataclass(frozen=True)
class Entry:
    """One row."""

    id: int
    at: datetime
    """Real time, by the database's clock."""
    kind: str
    person: str
    """Who did it, or tried; empty where that is not known."""
    client: str
    """The address it came from; empty for a command."""
    about: str
    """The account or the number of the post it concerns."""
    detail: str

    @property
    def name(self) -> str:
        """The kind in Chinese."""
        return next((name for kind, name in KINDS.items() if kind == self.kind), self.kind)


class SecurityLog:
    """Adds entries and reads them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def note(self, kind: Kind, person: str = "", about: str = "", detail: str = "") -> None:
        """Add an entry; it stands in the log before what it tells of is shown or answered.

        Raises what the database raises while it is away: nothing is done that cannot be logged.
        """
        detail = detail[:DETAIL_LIMIT]
        _log.info("security", kind=kind, person=person, client=client(), about=about, detail=detail)
        await self._store.pool.execute(
            "insert into security.log (at, kind, person, client, about, detail)"
            " values (clock_timestamp(), $1::text, $2::text, $3::text, $4::text, $5::text)",
            kind,
            person,
            client(),
            about,
            detail,
        )

    async def page(self, kind: str = "", person: str = "", before: int = 0) -> Sequence[Entry]:
        """Up to fifty entries, newest first; of one kind or person, and older than the id `before`."""
        rows = await self._store.pool.fetch(
            "select id, at, kind, person, client, about, detail from security.log"
            " where ($1::text = '' or kind = $1::text) and ($2::text = '' or person = $2::text)"
            " and ($3::bigint = 0 or id < $3::bigint) order by id desc limit $4::integer",
            kind,
            person,
            before,
            PAGE,
        )
        return [Entry(*row.values()) for row in rows]

    async def forget(self) -> int:
        """Have the database forget what is older than it is kept; how many entries that were.

        How old that is, and what time it is, the database knows itself: nobody here can make it forget more.
        """
        gone = await self._store.pool.fetchval("select security.forget()")
        return int(gone)

    async def forgetting(self, seconds: float = DAY_SECONDS) -> None:
        """Day after day, for the life of the process."""
        while True:
            try:
                gone = await self.forget()
            except (asyncpg.PostgresError, *STORAGE_ERRORS) as failure:
                _log.warning("nothing was forgotten", reason=repr(failure))
            else:
                _log.info("forgotten", entries=gone)
            await asyncio.sleep(seconds)
