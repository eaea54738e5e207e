"""Letters to city leaders as citizens write and read them; on intake's real door, without a stack."""

import re

import pytest
from msgspec.structs import replace

from chassis.store import Outcome
from services.intake.core.case import Reply
from services.intake.core.instruction import Instruction
from tests.fronts.portal.alone import NOON, opened
from tests.services.intake.door import PROFILE

pytestmark = pytest.mark.medium

MAYOR = PROFILE.leaders[0]


async def test_the_form_offers_the_leaders_and_a_letter_arrives_at_the_one_that_was_chosen() -> None:
    async with opened() as pages:
        form = (await pages.http.get("/post?kind=mailbox")).text
        for leader in PROFILE.leaders:
            assert f'<option value="{leader.code}"' in form

        sent = await pages.send(kind="mailbox", addressee=MAYOR.code)

        number = re.search(r"/receipts/([A-Z0-9-]+)", sent.headers["location"])
        assert number is not None
        assert f"写给{MAYOR.name}" in (await pages.http.get(f"/posts/{number[1]}")).text


async def test_what_was_chosen_for_another_kind_does_not_stand_in_the_way() -> None:
    async with opened() as pages:
        assert (await pages.send(kind="complaint", addressee=MAYOR.code)).status_code == 303


async def test_a_leader_that_there_is_not_is_told_at_its_field_and_the_letter_is_kept() -> None:
    async with opened() as pages:
        answer = await pages.send(kind="mailbox", addressee="nobody")

        assert answer.status_code == 422
        assert 'id="addressee-wrong"' in answer.text
        assert "幸福路的路灯坏了一周。" in answer.text


async def test_an_answer_in_the_leader_s_name_says_who_worked_on_it_and_a_published_instruction_is_read() -> (
    None
):
    async with opened() as pages:
        receipt = await pages.receipt(kind="mailbox", addressee=MAYOR.code)
        subject = await pages.intake.door.subject(receipt["number"])
        async with pages.intake.store.transaction() as transaction:
            [kept] = (await transaction.load([subject], lock=True)).values()
            kept.state = replace(
                kept.state,
                department="housing",
                step="replied",
                replies=(Reply("r1", "本月完工。", "housing", "c", NOON, in_name_of=MAYOR.code),),
                instructions=(Instruction("请本周办结。", MAYOR.code, NOON),),
            )
            await transaction.save(Outcome(changed=[kept]))

        public = (await pages.http.get(f"/posts/{receipt['number']}")).text
        own = await pages.http.post(
            "/follow",
            data={"number": receipt["number"], "code": receipt["query_code"]},
            follow_redirects=True,
        )
        for page in (public, own.text):
            assert f"{MAYOR.name}的答复" in page
            assert f"{MAYOR.name}批示" in page
            assert "请本周办结。" in page
        assert f"由{PROFILE.department_name('housing')}办理" in public
