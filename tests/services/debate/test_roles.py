"""Who may do what to a debate and to a dialogue: every operation of staff, cell by cell."""

import re
from collections.abc import Iterable
from typing import Final

import pytest

from chassis.web.described import operations
from services.debate.web import examples
from tests.services.debate.conversing import Conversing
from tests.services.debate.door import UNIT, Debating

ANNA: Final = "13900000001"
INVITED: Final = "transport"
"""A unit that answers beside the guest's."""
WHO: Final = {
    "nobody": ("", ""),
    "clerk": ("clerk", UNIT),
    "leader": ("leader", UNIT),
    "other leader": ("leader", "education"),
    "supervisor": ("supervisor", "supervision"),
    "mayor": ("mayor", "government-office"),
    "operator": ("operator", "supervision"),
}
ROWS: Final = """
# method and path below /v1/debates          nobody clerk  leader other  superv mayor  operator
POST                                         401    403    202    403    202    403    403
POST /{draft}/draft                          401    403    202    404    202    403    403
POST /{draft}/publication                    401    403    202    404    202    403    403
POST /{open}/closing                         401    403    202    403    202    403    403
POST /{open}/statements                      401    403    202    202    202    403    403
GET  /{open}/moderation                      401    403    403    403    200    403    403
POST /{open}/comments/{comment}/moderation   401    403    403    403    202    403    403
GET                                          200    403    200    200    200    403    403
GET  /{open}                                 200    403    200    200    200    403    403
GET  /{draft}                                404    403    200    404    200    403    403
"""
"""A unit's leader has the unit's own debates; a statement is every unit's; nobody but a supervisor looks through comments."""
IN_DIALOGUES: Final = {
    "nobody": ("", ""),
    "clerk": ("clerk", UNIT),
    "leader": ("leader", UNIT),
    "invited clerk": ("clerk", INVITED),
    "invited leader": ("leader", INVITED),
    "other clerk": ("clerk", "education"),
    "other leader": ("leader", "education"),
    "supervisor": ("supervisor", "supervision"),
    "mayor": ("mayor", "government-office"),
    "operator": ("operator", "supervision"),
}
DIALOGUES: Final = """
# below /v1/dialogues                        nobody clerk  leader i.cl.  i.lead o.cl.  o.lead superv mayor  operator
POST                                         401    403    202    403    403    403    403    202    403    403
POST /{draft}/draft                          401    403    202    403    404    403    404    202    403    403
POST /{draft}/publication                    401    403    202    403    404    403    404    202    403    403
POST /{open}/closing                         401    403    202    403    403    403    403    202    403    403
POST /{open}/answers                         401    202    202    202    202    403    403    202    403    403
GET  /{open}/answers                         401    200    200    200    200    403    403    200    403    403
POST /{open}/answers/{answer}/approval       401    403    202    403    403    403    403    202    403    403
POST /{open}/answers/{invited}/approval      401    403    403    403    202    403    403    202    403    403
GET  /{open}/moderation                      401    403    403    403    403    403    403    200    403    403
POST /{open}/questions/{comment}/moderation  401    403    403    403    403    403    403    202    403    403
POST /{open}/questions/{comment}/post        401    403    409    403    403    403    403    409    403    403
GET                                          200    200    200    200    200    200    200    200    403    403
GET  /{open}                                 200    200    200    200    200    200    200    200    403    403
GET  /{draft}                                404    404    200    404    404    404    404    200    403    403
"""
"""The guest's and the invited units answer, their clerks once somebody of the unit or the host has approved it; what is left open is
written down after the closing."""
BODIES: Final = {
    "": examples.DRAFT,
    "/{draft}/draft": examples.DRAFT,
    "/{open}/closing": examples.CLOSING,
    "/{open}/statements": examples.STATEMENT,
    "/{open}/comments/{comment}/moderation": examples.MODERATION,
}
DIALOGUE: Final = examples.OCCASION | {"department": UNIT, "invited": [INVITED]}
AS_UNIT: Final = {"text": "本周试划。", "speaker": "unit"}
DIALOGUE_BODIES: Final = {
    "": DIALOGUE,
    "/{draft}/draft": DIALOGUE,
    "/{open}/closing": examples.ENDING,
    "/{open}/answers": AS_UNIT,
    "/{open}/answers/{answer}/approval": examples.APPROVAL,
    "/{open}/answers/{invited}/approval": examples.APPROVAL,
    "/{open}/questions/{comment}/moderation": examples.MODERATION,
    "/{open}/questions/{comment}/post": examples.ENTERED,
}


def _cells(rows: str, who: Iterable[str] = WHO) -> list[tuple[str, str, str, int]]:
    return [
        (method, path, each, int(status))
        for line in rows.strip().splitlines()
        if not line.startswith("#")
        for method, path in [(line[:4].strip(), line[5:45].strip())]
        for each, status in zip(who, line[45:].split(), strict=True)
    ]


CELLS: Final = _cells(ROWS)


@pytest.mark.parametrize(("method", "path", "who", "status"), CELLS)
async def test_each_role_may_do_what_the_table_says_and_nothing_else(
    debating: Debating, method: str, path: str, who: str, status: int
) -> None:
    opened = await debating.opened()
    draft = (await debating.does("", examples.DRAFT))["id"]
    comment = await debating.said(opened, ANNA, "路口划线", shown=False)
    role, unit = WHO[who]
    headers = debating.key() | (debating.token(role, unit) if role else {})

    answer = await debating.http.request(
        method,
        "/v1/debates" + path.format(open=opened, draft=draft, comment=comment),
        json=BODIES.get(path, {}) if method == "POST" else None,
        headers=headers,
    )

    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(("method", "path", "who", "status"), _cells(DIALOGUES, IN_DIALOGUES))
async def test_each_role_may_do_to_a_dialogue_what_the_table_says_and_nothing_else(
    conversing: Conversing, method: str, path: str, who: str, status: int
) -> None:
    opened = await conversing.announced(department=UNIT, invited=[INVITED])
    draft = await conversing.done("", DIALOGUE)
    comment = await conversing.asked(opened, ANNA, "何时延长?", shown=path.endswith("/post"))
    answer, invited = [
        await conversing.done(f"/{opened}/answers", AS_UNIT, role="clerk", unit=unit)
        for unit in (UNIT, INVITED)
    ]
    ids = {"open": opened, "draft": draft, "comment": comment, "answer": answer, "invited": invited}
    role, unit = IN_DIALOGUES[who]
    headers = conversing.key() | (conversing.token(role, unit) if role else {})

    done = await conversing.http.request(
        method,
        "/v1/dialogues" + path.format(**ids),
        json=DIALOGUE_BODIES.get(path, {}) if method == "POST" else None,
        headers=headers,
    )

    assert done.status_code == status, done.text


@pytest.mark.parametrize(
    ("who", "voices"),
    [
        ("clerk", {"guest", "unit"}),
        ("leader", {"guest", "unit"}),
        ("invited clerk", {"unit"}),
        ("invited leader", {"unit"}),
        ("supervisor", {"guest", "host", "unit"}),
    ],
)
async def test_each_speaks_in_the_names_that_are_theirs_alone(
    conversing: Conversing, who: str, voices: set[str]
) -> None:
    opened = await conversing.announced(department=UNIT, invited=[INVITED])
    role, unit = IN_DIALOGUES[who]

    for voice in ("guest", "host", "unit"):
        body = AS_UNIT | {"speaker": voice}
        answer = await conversing.on_dialogues(f"/{opened}/answers", body, role, unit)
        assert answer.status_code == (202 if voice in voices else 403), answer.text
        if voice in voices:
            assert answer.json()["standing"] == ("held" if role == "clerk" else "shown")


async def test_every_operation_of_staff_has_a_line(debating: Debating) -> None:
    document = (await debating.http.get("/openapi.json")).json()
    of_staff = {
        (method.upper(), path.replace("{id}", "*"))
        for path, method, operation in operations(document)
        if {"staff": []} in operation["security"]
    }

    lines = {
        (method, below + re.sub("{(open|draft)}", "*", re.sub("{(answer|invited)}", "{comment}", path)))
        for below, rows, who in (
            ("/v1/debates", ROWS, WHO),
            ("/v1/dialogues", DIALOGUES, IN_DIALOGUES),
        )
        for method, path, _, _ in _cells(rows, who)
    }
    assert of_staff == lines


async def test_a_leader_asks_for_the_own_unit_alone(debating: Debating) -> None:
    other = examples.DRAFT | {"department": "education"}

    assert (await debating.staff("", other, "leader", UNIT)).status_code == 403
    draft = (await debating.does("", examples.DRAFT | {"department": ""}, role="leader", unit=UNIT))["id"]
    assert (await debating.staff(f"/{draft}/draft", other, "leader", UNIT)).status_code == 403
    assert (await debating.staff_get(f"/{draft}")).json()["department"] == UNIT


async def test_a_pass_opens_nothing_of_staff_and_a_token_of_staff_nothing_of_a_person(
    debating: Debating,
) -> None:
    debate = await debating.opened()
    staff, holder = debating.token("supervisor", "supervision"), debating.holding(debate, ANNA)

    for path, headers in (
        (f"/v1/debates/{debate}/moderation", holder),
        (f"/v1/debates/{debate}/mine", staff),
    ):
        assert (await debating.http.get(path, headers=headers)).status_code == 401
    body, key = {"text": "路口划线"}, debating.key()
    answer = await debating.http.post(f"/v1/debates/{debate}/comments", json=body, headers=staff | key)
    assert answer.status_code == 401
