"""Accounts disabled, sessions ended, and the log that tells of it, which the portal itself cannot rewrite."""

from pathlib import Path

import asyncpg
import pytest

from fronts.portal.application import create
from fronts.portal.security_log import KINDS
from tests.fronts.portal.person import Page, Person
from tests.fronts.portal.staff.alone import Portal, answering, running, signed_in
from tests.patience import until

pytestmark = pytest.mark.real


def entries(portal: Portal, kind: str = "") -> list[tuple[str, str, str, str]]:
    """Kind, person, about and detail of every row, oldest first."""
    rows = portal.sql("select kind, person, about, detail from security.log order by id")
    return [tuple(row.values()) for row in rows if kind in ("", row["kind"])]


def entered(portal: Portal, name: str, role: str) -> tuple[Person, Page]:
    """Somebody of a role who has signed in."""
    password = portal.add(name, role)
    person = portal.person()
    return person, person.sign_in(name, password)


# -- accounts -------------------------------------------------------------------------------------


def test_an_account_that_the_command_disables_is_signed_out_at_once_until_it_is_enabled(
    portal: Portal,
) -> None:
    password = portal.add()
    person = portal.person()
    assert signed_in(person.sign_in("zhang", password))

    portal.accounts(lambda accounts: accounts.disable("zhang"))

    assert person.open("/staff/cases").path == "/staff/sign-in"
    assert portal.sql("select 1 from session") == []
    assert person.sign_in("zhang", password).status == 401
    portal.accounts(lambda accounts: accounts.enable("zhang"))
    assert person.open("/staff/cases").path == "/staff/sign-in", "the old session stays ended"
    assert signed_in(person.sign_in("zhang", password))
    assert [entry[0] for entry in entries(portal) if entry[1] == "wenzheng account"] == [
        "account-added",
        "account-disabled",
        "account-enabled",
    ]


def test_a_role_that_is_disabled_loses_all_its_accounts_and_no_other(portal: Portal) -> None:
    clerk, _ = entered(portal, "zhang", "clerk")
    leader, _ = entered(portal, "li", "leader")

    assert portal.accounts(lambda accounts: accounts.disable_role("clerk")) == ["zhang"]

    assert clerk.open("/staff/cases").path == "/staff/sign-in"
    assert signed_in(leader.open("/staff/cases"))


def test_an_operator_disables_enables_and_signs_out_on_a_page(portal: Portal) -> None:
    clerk, _ = entered(portal, "zhang", "clerk")
    operator, page = entered(portal, "root", "operator")
    assert page.path == "/staff/accounts"

    def change(what: str, person: str = "zhang") -> Page:
        form = dict(operator.open("/staff/accounts").form("/staff/accounts/change").fields)["form"]
        return operator.post("/staff/accounts/change", {"form": [form], "person": [person], "change": [what]})

    assert "已停用" in change("disable").text
    assert clerk.open("/staff/cases").path == "/staff/sign-in"
    assert "已启用" in change("enable").text
    assert change("disable", "root").status == 422, "nobody locks themselves out"
    assert change("disable", "nobody").status == 422
    assert change("promote").status == 422
    assert change("sign-out", "root").path == "/staff/sign-in"


def test_signing_out_everywhere_ends_the_sessions_of_every_browser(portal: Portal) -> None:
    password = portal.add()
    here, there, other = portal.person(), portal.person(), entered(portal, "li", "clerk")[0]
    page = here.sign_in("zhang", password)
    there.sign_in("zhang", password)

    assert here.submit(page, "/staff/sign-out", everywhere="1").path == "/staff/sign-in"

    assert there.open("/staff/cases").path == "/staff/sign-in"
    assert signed_in(other.open("/staff/cases"))


def test_operator_and_auditor_see_no_case(portal: Portal) -> None:
    for name, role in (("root", "operator"), ("chen", "auditor")):
        person, _ = entered(portal, name, role)
        for path in ("cases", "supervision", "league", "reports", "find?number=SQ260302-000001"):
            assert person.open(f"/staff/{path}").status == 403, path


def test_a_common_password_is_refused_with_a_sentence(portal: Portal) -> None:
    password = portal.add()
    person = portal.person()
    person.sign_in("zhang", password)
    page = person.open("/staff/password")
    answer = person.submit(page, "/staff/password", old=password, new="woaini1314", again="woaini1314")

    assert answer.status == 422
    assert "很多人用过" in answer.text


# -- the log --------------------------------------------------------------------------------------


def test_what_happens_to_accounts_stands_in_the_log(portal: Portal) -> None:
    password = portal.add()
    person = portal.person()
    for n in range(5):
        person.sign_in("zhang", f"wrong {n}")
    person.sign_in("nobody", "a password typed in haste")
    other = portal.person()
    portal.accounts(lambda accounts: accounts.reset("zhang", must_change=False))
    password = portal.accounts(lambda accounts: accounts.reset("zhang", must_change=False))
    page = other.sign_in("zhang", password)
    other.open("/staff/supervision")
    other.post("/staff/sign-out", {"form": ["forged"]})
    own = "一个 长 的 新密码 2026"
    other.submit(other.open("/staff/password"), "/staff/password", old=password, new=own, again=own)
    other.submit(other.open("/staff/cases"), "/staff/sign-out")

    said = [(kind, person, detail) for kind, person, _, detail in entries(portal)]
    assert page.path == "/staff/cases"
    assert said[1:8] == [
        ("sign-in-refused", "zhang", "第 1 次"),
        ("sign-in-refused", "zhang", "第 2 次"),
        ("sign-in-refused", "zhang", "第 3 次"),
        ("sign-in-refused", "zhang", "第 4 次"),
        ("sign-in-refused", "zhang", "第 5 次"),
        ("locked", "zhang", "15 分钟,对这个来源"),
        ("sign-in-refused", "", "没有这个账号,或已停用、已锁定"),
    ]
    assert [kind for kind, _, _ in said[8:]] == [
        "account-reset",
        "account-reset",
        "signed-in",
        "refused",
        "refused",
        "password-changed",
        "signed-in",
        "signed-out",
    ]
    kept = str(entries(portal))
    assert "haste" not in kept
    assert "nobody" not in kept, "what was typed in place of an id may be a password"
    assert {kind for kind, _, _ in said} <= set(KINDS)


def test_the_portal_can_neither_change_nor_delete_what_it_has_logged(portal: Portal) -> None:
    portal.add()
    for statement in (
        "delete from security.log",
        "update security.log set person = ''",
        "truncate security.log",
        "drop table security.log",
        "alter table security.log add column x text",
        "create table security.other (x text)",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            portal.sql(statement)
    assert len(entries(portal, "account-added")) == 1


def _logged(portal: Portal, person: str, ago: str) -> None:
    portal.sql(
        "insert into security.log (at, kind, person, client, about, detail)"
        " values (clock_timestamp() - $1::text::interval, 'signed-in', $2, '', '', '')",
        ago,
        person,
    )


def test_an_entry_is_kept_for_twelve_months_and_then_forgotten_and_that_is_logged(portal: Portal) -> None:
    for person, ago in (
        ("old", "13 months"),
        ("older", "5 years"),
        ("young", "11 months"),
        ("new", "0 days"),
    ):
        _logged(portal, person, ago)

    portal.sql("select security.forget()")
    [again] = portal.sql("select security.forget()")

    assert again[0] == 0
    assert {person for _, person, _, _ in entries(portal, "signed-in")} == {"young", "new"}
    # The portal itself looks soon after its start, and may have been first with one of them.
    told = [detail.partition(" 条,早于 20") for _, _, _, detail in entries(portal, "log-forgotten")]
    assert sum(int(number) for number, _, _ in told) == 2
    assert all(number != "0" and words for number, words, _ in told)


def test_the_portal_cannot_have_more_forgotten_than_the_database_s_owner_says(portal: Portal) -> None:
    _logged(portal, "young", "11 months")
    for statement in (
        "update security.kept set months = 0",
        "delete from security.kept",
        "create or replace function security.forget() returns bigint language sql as 'select 1::bigint'",
        "alter function security.forget() owner to portal",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            portal.sql(statement)
    portal.sql("set timezone to 'Pacific/Kiritimati'")
    portal.sql("select security.forget()")

    assert [person for _, person, _, _ in entries(portal, "signed-in")] == ["young"]


def test_what_is_too_old_is_forgotten_without_anybody_asking(dsn: str, tmp_path: Path) -> None:
    with running(dsn, tmp_path, totp_required=False) as portal:
        _logged(portal, "old", "13 months")
    with answering(create(portal.settings, portal.now), portal.port):
        assert until(lambda: entries(portal, "signed-in") == [])


def test_the_auditor_reads_the_log_and_nobody_else_does(portal: Portal) -> None:
    clerk, _ = entered(portal, "zhang", "clerk")
    auditor, page = entered(portal, "chen", "auditor")

    assert page.path == "/staff/log"
    assert "新建账号" in page.text
    assert "zhang" in page.text
    assert not any(form.method == "post" and "sign-out" not in form.action for form in page.forms), (
        "read only"
    )
    chosen = auditor.open("/staff/log?kind=signed-in&person=zhang")
    assert chosen.text.count("新建账号") == 1, "in the list of kinds alone"
    assert auditor.open("/staff/log?kind=x&before=x&person=%E4%B8%AD").status == 200
    assert clerk.open("/staff/log").status == 403
    assert ("log-read", "chen", "", "") in entries(portal)


def test_pages_of_the_log_lead_to_older_entries(portal: Portal) -> None:
    auditor, _ = entered(portal, "chen", "auditor")
    portal.sql(
        "insert into security.log (at, kind, person, client, about, detail)"
        " select now(), 'signed-in', 'p' || n, '', '', '' from generate_series(1, 120) n"
    )
    first = auditor.open("/staff/log?kind=signed-in")
    before = first.source.split("before=")[1].split('"')[0]
    second = auditor.open(f"/staff/log?kind=signed-in&before={before}")

    assert "p120" in first.text
    assert "p120" not in second.text
    assert "p60" in second.text


def test_an_entry_is_a_structured_line_too(
    dsn: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(dsn, tmp_path, totp_required=False) as portal:
        portal.add()
        portal.person().sign_in("zhang", "wrong")

    lines = [line for line in capsys.readouterr().out.splitlines() if "sign-in-refused" in line]
    assert len(lines) == 1
    assert "zhang" in lines[0]
    assert "wrong" not in lines[0]
