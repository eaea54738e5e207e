"""Reminds leaders of prepared answers that nobody has judged: time passes, and no request tells of it."""

from chassis.clock import CityTime
from chassis.engine.desk import Desk
from chassis.identity import uuid7
from contracts.decision import Refused
from services.debate.core import requests as ask
from services.debate.core.states import DIALOGUE
from services.debate.store import Debates

LOOK_SECONDS = 60.0
"""Between two looks; a reminder is due after an hour at the earliest."""


async def remind_those_waited_for(debates: Debates, desk: Desk, clock: CityTime) -> int:
    """Have each dialogue in which answers wait tell of them again, where it is time; how many there were.

    Several instances may do so at once: the dialogue's row says when they were told.
    """
    reminded = 0
    for identity, dialogue in await debates.dialogues():
        if dialogue.to_remind(clock.now()):
            try:
                await desk.submit([(DIALOGUE + identity, ask.Remind())], uuid7(), lambda answers: b"")
            except Refused:
                # Nothing can be stored now: the next look tells.
                continue
            reminded += 1
    return reminded
