"""A database from before a post had keys of its own: every box still opens, and an erasure touches one post only."""

import pytest

from chassis.postgres.migrate import migrate
from chassis.postgres.store import connect
from chassis.store import Outcome, Packing, Remembered
from chassis.vault import PostgresKeys, new_key, seal
from contracts.identity import partition_of
from services.intake import store
from services.intake.core.case import Case
from tests.postgres import city
from tests.services.intake.door import at

pytestmark = pytest.mark.real

PHONE = "13812345678"


async def test_old_boxes_open_with_the_keys_that_the_revision_gives_their_posts(dsn: str) -> None:
    own = await city(dsn)
    await migrate("intake", own, "0004")
    pool = await connect(own, "intake")
    key = new_key()
    await pool.execute("insert into vault.citizen_key (citizen, key) values ('zhang', $1)", key)
    cases = {}
    for subject in ("post-1", "post-2"):
        box = seal(key, {"title": "t", "text": f"{subject}: {PHONE}", "phone": PHONE}, subject)
        cases[subject] = Case(
            number=subject, kind="consult", citizen="zhang", sealed=box, received_at=at("2026-03-02T10:00")
        )
        packed = Packing(Case).pack(Remembered(subject, partition_of(subject), cases[subject]))
        await pool.execute(
            "insert into subject (subject, partition, held, remembered, number, citizen)"
            " values ($1, $2, 0, $3, $1, 'zhang')",
            subject,
            partition_of(subject),
            packed,
        )

    await pool.execute(
        "insert into vault.read_log (person, department, role, subject) values ('c1', 'housing', 'clerk', 'post-1')"
    )

    await migrate("intake", own)

    read = await pool.fetchrow("select kind, person, about, detail from security.log")
    assert tuple(read) == ("case-opened", "c1", "post-1", "clerk housing"), "who read before is not forgotten"
    keys = PostgresKeys()
    async with store.postgres(pool).transaction() as transaction:
        loaded = await transaction.load(list(cases), lock=True)
        await transaction.save(Outcome(changed=list(loaded.values())))
    assert {subject: kept.state for subject, kept in loaded.items()} == cases
    for subject, case in cases.items():
        opened = await store.open_boxes(keys, pool, subject, case)
        assert (opened.contact, opened.post["text"]) == ({"phone": PHONE}, f"{subject}: {PHONE}")
    await keys.erase(pool, ["post-1"])
    assert (await store.open_boxes(keys, pool, "post-1", cases["post-1"])).contact == {}
    assert (await store.open_boxes(keys, pool, "post-2", cases["post-2"])).contact == {"phone": PHONE}
    pool.terminate()
