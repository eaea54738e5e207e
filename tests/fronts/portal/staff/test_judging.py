"""Passwords are judged beside everything else: by threads that give way, on a part of the processors."""

import os
import threading

from fronts.portal.staff.judging import AT_ONCE, Judging


def niceness_of_this_thread() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


async def test_a_thread_that_judges_passwords_gives_way_to_who_opens_a_page() -> None:
    judging = Judging()
    assert await judging.judge(niceness_of_this_thread) > niceness_of_this_thread()


def test_passwords_leave_half_of_the_processors_to_others() -> None:
    assert 1 <= AT_ONCE <= max(1, (os.cpu_count() or 1) // 2)
