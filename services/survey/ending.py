"""Ends surveys whose time is over, so that an answer can be counted though nobody of the staff looks."""

import structlog

from chassis.clock import CityTime
from chassis.engine.blame import hopeless
from chassis.engine.desk import Desk
from contracts.decision import Refused
from contracts.identity import derived
from services.survey.core import requests as ask
from services.survey.store import Surveys

_log = structlog.get_logger()


async def end_those_over(surveys: Surveys, desk: Desk, clock: CityTime) -> int:
    """Close every survey whose end has passed; how many there were. Several instances may do so at once.

    Who closed it is empty in the fact: nobody did, its time was over. Counting and publishing stay with staff, who
    must have looked at the texts that a word list held. One that cannot be closed does not keep the others open.
    """
    closed = 0
    for identity in await surveys.over(clock.now()):
        try:
            keys = await surveys.keys(identity)
            assert keys is not None, "a survey that is published has keys"
            close = ask.Close("", "", keys[1])
            # A survey ends once: whoever ends it says the same fact.
            await desk.submit([(identity, close)], derived(identity, "end"), lambda answers: bool(answers[0]))
        except Refused:
            # Somebody, or another instance, closed it in this moment; or nothing can be stored now: the next look tells.
            continue
        except Exception as problem:
            if not hopeless(problem):
                raise
            # It stays open to nobody, since its end has passed; staff who close it by hand meet the same fault.
            _log.error("a survey cannot be closed", survey=identity, reason=repr(problem))
            continue
        closed += 1
    return closed
