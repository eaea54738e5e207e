"""Looks at a file before it is kept, aside from the requests of others: the city's scanner, then a picture drawn anew or a document looked into."""

import asyncio
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import structlog

from chassis import problem
from chassis.giving_way import run_child
from city.attachments import Attachments
from contracts.attachments import FileType
from services.intake import redrawing, unpacking
from services.intake.core.attachments import OFFICE, PICTURES, TAKEN, NotTaken, is_package, type_of

AT_ONCE: Final = max(1, min(4, (os.cpu_count() or 1) - 1))
"""Files that are looked at at the same time; others wait for their turn. One processor is left to everybody else."""
NICENESS: Final = 5
"""A third of the time that goes to whom people wait for (335 to 1,024; `sched_prio_to_weight` in Linux): a picture that was made
slow takes seconds, and its sender can wait."""
SECONDS: Final = 60.0
"""Real time that scanner or drawing may take for one file."""
CLEAN: Final = 0
REFUSED: Final = 1
"""Exit codes of a scanner; any other says that it could not judge."""

_REASONS: Final = {
    redrawing.UNREADABLE: "图片打不开,可能没有传完整",
    redrawing.TOO_MANY_PIXELS: "图片太大,最多 {megapixels} 百万像素",
}
_WHY_NO_DOCUMENT: Final = {
    unpacking.UNREADABLE: "文档打不开,可能没有传完整,或加了密码",
    unpacking.TOO_LARGE: "文档展开后太大,最多 {megabytes} MB",
    unpacking.MACROS: "文档里有宏,不能接收,请另存为不带宏的 docx、xlsx 或 PDF 再传",
    unpacking.PROGRAMS: "文档里嵌有其他文件、控件或外部链接,不能接收,请去掉后再传,或转成 PDF",
    unpacking.NO_DOCUMENT: f"压缩包不收;{TAKEN}",
    unpacking.TELLS_PLACE: "文件里的照片带有拍摄地点,请去掉位置信息后再传,或把照片单独上传(位置会自动去掉)",
}
_log = structlog.get_logger()


class Examined(NamedTuple):
    """A file that may be kept."""

    type: FileType
    whole: bytes
    small: bytes
    """A JPEG; empty for what is no picture."""


class Examiner:
    """Judges files, a few at once. `scanner`: the command of the setting, empty for none."""

    def __init__(self, scanner: str = "", at_once: int = AT_ONCE) -> None:
        self._scanner = shlex.split(scanner)
        self._turn = asyncio.Semaphore(at_once)

    async def examined(self, data: bytes, limits: Attachments) -> Examined:
        """What is kept of a file. Raises NotTaken, or HttpRefused 503 when nobody could judge it."""
        kind = None if is_package(data) else type_of(data)
        async with self._turn:
            if self._scanner:
                await self._scan(data)
            if kind is None:
                return Examined(await _looked_into(data, limits), data, b"")
            if kind in PICTURES:
                return await _redrawn(data, kind, limits)
            await _looked_through(data)
            return Examined(kind, data, b"")

    async def _scan(self, data: bytes) -> None:
        code, _ = await _run(self._scanner, data, os.environ)
        if code == REFUSED:
            raise NotTaken("文件没有通过安全检查")
        if code != CLEAN:
            _log.error("the scanner could not judge a file", code=code)
            raise problem.plain(503, "附件暂时不能检查,请稍后再传,或先不带附件提交。")


async def _redrawn(data: bytes, kind: FileType, limits: Attachments) -> Examined:
    program = [sys.executable, "-I", str(Path(redrawing.__file__))]
    asked = [kind, str(limits.megapixels), str(limits.most_bytes)]
    code, drawn = await _run([*program, *asked], data, {"PATH": os.defpath, "LC_ALL": "C.UTF-8"})
    if code in _REASONS:
        raise NotTaken(_REASONS[code].format(megapixels=limits.megapixels))
    if code != 0 or len(drawn) < 5:
        # It took more memory or time than a picture needs, or broke the library.
        _log.warning("a picture could not be drawn", code=code, type=kind)
        raise NotTaken("图片处理不了,请换一张")
    size = int.from_bytes(drawn[1:5], "big")
    return Examined(PICTURES[drawn[0]], drawn[5 : 5 + size], drawn[5 + size :])


async def _looked_into(data: bytes, limits: Attachments) -> FileType:
    """What an office file is. Raises NotTaken."""
    program = [sys.executable, "-I", str(Path(unpacking.__file__)), str(limits.most_unpacked)]
    code, told = await _run(program, data, {"PATH": os.defpath, "LC_ALL": "C.UTF-8"})
    if code in _WHY_NO_DOCUMENT:
        raise NotTaken(_WHY_NO_DOCUMENT[code].format(megabytes=limits.unpacked_megabytes))
    if code != 0 or len(told) != 1:
        _log.warning("an office file could not be looked into", code=code)
        raise NotTaken("文档处理不了,请转成 PDF 再传")
    return OFFICE[told[0]]


async def _looked_through(data: bytes) -> None:
    """Raises NotTaken for a PDF in which a photograph tells where it was taken."""
    program = [sys.executable, "-I", str(Path(unpacking.__file__))]
    code, _ = await _run(program, data, {"PATH": os.defpath, "LC_ALL": "C.UTF-8"})
    if code == unpacking.TELLS_PLACE:
        raise NotTaken(_WHY_NO_DOCUMENT[code])
    if code != 0:
        _log.warning("a PDF could not be looked through", code=code)
        raise NotTaken("文档处理不了,请换一份再传")


async def _run(
    command: Sequence[str], data: bytes, environment: "os._Environ[str] | dict[str, str]"
) -> tuple[int, bytes]:
    """Exit code and output of a program that reads the data; -1 when it cannot be started or takes too long."""
    try:
        return await run_child(
            *command,
            data=data,
            seconds=SECONDS,
            niceness=NICENESS,
            environment=environment,
            errors=asyncio.subprocess.DEVNULL,
        )
    except TimeoutError:
        return -1, b""
    except OSError as failure:
        _log.error("a program could not be started", program=command[0], reason=str(failure))
        return -1, b""
